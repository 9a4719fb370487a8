"""The experience report: who has which experience or campaign, how far they are, and what they do with it."""

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from accounts.access import staff_only
from contacts.list_source import knows, narrow_rows
from contacts.selection import filter_words
from core.listing.pages import ListPage, filtered, narrowed, ordered_table
from core.registry import operation_types
from core.spreadsheets.exports import AT_ONCE, begin_export
from core.spreadsheets.writing import CSV, FORMATS, export
from reports.exporting import columns, export_rows
from reports.filters import ExperienceFilter
from reports.groups import GROUPINGS, GROUPS_SHOWN, contacts_url, groups, whole
from reports.operations import ExperienceExport
from reports.progress import CampaignClock
from reports.querysets import HAS_ONE, assigned, listed, with_progress
from reports.tables import ExperienceTable

SHOWN = (
    "first_name",
    "last_name",
    "email",
    "status",
    "time_zone",
    "start_at",
    "last_login_at",
    "primary_advisor__first_name",
    "primary_advisor__last_name",
    "primary_advisor__email",
    "experience__name",
    "campaign__name",
    "campaign__length_days",
)


@staff_only
class ExperienceReport(ListPage):
    """Groups with their counts, and below them the contacts themselves. `view` of the URL says what groups them."""

    title = "Experience report"
    noun = "contacts"
    table_class = ExperienceTable
    filterset_class = ExperienceFilter
    template_name = "reports/experience.html"
    partial_name = "reports/experience.html#list"
    empty = ("Nobody has an experience yet", "Assign one to a contact, and you can follow here what becomes of it.")
    empty_icon = "bar-chart-3"

    def rows(self) -> QuerySet:
        """Contacts with an experience, among those the user sees."""
        return assigned(self.request.user)

    def narrow_rows(self, rows: QuerySet, filterset: ExperienceFilter, order: list[str]) -> QuerySet | None:
        """Lists by experience and by campaign, and of few who have one."""
        return narrow_rows(rows, filterset, self.request.GET, order, given=HAS_ONE)

    def shown(self, matching: QuerySet) -> QuerySet:
        """What the table shows of each."""
        rows = with_progress(matching).only(*SHOWN)
        return rows.select_related("primary_advisor", "experience", "campaign")

    def table_options(self) -> dict:
        """The campaign day depends on the moment."""
        return {"clock": _clock(self.request)}

    def extra(self) -> dict:
        """The groups, the whole, and the ways to group and to export."""
        query = self.request.GET
        by = query.get("view") if query.get("view") in GROUPINGS else "experience"
        found = groups(self._counted(), by, query)
        shown = found if query.get("groups") == "all" else found[:GROUPS_SHOWN]
        return {
            "as_of": timezone.now(),
            "groups": shown,
            "groups_hidden": len(found) - len(shown),
            "whole": whole(found, query),
            "group_heading": GROUPINGS[by][0],
            "groupings": [(key, heading, key == by) for key, (heading, *_) in GROUPINGS.items()],
            "contacts_url": contacts_url(query, {}),
            "export_url": f"{reverse('reports:experience_export')}?{query.urlencode()}",
            "empty_url": reverse("contacts:list"),
            "empty_label": "Open contacts",
        }

    def _counted(self) -> QuerySet:
        """What the groups are counted from: the contacts' listings, where these have all that is asked."""
        if not knows(self.request.GET, ExperienceFilter):
            return self.matching
        return narrowed(self.filterset, self.request.GET, listed(self.matching))


@staff_only
def experience_export(request: HttpRequest) -> HttpResponse:
    """All rows of the report, with its filters and in its order, as CSV or XLSX; noted in the record."""
    if request.method != "POST":
        return redirect(f"{reverse('reports:experience')}?{request.GET.urlencode()}")
    file_format = request.POST.get("format") if request.POST.get("format") in FORMATS else CSV
    rows = filtered(ExperienceFilter, request.GET, assigned(request.user), request)[1]
    clock = _clock(request)
    count, kind = rows.count(), operation_types[ExperienceExport.key]
    words = filter_words(request, request.GET, ExperienceFilter)
    params = {"report": "experience", "format": file_format, "query": request.GET.urlencode()}
    if count > AT_ONCE:
        return begin_export(kind, request.user, words, params)
    table = ordered_table(ExperienceTable, export_rows(rows), request.GET, clock=clock)
    kind.note_at_once(request.user, count, words, params)
    return export(file_format, "experience-report", columns(clock), table.data.data)


def _clock(request: HttpRequest) -> CampaignClock:
    return CampaignClock(request.firm.time_zone, timezone.now())
