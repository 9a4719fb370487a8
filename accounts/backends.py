"""One way in per side: the staff page never lets a contact in, the portal never lets staff in."""

from django.contrib.auth.backends import ModelBackend

from accounts.models import User


class SideBackend(ModelBackend):
    """Checks email and password among the users of one side. Same time for known and unknown addresses."""

    side: str

    def authenticate(self, request, username=None, password=None, side=None, **kwargs):
        """The user, or None. Only answers when the sign-in form says `side` is this backend's."""
        if side != self.side or not username or password is None:
            return None
        users = User.objects.clients() if self.side == "portal" else User.objects.staff()
        user = users.with_email(username).first()
        if user is None:
            User().set_password(password)  # spends the time a real check would take
            return None
        if user.check_password(password) and self.user_can_authenticate(user):
            return user
        return None


class StaffBackend(SideBackend):
    """Staff sign-in."""

    side = "staff"


class PortalBackend(SideBackend):
    """Portal sign-in."""

    side = "portal"
