"""The demo firm's action items and reminders, by hand and from campaigns: open, overdue, snoozed and done.

Written after the contacts, in the same transaction: `demo_known` and what mixes numbers are from there.
"""

from datetime import datetime
from typing import Any

from django.db import connection

from demo.people import date_history_back

ITEMS = [
    "Send us your latest tax return",
    "Sign the account agreement",
    "Choose your beneficiaries",
    "Check your address",
]
ITEM_TEXTS = [
    "A scan or a photo of each page is fine.",
    "Please read it in quiet. Call us about anything that is not clear.",
    "Who should receive the account one day? Names and dates of birth are enough.",
    "We want to be sure that letters reach you.",
]
REMINDERS = [
    "Call about the annual review",
    "Ask how the move went",
    "Prepare the college plan",
    "Send birthday wishes",
]
REMINDER_TEXTS = ["They asked for a call in the morning.", "", "Bring the cost table.", ""]

# From campaigns: an action item two weeks before it is due, which most have done; a reminder, which most have seen to.
FROM_CAMPAIGNS = """
INSERT INTO todos_actionitem (contact_id, title, text, resource_id, due_on, created_at, done_at, done_by_client,
    step_run)
SELECT run.contact_id, run.title, run.text, run.resource_id, run.due_at::date + 14, run.due_at, done.at,
    done.at IS NOT NULL, run.id
FROM outreach_steprun AS run JOIN demo_known AS known ON known.contact_id = run.contact_id
CROSS JOIN LATERAL (SELECT run.due_at + (1 + pg_temp.mix(n, 31, 12)) * interval '1 day' AS at) AS planned
LEFT JOIN LATERAL (SELECT planned.at WHERE planned.at < %(base)s AND pg_temp.mix(n, 32, 20) < 19) AS done ON true
WHERE run.kind = 'action_item' AND run.due_at <= %(base)s;

INSERT INTO todos_reminder (contact_id, title, text, due_at, created_at, done_at, done_by_id, step_run)
SELECT run.contact_id, run.title, run.text, run.due_at, run.due_at, done.at,
    CASE WHEN done.at IS NOT NULL THEN advisor_id END, run.id
FROM outreach_steprun AS run JOIN demo_known AS known ON known.contact_id = run.contact_id
LEFT JOIN LATERAL (SELECT run.due_at + interval '1 day' AS at WHERE run.due_at < %(base)s - interval '5 days') AS done
    ON true
WHERE run.kind = 'reminder' AND run.due_at <= %(base)s
"""
BY_HAND = """
INSERT INTO todos_actionitem
    (contact_id, title, text, resource_id, asks_for_upload, due_on, created_by_id, created_at, done_at, done_by_client,
    done_by_id)
SELECT contact_id, (%(items)s::text[])[which], (%(item_texts)s::text[])[which],
    CASE WHEN which = 1 THEN (SELECT min(id) FROM experiences_resource WHERE name = 'Tax year checklist') END,
    which = 1,
    %(base)s::date + pg_temp.mix(n, 34, 30) - 7, advisor_id, created.at, done.at, which <> 2 AND done.at IS NOT NULL,
    CASE WHEN which = 2 AND done.at IS NOT NULL THEN advisor_id END
FROM demo_known CROSS JOIN LATERAL (SELECT 1 + pg_temp.mix(n, 33, 4) AS which) AS kind
CROSS JOIN LATERAL (SELECT %(base)s::timestamptz - interval '9 days' + interval '10 hours' AS at) AS created
LEFT JOIN LATERAL (SELECT created.at + interval '3 days' AS at WHERE n %% 4 = 0) AS done ON true
WHERE n <= 5000 AND is_active AND NOT is_closed AND n %% 3 = 0;

INSERT INTO todos_reminder
    (contact_id, title, text, audience, due_at, snoozed_until, created_by_id, created_at, done_at, done_by_id)
SELECT contact_id, (%(reminders)s::text[])[which], (%(reminder_texts)s::text[])[which],
    CASE WHEN team_id IS NOT NULL AND n %% 2 = 0 THEN 'team' ELSE 'advisor' END, due.at,
    CASE WHEN n %% 5 = 0 AND n %% 3 <> 0 THEN greatest(due.at, %(base)s) + interval '3 days' END,
    advisor_id, created.at, done.at, CASE WHEN done.at IS NOT NULL THEN advisor_id END
FROM demo_known CROSS JOIN LATERAL (SELECT 1 + pg_temp.mix(n, 35, 4) AS which) AS kind
CROSS JOIN LATERAL (SELECT %(base)s::timestamptz + (pg_temp.mix(n, 36, 20) - 5) * interval '1 day'
    + interval '14 hours' AS at) AS due
CROSS JOIN LATERAL (SELECT %(base)s::timestamptz - interval '12 days' + interval '11 hours' AS at) AS created
LEFT JOIN LATERAL (SELECT created.at + interval '4 days' AS at WHERE n %% 3 = 0) AS done ON true
WHERE n <= 5000 AND NOT is_closed AND n %% 9 IN (0, 4);

-- The first client, whom the sign-in page offers, sees something of everything.
INSERT INTO todos_actionitem
    (contact_id, title, text, resource_id, asks_for_upload, due_on, created_by_id, created_at, done_at, done_by_client)
SELECT contact_id, (%(items)s::text[])[which], (%(item_texts)s::text[])[which],
    CASE WHEN which = 1 THEN (SELECT min(id) FROM experiences_resource WHERE name = 'Tax year checklist') END,
    which = 1,
    %(base)s::date + due, advisor_id, %(base)s::timestamptz - interval '20 days',
    CASE WHEN which = 4 THEN %(base)s::timestamptz - interval '6 days' END, which = 4
FROM (SELECT known.* FROM demo_known AS known JOIN contacts_contact AS person ON person.id = known.contact_id
    WHERE known.has_experience AND is_active AND NOT is_closed ORDER BY person.user_id LIMIT 1) AS first
CROSS JOIN (VALUES (1, 6), (2, -3), (4, -8)) AS given (which, due)
"""
EVENTS = """
INSERT INTO core_activity (at, verb, subject_type, subject_id, sentence, data, actor_id)
SELECT created_at, 'action_item_added', 'contact', contact_id, 'Action item added',
    jsonb_build_object('action_items', jsonb_build_array(id)), created_by_id
FROM todos_actionitem WHERE created_by_id IS NOT NULL
UNION ALL
SELECT item.done_at, 'action_item_done', 'contact', item.contact_id, 'Action item done',
    jsonb_build_object('action_items', jsonb_build_array(item.id)), coalesce(item.done_by_id, person.user_id)
FROM todos_actionitem AS item JOIN contacts_contact AS person ON person.id = item.contact_id
WHERE item.done_at IS NOT NULL
UNION ALL
SELECT created_at, 'reminder_added', 'contact', contact_id, 'Reminder added',
    jsonb_build_object('reminders', jsonb_build_array(id)), created_by_id
FROM todos_reminder WHERE created_by_id IS NOT NULL
UNION ALL
SELECT done_at, 'reminder_done', 'contact', contact_id, 'Reminder done',
    jsonb_build_object('reminders', jsonb_build_array(id)), done_by_id
FROM todos_reminder WHERE done_at IS NOT NULL
"""


def create_todos(*, base: datetime) -> None:
    """Write them for the contacts that were just made; `base` is the midnight before today."""
    params: dict[str, Any] = {
        "base": base,
        "items": ITEMS,
        "item_texts": ITEM_TEXTS,
        "reminders": REMINDERS,
        "reminder_texts": REMINDER_TEXTS,
    }
    with connection.cursor() as cursor:
        for statement in (*FROM_CAMPAIGNS.split(";\n"), *BY_HAND.split(";\n"), EVENTS):
            cursor.execute(statement, params)
        date_history_back(cursor, {"todos_actionitemevent": "created_at", "todos_reminderevent": "created_at"})
