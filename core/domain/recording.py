"""Writing business events, for one subject or for a set."""

from collections.abc import Iterable

from core.models import Activity, Operation


def record(
    verb: str,
    sentence: str,
    *,
    subject_ids: Iterable[int],
    actor=None,
    operation: Operation | None = None,
    data: dict | None = None,
    subject_type: str = "contact",
) -> None:
    """Write one event per subject, in one statement, inside the caller's transaction.

    `actor` is the user who did it, None for the system. `sentence` is shown to people as it is.
    """
    Activity.objects.bulk_create(
        [
            Activity(
                verb=verb,
                sentence=sentence[:500],
                subject_type=subject_type,
                subject_id=subject_id,
                actor=actor,
                operation=operation,
                data=data or {},
            )
            for subject_id in subject_ids
        ],
        batch_size=2000,
    )
