"""What a campaign is going to do for all who have it: a dry run. It asks what the sweep will ask, of days to come."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection
from django.utils import timezone

from accounts.models import Firm
from experiences.models import Campaign, Touchpoint
from outreach.domain.steps.due import DUE, parameters
from outreach.domain.steps.running import NOT_PAUSED

CLOSED, NO_CONTACT, PAUSED = "closed", "no_contact", "paused"
FORECAST = f"""
SELECT due.touchpoint_id, due.due_on, CASE
    WHEN person.deleted_at IS NOT NULL OR person.deactivated_at IS NOT NULL OR person.deceased THEN 'closed'
    WHEN person.do_not_contact_since IS NOT NULL AND due.kind <> 'reminder' THEN 'no_contact'
    WHEN NOT ({NOT_PAUSED}) THEN 'paused' ELSE '' END AS reason, count(*)
FROM ({DUE}) AS due JOIN contacts_contact AS person ON person.id = due.contact_id
GROUP BY due.touchpoint_id, due.due_on, reason
"""  # noqa: S608 - our own text
WAITING = """
SELECT count(*) FILTER (WHERE campaign_started_on IS NULL), count(*) FILTER (WHERE campaign_started_on IS NOT NULL)
FROM contacts_assignment WHERE campaign_id = %s AND ended_at IS NULL
"""


@dataclass
class PlannedStep:
    """A step on a day: for how many contacts it will happen, and for how many not, by reason."""

    step: Touchpoint
    happens: int
    closed: int
    no_contact: int
    paused: int


def forecast(campaign: Campaign, firm: Firm, until: datetime) -> dict[date, list[PlannedStep]]:
    """What will happen from now until a moment, by the date where the contacts live, each day in the steps' order.

    Those whose campaign begins with their first sign-in are not in it: when that will be is not known.
    """
    now = timezone.now()
    values = parameters(now, until, now, firm, campaigns=[campaign.pk])
    counts: dict = defaultdict(lambda: defaultdict(int))
    with connection.cursor() as cursor:
        cursor.execute(FORECAST, values)
        for step, on, reason, number in cursor.fetchall():
            counts[on, step][reason] += number
    days: dict[date, list[PlannedStep]] = defaultdict(list)
    for step in campaign.touchpoints.all():
        for on in sorted(on for on, key in counts if key == step.pk):
            found = counts[on, step.pk]
            days[on].append(PlannedStep(step, found[""], found[CLOSED], found[NO_CONTACT], found[PAUSED]))
    return dict(sorted(days.items()))


def on_the_way(campaign: Campaign) -> tuple[int, int]:
    """How many contacts have the campaign and wait for their first sign-in, and how many have begun."""
    with connection.cursor() as cursor:
        cursor.execute(WAITING, [campaign.pk])
        return cursor.fetchone()
