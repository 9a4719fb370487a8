"""The archive: every message and note, unalterable, for admins and compliance."""

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts.access import overseers_only
from core.listing.pages import ListPage, filters_in_words
from core.spreadsheets.exports import Source, export_or_begin
from messaging.archive import COLUMNS, ArchiveExport, ArchiveFilter, ArchiveTable, archive_rows, archived
from messaging.models import Message


@overseers_only
class Archive(ListPage):
    """Messages and notes as they were written."""

    title = "Message archive"
    subtitle = "Every message and note as it was written, and when it was first read. Nobody can change them."
    noun = "messages"
    table_class = ArchiveTable
    filterset_class = ArchiveFilter
    template_name = "core/exportable_list.html"
    empty = ("Nothing archived yet", "Each message is kept here from the moment it is written.")
    empty_icon = "archive"

    def rows(self) -> QuerySet:
        """All of them."""
        return Message.objects.select_related("thread__contact", "author")

    def shown(self, matching: QuerySet) -> QuerySet:
        """With the files of each."""
        return matching.prefetch_related("attachments")

    def extra(self) -> dict:
        """Where the export is."""
        return {"export_url": f"{reverse('messaging:archive_export')}?{self.request.GET.urlencode()}"}


@overseers_only
@require_POST
def archive_export(request: HttpRequest) -> HttpResponseBase:
    """The messages that the page shows, in its order and with their text; recorded in the audit trail."""
    source = Source("message-archive", COLUMNS, archive_rows(request.GET, archived()))
    return export_or_begin(request, ArchiveExport.key, source, filters_in_words(ArchiveFilter, request))
