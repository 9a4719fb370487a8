"""Writing business events, for one subject or for a set."""

import json
from collections.abc import Iterable, Mapping

from django.db import connection

from core.listing.lookups import key_array
from core.models import Activity, Operation


def record(
    verb: str,
    sentence: str,
    *,
    subject_ids: Iterable[int],
    actor=None,
    operation: Operation | None = None,
    data: dict | None = None,
    data_of: Mapping[int, dict] | None = None,
    subject_type: str = "contact",
) -> None:
    """Write one event per subject, in one statement, inside the caller's transaction.

    Its moment is that of the transaction, as in the history the triggers keep: the timeline puts both together.
    `actor` is the user who did it, None for the system. `sentence` is shown to people as it is.
    `data_of` holds, by subject, what stands in place of `data`.
    """
    columns = "verb, sentence, subject_type, actor_id, operation_id, data, subject_id, at"
    values = [
        verb,
        sentence[:500],
        subject_type,
        actor and actor.pk,
        operation and operation.pk,
    ]
    subjects = list(subject_ids)
    shared, own = json.dumps(data or {}), data_of or {}
    datas = [json.dumps(own[subject]) if subject in own else None for subject in subjects] if own else []
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {Activity._meta.db_table} ({columns})"  # noqa: S608 - our own table and columns
            " SELECT %s, %s, %s, %s::bigint, %s::bigint, coalesce(own, %s::jsonb), subject, now()"
            " FROM unnest(%s::bigint[], %s::jsonb[]) AS given (subject, own)",
            [*values, shared, key_array(subjects), datas],
        )
