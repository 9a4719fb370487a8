"""Writing messages: by a client, by one of the staff, and notes for the staff alone.

Files come as `attachments.stored` gives them: on the disk already, without their rows.

The contact's row is held first, then the thread's: everything that changes both takes them in this order.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Coalesce, Greatest
from django.utils import timezone

from accounts.models import User
from contacts.models import Contact
from core.history.recording import record
from experiences.models import Team
from messaging.domain import attachments, notices
from messaging.domain.reach import Reach, reach_of
from messaging.domain.reading import mark_read_by_client, mark_read_by_staff
from messaging.models import Attachment, Message, Thread

Side = Message.Side
DEACTIVATED = "The contact is deactivated and gets no messages."
DECEASED = "The contact is deceased. Nothing can be written to them."
TOO_MUCH = "You can send {} MB of files in 24 hours. Send this later, or fewer or smaller files."


class NotWritten(Exception):
    """A rule forbids the message, or something came between; the text tells the author."""


class WrittenMeanwhile(NotWritten):
    """Others have written in the thread since it was shown: the author should see that first."""


@transaction.atomic
def write_as_client(
    contact: Contact,
    text: str,
    *,
    user: User | None = None,
    team: Team | None = None,
    seen: int = 0,
    files: Sequence[Attachment] = (),
) -> Message:
    """The client writes to one of the staff or to their team, which makes the thread where there is none.

    They have read what was there up to the message `seen`. Raises NotWritten when the team's setting, or its members,
    forbid it by now, the portal is closed to them, or they have sent too much today.
    """
    contact = hold(contact)
    if not Contact.objects.open_to_portal().filter(pk=contact.pk).exists():
        raise NotWritten("The portal is closed.")
    thread = _thread(contact, user=user, team=team)
    if why := reach_of(contact).why_closed(thread):
        raise NotWritten(why)
    if files and attachments.sent_today(contact) + sum(one.size for one in files) > attachments.BYTES_A_DAY:
        raise NotWritten(TOO_MUCH.format(attachments.BYTES_A_DAY // attachments.MEGABYTE))
    message = _append(thread, Side.CLIENT, text, files, addressee=user)
    Thread.objects.filter(pk=thread.pk).update(
        last_message_at=Greatest("last_message_at", message.at),  # clocks are set back
        last_client_message_at=Greatest("last_client_message_at", message.at),
        unanswered_since=Coalesce(F("unanswered_since"), message.at),
    )
    if seen:
        mark_read_by_client(thread, seen)
    notices.notify_staff(thread)
    return message


@transaction.atomic
def write_as_staff(
    thread: Thread, text: str, *, by: User, seen: int | None = None, files: Sequence[Attachment] = ()
) -> Message:
    """One of the staff writes to the client, which answers what was unanswered.

    `seen`: the key of the last message, notes included, that they saw. Raises WrittenMeanwhile when somebody else has
    written since, NotWritten when the contact gets no messages. The caller has made sure that they may.
    """
    contact = hold(thread.contact)
    if why := why_not_written_to(contact):
        raise NotWritten(why)
    thread = _held(thread)
    if seen is not None and thread.messages.after(seen).exclude(author=by).exists():
        raise WrittenMeanwhile
    if seen:
        mark_read_by_staff(thread, seen, by)
    message = _append(thread, Side.STAFF, text, files, author=by)
    Thread.objects.filter(pk=thread.pk).update(
        last_message_at=Greatest("last_message_at", message.at),
        unanswered_since=None,
        staff_notified_at=None,
        client_unread=F("client_unread") + 1,
    )
    notices.notify_clients([thread.pk])
    return message


@transaction.atomic
def start_as_staff(
    contact: Contact,
    text: str,
    *,
    by: User,
    user: User | None = None,
    team: Team | None = None,
    files: Sequence[Attachment] = (),
) -> Message:
    """One of the staff writes to the client in the thread with `user` or `team`, made where there is none yet."""
    return write_as_staff(_thread(hold(contact), user=user, team=team), text, by=by, files=files)


@transaction.atomic
def add_note(thread: Thread, text: str, *, by: User, files: Sequence[Attachment] = ()) -> Message:
    """Add a note that only the staff see: it answers nothing, and tells nobody."""
    hold(thread.contact)
    return _append(_held(thread), Side.NOTE, text, files, author=by)


@transaction.atomic
def settle(thread: Thread, *, by: User, seen: int) -> None:
    """Say that the client's last message needs no answer. Raises WrittenMeanwhile when they wrote since `seen`."""
    contact, thread = hold(thread.contact), _held(thread)
    if thread.messages.after(seen).filter(side=Side.CLIENT).exists():
        raise WrittenMeanwhile
    done = Thread.objects.filter(pk=thread.pk).unanswered().update(unanswered_since=None, staff_notified_at=None)
    if done:
        sentence = f"Messages to {thread.counterpart} marked as needing no answer"
        record("message_settled", sentence, subject_ids=[contact.pk], actor=by, data={"thread": thread.pk})


def why_not_written_to(contact: Contact) -> str:
    """Why the staff cannot write to this contact, in words; empty when they can."""
    if contact.deceased:
        return DECEASED
    return DEACTIVATED if contact.deactivated_at or contact.deleted_at else ""


def what_to_know(contact: Contact, reach: Reach) -> str:
    """What to show before a message to this contact is written; empty when there is nothing."""
    name = contact.greeting_name
    if not Contact.objects.open_to_portal().filter(pk=contact.pk).exists():
        return f"{name} cannot sign in to the portal yet. The message waits there until they can."
    if reach.closed:
        return f"{name} can read the message and cannot answer: the team takes no messages at the moment."
    if contact.do_not_contact_since:
        return f"{name} is marked “do not contact”. The message appears in the portal, and no mail tells them."
    return ""


def hold(contact: Contact) -> Contact:
    """The contact as they are now, held until the caller's transaction ends."""
    return Contact.objects.select_for_update(of=("self",), no_key=True).get(pk=contact.pk)


def _held(thread: Thread) -> Thread:
    """The thread as it is now, with its counterpart, held as well."""
    rows = Thread.objects.select_for_update(of=("self",), no_key=True).select_related("user", "team")
    return rows.get(pk=thread.pk)


def _thread(contact: Contact, *, user: User | None, team: Team | None) -> Thread:
    """The contact's thread with one of the staff or a team. The contact is held, so that two at once make one."""
    kind = Thread.Kind.DIRECT if user else Thread.Kind.TEAM
    thread, _ = Thread.objects.get_or_create(contact=contact, user=user, team=team, defaults={"kind": kind})
    return _held(thread)


def _append(
    thread: Thread,
    side: str,
    text: str,
    files: Sequence[Attachment],
    *,
    author: User | None = None,
    addressee: User | None = None,
) -> Message:
    at: datetime = timezone.now()
    attachments.announce(len(files))
    message = Message.objects.create(
        thread=thread,
        side=side,
        author=author,
        addressee=addressee,
        text=text.strip(),
        attachment_count=len(files),
        at=at,
    )
    attachments.write(message, files)
    return message
