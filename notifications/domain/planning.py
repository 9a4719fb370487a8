"""Writing pushes into the ledger: one for each device of each person who wants them."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import connection
from django.utils import timezone

from accounts.models import Firm
from contacts.models import Contact
from core.listing.lookups import key_array
from core.queueing import call_worker
from notifications.domain.choosing import is_enabled
from notifications.domain.quiet import zones_wait_until
from notifications.domain.vapid import is_set_up
from notifications.registry import notification_types
from notifications.types import Channel

# Numbered after those before: each is unique for its device, and what is planned twice at once is one.
PLAN = """
INSERT INTO notifications_push (user_id, subscription_id, type, subject_id, number, not_before, state)
SELECT device.user_id, device.id, %(type)s, given.subject_id, 1 + coalesce((
    SELECT max(number) FROM notifications_push AS earlier WHERE earlier.subscription_id = device.id
        AND earlier.type = %(type)s AND earlier.subject_id = given.subject_id), 0), given.not_before, 'planned'
FROM unnest(%(users)s::bigint[], %(subjects)s::bigint[], %(moments)s::timestamptz[])
    AS given (user_id, subject_id, not_before)
JOIN notifications_pushsubscription AS device ON device.user_id = given.user_id
WHERE NOT EXISTS (SELECT FROM notifications_personalchoice AS off
    WHERE off.user_id = device.user_id AND off.type = %(type)s AND off.channel = 'push')
ORDER BY device.id, given.subject_id
ON CONFLICT DO NOTHING
"""


class PushTo(NamedTuple):
    """A push to all devices of a user. `subject_id` is what it is about; it leaves no sooner than `not_before`."""

    user_id: int
    subject_id: int
    not_before: datetime


def plan_pushes(key: str, pushes: Iterable[PushTo]) -> int:
    """Plan pushes of a type in the caller's transaction; returns how many.

    Nothing is planned where the firm or the person has turned them off, for who has no device, and without keys of
    VAPID. Quiet hours are for `not_before`, and are asked again when it leaves.
    """
    pushes = list(pushes)
    if not (pushes and pushes_leave(key)):
        return 0
    users, subjects, moments = (list(column) for column in zip(*pushes, strict=True))
    values = {"type": key, "users": key_array(users), "subjects": key_array(subjects), "moments": moments}
    with connection.cursor() as cursor:
        cursor.execute(PLAN, values)
        planned = cursor.rowcount
    if planned:
        call_worker("notifications.push_due")
    return planned


def push_to_contacts(key: str, about: Iterable[tuple[int, int]], after: timedelta) -> int:
    """Plan pushes of a type to contacts, given as (contact, subject), in the caller's transaction; returns how many.

    They leave `after` a while, in which who has the page open has seen it, and not in quiet hours where they live.
    Contacts are as they are now; the type asks again whether they may be told.
    """
    about = list(about)
    if not (about and pushes_leave(key)):
        return 0
    people = Contact.objects.filter(pk__among={contact for contact, _ in about}, deactivated_at=None, deleted_at=None)
    reached = people.filter(user__push_subscriptions__isnull=False).order_by().distinct()
    found = {pk: (user, zone) for pk, user, zone in reached.values_list("pk", "user", "time_zone")}
    moment = timezone.now() + after
    quiet = zones_wait_until({zone for _, zone in found.values()}, moment, Firm.get())
    pushes = []
    for contact, subject in about:
        if contact in found:
            user, zone = found[contact]
            pushes.append(PushTo(user, subject, quiet.get(zone, moment)))
    return plan_pushes(key, pushes)


def pushes_leave(key: str) -> bool:
    """Whether anybody can be pushed a notification of this type: the firm has it on, and there are keys."""
    return is_set_up() and is_enabled(notification_types[key], Channel.PUSH)
