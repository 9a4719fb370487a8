"""Deactivating, reactivating and deleting, one contact or many."""

from dataclasses import replace
from types import SimpleNamespace

from django.urls import reverse

from accounts.access import editors_only
from contacts.filters import TrashFilter
from contacts.models import Contact
from contacts.querysets import ContactQuerySet
from contacts.selection import Selection, choose
from contacts.tables import TrashTable
from contacts.views.bulk import BulkView
from core.listing.pages import ListPage


class DeactivateView(BulkView):
    """Close contacts."""

    kind = "contacts.deactivate"
    title = "Deactivate"
    verb = "Deactivate"
    danger = True
    consequences = (
        "They are signed out of the portal at once and cannot sign in again.",
        "They get no invitations and no messages, and links already sent stop working.",
        "You can reactivate them at any time.",
    )


class ReactivateView(BulkView):
    """Open contacts again."""

    kind = "contacts.reactivate"
    title = "Reactivate"
    verb = "Reactivate"
    consequences = ("Those who had a password can sign in again. Nobody is sent anything.",)


class DeleteView(BulkView):
    """Put contacts into the trash."""

    kind = "contacts.delete"
    title = "Delete"
    verb = "Delete"
    danger = True
    type_count = True
    consequences = (
        "They leave every list and report, and cannot sign in.",
        "You can restore them from the trash for 30 days.",
    )


class RestoreView(BulkView):
    """Bring contacts back from the trash."""

    kind = "contacts.restore"
    title = "Restore"
    verb = "Restore"
    back = "contacts:trash"
    consequences = ("They are what they were: status, experience, notes and all.",)

    def chosen(self) -> Selection:
        """What was ticked, or shown, in the trash."""
        rows = Contact.objects.restorable_by(self.request.user)
        chosen = choose(self.request, rows, TrashFilter, self.request.POST)
        return replace(chosen, words=f"{chosen.words}, in the trash")


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
        restore = SimpleNamespace(label="Restore", icon="undo-2", url=reverse("contacts:restore"), danger=False)
        return {"selection_key": "trash", "selection_actions": [restore]}
