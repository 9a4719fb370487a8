"""Closing contacts, opening them again, and putting them into the trash."""

from django.db.models import Exists, OuterRef
from django.utils import timezone

from contacts.domain.snapshots import Snapshot
from contacts.domain.trash import put_into_trash
from contacts.domain.what_is_gone import TAKEN, same_address
from contacts.filters import TrashFilter
from contacts.models import Contact
from contacts.operations.base import BulkAction, skip
from contacts.querysets import ContactQuerySet
from core.domain.recording import record
from core.models import Operation
from core.operations import register


@register
class Deactivate(BulkAction):
    """Closed contacts cannot sign in and get nothing; their portal account follows by trigger."""

    key = "contacts.deactivate"
    label = "Deactivate"

    def keeps(self, operation: Operation) -> Snapshot:
        """When they were closed."""
        return Snapshot(("deactivated_at",))

    def skips(self, operation: Operation) -> list:
        """Those closed already."""
        return [skip("Deactivated already.", deactivated_at__isnull=False)]

    def change(self, operation: Operation, ids: list[int]) -> None:
        """Close them."""
        now = timezone.now()
        Contact.objects.filter(pk__among=ids).update(deactivated_at=now, updated_at=now)
        record("deactivated", "Deactivated", subject_ids=ids, actor=operation.owner, operation=operation)


@register
class Reactivate(BulkAction):
    """Opened again, contacts have the status that applies."""

    key = "contacts.reactivate"
    label = "Reactivate"

    def skips(self, operation: Operation) -> list:
        """Those that are open."""
        return [skip("Not deactivated.", deactivated_at=None)]

    def keeps(self, operation: Operation) -> Snapshot:
        """When they were closed."""
        return Snapshot(("deactivated_at",))

    def change(self, operation: Operation, ids: list[int]) -> None:
        """Open them."""
        Contact.objects.filter(pk__among=ids).update(deactivated_at=None, updated_at=timezone.now())
        record("reactivated", "Reactivated", subject_ids=ids, actor=operation.owner, operation=operation)


@register
class Delete(BulkAction):
    """Deleted contacts are in the trash; they cannot sign in and get nothing."""

    key = "contacts.delete"
    label = "Delete"

    def undo_scope(self, user) -> ContactQuerySet:
        """What is in the trash for less than 30 days."""
        return Contact.objects.restorable_by(user)

    def keeps(self, operation: Operation) -> Snapshot:
        """When they were deleted, and by whom."""
        return Snapshot(("deleted_at", "deleted_by_id"))

    def change(self, operation: Operation, ids: list[int]) -> None:
        """Put them into the trash."""
        put_into_trash(ids, operation.owner)
        record("deleted", "Moved to the trash", subject_ids=ids, actor=operation.owner, operation=operation)


@register
class Restore(BulkAction):
    """Restored contacts are what they were before they were deleted."""

    key = "contacts.restore"
    label = "Restore"
    selection_key = "trash"
    filterset_class = TrashFilter

    def scope(self, user) -> ContactQuerySet:
        """What is in the trash for less than 30 days."""
        return Contact.objects.restorable_by(user)

    def skips(self, operation: Operation) -> list:
        """Those whose address belongs to somebody else by now; of two with one address, the one added later wins."""
        chosen = operation.planned()
        twin = same_address().filter(deleted_at__isnull=False, pk__gt=OuterRef("pk"), pk__in=chosen)
        return [
            skip(TAKEN, Exists(same_address().filter(deleted_at=None))),
            skip("A second contact with this email address is restored at the same time.", Exists(twin)),
        ]

    def keeps(self, operation: Operation) -> Snapshot:
        """When they were deleted, and by whom."""
        return Snapshot(("deleted_at", "deleted_by_id"))

    def change(self, operation: Operation, ids: list[int]) -> None:
        """Take them out of the trash."""
        rows = Contact.objects.restorable_by(operation.owner).filter(pk__among=ids)
        rows.update(deleted_at=None, deleted_by=None, updated_at=timezone.now())
        record("restored", "Restored from the trash", subject_ids=ids, actor=operation.owner, operation=operation)
