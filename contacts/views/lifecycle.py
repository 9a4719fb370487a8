"""Deactivating, reactivating and deleting, one contact or many."""

from contacts.views.bulk import BulkView


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
