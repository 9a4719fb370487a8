"""What undoing means for imports: whom they added goes into the trash, whom they changed gets back what was there."""

from collections.abc import Callable

from accounts.models import User
from contacts.domain.import_snapshots import ADDED, CHANGED
from contacts.domain.snapshots import Snapshot
from contacts.models import Contact
from contacts.operations.undo_spec import UndoSpec
from contacts.querysets import ContactQuerySet
from core.models import Operation
from core.words import counted

# For one contact and for many.
BACK = {
    ADDED: (
        "that this import added goes into the trash and can be restored from there for 30 days.",
        "that this import added go into the trash and can be restored from there for 30 days.",
    ),
    CHANGED: (
        "that it changed gets back exactly what was there before.",
        "that it changed get back exactly what was there before.",
    ),
}
AGAIN = {
    ADDED: ("that the import added comes back from the trash.", "that the import added come back from the trash."),
    CHANGED: ("that it changed gets again what it wrote.", "that it changed get again what it wrote."),
}


def describe(counts: dict[str, int], *, redo: bool) -> list[str]:
    """What happens to those whom an import added, and to those whom it changed."""
    sentences = AGAIN if redo else BACK
    found = [(counts[role], *sentences[role]) for role in (ADDED, CHANGED) if counts.get(role)]
    return [f"{counted(number, 'contact')} {one if number == 1 else many}" for number, one, many in found]


def _editable_or_in_trash(user: User) -> ContactQuerySet:
    """For doing it again: those whom it added are in the trash then."""
    return Contact.objects.editable_by(user) | Contact.objects.restorable_by(user)


def import_undo(snapshot: Callable[[Operation], Snapshot], describe: Callable[..., list[str]] = describe) -> UndoSpec:
    """The `undo` of an operation that imports contacts; `snapshot` gives an `ImportSnapshot`."""
    return UndoSpec(snapshot, before=_editable_or_in_trash, verb="the import of", describe=describe)
