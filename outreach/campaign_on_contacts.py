"""What contacts' pages show of their campaign: its day, what was done or skipped, what comes next."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import timezone

from accounts.models import Firm
from contacts.domain.signing_in import zone_of
from contacts.models import Assignment, Contact
from contacts.timeline import Entry, newest_before
from experiences.models import Touchpoint
from outreach.domain.steps.due import KINDS
from outreach.domain.steps.pausing import open_pause
from outreach.models import StepRun

SHOWN = 6
BROUGHT = {
    Touchpoint.Kind.MESSAGE: "sent",
    Touchpoint.Kind.POST: "sent",
    Touchpoint.Kind.ACTION_ITEM: "given",
    Touchpoint.Kind.REMINDER: "created",
}


@dataclass(frozen=True)
class NextStep:
    """A step that has not come yet, and its day where the contact lives."""

    title: str
    kind: str
    on: date


def section(contact: Contact, request: HttpRequest) -> str:
    """The section Campaign of the summary page; empty for contacts without one."""
    runs = list(StepRun.objects.filter(contact=contact)[:SHOWN])
    if not runs and contact.campaign_id is None:
        return ""
    given = Assignment.objects.filter(contact=contact, ended_at=None).select_related("campaign")
    assignment = given.first() if contact.campaign_id else None
    firm: Firm = request.firm
    today = timezone.localdate(timezone=zone_of(contact, firm))
    context = {
        "contact": contact,
        "campaign": assignment.campaign if assignment else None,
        "day": _day(assignment, today),
        "runs": runs,
        "next_steps": _next_steps(assignment, today),
        "held_at": firm.campaigns_held_at,
        "pause": open_pause(contact) if contact.campaign_id else None,
        "campaign_pause": open_pause(assignment.campaign) if assignment and assignment.campaign else None,
        "may_edit": request.user.may_edit,
    }
    return render_to_string("outreach/campaign_section.html", context, request)


def steps(contact: Contact, before: datetime | None, limit: int) -> list[Entry]:
    """Steps of campaigns, for the timeline: those done, and those skipped with the reason."""
    rows = newest_before(StepRun.objects.filter(contact=contact), "at", before)
    return [_entry(run) for run in rows[:limit]]


def _entry(run: StepRun) -> Entry:
    skipped = run.state == StepRun.State.SKIPPED
    what = f"{run.get_kind_display()} “{run.title}”"
    done = f"{what} {BROUGHT[run.kind]} by the campaign"
    return Entry(
        at=run.at,
        sentence=f"{what} skipped. {run.get_reason_display()}" if skipped else done,
        kind="campaign",
        icon="ban" if skipped else "megaphone",
        tone="warning" if skipped else "",
    )


def _day(assignment: Assignment | None, today: date) -> int | None:
    """Which day of the campaign it is; None before it has begun."""
    if assignment is None or assignment.campaign is None or assignment.campaign_started_on is None:
        return None
    return (today - assignment.campaign_started_on).days + 1


def _next_steps(assignment: Assignment | None, today: date) -> list[NextStep]:
    """The next steps of the campaign, as far as it has begun."""
    day = _day(assignment, today)
    if day is None:
        return []
    done = StepRun.objects.filter(assignment=assignment).values("touchpoint")
    coming = Touchpoint.objects.filter(campaign=assignment.campaign_id, kind__in=KINDS, day__gte=day).exclude(
        pk__in=done
    )
    started = assignment.campaign_started_on
    return [
        NextStep(step.title, step.get_kind_display(), started + timedelta(days=step.day - 1)) for step in coming[:SHOWN]
    ]
