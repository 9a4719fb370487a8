"""Which steps of campaigns are due: one question for the sweep, for one contact and for tests.

Day 1 is the day on which the campaign began, where the contact lives. A step is due on its day at its time of day,
or when the quiet hours of the firm end. How days are counted, with examples: docs/campaign-days.md.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from django.db import connection

from accounts.models import Firm
from accounts.models.firm import time_zones
from core.listing.lookups import key_array
from experiences.models import Touchpoint

KINDS = [kind.value for kind in Touchpoint.Kind]
# Steps are found by what clocks show first, and by their exact moment then. A clock that is changed nearby may have
# shown the time of a step some hours away from its moment.
SLACK = timedelta(hours=3)

# Of each step: by how many days the quiet hours move it, and at which time of day it happens.
STEPS = """
SELECT step.id, step.campaign_id, step.kind, step.day, step.title, step.text, step.resource_id, step.due_in_days,
    step.audience, step.asks_for_upload,
    CASE WHEN quiet.applies AND step.time_of_day >= %(quiet_until)s::time THEN 1 ELSE 0 END AS shift,
    CASE WHEN quiet.applies THEN %(quiet_until)s::time ELSE step.time_of_day END AS at
FROM experiences_touchpoint AS step
CROSS JOIN LATERAL (SELECT CASE WHEN %(quiet_from)s::time <= %(quiet_until)s::time
    THEN step.time_of_day >= %(quiet_from)s::time AND step.time_of_day < %(quiet_until)s::time
    ELSE step.time_of_day >= %(quiet_from)s::time OR step.time_of_day < %(quiet_until)s::time
END AS applies) AS quiet
WHERE step.removed_at IS NULL AND step.kind = ANY(%(kinds)s)
    AND (%(campaigns)s::bigint[] IS NULL OR step.campaign_id = ANY(%(campaigns)s::bigint[]))
"""
# What is found by looking back was not due when its hour came. It counts unless that day had passed when the contact
# was given the campaign, or the step was added or moved since both. The histories know.
UNCHANGED = """
    given.campaign_started_on + (steps.day - 1) >= coalesce(
        (came.at AT TIME ZONE place.zone)::date, given.campaign_started_on)
    AND NOT EXISTS (
        SELECT FROM experiences_touchpointevent AS edit
        LEFT JOIN LATERAL (
            SELECT day, time_of_day FROM experiences_touchpointevent AS before
            WHERE before.pgh_obj_id = edit.pgh_obj_id AND before.pgh_id < edit.pgh_id ORDER BY pgh_id DESC LIMIT 1
        ) AS before ON true
        WHERE edit.pgh_obj_id = steps.id AND edit.pgh_created_at > greatest(moment.due_at, came.at)
            AND (before.day, before.time_of_day) IS DISTINCT FROM (edit.day, edit.time_of_day)
    )
"""
# When the contact was given the campaign that they have: the first entry since they had another one.
CAME = """
    SELECT min(entry.pgh_created_at) AS at FROM contacts_assignmentevent AS entry
    WHERE entry.contact_id = given.contact_id AND entry.pgh_obj_id = given.id AND entry.pgh_id > coalesce((
        SELECT max(other.pgh_id) FROM contacts_assignmentevent AS other
        WHERE other.contact_id = given.contact_id AND other.pgh_obj_id = given.id
            AND other.campaign_id IS DISTINCT FROM given.campaign_id), 0)
