"""Having the steps of campaigns happen: at most once each, at their hour, or not at all when it is too late.

A step is one row, written by one statement that judges it too; what it brings to the client or to the staff is written
in the same transaction (`effects`). So a worker that is killed has done all of it or nothing, and two workers that look
at the same moment do it once, by the unique constraint. See docs/decisions/0038-steps-of-campaigns.md.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from accounts.models import Firm
from outreach.domain.steps.due import DUE, parameters, zones_on_campaigns
from outreach.domain.steps.effects import WrittenStep, have_effect
from outreach.domain.steps.texts import VALUES, filled, firm_values
from outreach.models import CampaignPause, StepClock

OVERLAP = timedelta(minutes=2)  # looked at twice: assignments may be committed a little after their moment
LOOK_BACK_EVERY = timedelta(minutes=5)  # new assignments and changed time zones are noticed within this time
LOOK_BACK_AT_MOST = timedelta(days=14)  # steps missed in a longer outage are not listed as skipped

# Whether a step is done, or why it is skipped. What is paused has no outcome yet.
OUTCOME = """CASE
    WHEN person.deleted_at IS NOT NULL OR person.deactivated_at IS NOT NULL OR person.deceased THEN 'closed'
    WHEN person.do_not_contact_since IS NOT NULL AND due.kind <> 'reminder' THEN 'no_contact'
    WHEN due.due_at >= %(now)s - %(window)s THEN ''
    WHEN due.due_at < %(resumed_at)s OR EXISTS (
        SELECT FROM outreach_campaignpause AS pause WHERE due.due_at >= pause.paused_at
            AND due.due_at < pause.resumed_at
            AND (pause.contact_id = due.contact_id OR pause.campaign_id = due.campaign_id)) THEN 'held'
    ELSE 'late' END"""
NOT_PAUSED = """NOT EXISTS (
        SELECT FROM outreach_campaignpause AS pause
        WHERE pause.contact_id = due.contact_id AND pause.resumed_at IS NULL)
    AND NOT EXISTS (
        SELECT FROM outreach_campaignpause AS pause
        WHERE pause.campaign_id = due.campaign_id AND pause.resumed_at IS NULL)"""
# Contacts are held first, in the order of their keys, as by everything that changes contacts and what they get.
RUN = f"""
WITH judged AS MATERIALIZED (
    SELECT due.*, {filled("due.text")} AS said_text, why.reason,
        left(coalesce(nullif(btrim({filled("due.title")}), ''), due.title), 250) AS said_title
    FROM ({DUE}) AS due
    JOIN contacts_contact AS person ON person.id = due.contact_id
    JOIN accounts_user AS advisor ON advisor.id = person.primary_advisor_id
    CROSS JOIN LATERAL (SELECT {VALUES} AS values) AS said
    CROSS JOIN LATERAL (SELECT {OUTCOME} AS reason) AS why
    WHERE {NOT_PAUSED}
    ORDER BY person.id FOR NO KEY UPDATE OF person
), written AS (
    INSERT INTO outreach_steprun
        (assignment_id, contact_id, touchpoint_id, kind, day, title, text, resource_id, due_at, state, reason)
    SELECT assignment_id, contact_id, touchpoint_id, kind, day, said_title, said_text, resource_id, due_at,
        CASE WHEN reason = '' THEN 'done' ELSE 'skipped' END, reason
    FROM judged ORDER BY assignment_id, due_at, touchpoint_id
    ON CONFLICT DO NOTHING
    RETURNING id, assignment_id, touchpoint_id
)
SELECT written.id, CASE WHEN reason = '' THEN kind END AS kind, contact_id, said_title, said_text, resource_id, due_at,
    finish_by, audience, asks_for_upload
FROM written JOIN judged USING (assignment_id, touchpoint_id) ORDER BY written.id
"""  # noqa: S608 - our own text


def run_due_steps() -> int:
    """Do or skip every step that has become due since the last look; returns how many.

    One worker at a time: a second one returns at once. Does nothing while campaigns are on hold. What is due later than
    the firm's window allows is skipped. Every few minutes the whole window is looked through once more, and after a
    pause of a campaign or a contact all that became due meanwhile. Each of these is a transaction of its own: contacts
    are held in the order of their keys, which two looks together would not keep.
    """
    return _look() + sum(_settle_pauses(subject) for subject in ("contact", "campaign"))


@transaction.atomic
def _look() -> int:
    """Look from where the clock stands until now, and set it."""
    clock, firm = _held_clock(), Firm.get()
    if clock is None or firm.campaigns_held_at is not None:
        return 0
    now = timezone.now()
    looks_back = not clock.looked_back_at <= now <= clock.looked_back_at + LOOK_BACK_EVERY
    looked_until = min(clock.looked_until, now) - OVERLAP
    since = min(looked_until, now - _window(firm)) if looks_back else looked_until
    if looks_back:
        clock.looked_back_at, clock.zones = now, zones_on_campaigns()
    count = _run(max(since, now - LOOK_BACK_AT_MOST), now, looked_until, firm, zones=clock.zones or None)
    clock.looked_until = now
    clock.save()
    return count


@transaction.atomic
def _settle_pauses(subject: str) -> int:
    """Do or skip what became due during pauses of contacts, or of campaigns, that have ended; returns how many steps.

    It looks back as far as ever: before this pause there may have been another, which ended while this one was open.
    """
    ended = list(CampaignPause.objects.to_settle().exclude(**{subject: None}))
    if not ended or _held_clock() is None:
        return 0
    firm, now = Firm.get(), timezone.now()
    if firm.campaigns_held_at is not None:
        return 0
    narrowed = {f"{subject}s": [getattr(pause, f"{subject}_id") for pause in ended]}
    count = _run(now - LOOK_BACK_AT_MOST, now, now, firm, **narrowed)
    CampaignPause.objects.filter(pk__in=[pause.pk for pause in ended]).update(settled=True)
    return count


def _held_clock() -> StepClock | None:
    """The clock, held until the transaction ends; None when another worker holds it."""
    return StepClock.objects.select_for_update(skip_locked=True).filter(pk=1).first()


@transaction.atomic
def run_steps_of(contacts: Sequence[int]) -> int:
    """Do at once what is due for these contacts (keys): their first day begins when they first sign in."""
    firm, now = Firm.get(), timezone.now()
    return 0 if firm.campaigns_held_at else _run(now - _window(firm), now, now, firm, contacts=contacts)


def _run(since: datetime, now: datetime, looked_until: datetime, firm: Firm, **narrowed: Sequence) -> int:
    values = parameters(since, now, looked_until, firm, **narrowed) | outcome_parameters(firm) | firm_values(firm)
    with connection.cursor() as cursor:
        cursor.execute(RUN, values)
        written = [WrittenStep(*row) for row in cursor.fetchall()]
    have_effect(written, now)
    return len(written)


def outcome_parameters(firm: Firm) -> dict[str, Any]:
    """What OUTCOME needs beside `now`."""
    return {"window": _window(firm), "resumed_at": firm.campaigns_resumed_at}


def _window(firm: Firm) -> timedelta:
    """How late a step may be done."""
    return timedelta(hours=firm.step_window_hours)
