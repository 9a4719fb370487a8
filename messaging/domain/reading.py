"""Who has read what: the unread marks of today, and the record of it that stays."""

from django.db import transaction
from django.db.models import Q

from accounts.models import User
from messaging.models import Message, Reading, Thread
from messaging.querysets import teams_of


@transaction.atomic
def mark_read_by_client(thread: Thread, upto: int) -> None:
    """The client has read the thread up to a message they see; nothing happens for one of another thread.

    Once nothing is unread, they are told of the next message by mail again.
    """
    shown = thread.messages.shown_to_client()
    if not shown.filter(pk=upto).exists():
        return
    held = Thread.objects.select_for_update(of=("self",), no_key=True).get(pk=thread.pk)
    _note(thread, upto, None)
    unread = shown.after(upto).exclude(side=Message.Side.CLIENT).count()
    if (held.client_unread, held.client_notified_at) != (unread, held.client_notified_at if unread else None):
        held.client_unread, held.client_notified_at = unread, held.client_notified_at if unread else None
        held.save(update_fields=["client_unread", "client_notified_at"])


@transaction.atomic
def mark_read_by_staff(thread: Thread, upto: int, user: User) -> None:
    """One of the staff has read the thread up to a message.

    Was it somebody who answers it, the staff are told of the client's next message by mail again.
    """
    if not thread.messages.filter(pk=upto).exists():
        return
    _note(thread, upto, user)
    theirs = Thread.objects.filter(Q(user=user) | Q(team__in=teams_of(user)), pk=thread.pk)
    if not thread.messages.after(upto).filter(side=Message.Side.CLIENT).exists():
        theirs.exclude(staff_notified_at=None).update(staff_notified_at=None)


def last_read(thread: Thread, user: User | None) -> int:
    """The key up to which one of the staff, or the client (None), has read the thread; 0 for nothing."""
    found = Reading.objects.filter(thread=thread, user=user).order_by("-message").values_list("message", flat=True)
    return found.first() or 0


def _note(thread: Thread, upto: int, user: User | None) -> None:
    if last_read(thread, user) < upto:
        Reading.objects.bulk_create([Reading(thread=thread, user=user, message_id=upto)], ignore_conflicts=True)
