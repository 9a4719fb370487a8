"""What a type of operation is: one class in one file, registered under its key."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from core.models import Operation, OperationLine
from core.registry import operation_types, undo_offers
from core.spreadsheets.writing import Column

# How each row of a report ended; the last columns of every report.
OUTCOME = [
    Column("Outcome", "state", lambda state: OperationLine.State(state).label),
    Column("Reason", "reason", width=60),
]


@dataclass(frozen=True)
class Outcome:
    """What a chunk did, by subject id: done, skipped with the reason, failed with the reason.

    `lines_written`: the operation type has written the lines of those done itself, with more than that they are done.
    """

    done: Sequence[int] = ()
    skipped: dict[int, str] | None = None
    failed: dict[int, str] | None = None
    lines_written: bool = False

    def with_(self, other: "Outcome") -> "Outcome":
        """What two parts of a chunk did together: the lines of those done are written in both or in neither."""
        return Outcome(
            done=[*self.done, *other.done],
            skipped=(self.skipped or {}) | (other.skipped or {}),
            failed=(self.failed or {}) | (other.failed or {}),
            lines_written=self.lines_written or other.lines_written,
        )


@dataclass(frozen=True)
class UndoOffer:
    """`url`: where undoing begins, by POST; empty when nothing can be undone. `label`: the button's words.

    `words`: why nothing can be undone of what was done, where there is more to say than that.
    """

    url: str = ""
    label: str = "Undo"
    words: str = ""


class OperationType:
    """Base of all operation types. Subclasses set `key` and `label`, what people call it.

    `chunk` is the number of rows changed in one transaction; `external` types never run inside the
    request, because they wait for something outside the database.
    """

    key: str
    label = ""  # what people call it; the key stands in
    chunk = 1000
    external = False
    ids_are_rows = True  # whether each of its ids is one row; else what is refused for one would be refused for many
    has_lines = True  # whether each of its rows has a line; a stream tells figures only
    read_only = False  # changes nothing: whoever may not edit may still stop their own
    repeatable = False  # whether it can be begun again over some of its rows: those that failed, or were never reached
    subject_sort = ""  # the column of its `subject_rows` by which they are sorted as people expect it
    unnamed = "No longer there, or not yours to see"  # what a report calls a row of which `subjects` gives no name
    undo: Any = None  # how it is undone, as the room that undoes it reads it; None: it cannot be
    selection_key = ""  # whose ticks are dropped once the operation has been started from a list

    def registered(self) -> None:
        """Called once it is known under its key. Nothing by default."""

    def apply(self, operation: Operation, subject_ids: Sequence[int]) -> Outcome:
        """Change one chunk of rows, set-based, inside the caller's transaction.

        Must check the owner's rights and each row's state again: time has passed since planning.
        """
        raise NotImplementedError

    def subjects(self, subject_ids: Sequence[int], rows: QuerySet | None) -> dict[int, tuple[str, str]]:
        """Name and address ("" for none) of the rows a report is about, among `rows`, which `subject_rows` gave."""
        return {}

    def subject_rows(self, user) -> QuerySet | None:
        """The rows that lines may be about, as far as `user` may know them; None where lines are about no rows."""
        return None

    def report(self, operation: Operation, user) -> tuple[list[Column], QuerySet]:
        """The columns and rows of the downloadable report, as `core.spreadsheets.writing` takes them."""
        return [Column("Row", "subject_id"), *OUTCOME], operation.lines.order_by("subject_id")

    def result(self, operation: Operation, user) -> tuple[str, str] | None:
        """What `user` can fetch now that it has ended: words for the button, and the address. Nothing by default."""
        return None

    def repeat_refusal(self, operation: Operation, user) -> str:
        """Why `user` cannot begin it again over some of its rows now; empty when they can."""
        return "" if self.repeatable else "This kind of operation cannot be begun again for some of its rows."

    def rest_url(self, operation: Operation, user) -> str:
        """Where `user` begins, by POST, to do what the operation never reached; empty when they cannot."""
        return "" if self.repeat_refusal(operation, user) else reverse("core:operation_rest", args=[operation.pk])

    def finish(self, operation: Operation) -> None:
        """Called once, in the transaction that ends the operation when all is done. Nothing by default."""

    def ended_early(self, operation: Operation) -> None:
        """Called once, in the transaction that ends the operation when it failed or was stopped. Nothing by default."""


class NotNow(Exception):
    """Raised by a stream that has to wait for something outside: the operation rests until `until`, then goes on."""

    def __init__(self, until: datetime) -> None:
        super().__init__(until)
        self.until = until


class CannotGoOn(Exception):
    """Raised by an operation type that has to give up; the text is shown to people as why the operation failed."""


@dataclass(frozen=True)
class BatchResult:
    """How many rows of a batch ended how, and how many there will be in all, as far as is known."""

    done: int = 0
    skipped: int = 0
    failed: int = 0
    total: int | None = None


class StreamingOperationType(OperationType):
    """An operation type without a selection: it takes what comes from outside, batch by batch, and has no line per row.

    `batches` runs outside of any transaction and may call others' servers; each batch is then taken in one transaction,
    in which the type also writes down how to go on. Broken off anywhere, it is asked for its batches again.
    """

    external = True
    has_lines = False

    def batches(self, operation: Operation) -> Iterator[Any]:
        """What there is to take. May raise NotNow or CannotGoOn."""
        raise NotImplementedError

    def take(self, operation: Operation, batch: Any) -> BatchResult:
        """Take one batch, inside the caller's transaction."""
        raise NotImplementedError


def register(kind: type[OperationType]) -> type[OperationType]:
    """Class decorator that makes an operation type known under its key."""
    operation_types.register(kind.key, kind()).registered()
    return kind


def undo_offer(operation: Operation, user) -> UndoOffer:
    """Whether `user` can undo the operation now, and how much of it: what the room says that knows how to."""
    offers = (offer(operation, user) for offer in undo_offers)
    return next((one for one in offers if one != UndoOffer()), UndoOffer())
