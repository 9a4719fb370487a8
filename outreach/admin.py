"""Django admin of the outreach room: looking everywhere, changing where it is safe."""

from django.contrib import admin
from django.http import HttpRequest

from outreach.models import ArchivedMessage, Invitation, ScheduledInvitation, Send, Suppression


class LookOnly(admin.ModelAdmin):
    """Rows that are a record: nobody adds, changes or deletes them by hand. Quick at a million rows."""

    show_full_result_count = False
    list_per_page = 50
    list_select_related = True

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Never."""
        return False

    def has_change_permission(self, request: HttpRequest, obj=None) -> bool:
        """Never."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj=None) -> bool:
        """Never."""
        return False


@admin.register(Send)
class SendAdmin(LookOnly):
    """The ledger."""

    list_display = ["recipient", "purpose", "number", "state", "created_at", "sent_at"]
    list_filter = ["state", "purpose"]
    search_fields = ["recipient__istartswith"]


@admin.register(Invitation)
class InvitationAdmin(LookOnly):
    """Invitations; their links are never shown."""

    list_display = ["contact", "created_at", "accepted_at", "revoked_at", "revoked_why"]
    search_fields = ["contact__email__istartswith"]


@admin.register(ArchivedMessage)
class ArchivedMessageAdmin(LookOnly):
    """The archive."""

    list_display = ["subject", "recipient", "at"]
    search_fields = ["recipient__istartswith"]
    list_select_related = False


@admin.register(ScheduledInvitation)
class ScheduledInvitationAdmin(LookOnly):
    """Scheduled invitations: the time can be changed as long as they wait."""

    list_display = ["contact", "at", "again", "state", "created_by"]
    list_filter = ["state"]
    search_fields = ["contact__email__istartswith"]
    readonly_fields = ["contact", "again", "state", "reason", "created_by", "created_at", "operation"]
    fields = ["at", *readonly_fields]

    def has_change_permission(self, request: HttpRequest, obj=None) -> bool:
        """Only what waits."""
        return obj is None or obj.state == ScheduledInvitation.State.WAITING


@admin.register(Suppression)
class SuppressionAdmin(admin.ModelAdmin):
    """Addresses that get no mail: added and taken off by hand here."""

    show_full_result_count = False
    list_display = ["email", "reason", "created_at"]
    search_fields = ["email__istartswith"]
