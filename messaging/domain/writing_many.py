"""Thousands of messages at once: into threads that are made where there are none, and at most one notice for each."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from django.db import connection

from core.listing.lookups import key_array
from messaging.domain.notices import notify_clients
from messaging.models import Message

# In the order that every writer keeps: contacts, threads, messages, mails.
HOLD = """
SELECT id, primary_advisor_id FROM contacts_contact WHERE id = ANY(%s::bigint[]) ORDER BY id FOR NO KEY UPDATE
"""
BEGIN = """
INSERT INTO messaging_thread (contact_id, kind, user_id, team_id, client_unread)
SELECT DISTINCT contact_id, CASE WHEN team_id IS NULL THEN 'direct' ELSE 'team' END, user_id, team_id, 0
FROM unnest(%(contacts)s::bigint[], %(users)s::bigint[], %(teams)s::bigint[]) AS one (contact_id, user_id, team_id)
ORDER BY contact_id
ON CONFLICT DO NOTHING
"""
WRITE = """
WITH given AS (
    SELECT * FROM unnest(%(contacts)s::bigint[], %(users)s::bigint[], %(teams)s::bigint[], %(authors)s::bigint[],
        %(texts)s::text[], %(moments)s::timestamptz[], %(resources)s::bigint[], %(runs)s::bigint[]) WITH ORDINALITY
        AS one (contact_id, user_id, team_id, author_id, text, at, resource_id, step_run, place)
), placed AS (
    SELECT thread.id AS thread_id, given.* FROM given JOIN messaging_thread AS thread
        ON thread.contact_id = given.contact_id AND thread.user_id = given.user_id
    UNION ALL
    SELECT thread.id AS thread_id, given.* FROM given JOIN messaging_thread AS thread
        ON thread.contact_id = given.contact_id AND thread.team_id = given.team_id
), written AS (
    INSERT INTO messaging_message (thread_id, side, author_id, text, at, resource_id, step_run)
    SELECT thread_id, %(side)s, author_id, text, at, resource_id, step_run FROM placed ORDER BY at, place
    RETURNING thread_id, at
)
UPDATE messaging_thread AS thread SET client_unread = thread.client_unread + sums.number,
    last_message_at = greatest(thread.last_message_at, sums.latest)
FROM (SELECT thread_id, count(*) AS number, max(at) AS latest FROM written GROUP BY thread_id) AS sums
WHERE thread.id = sums.thread_id
RETURNING thread.id, sums.number
"""


class Placed(NamedTuple):
    """A message for the thread of a contact with `user` or with `team`: one of the two. Text of 1 to 4,000 characters.

    `step_run`: the key of the campaign's step that writes it.
    """

    contact: int
    user: int | None
    team: int | None
    author: int
    text: str
    at: datetime
    resource: int | None = None
    step_run: int | None = None


def hold(contacts: Iterable[int]) -> dict[int, int]:
    """Lock these contacts (keys) in the order of their keys; the primary advisor of each that exists."""
    with connection.cursor() as cursor:
        cursor.execute(HOLD, [key_array(sorted(set(contacts)))])
        return dict(cursor.fetchall())


def write_many(side: Message.Side, messages: Sequence[Placed]) -> int:
    """Write these messages to clients, count them as unread, and plan the notices; returns how many were written.

    The contacts are held (`hold`), by the caller's transaction, which has judged who gets which. What was unanswered
    stays so. No notice for those who may not be written to, or who have one that they have not followed yet.
    """
    if not messages:
        return 0
    columns = (list(column) for column in zip(*messages, strict=True))
    names = ("contacts", "users", "teams", "authors", "texts", "moments", "resources", "runs")
    values = dict(zip(names, columns, strict=True))
    with connection.cursor() as cursor:
        cursor.execute(BEGIN, values)
        cursor.execute(WRITE, values | {"side": side})
        written = cursor.fetchall()
    notify_clients(pk for pk, _ in written)
    return sum(number for _, number in written)
