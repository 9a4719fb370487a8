"""Staging: what can be imported, what cannot and why, what became contacts; mending, matching, importing."""

from types import SimpleNamespace

from django.contrib import messages
from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from accounts.access import editors_only, staff_only
from accounts.models import User
from contacts.imports.limits import IMPORTS
from contacts.models import Contact
from contacts.selection import but_unticked, ticked_ids
from core.forms.conflicts import for_saving
from core.forms.presses import once
from core.keys import read_key
from core.limits import take
from core.listing.pages import ListPage, chips, filtered, in_use, narrowing
from core.listing.planning import expecting
from core.models import Operation
from core.operations import running, selecting
from core.spreadsheets.exports import Source, download
from core.spreadsheets.writing import Column
from core.words import counted
from crm.domain.differences import LABELS, advisor_names, here_value, shown, there_value
from crm.domain.importing import import_records
from crm.domain.linking import follow_merge, link, merged_into
from crm.domain.staging import judge_again
from crm.filters import LinkedFilter, RecordFilter
from crm.forms import MendForm
from crm.models import Reason, Record
from crm.operations.judging import begin_judging
from crm.tables import REASONS, LinkedTable, RecordTable, other_advisor


class RecordList(ListPage):
    """Base of the three lists; each shows records in one state."""

    title = "CRM records"
    noun = "records"
    table_class = RecordTable
    filterset_class = RecordFilter
    template_name = "crm/records.html"
    tab = ""
    empty_icon = "plug"

    def rows(self) -> QuerySet:
        """Those the user sees, in this list's state."""
        return records_in(self.tab, self.request.user).select_related("advisor", "connection").defer("payload")

    def extra(self) -> dict:
        """The tabs with their counts."""
        user = self.request.user
        return {
            "tab": self.tab,
            "counts": {} if self.request.htmx else counts_by_state(user),
            "export_url": f"{reverse('crm:export')}?tab={self.tab}&{narrowed(self.request.GET)}",
            "empty_url": reverse("crm:connections"),
            "empty_label": "Go to the connections",
        }

    def selection(self) -> dict:
        """What can be done with ticked records."""
        actions = self.actions() if self.request.user.may_edit else []
        return {"selection_key": f"crm_{self.tab}", "selection_actions": actions} if actions else {}

    def actions(self) -> list:
        """Buttons of the selection bar."""
        return []


TABS = {"ready": "Ready to be imported", "cannot": "Cannot be imported", "linked": "Imported"}


def records_in(tab: str, user) -> QuerySet:
    """The records of a list that `user` sees."""
    rows = Record.objects.in_state(tab, user)
    return rows.select_related("contact__primary_advisor") if tab == "linked" else rows


def counts_by_state(user) -> dict[str, int]:
    """How many records of each state `user` sees."""
    return dict(Record.objects.visible_to(user).order_by().values_list("state").annotate(number=Count("pk")))


def narrowed(query: QueryDict) -> str:
    """The filters of a list as a query string."""
    kept = QueryDict(mutable=True)
    for name, values in narrowing(query).items():
        kept.setlist(name, values)
    return kept.urlencode()


@staff_only
class ReadyList(RecordList):
    """Ready to be imported."""

    tab = "ready"
    subtitle = "Ready to be imported. Importing tells nobody anything."
    empty = ("Nothing to import", "Everything that is ready has been imported, or nothing has been synced yet.")

    def table_options(self) -> dict:
        """There are no reasons against them."""
        return {"exclude": ("reasons",)}

    def actions(self) -> list:
        """Import."""
        return [SimpleNamespace(label="Import", icon="download", url=reverse("crm:import"), danger=False)]


@staff_only
class CannotList(RecordList):
    """Cannot be imported."""

    tab = "cannot"
    subtitle = "Cannot be imported yet. Fix them here, one by one or many at once, or in the CRM."
    empty = ("Nothing in the way", "No record has a reason against it.")
    empty_icon = "circle-check"

    def actions(self) -> list:
        """Set what is missing."""
        return [SimpleNamespace(label="Set advisor or type", icon="pencil", url=reverse("crm:mend"), danger=False)]


