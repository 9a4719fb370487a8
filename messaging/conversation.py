"""A thread as its page shows it, to the staff or to the client: the latest messages, or those before one of them."""

from dataclasses import dataclass

from messaging.models import Message, Thread
from messaging.querysets import MessageQuerySet

AT_ONCE = 40


@dataclass(frozen=True)
class Conversation:
    """Messages in the order in which they were written; `earlier` is the key before which there are more, or None.

    `last` is the key of the thread's last message as its reader knows it, 0 where there is none.
    """

    messages: list[Message]
    earlier: int | None
    last: int


def for_staff(thread: Thread, before: int | None = None) -> Conversation:
    """With notes."""
    return _of(thread.messages.all(), before)


def for_client(thread: Thread, before: int | None = None) -> Conversation:
    """Without notes."""
    return _of(thread.messages.shown_to_client(), before)


def newer(rows: MessageQuerySet, key: int) -> list[Message]:
    """What has been written after the message with this key; of very much, the first."""
    return list(_shown(rows.after(key)).order_by("pk")[:AT_ONCE])


def _of(rows: MessageQuerySet, before: int | None) -> Conversation:
    last = rows.order_by("-pk").values_list("pk", flat=True).first() or 0
    if before:
        rows = rows.filter(pk__lt=before)
    found = list(_shown(rows).order_by("-pk")[: AT_ONCE + 1])
    shown = found[:AT_ONCE][::-1]
    return Conversation(shown, shown[0].pk if len(found) > AT_ONCE else None, last)


def _shown(rows: MessageQuerySet) -> MessageQuerySet:
    """With what pages show of each."""
    return rows.select_related("author", "resource").prefetch_related("attachments")
