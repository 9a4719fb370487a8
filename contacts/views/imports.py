"""The pages of a file import: upload, columns, dry run, mending, applying, report."""

from collections.abc import Callable
from functools import wraps
from types import SimpleNamespace

import django_filters
import django_tables2 as tables
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import editors_only
from accounts.models import User
from contacts.domain.clearing_imports import stale_count
from contacts.forms import contact_url
from contacts.import_forms import MENDABLE, ColumnsForm, MendAllForm, MendRowForm, UploadForm
from contacts.imports import steps
from contacts.imports.checking import totals
from contacts.imports.fields import BY_NAME, FIELDS
from contacts.imports.limits import IMPORTS, Unreadable
from contacts.models import ContactType, FileImport, ImportRow
from contacts.operations.importing import BATCH, Apply
from core.forms.presses import once
from core.limits import take
from core.listing.pages import ListFilter, ListPage
from core.models import Operation
from core.operations.types import undo_offer
from core.operations.views import progress, undone_by
from core.spreadsheets.exports import Source, download
from core.spreadsheets.writing import Column
from core.templatetags.ui import badge
from core.words import counted

State = FileImport.State
TONES = {"create": "success", "update": "info", "unchanged": "neutral", "cannot": "danger"}
DONE = {
    "create": "Created",
    "update": "Updated",
    "unchanged": "Unchanged",
    "cannot": "Not imported",
    "stale": "Left alone",
}


def _limited(view: Callable) -> Callable:
    """Count what is posted as an import, outside of the transaction of `once`, which would take the count back."""

    @wraps(view)
    def limited(request: HttpRequest) -> HttpResponse:
        if request.method == "POST":
            take(IMPORTS, request.user.pk)
        return view(request)

    return limited


