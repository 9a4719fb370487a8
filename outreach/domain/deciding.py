"""What a person decides about mails of which nobody knows whether they left: one rule for one and for many."""

from collections.abc import Sequence

from django.db import connection, transaction
from django.db.models import QuerySet

from contacts.models import Contact
from core.listing.lookups import key_array
from core.models import Operation
from mail.domain.planning import look_soon
from mail.models import Send

# The contacts are held first, in the order of their keys, as by everything that changes contacts and their mails.
HOLD = """
SELECT id FROM contacts_contact
WHERE id IN (SELECT contact_id FROM mail_send WHERE id = ANY(%(sends)s::bigint[]))
ORDER BY id FOR NO KEY UPDATE
"""
SENT = """
WITH earlier AS (
    SELECT id, sent_at IS NOT NULL AS was_counted FROM mail_send WHERE id = ANY(%(sends)s::bigint[])
), settled AS (
    UPDATE mail_send SET state = 'accepted', reason = '', sent_at = coalesce(settled_at, now()),
        settled_at = coalesce(settled_at, now()), lease_until = NULL
    WHERE id = ANY(%(sends)s::bigint[]) AND state = 'unknown'
    RETURNING id, purpose, contact_id, recipient, sent_at
), counted AS (
    SELECT contact_id, count(*) FILTER (WHERE NOT was_counted) AS number, min(sent_at) AS first, max(sent_at) AS latest
    FROM settled JOIN earlier USING (id) WHERE purpose = 'invitation' GROUP BY contact_id
), stamped AS (
    UPDATE contacts_contact SET first_invited_at = coalesce(first_invited_at, counted.first),
        last_invited_at = greatest(last_invited_at, counted.latest),
        invitations_sent = invitations_sent + counted.number
    FROM counted WHERE contacts_contact.id = counted.contact_id
), noted AS (
    INSERT INTO core_activity (actor_id, verb, subject_type, subject_id, sentence, data, operation_id)
    SELECT %(by)s, 'counted_as_sent', 'contact', contact_id,
        'Mail of unknown fate to ' || recipient || ' counted as sent', jsonb_build_object('send', id), %(operation)s
    FROM settled
)
SELECT id FROM settled
"""
AGAIN = """
WITH settled AS (
    UPDATE mail_send SET state = 'failed', reason = %(reason)s
    FROM contacts_contact AS person
    WHERE mail_send.id = ANY(%(sends)s::bigint[]) AND mail_send.state = 'unknown'
        AND person.id = mail_send.contact_id
    RETURNING mail_send.id, purpose, rank, subject_id, contact_id, person.email
), planned AS (
    INSERT INTO mail_send
        (purpose, rank, subject_id, contact_id, recipient, number, state, reason, attempts, message_id,
         operation_id, requested_by_id)
    SELECT DISTINCT ON (purpose, subject_id) purpose, rank, subject_id, contact_id, email,
        1 + (SELECT coalesce(max(earlier.number), 0) FROM mail_send AS earlier
             WHERE earlier.purpose = settled.purpose AND earlier.subject_id = settled.subject_id),
        'planned', '', 0, '', %(operation)s::bigint, %(by)s
    FROM settled WHERE email <> '' ORDER BY purpose, subject_id, id
), noted AS (
    INSERT INTO core_activity (actor_id, verb, subject_type, subject_id, sentence, data, operation_id)
    SELECT %(by)s, 'sent_again', 'contact', contact_id, 'A mail of unknown fate is sent again',
        jsonb_build_object('send', id), %(operation)s
    FROM settled
)
SELECT id FROM settled
"""


def count_as_sent(sends: Sequence[int], *, by, operation: Operation | None = None) -> list[int]:
    """They did leave: make their contacts Invited. Returns the keys of those that were still to be decided."""
    return _decide(SENT, sends, by, operation)


def send_again(sends: Sequence[int], *, by, operation: Operation | None = None) -> list[int]:
    """They may not have left: plan each once more, as a mail of its own to the present address.

    Two of the same kind to the same contact are sent again as one. Returns the keys of those that were still to be
    decided.
    """
    done = _decide(AGAIN, sends, by, operation)
    if done:
        look_soon()
    return done


@transaction.atomic
def _decide(statement: str, sends: Sequence[int], by, operation: Operation | None) -> list[int]:
    values = {
        "sends": key_array(sends),
        "by": by.pk,
        "operation": operation.pk if operation else None,
        "reason": f"Not known whether it left; {by.name} had it sent again."[:300],
    }
    with connection.cursor() as cursor:
        cursor.execute(HOLD, values)
        cursor.execute(statement, values)
        return sorted(row[0] for row in cursor.fetchall())


def undecided(user) -> QuerySet:
    """The mails of unknown fate that `user` may decide about."""
    return Send.objects.filter(state=Send.State.UNKNOWN, contact__in=Contact.objects.editable_by(user))
