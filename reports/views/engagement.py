"""The engagement report: how far contacts have come, and since when they have not been seen."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import staff_only
from core.history.recording import record
from core.limits import take
from core.spreadsheets.exports import EXPORTS
from core.spreadsheets.writing import CSV, FORMATS, Column, export_values
from reports.engagement import MONTH, STAGES, VIEWS, ages, groups, whole

SHOWN = 12


@staff_only
@require_safe
def engagement(request: HttpRequest) -> HttpResponse:
    """Two charts with their tables: the stages of all and of each group, and the age of the last sign-in."""
    by = _view(request.GET.get("view"))
    found = groups(request.user, by)
    shown = found if request.GET.get("groups") == "all" or by == MONTH else found[:SHOWN]
    context = {
        "as_of": timezone.now(),
        "groups": shown,
        "groups_hidden": len(found) - len(shown),
        "whole": whole(found, linked=by != MONTH),
        "by": by,
        "views": [(key, heading, key == by) for key, heading in VIEWS.items()],
        "heading": VIEWS[by],
        "ages": ages(request.user),
        "export_url": f"{reverse('reports:engagement_export')}?view={by}",
    }
    return render(request, "reports/engagement.html", context)


@staff_only
@require_http_methods(["GET", "HEAD", "POST"])
def engagement_export(request: HttpRequest) -> HttpResponse:
    """The table of the groups as CSV or XLSX, all of them; noted in the record."""
    by = _view(request.GET.get("view"))
    if request.method != "POST":
        return redirect(f"{reverse('reports:engagement')}?view={by}")
    take(EXPORTS, request.user.pk)
    asked = request.POST.get("format")
    file_format = asked if asked in FORMATS else CSV
    rows = [(group.name, *group.values.values()) for group in groups(request.user, by)]
    sentence = f"Exported the engagement report as {file_format.upper()}: by {VIEWS[by].lower()}"
    data = {"report": "engagement", "format": file_format, "view": by}
    record("exported", sentence, subject_ids=[request.user.pk], subject_type="user", actor=request.user, data=data)
    columns = [Column(VIEWS[by], "name", width=32), *(Column(label, label) for label in STAGES)]
    return export_values(file_format, "engagement", columns, rows)


def _view(asked: str | None) -> str:
    """What groups the contacts."""
    return asked if asked in VIEWS else "advisor"
