"""How one of the staff comes to another password."""

from django.db import transaction

from accounts.domain.password_links import tell_of_new_password
from accounts.models import User
from core.history.recording import record


@transaction.atomic
def set_own_password(user: User, password: str, *, by_link: bool) -> None:
    """Set the password that `user` chose, which ends their other sessions, record it, and tell them by mail.

    Only the password is written: somebody may be deactivated while they choose it. It has been checked by a form.
    """
    held = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    user.set_password(password)
    user.save(update_fields=["password"])
    if held.has_usable_password():  # the first one is no news
        tell_of_new_password(held)
    sentence = "Chose a new password by a mailed link" if by_link else "Changed their password"
    record("password_changed", sentence, subject_ids=[user.pk], subject_type="user", actor=user)
