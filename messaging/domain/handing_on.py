"""Giving direct threads from one of the staff to another, who looks after the contact by now."""

from django.db import connection, transaction

from accounts.models import User
from contacts.models import Contact
from core.history.recording import record
from core.listing.lookups import key_array
from messaging.models import Thread

MOVE = """
UPDATE messaging_thread AS thread SET user_id = %(to)s, staff_notified_at = NULL
WHERE id = ANY(%(ids)s::bigint[]) AND NOT EXISTS (
    SELECT FROM messaging_thread AS other WHERE other.contact_id = thread.contact_id AND other.user_id = %(to)s)
RETURNING id, id, contact_id
"""
# Where the receiver has a thread with the contact already, that goes on: messages never move. What waits for an answer
# waits there from now on.
JOIN = """
WITH joined AS (
    SELECT thread.id AS left_id, other.id AS right_id, thread.contact_id, thread.unanswered_since,
        thread.last_client_message_at
    FROM messaging_thread AS thread
    JOIN messaging_thread AS other ON other.contact_id = thread.contact_id AND other.user_id = %(to)s
    WHERE thread.id = ANY(%(ids)s::bigint[])
), emptied AS (
    UPDATE messaging_thread SET unanswered_since = NULL, staff_notified_at = NULL
    WHERE id IN (SELECT left_id FROM joined)
), waiting AS (
    UPDATE messaging_thread AS other SET unanswered_since = least(other.unanswered_since, joined.unanswered_since),
        last_client_message_at = greatest(other.last_client_message_at, joined.last_client_message_at)
    FROM joined WHERE other.id = joined.right_id AND joined.unanswered_since IS NOT NULL
)
SELECT left_id, right_id, contact_id FROM joined
"""
NOTE = """
INSERT INTO messaging_message (thread_id, side, author_id, text, at)
SELECT thread, 'note', %(by)s, %(text)s, now() FROM unnest(%(ids)s::bigint[]) AS thread
"""


@transaction.atomic
def hand_on(threads: list[int], *, of: User, to: User, by: User) -> dict[int, int]:
    """Give direct threads of `of` to `to`; returns for each thread the one that goes on in its place.

    Set-based. A thread keeps its messages and goes to `to`; where they have one with the contact already, that one goes
    on, and takes over what is unanswered. A note in each says so. The caller has made sure that `by` may.
    """
    rows = Thread.objects.filter(pk__in=threads, user=of).exclude(user=to).select_related(None)
    # Contacts before threads, as everywhere.
    keys = list(rows.order_by("contact", "pk").values_list("pk", "contact"))
    if not keys:
        return {}
    people = Contact.objects.select_for_update(no_key=True).filter(pk__in={contact for _, contact in keys})
    list(people.order_by("pk").values_list("pk"))
    ids = [pk for pk, _ in keys]
    list(rows.select_for_update(of=("self",), no_key=True).order_by("pk").values_list("pk"))
    with connection.cursor() as cursor:
        values = {"to": to.pk, "ids": key_array(ids), "by": by.pk}
        cursor.execute(MOVE, values)
        found = cursor.fetchall()
        moved = {left for left, _, _ in found}
        values["ids"] = key_array(pk for pk in ids if pk not in moved)
        cursor.execute(JOIN, values)
        found += cursor.fetchall()
        goes_on = {left: right for left, right, _ in found}
        words = f"Handed on from {of.name} to {to.name}."
        noted = {*goes_on, *goes_on.values()}
        cursor.execute(NOTE, {"by": by.pk, "text": words, "ids": key_array(sorted(noted))})
    sentence = f"Messages with {of.name} handed on to {to.name}"
    record("messages_handed_on", sentence, subject_ids=sorted({contact for *_, contact in found}), actor=by)
    return goes_on
