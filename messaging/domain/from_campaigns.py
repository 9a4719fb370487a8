"""Messages of campaigns: thousands at once, each into the thread with its contact's primary advisor."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from django.db import connection, transaction

from core.lookups import key_array
from messaging.domain.notices import tell_clients

# In the order that every writer keeps: contacts, threads, messages, mails.
HOLD = "SELECT FROM contacts_contact WHERE id = ANY(%(contacts)s::bigint[]) ORDER BY id FOR NO KEY UPDATE"
BEGIN = """
INSERT INTO messaging_thread (contact_id, kind, user_id, client_unread)
SELECT person.id, 'direct', person.primary_advisor_id, 0 FROM contacts_contact AS person
WHERE person.id = ANY(%(contacts)s::bigint[])
ORDER BY person.id
ON CONFLICT DO NOTHING
"""
WRITE = """
WITH given AS (
    SELECT contact_id, text, at, resource_id, step_run, place
    FROM unnest(%(each)s::bigint[], %(texts)s::text[], %(moments)s::timestamptz[], %(resources)s::bigint[],
        %(runs)s::bigint[]) WITH ORDINALITY AS one (contact_id, text, at, resource_id, step_run, place)
), placed AS (
    SELECT thread.id AS thread_id, thread.user_id, given.* FROM given
    JOIN contacts_contact AS person ON person.id = given.contact_id
    JOIN messaging_thread AS thread ON thread.contact_id = person.id AND thread.user_id = person.primary_advisor_id
), written AS (
    INSERT INTO messaging_message (thread_id, side, author_id, text, at, resource_id, step_run)
    SELECT thread_id, 'campaign', user_id, text, at, resource_id, step_run FROM placed ORDER BY at, place
    RETURNING thread_id, at
)
UPDATE messaging_thread AS thread SET client_unread = thread.client_unread + sums.number,
    last_message_at = greatest(thread.last_message_at, sums.latest)
FROM (SELECT thread_id, count(*) AS number, max(at) AS latest FROM written GROUP BY thread_id) AS sums
WHERE thread.id = sums.thread_id
RETURNING thread.id, sums.number
"""


class CampaignMessage(NamedTuple):
    """A message of a campaign: 1 to 4,000 characters; `step_run` is the key of the step that writes it."""

    contact_id: int
    text: str
    at: datetime
    resource_id: int | None = None
    step_run: int | None = None


@transaction.atomic
def write_for_campaigns(messages: Sequence[CampaignMessage]) -> int:
    """Write these messages, each in the name of its contact's primary advisor; returns how many.

    Runs in the caller's transaction, which has judged who gets which. A contact may be named more than once. Makes
    threads where there are none, counts the messages as unread, and plans at most one notice for each thread: not for
    those who may not be written to. Contacts that do not exist are left out.
    """
    if not messages:
        return 0
    contacts, texts, moments, resources, runs = (list(column) for column in zip(*messages, strict=True))
    values = {"contacts": key_array(sorted(set(contacts))), "each": key_array(contacts), "texts": texts}
    with connection.cursor() as cursor:
        cursor.execute(HOLD, values)
        cursor.execute(BEGIN, values)
        cursor.execute(WRITE, values | {"moments": moments, "resources": resources, "runs": runs})
        written = cursor.fetchall()
    tell_clients(pk for pk, _ in written)
    return sum(number for _, number in written)
