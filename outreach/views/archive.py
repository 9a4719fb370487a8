"""The archive: every message that left, as it left, for admins and compliance."""

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from accounts.access import overseers_only
from core.listing.pages import ListPage, filters_in_words
from core.spreadsheets.exports import Source, export_or_begin
from mail.models import ArchivedMessage
from outreach.archive import COLUMNS, ArchiveExport, ArchiveFilter, ArchiveTable, archive_rows, left
from outreach.views.mail_frame import framed


@overseers_only
class Archive(ListPage):
    """Messages that left or may have left; the secrets in them are blacked out."""

    title = "Invitations"
    subtitle = "Every message that left, unalterable, with the secrets in it blacked out."
    noun = "messages"
    table_class = ArchiveTable
    filterset_class = ArchiveFilter
    template_name = "outreach/list_page.html"
    empty = ("Nothing archived yet", "Each mail is kept here when it leaves.")
    empty_icon = "archive"

    def rows(self) -> QuerySet:
        """A mail that the server refused has not left."""
        return left().select_related("send").defer("text", "html")

    def extra(self) -> dict:
        """The tab, and where the export is."""
        export_url = f"{reverse('outreach:archive_export')}?{self.request.GET.urlencode()}"
        return {"tab": "archive", "export_url": export_url}


@overseers_only
@require_POST
def archive_export(request: HttpRequest) -> HttpResponseBase:
    """The messages that the page shows, in its order and with their text; recorded in the audit trail."""
    source = Source("mail-archive", COLUMNS, archive_rows(request.GET, left()))
    return export_or_begin(request, ArchiveExport.key, source, filters_in_words(ArchiveFilter, request))


@overseers_only
@require_GET
def archived(request: HttpRequest, pk: int) -> HttpResponse:
    """One message."""
    return render(request, "outreach/archived.html", {"message": _message(pk)})


@overseers_only
@require_GET
def archived_html(request: HttpRequest, pk: int) -> HttpResponse:
    """A message's HTML, for the frame."""
    return framed(_message(pk).html)


def _message(pk: int) -> ArchivedMessage:
    return get_object_or_404(ArchivedMessage.objects.select_related("send"), pk=pk)
