"""Fetching what an export in the background has written."""

from django.http import FileResponse, Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from core.access import staff_only
from core.models import ExportFile
from core.spreadsheets.writing import CONTENT_TYPES


@staff_only
@require_safe
def export_file(request: HttpRequest, pk: int) -> FileResponse:
    """The file of an export of one's own, for a day."""
    found = get_object_or_404(ExportFile.objects.readable_by(request.user), operation=pk)
    kind = CONTENT_TYPES[found.name.rpartition(".")[2]]
    try:
        file = found.file.open("rb")
    except FileNotFoundError:  # a restored backup knows files that are gone
        raise Http404 from None
    return FileResponse(file, as_attachment=True, filename=found.name, content_type=kind)
