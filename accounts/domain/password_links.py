"""The links with which the staff choose a password: who gets one, and when. The mail ledger sends them."""

from datetime import datetime

from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.db import transaction
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from accounts.models import User
from core.history.recording import record
from mail.domain import asking
from mail.domain.planning import look_soon, plan
from mail.models import Send
from mail.models.send import SendQuerySet

# Purposes: a password forgotten, somebody who has none yet, and a notice that it was changed.
LINK, WELCOME, CHANGED = "staff_link", "staff_welcome", "staff_changed"


def link_for(user: User) -> str:
    """A link that works once, for PASSWORD_RESET_TIMEOUT seconds, built from the configured base URL."""
    uid = urlsafe_base64_encode(force_bytes(user.pk))
    token = default_token_generator.make_token(user)
    path = reverse("accounts:password_reset_confirm", kwargs={"uidb64": uid, "token": f"{token}/"})
    return settings.BASE_URL + path


@transaction.atomic
def send_link(user: User, *, by: User) -> None:
    """Plan the mail with which `user` chooses a password, for an admin: it leaves at once.

    One that is on its way to the present address is enough; one that waits for its turn need not wait any more.
    """
    user = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    record(
        "password_link",
        "A link to choose a password was sent for",
        subject_ids=[user.pk],
        subject_type="user",
        actor=by,
    )
    waiting = mails_with_links(user).to_address(user.email).open()
    if waiting.exists():
        waiting.filter(state=Send.State.PLANNED).update(not_before=None)
        look_soon()
    else:
        _plan(user, LINK if user.has_usable_password() else WELCOME, by=by)


@transaction.atomic
def answer(email: str, asked_at: datetime) -> None:
    """Plan a password link for the staff member with this address, if they may sign in."""
    staff = User.objects.staff().filter(is_active=True).select_for_update(no_key=True)
    user = staff.with_email(email).first()
    if user:
        mails = mails_with_links(user).to_address(user.email)
        asking.answer(mails, asked_at, lambda not_before: _plan(user, LINK, not_before=not_before))


def tell_of_new_password(user: User) -> Send:
    """Plan the notice that the password was changed, in the transaction that changes it; `user` is held."""
    return _plan(user, CHANGED)


def mails_with_links(user: User) -> SendQuerySet:
    """The mails that brought, or will bring, this user a link to choose a password."""
    return Send.objects.filter(user=user, purpose__in=[LINK, WELCOME])


def _plan(user: User, purpose: str, *, by: User | None = None, not_before: datetime | None = None) -> Send:
    return plan(purpose, subject_id=user.pk, recipient=user.email, user=user, by=by, not_before=not_before)
