"""Closing contacts, opening them again, putting them into the trash, and taking them out of it."""

from django.db.models import Exists, OuterRef
from django.utils import timezone

from contacts.domain.snapshots import Snapshot
from contacts.domain.trash import put_into_trash
from contacts.domain.what_is_gone import TAKEN, same_address
from contacts.filters import TrashFilter
from contacts.models import Contact
from contacts.operations.bulk_action import BulkAction, SelectionSource, skip
from contacts.operations.undo_spec import UndoSpec
from contacts.querysets import ContactQuerySet
from core.history.recording import record
from core.models import Operation
from core.operations.types import register

IN_TRASH = SelectionSource("contacts:trash", TrashFilter, "trash", ", in the trash")


@register
class Deactivate(BulkAction):
    """Closed contacts cannot sign in and get nothing; their portal account follows by trigger."""

    key = "contacts.deactivate"
    label = title = verb = "Deactivate"
    icon = "ban"
    in_bar = in_menu = 800
    red_button = True
    consequences = (
        "They are signed out of the portal at once and cannot sign in again.",
        "They get no invitations and no messages, and links already sent stop working.",
        "You can reactivate them at any time.",
    )
    undo = UndoSpec(Snapshot(("deactivated_at",)))

    def applies(self, contact: Contact) -> bool:
        """Who is open."""
        return contact.deactivated_at is None

    def skip_reasons(self, operation: Operation) -> list:
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
    label = title = verb = "Reactivate"
    icon = "rotate-ccw"
    in_bar, in_menu = 810, 800
    consequences = ("Those who had a password can sign in again. Nobody is sent anything.",)
    undo = UndoSpec(Snapshot(("deactivated_at",)))

    def applies(self, contact: Contact) -> bool:
        """Who is closed."""
        return contact.deactivated_at is not None

    def skip_reasons(self, operation: Operation) -> list:
        """Those that are open."""
        return [skip("Not deactivated.", deactivated_at=None)]

    def change(self, operation: Operation, ids: list[int]) -> None:
        """Open them."""
        Contact.objects.filter(pk__among=ids).update(deactivated_at=None, updated_at=timezone.now())
        record("reactivated", "Reactivated", subject_ids=ids, actor=operation.owner, operation=operation)


@register
class Delete(BulkAction):
    """Deleted contacts are in the trash; they cannot sign in and get nothing."""

    key = "contacts.delete"
    label = title = verb = "Delete"
    icon = "trash-2"
    in_bar = in_menu = 900
    danger = red_button = True
    type_count = True
    consequences = (
        "They leave every list and report, and cannot sign in.",
        "You can restore them from the trash for 30 days.",
    )
    undo = UndoSpec(Snapshot(("deleted_at", "deleted_by_id")), after=Contact.objects.restorable_by)

    def change(self, operation: Operation, ids: list[int]) -> None:
        """Put them into the trash."""
        put_into_trash(ids, operation.owner)
        record("deleted", "Moved to the trash", subject_ids=ids, actor=operation.owner, operation=operation)


@register
class Restore(BulkAction):
    """Restored contacts are what they were before they were deleted. The list of the trash offers it."""

    key = "contacts.restore"
    label = title = verb = "Restore"
    icon = "undo-2"
    source = IN_TRASH
    consequences = ("They are what they were: status, experience, notes and all.",)
    undo = UndoSpec(Snapshot(("deleted_at", "deleted_by_id")), before=Contact.objects.restorable_by)

    def queryset(self, operation: Operation) -> ContactQuerySet:
        """What is in the trash for less than 30 days."""
        return Contact.objects.restorable_by(operation.owner)

    def skip_reasons(self, operation: Operation) -> list:
        """Those whose address belongs to somebody else by now; of two with one address, the one added later wins."""
        chosen = operation.planned()
        twin = same_address().filter(deleted_at__isnull=False, pk__gt=OuterRef("pk"), pk__in=chosen)
        return [
            skip(TAKEN, Exists(same_address().filter(deleted_at=None))),
            skip("A second contact with this email address is restored at the same time.", Exists(twin)),
        ]

    def change(self, operation: Operation, ids: list[int]) -> None:
        """Take them out of the trash."""
        rows = Contact.objects.restorable_by(operation.owner).filter(pk__among=ids)
        rows.update(deleted_at=None, deleted_by=None, updated_at=timezone.now())
        record("restored", "Restored from the trash", subject_ids=ids, actor=operation.owner, operation=operation)
