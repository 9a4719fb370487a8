"""The link with which one of the staff chooses a password."""

from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from accounts.models import Firm, User


def link_for(user: User) -> str:
    """A link that works once, for PASSWORD_RESET_TIMEOUT seconds, built from the configured base URL."""
    uid = urlsafe_base64_encode(force_bytes(user.pk))
    token = default_token_generator.make_token(user)
    path = reverse("accounts:password_reset_confirm", kwargs={"uidb64": uid, "token": token})
    return settings.BASE_URL + path


def mail_link(email: str, *, welcome: bool = False) -> None:
    """Mail the link to the active staff member with this address, if there is one. Never inside a transaction."""
    user = User.objects.staff().with_email(email).filter(is_active=True).first()
    if user is None:
        return
    context = {"user": user, "firm": Firm.get(), "link": link_for(user), "welcome": welcome}
    send_mail(
        render_to_string("accounts/password_mail_subject.txt", context).strip(),
        render_to_string("accounts/password_mail.txt", context),
        None,
        [user.email],
    )