@staff_only
class LinkedList(RecordList):
    """Records that are contacts here."""

    tab = "linked"
    table_class = LinkedTable
    filterset_class = LinkedFilter
    subtitle = "Records that are contacts here, and whether the CRM says something new."
    empty = ("Nothing imported yet", "Import what is ready; the records then stand here.")


def chosen(request: HttpRequest, tab: str) -> tuple[QuerySet, str]:
    """What was ticked, or all that match, among the records of a list; and the choice in words."""
    scope = records_in(tab, request.user) if request.user.may_edit else Record.objects.none()
    query = QueryDict(request.POST.get("query", ""))
    if request.POST.get("all") == "1":
        rows, without = but_unticked(filtered(RecordFilter, query, scope, request)[1], request.POST)
        words = "All that match the filter" if in_use(RecordFilter, query) else "All records"
        return rows.order_by(), f"{words}{without}"
    ids = ticked_ids(request.POST)
    return scope.filter(pk__in=ids).order_by(), f"{counted(len(ids), 'selected record')}"


@editors_only
@require_POST
def import_many(request: HttpRequest) -> HttpResponse:
    """First fix the choice and say what it means; confirmed, import."""
    if "draft" in request.POST:
        drafts = Operation.objects.filter(owner=request.user, kind="crm.import")
        draft = get_object_or_404(drafts, pk=read_key(request.POST["draft"]))
        if draft.state == Operation.State.DRAFT:
            take(IMPORTS, request.user.pk)
            running.start(draft)
        return redirect(f"{reverse('core:operation', args=[draft.pk])}?started=1")
    rows, words = chosen(request, "ready")
    with transaction.atomic():
        draft = Operation.objects.create(
            kind="crm.import", title="Import from the CRM", owner=request.user, selection=words
        )
        selecting.freeze(draft, rows.values_list("pk", flat=True))
    if not draft.total:
        draft.delete()
        messages.warning(request, "Select the records first.")
        return redirect("crm:ready")
    Operation.objects.filter(pk=draft.pk).update(title=f"Import {draft.total:,} contacts from the CRM")
    with expecting(draft.total, Record):
        advisors = Record.objects.filter(pk__in=draft.planned()).order_by().values_list("advisor").distinct().count()
    context = {
        "title": f"Import {counted(draft.total, 'contact')}?",
        "text": words,
        "consequences": [
            f"They belong to {counted(advisors, 'advisor')}, who will see them at once.",
            "Households and tags come with them. Nobody is invited or told.",
        ],
        "submit_label": f"Import {counted(draft.total, 'contact')}",
        "cancel_url": reverse("crm:ready"),
        "danger": "no",
        "hidden": {"draft": draft.pk},
    }
    return render(request, "core/confirm.html", context)


@editors_only
@require_POST
def mend_many(request: HttpRequest) -> HttpResponse:
    """Give many records an advisor or a type."""
    only = ("contact_type", "primary_advisor")
    rows, words = chosen(request, "cannot")
    fields = {name: request.POST.get(name, "") for name in ("ids", "all", "without", "query")}
    form = MendForm(request.POST if "mend" in request.POST else None, user=request.user, only=only)
    if form.is_bound and form.is_valid() and form.mends():
        operation = begin_judging(None, rows, request.user, mends=form.mends())
        if operation is None:
            messages.warning(request, "Select the records first.")
        elif operation.is_over:
            messages.success(request, f"{operation.done:,} records were given the values.")
        else:
            return redirect("core:operation", pk=operation.pk)
        return redirect(f"{reverse('crm:cannot')}?{narrowed(QueryDict(fields['query']))}")
    if not rows.exists():
        messages.warning(request, "Select the records first.")
        return redirect("crm:cannot")
    context = {
        "form": form,
        "title": f"Set values of {rows.count():,} records",
        "subtitle": words,
        "notice": "Kept here beside what the CRM says; the CRM is not changed.",
        "hidden": fields | {"mend": "1"},
        "submit_label": "Set",
        "cancel_url": reverse("crm:cannot"),
    }
    return render(request, "crm/mend_many.html", context, status=422 if form.errors else 200)


