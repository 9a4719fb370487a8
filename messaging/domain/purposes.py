"""The mail that tells the staff of a client's message, as the ledger sees it. The client's own is the portal's."""

from collections.abc import Sequence
from datetime import timedelta
from email.utils import formataddr

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse

from accounts.domain.purposes import StaffMail
from accounts.models import Firm, User
from contacts.models import Contact
from core.domain.mail_server import new_headers, sender_address
from mail.models import Send
from mail.purposes import Prepared
from messaging.domain.notices import TO_STAFF, answering, is_notice_of
from messaging.models import Thread

READ = "The message has been read meanwhile."
NOT_THEIRS = "The thread is no longer theirs to answer."


class StaffNotice(StaffMail):
    """Tells one of the staff that a client has written, never what, at most once until somebody has read it."""

    key, label = TO_STAFF, "Message of a client"
    rank, latest = 45, timedelta(days=1)
    pauses = (timedelta(hours=1),)

    def prepare(self, sends: Sequence[Send]) -> dict[int, Prepared | str]:
        """Ask whether the thread still waits for them, then what is asked of all mail to the staff."""
        threads = Thread.objects.in_bulk({send.subject_id for send in sends})
        refusals = {send.pk: why for send in sends if (why := _why_not(send, threads.get(send.subject_id)))}
        return refusals | super().prepare([send for send in sends if send.pk not in refusals])

    def written(self, send: Send, user: User, firm: Firm) -> Prepared:
        """Where to read it. Clients' names stay out of mail as well as what they wrote."""
        url = settings.BASE_URL + reverse("messaging:thread", args=[send.subject_id])
        context = {"user": user, "firm": firm, "url": url}
        subject = f"A client has written to you: {firm.name}"
        text = render_to_string("messaging/staff_mail.txt", context)
        message = EmailMultiAlternatives(
            subject=subject,
            body=text,
            from_email=formataddr((firm.name, sender_address())),
            to=[user.email],
            headers=new_headers(),
        )
        return Prepared(message, firm.name, subject, text)


def _why_not(send: Send, thread: Thread | None) -> str:
    if thread is None or not is_notice_of(thread.staff_notified_at, send):
        return READ
    user = next((user for user in answering(thread) if user.pk == send.user_id), None)
    if user is None or not Contact.objects.visible_to(user).filter(pk=thread.contact_id).exists():
        return NOT_THEIRS
    return ""
