"""Who is told of action items and reminders: pushes, and lines of the staff's daily summary. None says what it is."""

import time
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from django.core.cache import cache
from django.db import connection, transaction
from django.db.models import F, Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from contacts.models import Contact
from contacts.registry import ContactGroup
from core.keys import read_key
from core.listing.lookups import key_array
from core.mailing import restore_guard
from core.words import counted
from notifications.domain.planning import PushTo, plan_pushes, push_to_contacts, pushes_leave
from notifications.models import Push
from notifications.registry import DigestLine
from notifications.types import Audience, Channel, NotificationType
from todos.models import ActionItem, ItemFile, Reminder
from todos.querysets import for_user

NEW_ITEM, REMINDER_DUE, ITEM_DONE, DONE_ITEMS = "new_action_item", "reminder_due", "item_done", "done_items"
ITEMS_PAGE = "/portal/items/"  # fixed: the portal lies above
PATIENCE = timedelta(seconds=30)
EVERY = 60  # seconds between two looks; forgotten with the cache, it is only a look too many
LATE_AT_MOST = timedelta(hours=6)  # a reminder that was due before is found on the Tasks page

DUE = """
SELECT DISTINCT staff.user_id, reminder.id FROM todos_reminder AS reminder
JOIN contacts_contact AS person ON person.id = reminder.contact_id
CROSS JOIN LATERAL (
    SELECT person.primary_advisor_id AS user_id WHERE reminder.audience = 'advisor' OR person.team_id IS NULL
    UNION SELECT member.user_id FROM experiences_teammember AS member
    WHERE reminder.audience = 'team' AND member.team_id = person.team_id
) AS staff
JOIN notifications_pushsubscription AS device ON device.user_id = staff.user_id
WHERE reminder.done_at IS NULL AND reminder.shows_at > %(since)s AND reminder.shows_at <= %(now)s
    AND (%(held)s::bigint[] IS NULL OR reminder.id = ANY(%(held)s::bigint[]))
    AND person.deleted_at IS NULL AND person.deactivated_at IS NULL
    AND NOT EXISTS (SELECT FROM notifications_push AS push WHERE push.type = %(type)s
        AND push.subject_id = reminder.id AND push.user_id = staff.user_id AND push.created_at >= reminder.shows_at)
ORDER BY reminder.id, staff.user_id
"""
# Held and asked of once more, so that of two workers the second finds what the first has planned.
HOLD = f"""
SELECT id FROM todos_reminder WHERE id IN (SELECT id FROM ({DUE}) AS due (user_id, id))
ORDER BY id FOR NO KEY UPDATE SKIP LOCKED
"""  # noqa: S608 - our own text


class NewActionItem(NotificationType):
    """The client was given an action item."""

    key, label, audience = NEW_ITEM, "New action item", Audience.CLIENT
    sentence = "There is a new action item for you."
    channels = (Channel.PUSH,)

    def leads_to(self, pushes: Sequence[Push]) -> dict[int, str]:
        """To their list, while the item is open and the portal is open to them."""
        still = ActionItem.objects.open().filter(pk__in={push.subject_id for push in pushes})
        clients = Contact.objects.open_to_portal().filter(do_not_contact_since=None)
        due = set(still.filter(contact__in=clients).values_list("pk", "contact__user"))
        return {push.pk: ITEMS_PAGE for push in pushes if (push.subject_id, push.user_id) in due}


class ReminderDue(NotificationType):
    """A reminder has come up for one of the staff, or for a team that they are in."""

    key, label, audience = REMINDER_DUE, "Reminder due", Audience.STAFF
    sentence = "A reminder is due."
    channels = (Channel.PUSH,)

    def leads_to(self, pushes: Sequence[Push]) -> dict[int, str]:
        """To the Tasks page, while the reminder is open, has not been put off, and is theirs."""
        found, now = {}, timezone.now()
        for user in User.objects.filter(pk__in={push.user_id for push in pushes}):
            theirs = waiting_reminders(user, now)
            due = theirs.filter(pk__in={push.subject_id for push in pushes}) if theirs is not None else ()
            keys = {one.pk for one in due}
            for push in pushes:
                if push.user_id == user.pk and push.subject_id in keys:
                    found[push.pk] = reverse("todos:tasks")
        return found


