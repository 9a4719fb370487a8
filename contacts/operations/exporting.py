"""Exporting contacts as an operation: what a list shows, or the ticked ones, in the order of the list."""

from django.http import QueryDict
from django.utils import timezone

from accounts.models import Firm
from contacts.export_columns import COLUMNS, export_rows
from contacts.filters import ContactFilter
from contacts.models import Contact
from contacts.tables import ContactTable
from core.listing.pages import filtered, ordered_table
from core.models import Operation
from core.operations.types import register
from core.spreadsheets.exports import ExportType, Source
from core.words import counted


@register
class ContactExport(ExportType):
    """`params`: the list's `query`, and the ticked `ids`; where there are none, all that match but those `without`."""

    key = "contacts.export"
    label = "Export contacts"

    def describe(self, count: int) -> str:
        """So many contacts."""
        return counted(count, "contact")

    def source(self, operation: Operation) -> Source:
        """The contacts, as far as the owner sees them."""
        params, user = operation.params, operation.owner
        zone, query = user.zone(Firm.get()), QueryDict(params["query"])
        rows = Contact.objects.visible_to(user)
        with timezone.override(zone):  # where "from" and "to" a day begin
            if params["ids"]:
                rows = rows.filter(pk__among=params["ids"])
            else:
                rows = filtered(ContactFilter, query, rows, None)[1].order_by()
                rows = rows.exclude(pk__among=params["without"]) if params.get("without") else rows
        table = ordered_table(ContactTable, export_rows(rows), query, user=user)
        return Source("contacts", COLUMNS, table.data.data, zone)
