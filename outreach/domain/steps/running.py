"""Having the steps of campaigns happen: at most once each, at their hour, or not at all when it is too late.

A step is one row, and the row is its effect: the client's feed is read from it. So judging and doing are one statement
in one transaction; a worker that is killed has done all of it or nothing, and two workers that look at the same
moment do it once, by the unique constraint. See docs/decisions/0038-steps-of-campaigns.md.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.utils import timezone

from accounts.models import Firm
from outreach.domain.steps.due import DUE, parameters
from outreach.models import StepClock

OVERLAP = timedelta(minutes=2)  # looked at twice: assignments may be committed a little after their moment
LOOK_BACK_EVERY = timedelta(minutes=5)  # new assignments and changed time zones are noticed within this time
LOOK_BACK_AT_MOST = timedelta(days=14)  # steps missed in a longer outage are not listed as skipped

RUN = f"""
INSERT INTO outreach_steprun
    (assignment_id, contact_id, touchpoint_id, kind, day, title, text, resource_id, due_at, state, reason)
SELECT due.*, CASE WHEN why.reason = '' THEN 'done' ELSE 'skipped' END, why.reason
FROM ({DUE}) AS due
JOIN contacts_contact AS person ON person.id = due.contact_id
CROSS JOIN LATERAL (SELECT CASE
    WHEN person.deleted_at IS NOT NULL OR person.deactivated_at IS NOT NULL OR person.deceased THEN 'closed'
    WHEN due.due_at >= %(now)s - %(window)s THEN ''
    WHEN due.due_at < %(resumed_at)s THEN 'held'
    ELSE 'late' END AS reason) AS why
ORDER BY due.assignment_id, due.due_at, due.touchpoint_id
ON CONFLICT DO NOTHING
"""  # noqa: S608 - our own text


@transaction.atomic
def run_due_steps() -> int:
    """Do or skip every step that has become due since the last look; returns how many.

    One worker at a time: a second one returns at once. Does nothing while campaigns are on hold. What is due later than
    the firm's window allows is skipped. Every few minutes the whole window is looked through once more.
    """
    clock = StepClock.objects.select_for_update(skip_locked=True).filter(pk=1).first()
    firm = Firm.get()
    if clock is None or firm.campaigns_held_at is not None:
        return 0
    now = timezone.now()
    looks_back = not clock.looked_back_at <= now <= clock.looked_back_at + LOOK_BACK_EVERY
    looked_until = min(clock.looked_until, now) - OVERLAP
    since = min(looked_until, now - _window(firm)) if looks_back else looked_until
    count = _run(max(since, now - LOOK_BACK_AT_MOST), now, looked_until, firm)
    clock.looked_until, clock.looked_back_at = now, now if looks_back else clock.looked_back_at
    clock.save()
    return count


@transaction.atomic
def run_steps_of(contacts: Sequence[int]) -> int:
    """Do at once what is due for these contacts (keys): their first day begins when they first sign in."""
    firm, now = Firm.get(), timezone.now()
    return 0 if firm.campaigns_held_at else _run(now - _window(firm), now, now, firm, contacts)


def _run(
    since: datetime, now: datetime, looked_until: datetime, firm: Firm, contacts: Sequence[int] | None = None
) -> int:
    values = parameters(since, now, looked_until, firm, contacts) | {
        "window": _window(firm),
        "resumed_at": firm.campaigns_resumed_at,
    }
    with connection.cursor() as cursor:
        cursor.execute(RUN, values)
        return cursor.rowcount


def _window(firm: Firm) -> timedelta:
    """How late a step may be done."""
    return timedelta(hours=firm.step_window_hours)
