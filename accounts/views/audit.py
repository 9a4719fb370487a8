"""The audit trail's page and its export, for admins and compliance."""

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts.access import overseers_only
from accounts.audit import COLUMNS, AuditExport, AuditFilter, AuditTable, audit_rows, audited
from core.listing.pages import ListPage, filters_in_words
from core.spreadsheets.exports import Source, export_or_begin


@overseers_only
class AuditTrail(ListPage):
    """Everything that is recorded of users and the firm; what is about a contact stands on the contact's page."""

    title = "Audit trail"
    subtitle = "Sign-ins and failures, users and roles, exports and alerts. Nobody can change or remove an entry."
    noun = "entries"
    table_class = AuditTable
    filterset_class = AuditFilter
    template_name = "core/exportable_list.html"
    empty = ("Nothing recorded yet", "Sign-ins, changes to users, and exports are kept here.")
    empty_icon = "shield"

    def rows(self) -> QuerySet:
        """All entries."""
        return audited()

    def extra(self) -> dict:
        """Where the export is."""
        return {"export_url": f"{reverse('accounts:audit_export')}?{self.request.GET.urlencode()}"}


@overseers_only
@require_POST
def audit_export(request: HttpRequest) -> HttpResponseBase:
    """The entries that the page shows, in its order; recorded itself."""
    rows = audit_rows(request.GET, audited())
    words = filters_in_words(AuditFilter, request)
    return export_or_begin(request, AuditExport.key, Source("audit-trail", COLUMNS, rows), words)
