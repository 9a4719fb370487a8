"""Exporting contacts: the ticked ones, all that match, or what a list shows."""

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse

from accounts.access import staff_only
from contacts.export_columns import COLUMNS, IMPORTABLE, export_rows
from contacts.operations.exporting import ContactExport
from contacts.selection import Selection, read_ids, selection, ticked_ids
from contacts.tables import ContactTable
from core.listing.pages import ordered_table
from core.registry import operation_types
from core.spreadsheets.exports import AT_ONCE, begin_export
from core.spreadsheets.writing import FORMATS, export


@staff_only
def contact_export(request: HttpRequest) -> HttpResponse:
    """Asks for the format, then sends the file and notes who took what.

    GET with a list's query string, or the selection bar's POST, shows what would be exported; a POST with `format`
    carries the same selection and downloads it.
    """
    posted = request.POST if request.method == "POST" else _as_selection(request.GET)
    chosen = selection(request, for_reading=True, posted=posted)  # so compliance may export too
    count = chosen.contacts.count()
    if request.method == "POST" and request.POST.get("format") in FORMATS and count:
        return _file(request, chosen, count)
    context = {
        "count": count,
        "words": chosen.words,
        "hidden": {name: posted.get(name, "") for name in ("ids", "all", "without", "query")},
        "importable": [column.heading for column in COLUMNS[: len(IMPORTABLE)]],
        "also_included": [column.heading.lower() for column in COLUMNS[len(IMPORTABLE) :]],
        "in_background": count > AT_ONCE,
        "back_url": _back_url(posted),
    }
    return render(request, "contacts/export.html", context)


def _as_selection(query: QueryDict) -> QueryDict:
    """The selection "all that a list with this query string shows"."""
    posted = QueryDict(mutable=True)
    posted.update({"all": "1", "query": query.urlencode()})
    return posted


def _file(request: HttpRequest, chosen: Selection, count: int) -> HttpResponse:
    """The file, in the order of the list; of many rows it is written in the background."""
    kind = operation_types[ContactExport.key]
    params = {
        "format": request.POST["format"],
        "query": request.POST.get("query", ""),
        "ids": [],
    }
    if request.POST.get("all") != "1":
        params["ids"] = sorted(ticked_ids(request.POST))
    elif without := read_ids(request.POST.get("without", "")):
        params["without"] = sorted(without)
    if count > AT_ONCE:
        return begin_export(kind, request.user, chosen.words, params)
    table = ordered_table(ContactTable, export_rows(chosen.contacts), QueryDict(params["query"]), user=request.user)
    kind.note_at_once(request.user, count, chosen.words, params)
    return export(params["format"], "contacts", COLUMNS, table.data.data)


def _back_url(posted: QueryDict) -> str:
    """The list as it was left."""
    query = posted.get("query", "")
    return f"{reverse('contacts:list')}?{query}" if query else reverse("contacts:list")
