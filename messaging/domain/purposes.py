"""What tells the staff of a client's message, as the ledgers see it: mail and push. The client's is the portal's."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from email.utils import formataddr

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from accounts.domain.purposes import StaffMail
from accounts.models import Firm, User
from contacts.models import Contact
from core.mailing.delivery import new_headers, sender_address
from core.words import counted
from mail.models import Send
from mail.purposes import Answer, Prepared
from messaging.domain.notices import TO_STAFF, answering, is_notice_of
from messaging.models import Thread
from notifications.domain.choosing import decide
from notifications.domain.quiet import staff_wait_until
from notifications.models import Push
from notifications.registry import DigestLine
from notifications.types import Audience, Channel, NotificationType

READ = "The message has been read meanwhile."
NOT_THEIRS = "The thread is no longer theirs to answer."


class StaffNotice(StaffMail):
    """Tells one of the staff that a client has written, never what, at most once until somebody has read it."""

    key, label = TO_STAFF, "Message of a client"
    rank, latest = 45, timedelta(days=1)
    pauses = (timedelta(hours=1),)

    def prepare(self, sends: Sequence[Send]) -> dict[int, Answer]:
        """Ask whether the thread still waits for them, then what is asked of all mail to the staff."""
        threads = Thread.objects.in_bulk({send.subject_id for send in sends})
        decision = decide(TO_STAFF, Channel.MAIL, [send.user_id for send in sends])
        users = User.objects.filter(pk__in={send.user_id for send in sends})
        quiet = staff_wait_until(users, Channel.MAIL, timezone.now(), Firm.get())
        found: dict[int, Answer] = {}
        for send in sends:
            if why := decision.why_not(send.user_id) or _why_not(send, threads.get(send.subject_id)):
                found[send.pk] = why
            elif until := quiet.get(send.user_id):
                found[send.pk] = until
        return found | super().prepare([send for send in sends if send.pk not in found])

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


class ClientHasWritten(NotificationType):
    """A client has written to one of the staff, or to a team that they are in."""

    key, label, audience = TO_STAFF, "A client has written", Audience.STAFF
    sentence = "A client has written to you."
    in_digest = True

    def leads_to(self, pushes: Sequence[Push]) -> dict[int, str]:
        """To the thread, while it waits for them."""
        threads = Thread.objects.in_bulk({push.subject_id for push in pushes})
        asked: dict[tuple, str] = {}  # once for each thread and person, however many devices they have
        for push in pushes:
            same = push.subject_id, push.user_id, push.created_at
            if same not in asked:
                asked[same] = _why_not(push, threads.get(push.subject_id))
        due = [push for push in pushes if not asked[push.subject_id, push.user_id, push.created_at]]
        return {push.pk: reverse("messaging:thread", args=[push.subject_id]) for push in due}


def unanswered_line(user: User, since: datetime) -> DigestLine | None:
    """How many threads wait for an answer of one of the staff."""
    number = Thread.objects.waiting_for(user).count()
    return DigestLine(f"{counted(number, 'conversation')} to answer", reverse("messaging:inbox")) if number else None


def _why_not(send: Send | Push, thread: Thread | None) -> str:
    """Why one of the staff is not told of a thread any more, in words; empty when they are."""
    if thread is None or not is_notice_of(thread.staff_notified_at, send):
        return READ
    user = next((user for user in answering(thread) if user.pk == send.user_id), None)
    if user is None or not Contact.objects.visible_to(user).filter(pk=thread.contact_id).exists():
        return NOT_THEIRS
    return ""
