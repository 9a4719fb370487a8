"""Django admin of the outreach room: looking everywhere, changing where it is safe."""

from django.contrib import admin
from django.http import HttpRequest

from core.admin import RecordAdmin, SafeAdmin
from mail.admin import MailAdmin
from outreach.models import Bounce, Invitation, ScheduledInvitation, Suppression


@admin.register(Invitation)
class InvitationAdmin(RecordAdmin):
    """Invitations; their links are never shown."""

    list_display = ["contact", "created_at", "accepted_at", "revoked_at", "revoked_why"]
    search_fields = ["contact__email__istartswith"]


@admin.register(ScheduledInvitation)
class ScheduledInvitationAdmin(RecordAdmin):
    """Scheduled invitations: the time can be changed as long as they wait."""

    list_display = ["contact", "at", "again", "state", "created_by"]
    list_filter = ["state"]
    search_fields = ["contact__email__istartswith"]
    readonly_fields = ["contact", "again", "state", "reason", "created_by", "created_at", "operation"]
    fields = ["at", *readonly_fields]

    def has_change_permission(self, request: HttpRequest, obj=None) -> bool:
        """Only what waits."""
        return obj is None or obj.state == ScheduledInvitation.State.WAITING


@admin.register(Bounce)
class BounceAdmin(MailAdmin):
    """Mails that came back."""

    list_display = ["email", "permanent", "reason", "at"]
    list_filter = ["permanent"]


@admin.register(Suppression)
class SuppressionAdmin(SafeAdmin):
    """Addresses that get no mail: added and taken off by hand here."""

    list_display = ["email", "kind", "reason", "created_at"]
    list_filter = ["kind"]
    search_fields = ["email__istartswith"]