"""
ZONES = """
SELECT DISTINCT person.time_zone FROM contacts_assignment AS given
JOIN contacts_contact AS person ON person.id = given.contact_id
WHERE given.campaign_id IS NOT NULL AND given.ended_at IS NULL
"""
DUE = f"""
WITH steps AS MATERIALIZED ({STEPS}), hours AS (
    SELECT DISTINCT at FROM steps
), clocks AS (
    -- What clocks show from `since` to `now`; more where they are changed nearby.
    SELECT DISTINCT shown.since - spare.time AS since, shown.until + spare.time AS until
    FROM unnest(%(zones)s::text[]) AS place(zone) CROSS JOIN LATERAL (SELECT
        %(since)s::timestamptz AT TIME ZONE zone AS since, %(now)s::timestamptz AT TIME ZONE zone AS until,
        (%(now)s::timestamptz + %(slack)s) AT TIME ZONE zone - (%(since)s::timestamptz - %(slack)s) AT TIME ZONE zone
            <> (%(now)s::timestamptz + %(slack)s) - (%(since)s::timestamptz - %(slack)s) AS changed
    ) AS shown
    CROSS JOIN LATERAL (SELECT CASE WHEN shown.changed THEN %(slack)s ELSE interval '0' END AS time) AS spare
), dates AS (
    SELECT DISTINCT hours.at, day.date::date AS date
    FROM hours CROSS JOIN clocks AS clock
    CROSS JOIN LATERAL generate_series(
        date_trunc('day', clock.since), date_trunc('day', clock.until), interval '1 day'
    ) AS day(date)
    WHERE day.date::date + hours.at BETWEEN clock.since AND clock.until
), starts AS (
    SELECT steps.id, dates.date - steps.shift - steps.day + 1 AS started_on FROM steps JOIN dates USING (at)
)
SELECT given.id AS assignment_id, given.contact_id, given.campaign_id, steps.id AS touchpoint_id, steps.kind, steps.day,
    steps.title, steps.text, steps.resource_id, moment.due_on, moment.due_at,
    greatest(moment.due_on, (%(now)s::timestamptz AT TIME ZONE place.zone)::date) + steps.due_in_days AS finish_by,
    steps.audience, steps.asks_for_upload
FROM starts JOIN steps USING (id)
CROSS JOIN LATERAL (
    -- By the index, a look-up for each step and day: otherwise all who are on a campaign would be read at each look.
    SELECT * FROM contacts_assignment AS one WHERE one.campaign_id = steps.campaign_id
        AND one.campaign_started_on = starts.started_on AND one.ended_at IS NULL OFFSET 0
) AS given
CROSS JOIN LATERAL (SELECT time_zone FROM contacts_contact AS one WHERE one.id = given.contact_id OFFSET 0) AS person
CROSS JOIN LATERAL (SELECT
    CASE WHEN person.time_zone = ANY(%(known)s) THEN person.time_zone ELSE %(zone)s END AS zone) AS place
CROSS JOIN LATERAL (SELECT given.campaign_started_on + (steps.day - 1 + steps.shift) AS due_on) AS there
CROSS JOIN LATERAL (SELECT there.due_on, (there.due_on + steps.at) AT TIME ZONE place.zone AS due_at) AS moment
WHERE moment.due_at > %(since)s AND moment.due_at <= %(now)s
    AND (%(contacts)s::bigint[] IS NULL OR given.contact_id = ANY(%(contacts)s::bigint[]))
    AND NOT EXISTS (
        SELECT FROM outreach_steprun AS run WHERE run.assignment_id = given.id AND run.touchpoint_id = steps.id)
    AND (moment.due_at > %(looked_until)s OR EXISTS (SELECT FROM ({CAME}) AS came WHERE {UNCHANGED}))
"""  # noqa: S608 - our own text


def parameters(
    since: datetime,
    now: datetime,
    looked_until: datetime,
    firm: Firm,
    contacts: Sequence[int] | None = None,
    campaigns: Sequence[int] | None = None,
    zones: Iterable[str] | None = None,
) -> dict[str, Any]:
    """What DUE asks for: steps due after `since` and no later than `now`, of all or only these contacts or campaigns.

    `looked_until`: what was due before has been looked for already. `zones`: names as contacts have them, outside of
    which nobody is looked for (None: all there are). A step at an hour that is shown nowhere costs next to nothing.
    """
    own = firm.time_zone if firm.time_zone in _known_zones() else "UTC"
    places = _known_zones() if zones is None else {name if name in _known_zones() else own for name in zones}
    return {
        "since": since,
        "now": now,
        "looked_until": looked_until,
        "slack": SLACK,
        "zones": sorted(places),
        "known": list(_known_zones()),
        "zone": own,
        "kinds": KINDS,
        "quiet_from": firm.quiet_from,
        "quiet_until": firm.quiet_until,
        "contacts": None if contacts is None else key_array(contacts),
        "campaigns": None if campaigns is None else key_array(campaigns),
    }


def zones_on_campaigns() -> list[str]:
    """The time zones of the contacts who have a campaign, as contacts have them: empty is the firm's."""
    with connection.cursor() as cursor:
        cursor.execute(ZONES)
        return [name for (name,) in cursor.fetchall()]


@cache
def _known_zones() -> frozenset[str]:
    """The zones that PostgreSQL knows: its own list may be older than Python's, and an unknown name is an error."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM pg_timezone_names")
        return frozenset(name for (name,) in cursor.fetchall()) & time_zones()
