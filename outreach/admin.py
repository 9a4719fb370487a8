"""Django admin of the outreach room: looking everywhere, changing where it is safe."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from core.admin import RecordAdmin, SafeAdmin
from outreach.models import ArchivedMessage, Bounce, Invitation, ScheduledInvitation, Send, Suppression


class MailAdmin(RecordAdmin):
    """Mail, found by the whole address it went to: of a million mails that is what an index answers."""

    search_fields = ["recipient"]
    search_help_text = "The whole address."
    list_select_related = False
    ordering = ["-pk"]

    def get_search_results(self, request: HttpRequest, queryset: QuerySet, search_term: str) -> tuple[QuerySet, bool]:
        """Those to an address; all when none is asked for."""
        address = search_term.strip()
        return (self.to_address(queryset, address) if address else queryset), False

    def to_address(self, queryset: QuerySet, address: str) -> QuerySet:
        """Those that went to `address`."""
        return queryset.to_address(address)


@admin.register(Send)
class SendAdmin(MailAdmin):
    """The ledger."""

    list_display = ["recipient", "purpose", "number", "state", "created_at", "sent_at"]
    list_filter = ["state", "purpose"]


@admin.register(Invitation)
class InvitationAdmin(RecordAdmin):
    """Invitations; their links are never shown."""

    list_display = ["contact", "created_at", "accepted_at", "revoked_at", "revoked_why"]
    search_fields = ["contact__email__istartswith"]


@admin.register(ArchivedMessage)
class ArchivedMessageAdmin(MailAdmin):
    """The archive."""

    list_display = ["subject", "recipient", "at"]

    def to_address(self, queryset: QuerySet, address: str) -> QuerySet:
        """Found through the ledger."""
        return queryset.filter(send__in=Send.objects.to_address(address))


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
