"""The whole campaign of one contact as it stands or would be: what happened, what comes, what does not and why.

Worked out for one contact in Python, from the same rules as the sweep's question (`due`); a test compares the two.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo

from django.utils import timezone

from accounts.domain.quiet_hours import after_quiet, moment_of
from accounts.models import Firm
from contacts.domain.placeholder_values import values_for
from contacts.domain.signing_in import zone_of
from contacts.models import Assignment, Contact
from experiences.domain.placeholders import fill, filled_title
from experiences.models import Campaign, Touchpoint
from outreach.domain.steps.pausing import open_pause
from outreach.models import StepRun

DONE, SKIPPED, COMES, WAITS, PASSED = "done", "skipped", "comes", "waits", "passed"


@dataclass(frozen=True)
class JourneyStep:
    """A step for one contact: when, on the contact's clock, what it says to them, and what became or becomes of it."""

    at: datetime
    day: int
    kind: str
    title: str
    text: str
    outcome: str
    why: str = ""


@dataclass(frozen=True)
class Journey:
    """The steps in the campaign's order. `started_on` is day 1; `supposed`: it has not begun, today was taken."""

    steps: list[tuple[Touchpoint, JourneyStep]]
    started_on: date
    supposed: bool
    zone: tzinfo

    def first_shown(self, today: date) -> date:
        """Where its calendar begins: today, or with the next step to come, or else with the last."""
        days = sorted(step.at.date() for _, step in self.steps)
        return next((day for day in days if day >= today), days[-1] if days else today)


def journey(contact: Contact, campaign: Campaign, firm: Firm) -> Journey:
    """All steps of `campaign` for `contact`, who need not have it: then as if it began today."""
    zone, now = zone_of(contact, firm), timezone.now()
    given = Assignment.objects.filter(contact=contact, campaign=campaign, ended_at=None).first()
    begun = given.campaign_started_on if given else None
    started_on = begun or now.astimezone(zone).date()
    runs = {run.touchpoint_id: run for run in StepRun.objects.filter(assignment=given)} if given else {}
    # Whoever begins today is given at once what their first day has brought already, as far as it is not too late.
    passed = now if begun else now - timedelta(hours=firm.step_window_hours)
    values, waits = values_for(contact, firm), _why_it_waits(contact, campaign, firm)
    steps = [
        (step, _happened(runs[step.pk], zone))
        if step.pk in runs
        else (step, _ahead(step, due_at(step, started_on, zone, firm), passed, _why_not(step, contact), waits, values))
        for step in campaign.touchpoints.all()
    ]
    return Journey(steps, started_on, begun is None, zone)


def due_at(step: Touchpoint, started_on: date, zone: tzinfo, firm: Firm) -> datetime:
    """When a step is due for somebody whose day 1 is `started_on`, in their zone: docs/campaign-days.md."""
    on = started_on + timedelta(days=step.day - 1)
    return moment_of(*after_quiet(on, step.time_of_day, firm.quiet_from, firm.quiet_until), zone)


def _why_not(step: Touchpoint, contact: Contact) -> str:
    """Why a step will be skipped, in words; empty when it will not."""
    if contact.deleted_at or contact.deactivated_at or contact.deceased:
        return StepRun.Reason.CLOSED.label
    if contact.do_not_contact_since and step.kind != Touchpoint.Kind.REMINDER:
        return StepRun.Reason.NO_CONTACT.label
    return ""


def _why_it_waits(contact: Contact, campaign: Campaign, firm: Firm) -> str:
    """What keeps all steps from happening for now, in words; empty when nothing does."""
    if firm.campaigns_held_at:
        return "All campaigns are on hold"
    if open_pause(contact):
        return "Paused for this contact"
    return "The campaign is paused" if open_pause(campaign) else ""


def _happened(run: StepRun, zone: tzinfo) -> JourneyStep:
    why = run.get_reason_display() if run.reason else ""
    return JourneyStep(run.due_at.astimezone(zone), run.day, run.kind, run.title, run.text, run.state, why)


def _ahead(step: Touchpoint, at: datetime, passed: datetime, why_not: str, waits: str, values: dict) -> JourneyStep:
    """A step that has not happened, and will not when it was due at `passed` or before.

    Why it will be skipped counts for more than why it waits.
    """
    if why_not:
        outcome, why = SKIPPED, why_not
    elif waits:
        outcome, why = WAITS, waits
    else:
        outcome, why = (PASSED, "Its time had passed") if at <= passed else (COMES, "")
    said = filled_title(step.title, values), fill(step.text, values)
    return JourneyStep(at, step.day, step.kind, *said, outcome, why)
