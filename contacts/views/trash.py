"""The trash: deleted contacts that can still be restored."""

from types import SimpleNamespace

from django.urls import reverse

from accounts.access import editors_only
from contacts.filters import TrashFilter
from contacts.models import Contact
from contacts.operations.lifecycle import Restore
from contacts.querysets import ContactQuerySet
from contacts.tables import TrashTable
from core.listing.pages import ListPage
from core.registry import operation_types


@editors_only
class TrashList(ListPage):
    """Deleted contacts that can still be brought back."""

    title = "Trash"
    subtitle = "Deleted contacts. They can be restored for 30 days."
    noun = "contacts"
    table_class = TrashTable
    filterset_class = TrashFilter
    empty = ("The trash is empty", "Contacts that are deleted stay here for 30 days.")
    empty_icon = "trash-2"

    def rows(self) -> ContactQuerySet:
        """Only what the table shows."""
        rows = Contact.objects.restorable_by(self.request.user).select_related("primary_advisor", "deleted_by")
        people = [f"{who}__{part}" for who in ("primary_advisor", "deleted_by") for part in ("first_name", "last_name")]
        return rows.only("first_name", "last_name", "email", "deleted_at", *people)

    def page_actions(self) -> list:
        """The way back."""
        return [SimpleNamespace(label="All contacts", icon="arrow-left", url=reverse("contacts:list"), primary=False)]

    def selection(self) -> dict:
        """Restoring many."""
        restore = operation_types[Restore.key]
        return {"selection_key": restore.selection_key, "selection_actions": [restore]}
