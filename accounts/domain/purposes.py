"""Mail to the staff, as the ledger sees it."""

from collections.abc import Sequence
from datetime import timedelta

from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string

from accounts.domain.password_links import LINK, WELCOME, link_for
from accounts.models import Firm, User
from core.domain.mail_server import new_headers
from mail.models import Send
from mail.purposes import Prepared, Purpose


class StaffLink(Purpose):
    """A link to choose a password, asked for by somebody who forgot theirs or by an admin."""

    key, label = LINK, "Password link for staff"
    rank, latest, asked_for = 10, timedelta(hours=2), True  # of no use tomorrow
    pauses = (timedelta(minutes=15), timedelta(hours=1))

    def prepare(self, sends: Sequence[Send]) -> dict[int, Prepared | str]:
        """Whoever may still sign in, at the address that it was planned for, gets a link made now."""
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
        link = link_for(user)
        context = {"user": user, "firm": firm, "link": link, "welcome": self.key == WELCOME}
        subject = render_to_string("accounts/password_mail_subject.txt", context).strip()
        text = render_to_string("accounts/password_mail.txt", context)
        message = EmailMultiAlternatives(subject=subject, body=text, to=[user.email], headers=new_headers())
        return Prepared(message, firm.name, subject, text.replace(link, "[redacted]"))

    def hold(self, send: Send) -> None:
        """Lock the user."""
        User.objects.select_for_update(no_key=True).filter(pk=send.user_id).first()


class StaffWelcome(StaffLink):
    """The first link of a new colleague, which may wait for a mail server to be mended."""

    key, label = WELCOME, "Welcome for staff"
    rank, latest = 40, timedelta(days=7)
    pauses = (timedelta(hours=1), timedelta(hours=6), timedelta(days=1))
