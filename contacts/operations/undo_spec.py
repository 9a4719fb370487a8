"""How what an operation changed on contacts is undone: data on its type, which `contacts.operations.undoing` reads."""

from collections.abc import Callable
from dataclasses import dataclass

from accounts.models import User
from contacts.domain.snapshots import Snapshot
from contacts.models import Contact
from contacts.querysets import ContactQuerySet
from core.models import Operation


def _nothing_more(counts: dict[str, int], *, redo: bool) -> list[str]:
    """No sentences."""
    return []


@dataclass(frozen=True)
class UndoSpec:
    """The `undo` of an operation type that changes contacts.

    `snapshot` is what is kept of each contact before and after; where the operation's parameters decide it, a function
    of the operation. `before` are the contacts that a user may do the operation to, `after` those that they may do the
    opposite to, where the operation has left them: a deleted contact is in the trash.
    `verb` is what "Undo" is followed by on the button, where the contacts are not simply put back.
    `describe(counts, redo=…)` gives sentences for the preview, with the number of contacts of each `Snapshot.role`.
    """

    snapshot: Snapshot | Callable[[Operation], Snapshot]
    before: Callable[[User], ContactQuerySet] = Contact.objects.editable_by
    after: Callable[[User], ContactQuerySet] = Contact.objects.editable_by
    verb: str = ""
    describe: Callable[..., list[str]] = _nothing_more

    def snapshot_of(self, operation: Operation) -> Snapshot:
        """What `operation` keeps of its contacts; false when that is nothing."""
        return self.snapshot if isinstance(self.snapshot, Snapshot) else self.snapshot(operation)
