"""Django admin of the mail ledger: to look at, never to change."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from core.admin import RecordAdmin
from mail.models import ArchivedMessage, Send


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


@admin.register(ArchivedMessage)
class ArchivedMessageAdmin(MailAdmin):
    """The archive."""

    list_display = ["subject", "recipient", "at"]

    def to_address(self, queryset: QuerySet, address: str) -> QuerySet:
        """Found through the ledger."""
        return queryset.filter(send__in=Send.objects.to_address(address))
