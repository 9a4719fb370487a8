"""What happens to reminders: each verb is for a set, and a single one is a set of one.

A verb changes only those that it applies to, and returns their keys: done twice, it does nothing more.
"""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from accounts.models import User
from todos.domain.holding import hold, update_held
from todos.domain.telling import tell
from todos.models import Reminder
from todos.querysets import ReminderQuerySet

MORNING = time(9)  # when a reminder comes back that was put off to a day


@transaction.atomic
def create(reminders: Iterable[Reminder], *, by: User) -> list[Reminder]:
    """Write new reminders, which are not saved yet."""
    reminders = list(reminders)
    for reminder in reminders:
        reminder.created_by = by
    made = Reminder.objects.bulk_create(reminders)
    tell("reminder_added", "Reminder added", made, actor=by)
    return made


@transaction.atomic
def complete(reminders: ReminderQuerySet, *, by: User) -> list[int]:
    """Mark open reminders as done."""
    held = hold(reminders.open())
    update_held(held, {"done_at": Now(), "done_by": by})
    tell("reminder_done", "Reminder done", held, actor=by)
    return [one.pk for one in held]


@transaction.atomic
def reopen(reminders: ReminderQuerySet, *, by: User) -> list[int]:
    """Make reminders that were done open again."""
    held = hold(reminders.filter(done_at__isnull=False))
    update_held(held, {"done_at": None, "done_by": None})
    tell("reminder_reopened", "Reminder reopened", held, actor=by)
    return [one.pk for one in held]


@transaction.atomic
def snooze(reminders: ReminderQuerySet, until: datetime, *, by: User) -> list[int]:
    """Put open reminders off until a moment; those that are put off until then already stay as they are."""
    held = hold(reminders.open().filter(~Q(snoozed_until=until) | Q(snoozed_until=None)))
    update_held(held, {"snoozed_until": until})
    tell("reminder_snoozed", f"Reminder snoozed until {_day(until)}", held, actor=by)
    return [one.pk for one in held]


def morning_of(day: date) -> datetime:
    """The moment at which a reminder of that day is due, in the viewer's zone."""
    return timezone.make_aware(datetime.combine(day, MORNING))


def tomorrow() -> datetime:
    """Tomorrow morning in the viewer's zone."""
    return morning_of(timezone.localdate() + timedelta(days=1))


def next_week() -> datetime:
    """The morning of next Monday in the viewer's zone."""
    today = timezone.localdate()
    return morning_of(today + timedelta(days=7 - today.weekday()))


def start_of_today() -> datetime:
    """The moment at which the viewer's today began: what was due before is overdue."""
    return timezone.make_aware(datetime.combine(timezone.localdate(), time.min))


def _day(moment: datetime) -> str:
    return f"{timezone.localtime(moment):%B %-d, %Y}"
