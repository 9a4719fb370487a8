"""What tells a client of a message, by mail and push, and never what it says: it leads to the portal, where it is."""

from collections.abc import Sequence
from datetime import timedelta

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from accounts.models import Firm
from contacts.domain.placeholder_values import values_for
from mail.models import Send
from mail.purposes import Answer, Prepared
from messaging.domain.notices import TO_CLIENT, accounts_of, is_notice_of, may_be_pushed, may_enter
from messaging.models import Thread
from notifications.domain.choosing import decide
from notifications.domain.quiet import contacts_wait_until
from notifications.models import Push
from notifications.types import Audience, Channel, NotificationType
from outreach.domain.mail_text import letter
from outreach.domain.purposes import ContactMail, prepared

READ = "The message has been read meanwhile."
CLOSED = "The portal is closed to them."
SUBJECT = "You have a message from {firm_name}"
TEXT = (
    "Dear {preferred_name},\n\n"
    "There is a message for you in your client portal of {firm_name}. Sign in to read it and to answer."
)


class MessageNotice(ContactMail):
    """Tells the client that there is a message, at most once for each thread until they have read it."""

    key, label = TO_CLIENT, "Notice of a message"
    rank, latest = 45, timedelta(days=2)
    pauses = (timedelta(hours=1), timedelta(hours=6))
    verb, sentence = "message_notice_sent", "Notice of a message sent"

    def prepare(self, sends: Sequence[Send]) -> dict[int, Answer]:
        """Ask whether the message still waits to be read, and then what is asked of all mail to contacts.

        A notice that must not leave is none: the thread's next message may be told of.
        """
        threads = Thread.objects.in_bulk({send.subject_id for send in sends})
        entering = may_enter({send.contact_id for send in sends})
        accounts = accounts_of({send.contact_id for send in sends})
        decision = decide(TO_CLIENT, Channel.MAIL, accounts.values())
        quiet = contacts_wait_until({send.contact_id for send in sends}, timezone.now(), Firm.get())
        found: dict[int, Answer] = {}
        for send in sends:
            thread = threads.get(send.subject_id)
            if thread is None or not is_notice_of(thread.client_notified_at, send):
                found[send.pk] = READ
            elif send.contact_id not in entering:
                found[send.pk] = CLOSED
            elif why := decision.why_not(accounts.get(send.contact_id)):
                found[send.pk] = why
            elif until := quiet.get(send.contact_id):
                found[send.pk] = until
        found |= super().prepare([send for send in sends if send.pk not in found])
        refused = {send.subject_id for send in sends if isinstance(found.get(send.pk), str) and found[send.pk] != READ}
        pushed = Push.objects.left(TO_CLIENT).filter(subject_id__in=refused)
        refused -= set(pushed.values_list("subject_id", flat=True))  # of which they were told all the same
        Thread.objects.filter(pk__in=refused).update(client_notified_at=None)
        return found

    def written(self, sends: Sequence[Send], firm: Firm) -> dict[int, Prepared]:
        """The same words for every message; the link is that of a page, with nothing secret in it."""
        found, url = {}, settings.BASE_URL + reverse("portal:messages")
        for send in sends:
            mail = letter(SUBJECT, TEXT, "Read the message", url, values_for(send.contact, firm), firm)
            found[send.pk] = prepared(mail, mail, send, firm)
        return found


class MessageForClient(NotificationType):
    """A message waits for the client in their portal."""

    key, label, audience = TO_CLIENT, "New message", Audience.CLIENT
    sentence = "You have a message."

    def leads_to(self, pushes: Sequence[Push]) -> dict[int, str]:
        """To their messages, while one is unread and the portal is open to them."""
        threads = Thread.objects.in_bulk({push.subject_id for push in pushes})
        owners = may_be_pushed({push.user_id for push in pushes})
        page = reverse("portal:messages")
        found = {}
        for push in pushes:
            thread = threads.get(push.subject_id)
            if thread and is_notice_of(thread.client_notified_at, push) and (thread.contact_id, push.user_id) in owners:
                found[push.pk] = page
        return found