@editors_only
@_limited
@once
@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: HttpRequest) -> HttpResponse:
    """Choose a file; earlier imports stand below."""
    form = UploadForm(request.POST if request.method == "POST" else None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            file_import = steps.receive(form.cleaned_data["file"], request.user)
        except Unreadable as error:
            form.add_error("file", str(error))
        else:
            return redirect("contacts:import_columns", file_import.pk)
    context = {"form": form, "recent": FileImport.objects.visible_to(request.user)[:10]}
    return render(request, "contacts/import_upload.html", context, status=422 if form.errors else 200)


@editors_only
@require_http_methods(["GET", "HEAD", "POST"])
def columns(request: HttpRequest, pk: int) -> HttpResponse:
    """Say what each column means; saving begins the dry run."""
    file_import = _import(request, pk)
    if file_import.state not in steps.REPEATABLE or file_import.apply_operation or file_import.cleared_at:
        return redirect("contacts:import_page", pk)
    posted = request.POST if request.method == "POST" else None
    form = ColumnsForm(posted, file_import=file_import, user=file_import.owner)
    if request.method == "POST" and form.is_valid():
        steps.check(file_import, form.mapping, form.options, request.user)
        return redirect("contacts:import_page", pk)
    context = {"form": form, "file_import": file_import}
    return render(request, "contacts/import_columns.html", context, status=422 if form.errors else 200)


class RowFilter(ListFilter):
    """Rows by verdict, by the field that stops them, and by outcome."""

    verdict = django_filters.ChoiceFilter(choices=ImportRow.Verdict.choices, label="Result")
    field = django_filters.ChoiceFilter(
        choices=[(field.name, field.label) for field in FIELDS], method="by_field", label="Reason is about"
    )
    outcome = django_filters.ChoiceFilter(choices=list(DONE.items()), label="Outcome")

    def by_field(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        """Rows with a reason about a field."""
        return rows.filter(reasons__contains=[{"field": value}])


class RowTable(tables.Table):
    """One row a line of the file."""

    number = tables.Column(verbose_name="Line", attrs={"td": {"class": "col-num"}, "th": {"class": "col-num"}})
    name = tables.Column(
        accessor="values", orderable=False, verbose_name="Contact", attrs={"td": {"class": "col-main"}}
    )
    verdict = tables.Column(verbose_name="Result", orderable=False)
    why = tables.Column(
        accessor="reasons",
        orderable=False,
        verbose_name="Details",
        empty_values=(),
        attrs={"td": {"class": "col-wrap"}},
    )
    actions = tables.Column(accessor="pk", orderable=False, verbose_name="", attrs={"td": {"class": "col-actions"}})

    caption = "Rows of the file"

    class Meta:
        order_by = "number"

    def __init__(self, *args, file_import: FileImport, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.file_import = file_import

    def render_name(self, record: ImportRow) -> str:
        """Who it is about, as far as the file says."""
        values = record.values
        name = f"{values.get('first_name', '')} {values.get('last_name', '')}".strip() or "Without a name"
        return format_html("<strong>{}</strong> <small>{}</small>", name, values.get("email", ""))

    def render_verdict(self, record: ImportRow) -> str:
        """In a word: what will be, or what came of it."""
        if record.outcome:
            return badge(DONE[record.outcome], TONES.get(record.outcome, "warning"))
        return badge(record.get_verdict_display(), TONES[record.verdict])

    def render_why(self, record: ImportRow) -> str:
        """Reasons, or what changes from what to what."""
        if record.reasons:
            return format_html_join("", "<div>{}</div>", ((reason["message"],) for reason in record.reasons))
        rows = (
            (BY_NAME[name].label, _words(was) or "nothing", _words(now)) for name, (was, now) in record.changes.items()
        )
        return format_html_join("", "<div>{}: <del>{}</del> → <ins>{}</ins></div>", rows)

    def render_actions(self, record: ImportRow) -> str:
        """Put it right, or look at the contact."""
        if record.verdict == ImportRow.Verdict.CANNOT and self.file_import.state == State.CHECKED:
            url = reverse("contacts:import_row", args=[self.file_import.pk, record.pk])
            return format_html('<a class="btn btn-sm" href="{}">Fix</a>', url)
        if record.match_id:
            return format_html('<a class="btn btn-sm btn-ghost" href="{}">Open</a>', contact_url(record.match_id))
        return ""


def _words(value) -> str:
    """A value of a change, for people."""
    if isinstance(value, list):
        return ", ".join(value)
    return "" if value is None else str(value)


@editors_only
class ImportPage(ListPage):
    """One import: progress, what will become of the rows, and afterwards what came of them."""

    noun = "rows"
    table_class = RowTable
    filterset_class = RowFilter
    template_name = "contacts/import_page.html"
    empty = ("No rows yet", "The file is being read.")
    empty_icon = "file-spreadsheet"

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The import's page, or its first step when columns have not been chosen yet."""
        self.file_import = _import(request, pk)
        if self.file_import.state == State.MAPPING:
            return redirect("contacts:import_columns", pk)
        self.title = self.file_import.file_name
        if self.file_import.cleared_at:
            self.empty = ("The rows have been removed", "Rows are kept for 30 days after an import has ended.")
        return super().get(request)

    def rows(self) -> QuerySet:
        """All rows; what is being read or checked is not shown half done."""
        return self.file_import.rows.none() if self.file_import.state == State.CHECKING else self.file_import.rows.all()

    def table_options(self) -> dict:
        """Rows link to the import."""
        return {"file_import": self.file_import}

    def extra(self) -> dict:
        """Counts, reasons, and what can be done now."""
        one = self.file_import
        counted = _counted(one)
        stale = counted.pop("stale", 0)
        applied = applications(one)
        return {
            "file_import": one,
            "unseen": unseen_of(one, self.request.user),
            "counts": counted,
            "total": sum(counted.values()),
            "change_count": one.rows.filter(verdict__in=["create", "update"], outcome="").count(),
            "stale": stale,
            "progress": import_state(one, self.request.user),
            "reasons": [_reason(*reason) for reason in steps.reasons_of(one)] if one.state == State.CHECKED else [],
            "advisors": User.objects.possible_advisors()[:500],
            "types": ContactType.choices,
            "undo": undo_offers(applied, self.request.user),
            "follow_ups": undone_by(applied, self.request.user),
        }


def unseen_of(file_import: FileImport, user) -> list[Operation]:
    """The user's own operations behind an import whose end its page tells for the first time."""
    behind = (file_import.check_operation, file_import.apply_operation)
    return [one for one in behind if one and one.owner_id == user.pk and one.is_over and one.seen_at is None]


def applications(file_import: FileImport) -> list[Operation]:
    """The operations that applied it: more than one when the first was stopped and the rest imported later."""
    if not file_import.apply_operation_id:
        return []
    rows = Operation.objects.filter(kind=Apply.key, owner=file_import.owner, params__file_import=file_import.pk)
    return list(rows.order_by("pk"))


def undo_offers(applied: list[Operation], user) -> list[tuple[str, str]]:
    """What the buttons that undo an import are called, and where they lead."""
    found = [(n, undo_offer(one, user)) for n, one in enumerate(applied, start=1)]
    if len(found) == 1:
        return [(one.label, one.url) for _, one in found if one.url]
    # "Undo 3 of 5" is "Undo part 2: 3 of 5" where there are several.
    parts = [(f"Undo part {n}: {one.label.removeprefix('Undo')}".rstrip(": "), one.url) for n, one in found]
    return [(" ".join(label.split()), address) for label, address in parts if address]


def _counted(file_import: FileImport) -> dict[str, int]:
    """Rows by verdict, and how many were left alone; of an import whose rows have been removed, as they were."""
    if file_import.cleared_at:
        return dict(file_import.kept_totals)
    if file_import.state == State.CHECKING:
        return {}
    applied = file_import.state == State.APPLIED
    return totals(file_import) | ({"stale": stale_count(file_import)} if applied else {})


def _reason(field: str, code: str, count: int) -> SimpleNamespace:
    """A reason with its number of rows, and whether one value can be given to all of them."""
    words = {
        "missing": "is missing",
        "malformed": "cannot be read",
        "duplicate": "stands in the file twice",
        "colleague": "belongs to a contact of a colleague",
        "deleted": "belongs to a deleted contact",
        "too_long": "is too long",
        "advisor": "is not yours to give",
        "gone": "can no longer have contacts",
        "team": "would get a team that is archived or deleted",
    }
    label = BY_NAME[field].label if field in BY_NAME else "The row"
    return SimpleNamespace(
        field=field, words=f"{label} {words.get(code, code)}", count=count, mendable=field in MENDABLE
    )


def import_state(file_import: FileImport, user) -> SimpleNamespace | None:
    """Progress in rows while the file is checked or applied; None at rest."""
    working = {State.CHECKING: file_import.check_operation, State.APPLYING: file_import.apply_operation}
    operation = working.get(file_import.state)
    if operation is None:
        return None
    shown = progress(operation, user)
    shown = SimpleNamespace(**shown) if isinstance(shown, dict) else shown
    shown.total = file_import.row_count or "?"
    shown.done = min(operation.handled * BATCH, file_import.row_count)
    shown.counts, shown.rate = [], ""
    shown.poll_url = reverse("contacts:import_progress", args=[file_import.pk])
    return shown


@editors_only
@require_safe
def import_progress(request: HttpRequest, pk: int) -> HttpResponse:
    """How far it is; when it is over the whole page is loaded again."""
    file_import = _import(request, pk)
    state = import_state(file_import, request.user)
    if state is None or not state.running:
        response = HttpResponse()
        response["HX-Refresh"] = "true"
        return response
    return render(request, "core/progress.html", {"progress": state})


@editors_only
@require_http_methods(["GET", "HEAD", "POST"])
def mend_row(request: HttpRequest, pk: int, row_pk: int) -> HttpResponse:
    """Put one row right."""
    file_import = _import(request, pk)
    row = get_object_or_404(file_import.rows, pk=row_pk)
    if file_import.state != State.CHECKED:
        return redirect("contacts:import_page", pk)
    form = MendRowForm(request.POST if request.method == "POST" else None, file_import=file_import, row=row)
    if request.method == "POST" and form.is_valid():
        given = {name: value for name, value in form.cleaned_data.items() if value}
        kept = {name: value for name, value in row.values.items() if name not in form.fields}
        if not steps.mend(file_import, row, kept | given):
            return redirect("contacts:import_page", pk)
        row.refresh_from_db()
        if row.verdict != ImportRow.Verdict.CANNOT:
            messages.success(request, f"Line {row.number} can be imported now.")
            return redirect(f"{reverse('contacts:import_page', args=[pk])}?verdict=cannot")
        form = MendRowForm(file_import=file_import, row=row)
        messages.error(request, f"Line {row.number} still cannot be imported: {row.reasons[0]['message']}")
    context = {
        "form": form,
        "title": f"Line {row.number} of {file_import.file_name}",
        "submit_label": "Check the row again",
        "cancel_url": reverse("contacts:import_page", args=[pk]),
    }
    return render(request, "core/form_page.html", context)


@editors_only
@require_POST
def mend_all(request: HttpRequest, pk: int) -> HttpResponse:
    """Give one value to all rows that a field stops."""
    file_import = _import(request, pk)
    form = MendAllForm(request.POST)
    if file_import.state != State.CHECKED or not form.is_valid():
        messages.error(request, "Choose a value first.")
    else:
        count = steps.mend_reason(file_import, form.cleaned_data["field"], form.cleaned_data["value"], request.user)
        messages.success(request, f"{counted(count, 'row')} were given the value and are checked again.")
    return redirect("contacts:import_page", pk)


@editors_only
@require_POST
def apply(request: HttpRequest, pk: int) -> HttpResponse:
    """Begin to import. A second click finds that it has begun."""
    file_import = _import(request, pk)
    if not steps.apply(file_import, request.user):
        messages.info(request, "The import has begun already, or the file has to be checked first.")
    return redirect("contacts:import_page", pk)


@editors_only
@require_safe
def rows_file(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Rows as a file, with the reasons in the last column: to be put right elsewhere and imported again.

    The record tells who took them: they are the people of the file.
    """
    file_import = _import(request, pk)
    rows, params, words = file_import.rows.order_by("number"), {"import": pk, "verdict": ""}, file_import.file_name
    if (verdict := request.GET.get("verdict")) in ImportRow.Verdict.values:
        rows, params["verdict"] = rows.filter(verdict=verdict), verdict
        words = f"{words}, {ImportRow.Verdict(verdict).label.lower()}"
    named = [field for field in FIELDS if field.name in file_import.mapping.values()]
    shown = [
        Column("Line", "number"),
        *(Column(field.label, f"values__{field.name}") for field in named),
        Column("Verdict", "verdict"),
        Column("Outcome", "outcome", DONE.get),
        Column("Reasons", "reasons", lambda reasons: " ".join(reason["message"] for reason in reasons)),
    ]
    return download(request, Source(f"import-{pk}-rows", shown, rows), "import row", words, params)


def _import(request: HttpRequest, pk: int) -> FileImport:
    """The import, if it is one's own, or any for admins; else a 404."""
    rows = FileImport.objects.visible_to(request.user).select_related("owner", "check_operation", "apply_operation")
    return get_object_or_404(rows, pk=pk)
