"""What undoing means for imports: whom they added goes into the trash, whom they changed gets back what was there."""

from contacts.domain.import_snapshots import ADDED, CHANGED
from contacts.models import Contact
from contacts.operations.undoable import Undoable
from contacts.querysets import ContactQuerySet
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


class UndoableImport(Undoable):
    """Base of kinds of import; their `keeps` is an `ImportSnapshot`."""

    undo_verb = "the import of"

    def scope(self, user) -> ContactQuerySet:
        """For doing it again: those whom it added are in the trash then."""
        return Contact.objects.editable_by(user) | Contact.objects.restorable_by(user)

    def undo_words(self, counts: dict[str, int], *, redo: bool) -> list[str]:
        """What happens to those whom it added, and to those whom it changed."""
        sentences = AGAIN if redo else BACK
        found = [(counts[role], *sentences[role]) for role in (ADDED, CHANGED) if counts.get(role)]
        return [f"{counted(number, 'contact')} {one if number == 1 else many}" for number, one, many in found]
