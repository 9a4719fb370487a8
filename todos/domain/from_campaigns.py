"""What campaigns bring: action items and reminders by the ten thousand, each kind in one statement.

To be called in the transaction that wrote the steps of the campaign, with what those steps say. The timeline shows the
steps themselves, so no event is written. Rows of contacts who are deleted or no longer there are left out.
"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import NamedTuple

from django.db import connection

from todos.domain.notifying import notify_of_new_items


class CampaignItem(NamedTuple):
    """An action item of a campaign. `due_on` is a day where the contact lives, or None; `step_run` the step's key."""

    contact_id: int
    title: str
    text: str
    resource_id: int | None
    due_on: date | None
    asks_for_upload: bool = False
    step_run: int | None = None


class CampaignReminder(NamedTuple):
    """A reminder of a campaign; `due_at` has a zone, `audience` is a value of `Reminder.Audience`."""

    contact_id: int
    title: str
    text: str
    due_at: datetime
    audience: str = "advisor"
    step_run: int | None = None


ACTION_ITEMS = """
INSERT INTO todos_actionitem (contact_id, title, text, resource_id, due_on, asks_for_upload, step_run)
SELECT given.contact_id, given.title, given.text, given.resource_id, given.due_on, given.asks_for_upload, given.step_run
FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::bigint[], %s::date[], %s::boolean[], %s::bigint[]) WITH ORDINALITY
    AS given (contact_id, title, text, resource_id, due_on, asks_for_upload, step_run, place)
JOIN contacts_contact AS person ON person.id = given.contact_id AND person.deleted_at IS NULL
ORDER BY given.place
RETURNING contact_id, id
"""
REMINDERS = """
INSERT INTO todos_reminder (contact_id, title, text, due_at, audience, step_run)
SELECT given.contact_id, given.title, given.text, given.due_at, given.audience, given.step_run
FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::timestamptz[], %s::text[], %s::bigint[]) WITH ORDINALITY
    AS given (contact_id, title, text, due_at, audience, step_run, place)
JOIN contacts_contact AS person ON person.id = given.contact_id AND person.deleted_at IS NULL
ORDER BY given.place
RETURNING contact_id, id
"""


def create_action_items(rows: Iterable[CampaignItem]) -> int:
    """Write the action items; returns how many."""
    made = _insert(ACTION_ITEMS, rows)
    notify_of_new_items(made)
    return len(made)


def create_reminders(rows: Iterable[CampaignReminder]) -> int:
    """Write the reminders; returns how many."""
    return len(_insert(REMINDERS, rows))


def _insert(statement: str, rows: Iterable[tuple]) -> list[tuple[int, int]]:
    """Run the statement; contact and key of each row that it wrote."""
    columns = [list(column) for column in zip(*rows, strict=True)]
    if not columns:
        return []
    with connection.cursor() as cursor:
        # Checks that wait for the end would be walked again for each row that a history trigger sees.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(statement, columns)
        return cursor.fetchall()
