"""What a kind of operation is: one class in one file, registered under its key."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from core.exporting import Column
from core.models import Operation, OperationLine
from core.registry import operation_kinds

# How each row of a report ended; the last columns of every report.
OUTCOME = [
    Column("Outcome", "state", lambda state: OperationLine.State(state).label),
    Column("Reason", "reason", width=60),
]


@dataclass(frozen=True)
class Outcome:
    """What a chunk did, by subject id: done, skipped with the reason, failed with the reason."""

    done: Sequence[int] = ()
    skipped: dict[int, str] | None = None
    failed: dict[int, str] | None = None


class Kind:
    """Base of all kinds. Subclasses set `key` and `label`, what people call it, and answer the questions below.

    `chunk` is the number of rows changed in one transaction; `external` kinds never run inside the
    request, because they wait for something outside the database.
    """

    key: str
    label = ""  # what people call it; the key stands in
    chunk = 1000
    external = False
    retryable = False  # whether running it again for the failed rows alone makes sense
    selection_key = ""  # whose ticks are dropped once the operation has been started from a list

    def apply(self, operation: Operation, subject_ids: Sequence[int]) -> Outcome:
        """Change one chunk of rows, set-based, inside the caller's transaction.

        Must check the owner's rights and each row's state again: time has passed since planning.
        """
        raise NotImplementedError

    def subjects(self, subject_ids: Sequence[int], user) -> dict[int, tuple[str, str]]:
        """Name and address ("" for none) of the rows a report is about, as far as `user` may see them."""
        return {}

    def report(self, operation: Operation, user) -> tuple[list[Column], QuerySet]:
        """The columns and rows of the downloadable report, as `core.exporting` takes them."""
        return [Column("Row", "subject_id"), *OUTCOME], operation.lines.order_by("subject_id")

    def undo_url(self, operation: Operation, user) -> str:
        """Where `user` begins to undo the operation, by POST; empty when they cannot."""
        return ""

    def finish(self, operation: Operation) -> None:
        """Called once, in the transaction that ends the operation when all is done. Nothing by default."""

    def ended_early(self, operation: Operation) -> None:
        """Called once, in the transaction that ends the operation when it failed or was stopped. Nothing by default."""


def register(kind: type[Kind]) -> type[Kind]:
    """Class decorator that makes a kind known under its key."""
    operation_kinds.register(kind.key, kind())
    return kind
