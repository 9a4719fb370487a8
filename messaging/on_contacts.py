"""What contacts' pages show of messages: a section, entries of the timeline, and the action to write."""

from datetime import datetime

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.text import Truncator

from contacts.models import Contact
from contacts.timeline import Entry, newest_before
from core.registry import Action
from messaging.domain.writing import why_not_written_to
from messaging.models import Message, Thread

SHOWN = 5
WRITE = Action(
    "Write a message",
    "message-circle",
    "messaging:write",
    allowed=lambda user: user.may_edit,
    applies=lambda contact: contact.deactivated_at is None and not contact.deceased,  # columns that lists load
)


def section(contact: Contact, request: HttpRequest) -> str:
    """The section Messages of the summary page: threads, the latest messages, and where to write."""
    threads = list(Thread.objects.filter(contact=contact).select_related("user", "team"))
    latest = _of(contact).order_by("-pk")[:SHOWN] if threads else []
    context = {
        "contact": contact,
        "threads": threads,
        "latest": latest,
        "may_write": request.user.may_edit and not why_not_written_to(contact),
    }
    return render_to_string("messaging/section.html", context, request)


def entries(contact: Contact, before: datetime | None, limit: int) -> list[Entry]:
    """Messages, for the timeline; notes are in their threads alone."""
    rows = newest_before(_of(contact).shown_to_client(), "at", before)
    return [_entry(message, contact) for message in rows[:limit]]


def _of(contact: Contact):
    rows = Message.objects.filter(thread__contact=contact).with_said()
    return rows.select_related("author", "thread__user", "thread__team")


def _entry(message: Message, contact: Contact) -> Entry:
    by_client = message.side == Message.Side.CLIENT
    to = message.thread.counterpart if by_client else contact.greeting_name
    how = " by a campaign" if message.side == Message.Side.CAMPAIGN else ""
    return Entry(
        at=message.at,
        sentence=f"Message to {to}{how}: “{Truncator(message.said).chars(80)}”",
        kind="message",
        icon="message-circle",
        actor=contact.name if by_client else message.author.name,
    )