@staff_only
@require_safe
def record(request: HttpRequest, pk: int) -> HttpResponse:
    """One record: what the CRM says, why it cannot be imported, whom it may be."""
    return _record_page(request, _record(request, pk))


def _record(request: HttpRequest, pk: int) -> Record:
    rows = Record.objects.select_related("connection", "advisor", "contact")
    return get_object_or_404(rows.visible_to(request.user), pk=pk)


# The fields that adapters name as odd, as people call them.
UNREAD = {"birth_date": "Date of birth", "client_since": "Client since", "deceased_on": "Date of death"}


def _record_page(request: HttpRequest, one: Record, form: MendForm | None = None) -> HttpResponse:
    names = advisor_names()
    match = Contact.objects.visible_to(request.user).filter(pk=one.match_id).first() if one.match_id else None
    contact = Contact.objects.visible_to(request.user).filter(pk=one.contact_id).first() if one.contact_id else None
    other = match or contact
    here = {name: shown(name, here_value(other, name), names) if other else "" for name in LABELS}
    rows = [(label, here[name], shown(name, there_value(one, name), names)) for name, label in LABELS.items()]
    may_mend = Record.objects.editable_by(request.user).filter(pk=one.pk, contact=None).exists()
    context = {
        "record": one,
        "reasons": [Reason(code).label for code in one.reasons],
        "rows": [row for row in rows if row[1] or row[2]],
        "match": match,
        "hidden_match": one.match_id and not match,
        "contact": contact,
        "may_mend": may_mend,
        "winner": _winner(request, one),
        "another_advisor": other_advisor(one, contact) if contact else None,
        "in_trash": bool(one.contact_id) and one.state == Record.State.CANNOT,
        "may_bring_back": may_mend and one.former_contact_id is not None,
        "may_keep_apart": Reason.POSSIBLE_MATCH in one.reasons,
        "form": form or (MendForm(user=request.user, record=one) if may_mend else None),
        "status_there": one.payload.get("status", ""),
        "emails": one.payload.get("emails", []),
        "also": User.objects.filter(pk__in=one.other_advisors).order_by("last_name", "first_name"),
        "phones": one.payload.get("phones", []),
        "unread": [UNREAD.get(name, name.replace("_", " ").capitalize()) for name in one.payload.get("odd", [])],
    }
    return render(request, "crm/record.html", context, status=422 if form and form.errors else 200)


def _winner(request: HttpRequest, one: Record) -> dict:
    """What is to be said of the record that one was merged into: the record, and the contact it is here."""
    winner = merged_into(one, request.user) if one.contact_id else None
    if winner is None:
        return {}
    seen = Contact.objects.visible_to(request.user).filter(pk=winner.contact_id).first() if winner.contact_id else None
    may = Contact.objects.editable_by(request.user).filter(pk=one.contact_id).exists()
    return {"record": winner, "contact": seen, "may_follow": may and winner.contact_id is None}


def _own(request: HttpRequest, pk: int, *, to_save: bool = False) -> Record:
    """A record the user may mend; `to_save`, locked until the transaction ends."""
    rows = Record.objects.select_related("connection").filter(contact=None)
    rows = for_saving(rows, request) if to_save else rows
    return get_object_or_404(rows.filter(pk__in=Record.objects.editable_by(request.user).values("pk")), pk=pk)


@editors_only
@require_POST
def mend(request: HttpRequest, pk: int) -> HttpResponse:
    """Set what a record lacks."""
    with transaction.atomic():
        one = _own(request, pk, to_save=True)
        form = MendForm(request.POST, user=request.user, record=one)
        if not form.is_valid():
            return _record_page(request, one, form)
        Record.objects.filter(pk=pk).update(mends=form.mends())
        judge_again(Record.objects.filter(Q(pk=pk) | Q(email=one.email, contact=None) & ~Q(email="")))
    for sentence in form.kept:
        messages.warning(request, sentence)
    messages.success(request, "Saved here; the CRM is not changed.")
    still = Record.objects.editable_by(request.user).filter(pk=pk).exists()
    return redirect("crm:record", pk=pk) if still else redirect("crm:cannot")


