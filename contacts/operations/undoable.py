"""What makes a kind of operation one that can be undone, whatever its own lines are about."""

from django.urls import reverse

from contacts.domain.snapshots import Snapshot
from contacts.models import Contact
from contacts.querysets import ContactQuerySet
from core.models import Operation
from core.operations import OperationType, UndoOffer

COUNTED = 500  # judging more takes longer than a page may


class Undoable(OperationType):
    """Base of kinds that change contacts and keep their values: see `contacts.operations.undoing`."""

    undo_verb = ""  # what "Undo" is followed by on the button, where the contacts are not simply put back

    def keeps(self, operation: Operation) -> Snapshot:
        """What the operation touches: kept of each contact before and after. Nothing: it cannot be undone."""
        return Snapshot()

    def scope(self, user) -> ContactQuerySet:
        """The contacts that `user` may do this to, as they are before."""
        return Contact.objects.editable_by(user)

    def undo_scope(self, user) -> ContactQuerySet:
        """The contacts that `user` may do the opposite to, as they are afterwards."""
        return Contact.objects.editable_by(user)

    def undo_words(self, counts: dict[str, int], *, redo: bool) -> list[str]:
        """What undoing, or doing again, means for so many contacts of each `Snapshot.role`; often no more words."""
        return []

    def undo_offer(self, operation: Operation, user) -> UndoOffer:
        """Undoing is offered where something would be put back; of few contacts, the button says for how many."""
        from contacts.operations.undoing import refusal, undoable

        if refusal(operation, user):
            return UndoOffer()
        url, total = reverse("contacts:undo_begin", args=[operation.pk]), self.keeps(operation).kept_by(operation)
        number = total[: COUNTED + 1].count()
        if number > COUNTED:  # the preview, which comes first, counts them
            return UndoOffer(url)
        able = undoable(operation, user)
        if able == number:
            return UndoOffer(url)
        if able:
            return UndoOffer(url, f"Undo {able:,} of {number:,}")
        return UndoOffer(words="Nothing of it can be undone any more: it is as before, or was changed since.")
