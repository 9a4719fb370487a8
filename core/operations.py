"""What a kind of operation is: one class in one file, registered under its key."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.models import Operation
from core.registry import operation_kinds


@dataclass(frozen=True)
class Outcome:
    """What a chunk did, by subject id: done, skipped with the reason, failed with the reason."""

    done: Sequence[int] = ()
    skipped: dict[int, str] | None = None
    failed: dict[int, str] | None = None


class Kind:
    """Base of all kinds. Subclasses set `key`, and answer the questions below.

    `chunk` is the number of rows changed in one transaction; `external` kinds never run inside the
    request, because they wait for something outside the database.
    """

    key: str
    chunk = 1000
    external = False

    def apply(self, operation: Operation, subject_ids: Sequence[int]) -> Outcome:
        """Change one chunk of rows, set-based, inside the caller's transaction.

        Must check the owner's rights and each row's state again: time has passed since planning.
        """
        raise NotImplementedError

    def finish(self, operation: Operation) -> None:
        """Called once, in the transaction that ends the operation. Nothing by default."""


def register(kind: type[Kind]) -> type[Kind]:
    """Class decorator that makes a kind known under its key."""
    operation_kinds.register(kind.key, kind())
    return kind
