"""Exporting reports as operations."""

from django.http import QueryDict
from django.utils import timezone

from accounts.models import Firm
from core.listing.pages import filtered, ordered_table
from core.models import Operation
from core.operations.types import register
from core.spreadsheets.exports import ExportType, Source
from core.words import counted
from reports.exporting import columns, export_rows
from reports.filters import ExperienceFilter
from reports.progress import CampaignClock
from reports.querysets import assigned
from reports.tables import ExperienceTable


@register
class ExperienceExport(ExportType):
    """`params["query"]`: the report's filters and order."""

    key = "reports.export"
    label = "Export the experience report"

    def describe(self, count: int) -> str:
        """The report of so many contacts."""
        return f"the experience report of {counted(count, 'contact')}"

    def source(self, operation: Operation) -> Source:
        """The contacts of the report, as far as the owner sees them."""
        user, firm, query = operation.owner, Firm.get(), QueryDict(operation.params["query"])
        zone, clock = user.zone(firm), CampaignClock(firm.time_zone, timezone.now())
        with timezone.override(zone):  # where "from" and "to" a day begin
            rows = filtered(ExperienceFilter, query, assigned(user), None)[1]
        table = ordered_table(ExperienceTable, export_rows(rows), query, clock=clock)
        return Source("experience-report", columns(clock), table.data.data, zone)
