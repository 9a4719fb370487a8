"""Mail to the staff, as the ledger sees it."""

from abc import abstractmethod
from collections.abc import Sequence
from datetime import timedelta
from email.utils import formataddr
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse

from accounts.domain.password_links import CHANGED, LINK, WELCOME, link_for
from accounts.models import Firm, User
from core.mailing.delivery import new_headers, sender_address
from mail.models import Send
from mail.purposes import Prepared, Purpose


class StaffMail(Purpose):
    """What all mail to the staff has in common: it goes to users who may still sign in, at an unchanged address."""

    def prepare(self, sends: Sequence[Send]) -> dict[int, Prepared | str]:
        """Ask again who it is, and write the mail."""
        firm = Firm.get()
        users = User.objects.staff().filter(is_active=True).in_bulk({send.user_id for send in sends})
        return {send.pk: self._one(send, users.get(send.user_id), firm) for send in sends}

    def _one(self, send: Send, user: User | None, firm: Firm) -> Prepared | str:
        if user is None:
            return "They may not sign in any more."
        if self.too_late(send):
            return "It waited too long to be sent."
        if user.email.lower() != send.recipient.lower():
            return "The email address was changed meanwhile."
        return self.written(send, user, firm)

    @abstractmethod
    def written(self, send: Send, user: User, firm: Firm) -> Prepared:
        """The mail to this user."""

    def hold(self, send: Send) -> None:
        """Lock the user."""
        User.objects.select_for_update(no_key=True).filter(pk=send.user_id).first()


class StaffLink(StaffMail):
    """A link to choose a password, asked for by somebody who forgot theirs or by an admin."""

    key, label = LINK, "Password link for staff"
    rank, latest, asked_for = 10, timedelta(hours=2), True  # of no use tomorrow
    pauses = (timedelta(minutes=15), timedelta(hours=1))

    def written(self, send: Send, user: User, firm: Firm) -> Prepared:
        """With a link made now, which the archive does not keep."""
        link = link_for(user)
        context = {"user": user, "firm": firm, "link": link, "welcome": self.key == WELCOME}
        return _letter(user, firm, "password_mail", context, secret=link)


class StaffWelcome(StaffLink):
    """The first link of a new colleague, which may wait until the mail server works again."""

    key, label = WELCOME, "Welcome for staff"
    rank, latest = 40, timedelta(days=7)
    pauses = (timedelta(hours=1), timedelta(hours=6), timedelta(days=1))


class StaffPasswordChanged(StaffMail):
    """Tells one of the staff that their password was changed."""

    key, label = CHANGED, "Password of staff was changed"
    rank, latest = 20, timedelta(days=2)
    pauses = (timedelta(hours=1), timedelta(hours=12))

    def written(self, send: Send, user: User, firm: Firm) -> Prepared:
        """When, and what to do if it was somebody else."""
        at = f"{send.created_at.astimezone(user.zone(firm)):%B %-d, %Y at %H:%M %Z}"
        context = {"user": user, "firm": firm, "at": at, "url": settings.BASE_URL + reverse("accounts:password_reset")}
        return _letter(user, firm, "password_changed_mail", context)


def _letter(user: User, firm: Firm, template: str, context: dict[str, Any], *, secret: str = "") -> Prepared:
    """A mail in plain text, from the firm by name; the archive keeps it without the secret."""
    subject = render_to_string(f"accounts/{template}_subject.txt", context).strip()
    text = render_to_string(f"accounts/{template}.txt", context)
    message = EmailMultiAlternatives(
        subject=subject,
        body=text,
        from_email=formataddr((firm.name, sender_address())),
        to=[user.email],
        headers=new_headers(),
    )
    return Prepared(message, firm.name, subject, text.replace(secret, "[redacted]") if secret else text)


PURPOSES = [StaffLink(), StaffWelcome(), StaffPasswordChanged()]
