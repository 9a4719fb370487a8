"""What makes a kind of operation one that can be undone, whatever its own lines are about."""

from django.urls import reverse

from contacts.domain.snapshots import Snapshot
from contacts.models import Contact
from contacts.querysets import ContactQuerySet
from core.models import Operation
from core.operations import Kind


class Undoable(Kind):
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

    def undo_url(self, operation: Operation, user) -> str:
        """Where undoing begins, if it can be undone by this user now."""
        from contacts.operations.undoing import refusal

        return "" if refusal(operation, user) else reverse("contacts:undo_begin", args=[operation.pk])
