"""A campaign under way at moments of a test's choosing."""

from datetime import UTC, date, datetime

import time_machine

from outreach.domain.steps.running import run_due_steps
from outreach.models import StepClock, StepRun

# After today, for the histories hold the real moment at which the tests wrote.
STARTED = date(2031, 3, 3)


def moment(day: int, hour: int, minute: int = 0) -> datetime:
    """That hour in UTC, on a day of the campaign."""
    return datetime(2031, 3, 2 + day, hour, minute, tzinfo=UTC)


def begin(at: datetime) -> None:
    """Nothing has been looked for before that moment."""
    StepClock.objects.update(looked_until=at, looked_back_at=at)


def look(at: datetime) -> None:
    """The sweep of that moment."""
    with time_machine.travel(at, tick=False):
        run_due_steps()


def runs(**lookups) -> list[tuple[str, str, str]]:
    """Title, state and reason of each step, in their order."""
    return list(StepRun.objects.filter(**lookups).order_by("due_at").values_list("title", "state", "reason"))