class ItemDone(NotificationType):
    """A client has finished an action item, or sent a file for one. Off until the firm turns it on: it may be often."""

    key, label, audience = ITEM_DONE, "Action item done, or file received", Audience.STAFF
    sentence = "A client has finished an action item or sent a file."
    channels = (Channel.PUSH,)
    defaults = frozenset()

    def leads_to(self, pushes: Sequence[Push]) -> dict[int, str]:
        """To the contacts who did so, while it is done, or a file is there, and the contact is theirs."""
        found = {}
        happened = Q(done_by_client=True) | Q(files__isnull=False)
        items = ActionItem.objects.filter(happened, pk__in={push.subject_id for push in pushes}).distinct()
        for user in User.objects.filter(pk__in={push.user_id for push in pushes}):
            theirs = set(items.visible_to(user).values_list("pk", flat=True))
            for push in pushes:
                if push.user_id == user.pk and push.subject_id in theirs:
                    found[push.pk] = _done_page(push.created_at - PATIENCE)
        return found


def notify_of_done(item_ids: Iterable[int], contact: Contact) -> None:
    """Push to the contact's primary advisor what the client has finished or sent, in the transaction that notes it."""
    later = timezone.now() + PATIENCE  # clients undo what they ticked by mistake
    plan_pushes(ITEM_DONE, [PushTo(contact.primary_advisor_id, pk, later) for pk in item_ids])


def waiting_reminders(user: User, now: datetime) -> QuerySet[Reminder] | None:
    """Open reminders that are for one of the staff and have come up by `now`; None when there can be none."""
    mine = for_user(user)
    return None if mine is None else Reminder.objects.on_tasks_of(user).open().filter(mine, shows_at__lte=now)


def notify_of_new_items(items: Iterable[tuple[int, int]]) -> None:
    """Push to the clients of new items, given as (contact, item), in the transaction that makes them."""
    push_to_contacts(NEW_ITEM, items, PATIENCE)


def push_due_reminders() -> None:
    """Push what has come up, unless sending is held; run by the sweep."""
    if pushes_leave(REMINDER_DUE) and restore_guard.check() and cache.add("todos.reminders_due", "1", EVERY):
        plan_due_reminders()


@transaction.atomic
def plan_due_reminders() -> int:
    """Plan a push for each reminder that has come up, once each time that it does; returns how many."""
    now = timezone.now()
    with connection.cursor() as cursor:
        values = {"since": now - LATE_AT_MOST, "now": now, "type": REMINDER_DUE}
        cursor.execute(HOLD, values | {"held": None})
        held = key_array(pk for (pk,) in cursor.fetchall())
        cursor.execute(DUE, values | {"held": held})
        found = cursor.fetchall()
    return plan_pushes(REMINDER_DUE, [PushTo(user, reminder, now) for user, reminder in found])


def reminders_line(user: User, since: datetime) -> DigestLine | None:
    """How many reminders wait for one of the staff."""
    waiting = waiting_reminders(user, timezone.now())
    number = waiting.count() if waiting is not None else 0
    return DigestLine(f"{counted(number, 'reminder')} due", reverse("todos:tasks")) if number else None


def items_line(user: User, since: datetime) -> DigestLine | None:
    """How many of the contacts that one of the staff sees did something for action items since the last summary."""
    since = since.replace(microsecond=0)
    number = Contact.objects.visible_to(user).filter(pk__in=_done_since(since)).count()
    if not number:
        return None
    words = f"{counted(number, 'contact')} finished action items or sent files"
    return DigestLine(words, _done_page(since))


def _done_page(since: datetime) -> str:
    """The contact list, narrowed to those who finished an action item or sent a file since a moment."""
    return f"{reverse('contacts:list')}?group={DONE_ITEMS}.{int(since.timestamp())}"


def _done_since(since: datetime) -> QuerySet:
    """Keys of contacts who have done an action item themselves, or sent a file for one, since a moment."""
    done = ActionItem.objects.filter(done_by_client=True, done_at__gte=since).order_by()
    sent = ItemFile.objects.filter(sent_at__gte=since).order_by()
    return done.values(pk=F("contact_id")).union(sent.values(pk=F("item__contact_id")))


def _moment(which: str) -> datetime | None:
    """The past moment in an address, in whole seconds; None where it cannot be read."""
    seconds = read_key(which)
    return None if seconds is None or seconds > time.time() else datetime.fromtimestamp(seconds, UTC)


def _ids(which: str) -> QuerySet | None:
    since = _moment(which)
    return None if since is None else _done_since(since)


def _label(which: str) -> str:
    since = _moment(which)
    if since is None:
        return "unknown"
    return f"finished action items or sent files since {timezone.localtime(since):%B %-d, %Y at %H:%M}"


DONE_GROUP = ContactGroup(_ids, _label)
