"""What a timeline consists of; rooms bring their own entries through `contacts.registry.timeline_sources`.

A source is `source(contact, before, limit) -> Iterable[Entry]`: its newest `limit` entries before a moment
(None: up to now), in a constant number of queries.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import QuerySet


@dataclass
class Change:
    """One field from → to, in words; empty words mean nothing was there."""

    label: str
    before: str
    after: str


@dataclass
class Entry:
    """Something that happened. `kind` groups entries for the filter, `tone` colours the icon."""

    at: datetime
    sentence: str
    kind: str
    icon: str = "activity"
    actor: str = ""
    tone: str = ""
    url: str = ""
    operation_id: int | None = None
    operation_owner: int | None = None  # who may open the operation, beside those who see everything
    changes: list[Change] = field(default_factory=list)


def newest(entries: Iterable[Entry], limit: int) -> tuple[list[Entry], datetime | None]:
    """The newest `limit` entries and, if there are more, the moment before which they are.

    Entries of one moment are never parted: paging by moment would lose the second half.
    """
    ordered = sorted(entries, key=lambda entry: entry.at, reverse=True)
    shown = ordered[:limit]
    for entry in ordered[limit:]:
        if entry.at != shown[-1].at:
            return shown, shown[-1].at
        shown.append(entry)
    return shown, None


def newest_before(rows: QuerySet, column: str, before: datetime | None) -> QuerySet:
    """Rows from before a moment, which stands in `column`, newest first."""
    if before is not None:
        rows = rows.filter(**{f"{column}__lt": before})
    return rows.order_by(f"-{column}", "-pk")