@editors_only
@once
@require_POST
def import_one(request: HttpRequest, pk: int) -> HttpResponse:
    """Make a contact of one record."""
    one = _own(request, pk)
    with transaction.atomic():
        done = import_records([one.pk], request.user)
    if one.pk in done.left_out:
        messages.error(request, done.left_out[one.pk])
        return redirect("crm:record", pk=pk)
    if not Contact.objects.visible_to(request.user).filter(pk=done.contacts[one.pk]).exists():
        messages.success(request, f"{one} was imported, and is seen by the primary advisor.")
        return redirect("crm:ready")
    messages.success(request, f"{one} was imported.")
    return redirect("contacts:detail", pk=done.contacts[one.pk])


@editors_only
@once
@require_POST
def link_match(request: HttpRequest, pk: int) -> HttpResponse:
    """The record is the contact proposed."""
    one = _own(request, pk)
    contact = get_object_or_404(Contact.objects.editable_by(request.user), pk=one.match_id)
    if not link(one, contact, request.user):
        messages.error(request, f"Not linked: a colleague has linked {contact.name} or this record already.")
        return redirect("crm:record", pk=pk)
    messages.success(request, f"Linked to {contact.name}. Nothing about them has changed yet.")
    return redirect("crm:update_one", pk=contact.pk)


@editors_only
@require_POST
def keep_apart(request: HttpRequest, pk: int) -> HttpResponse:
    """The record is somebody else than the contact proposed."""
    _own(request, pk)
    with transaction.atomic():
        Record.objects.filter(pk=pk).update(kept_apart=True)
        judge_again(Record.objects.filter(pk=pk))
    messages.success(request, "They are kept apart.")
    return redirect("crm:record", pk=pk)


@editors_only
@require_POST
def bring_back(request: HttpRequest, pk: int) -> HttpResponse:
    """A record whose contact was deleted here for good may be imported again, for a person asks for it."""
    _own(request, pk)
    with transaction.atomic():
        Record.objects.filter(pk=pk).update(former_contact_id=None)
        judge_again(Record.objects.filter(pk=pk))
    messages.success(request, "It may be imported again.")
    return redirect("crm:record", pk=pk)


@editors_only
@require_POST
def follow(request: HttpRequest, pk: int) -> HttpResponse:
    """The contact of a record that was merged into another goes on with that one."""
    one = get_object_or_404(Record.objects.filter(contact__in=Contact.objects.editable_by(request.user)), pk=pk)
    contact_id, winner = one.contact_id, follow_merge(one, request.user)
    if winner is None:
        messages.error(request, "The record it was merged into is not here, not yours, or tied to a contact.")
        return redirect("crm:record", pk=pk)
    messages.success(request, f"Linked to record {winner.remote_id}. Nothing about the contact has changed yet.")
    return redirect("crm:update_one", pk=contact_id)


@staff_only
@require_safe
def export_records(request: HttpRequest) -> HttpResponseBase:
    """The records of a list as a file, for whoever keeps the CRM; noted in the record."""
    tab = request.GET.get("tab") if request.GET.get("tab") in TABS else "cannot"
    known = LinkedFilter if tab == "linked" else RecordFilter
    filterset, rows = filtered(known, request.GET, records_in(tab, request.user).select_related(None), request)
    words = "; ".join([TABS[tab], *(chip.label for chip in chips(filterset, request.GET, request.path))])
    columns = [
        Column("CRM", "connection__name"),
        Column("Record", "remote_id"),
        Column("Name", "name"),
        Column("Email", "email"),
        Column("Category", "category"),
        Column("Reasons", "reasons", lambda codes: "; ".join(REASONS.get(code, code) for code in codes), width=60),
        Column("Address in the CRM", "url", width=40),
    ]
    source = Source(f"crm-records-{tab}", columns, rows.order_by("name", "pk"))
    return download(request, source, "CRM record", words, {"tab": tab, "query": request.GET.urlencode()})
