"""Connections: which there are, how they are, making and changing them, syncing."""

from django.contrib import messages
from django.db import transaction
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import admins_only, editors_only, staff_only
from contacts.imports.limits import IMPORTS
from core.forms.presses import once
from core.forms.resending import never_resent
from core.keys import read_key
from core.limits import take
from core.models import Operation
from core.operations.views import progress
from crm.domain import syncing
from crm.domain.comparing import next_comparison
from crm.domain.credentials import seal, unseal
from crm.domain.differences import shown
from crm.domain.going_through import unanswered
from crm.domain.judging import Meanings, judge
from crm.domain.opening import check, make_adapter, note_trouble, open_adapter
from crm.errors import CRMError
from crm.filters import OTHER_ADVISOR
from crm.forms import ConnectionForm
from crm.models import Connection, Reason, Record, Sync
from crm.records import payload
from crm.registry import adapters, unusable

PREVIEWED = 10
MEANWHILE = "Somebody else saved other settings at this moment. Open the page again and look at them first."


@staff_only
@require_safe
def connections(request: HttpRequest) -> HttpResponse:
    """All connections with their health, and how many records stand where, of those the user sees."""
    found = list(Connection.objects.visible_to(request.user))
    counts = _counts(request.user)
    rows = [(one, counts.get(one.pk, {}), syncing.open_sync(one)) for one in found]
    return render(request, "crm/connections.html", {"rows": rows, "may_sync": request.user.may_edit})


def _counts(user) -> dict[int, dict[str, int]]:
    """Ready, cannot, newer and gone by connection."""
    newer = Q(contact__crm_mark="newer", contact__deleted_at=None)
    rows = (
        Record.objects.visible_to(user)
        .order_by()
        .values("connection")
        .annotate(
            ready=Count("pk", filter=Q(state=Record.State.READY)),
            cannot=Count("pk", filter=Q(state=Record.State.CANNOT)),
            linked=Count("pk", filter=Q(state=Record.State.LINKED)),
            newer=Count("pk", filter=newer),
            advisor=Count("pk", filter=Q(OTHER_ADVISOR, state=Record.State.LINKED)),
            gone=Count("pk", filter=Q(gone_at__isnull=False, state=Record.State.LINKED)),
        )
    )
    return {row.pop("connection"): row for row in rows}


@staff_only
@require_safe
def connection(request: HttpRequest, pk: int) -> HttpResponse:
    """One connection: health, the sync under way, the last ones, and what stands in the way of its records."""
    one = get_object_or_404(Connection.objects.visible_to(request.user), pk=pk)
    open_sync = syncing.open_sync(one)
    mine = Operation.objects.visible_to(request.user)
    reasons = _reasons(one, request.user)
    held_back, missing = unanswered(one)
    finished = Sync.objects.filter(connection=one, operation__state=Operation.State.FINISHED)
    context = {
        "connection": one,
        # What changed there while a sync ran may have passed it by: it knows the CRM as it was when it began.
        "known_as_of": finished.order_by("-created_at").values_list("created_at", flat=True).first(),
        "counts": _counts(request.user).get(one.pk, {}),
        "compared": Sync.objects.filter(connection=one, whole=True, operation__state=Operation.State.FINISHED).first(),
        "next_comparison": next_comparison(one),
        "open_sync": open_sync,
        "progress": progress(open_sync.operation, request.user)
        if open_sync and mine.filter(pk=open_sync.operation_id).exists()
        else None,
        "syncs": Sync.objects.filter(connection=one).select_related("operation__owner")[:5],
        "held_back": held_back,
        "missing": missing,
        "reasons": reasons,
        "unmapped_owners": one.owners.filter(user=None, active=True).count(),
        "unmapped_categories": one.categories.filter(contact_type="").count(),
    }
    return render(request, "crm/connection.html", context)


def _reasons(one: Connection, user) -> list[tuple[str, str, int]]:
    """Why records cannot be imported: code, words, how many."""
    rows = Record.objects.visible_to(user).filter(connection=one, state=Record.State.CANNOT)
    counts: dict[str, int] = {}
    for codes, number in rows.order_by().values_list("reasons").annotate(number=Count("pk")):
        for code in codes:
            counts[code] = counts.get(code, 0) + number
    return sorted(((code, Reason(code).label, number) for code, number in counts.items()), key=lambda row: -row[2])


@admins_only
@require_safe
def choose_adapter(request: HttpRequest) -> HttpResponse:
    """Which CRM to connect."""
    # Templates call what can be called: classes are not handed to them.
    offered = [{"key": one.key, "label": one.label, "note": one.note} for one in adapters().values()]
    return render(request, "crm/choose.html", {"adapters": offered, "unusable": sorted(unusable().items())})


@never_resent
@admins_only
@once
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest, adapter_key: str) -> HttpResponse:
    """Settings and credentials of a new connection; it is made once the CRM has let us in."""
    adapter = adapters().get(adapter_key)
    if adapter is None:
        return redirect("crm:choose")
    form = ConnectionForm(request.POST if request.method == "POST" else None, adapter=adapter)
    if request.method == "POST" and form.is_valid():
        one = _saved(form, Connection(adapter=adapter_key))
        if one is not None:
            messages.success(request, f"{one.adapter_label} is connected: {one.who}.")
            return redirect("crm:connection", pk=one.pk)
    return _form_page(request, form, f"Connect {adapter.label}", reverse("crm:choose"), "Check and save")


@never_resent
@admins_only
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Other settings or credentials."""
    one = get_object_or_404(Connection.objects.visible_to(request.user), pk=pk)
    if one.adapter_class is None:
        messages.error(request, f"The adapter “{one.adapter}” is not installed here.")
        return redirect("crm:connection", pk=pk)
    form = ConnectionForm(request.POST if request.method == "POST" else None, adapter=one.adapter_class, connection=one)
    if request.method == "POST" and form.is_valid() and _saved(form, one) is not None:
        for sentence in form.kept:
            messages.warning(request, sentence)
        messages.success(request, "The connection works with the new settings.")
        return redirect("crm:connection", pk=pk)
    return _form_page(request, form, f"Settings of {one.name}", reverse("crm:connection", args=[pk]), "Check and save")


def _form_page(request: HttpRequest, form, title: str, back: str, label: str) -> HttpResponse:
    context = {"form": form, "title": title, "submit_label": label, "cancel_url": back, "subtitle": form.adapter.note}
    return render(request, "core/form_page.html", context, status=422 if form.errors else 200)


def _saved(form: ConnectionForm, one: Connection) -> Connection | None:
    """Try the settings; save the connection when they work, else say on the form why not."""
    adapter_class, typed, before = form.adapter, {**form.cleaned_data}, (one.config, one.secrets)
    one.name, one.credentials_expire_on = typed.pop("name"), typed.pop("credentials_expire_on")
    one.compare_days = typed.pop("compare_days")
    # Only what is stored unseen is kept where nothing was typed; another setting that was emptied is empty.
    unseen = {spec.name for spec in adapter_class.config_fields if spec.secret or spec.once}
    given = {key: value for key, value in typed.items() if value or key not in unseen}
    config = {**one.config, **unseal_or_nothing(one), **given}
    try:
        adapter = make_adapter(adapter_class, config, f"new-{one.pk or 'connection'}")
        config |= adapter.enrol()
        adapter.check()
    except CRMError as error:
        form.add_error(None, str(error))
        return None
    specs = {spec.name: spec for spec in adapter_class.config_fields}
    config = {key: value for key, value in config.items() if not (key in specs and specs[key].once)}
    enrolled = {key for key in config if key not in specs and key not in one.config and key != "began"}
    secret = {key for key in config if key in specs and specs[key].secret} | enrolled
    one.secrets = seal({key: config[key] for key in secret})
    one.config = {key: value for key, value in config.items() if key not in secret}
    if not _stored(one, before):
        form.add_error(None, MEANWHILE)
        return None
    check(one)
    try:
        syncing.learn(one, open_adapter(one))
    except CRMError as error:
        note_trouble(one, error)
    one.refresh_from_db()
    return one


@transaction.atomic
def _stored(one: Connection, before: tuple[dict, str]) -> bool:
    """Store the settings; False when somebody else stored some while the CRM was asked about these.

    What a sync has noted meanwhile stays.
    """
    if one.pk is None:
        one.save()
        return True
    now = Connection.objects.select_for_update(no_key=True).get(pk=one.pk)
    if (now.config, now.secrets) != before:
        return False
    one.save(update_fields=["name", "config", "secrets", "credentials_expire_on", "compare_days"])
    return True


def unseal_or_nothing(one: Connection) -> dict[str, str]:
    """Stored secrets, or none when they cannot be opened any more: then all have to be given again."""
    try:
        return unseal(one)
    except CRMError:
        return {}


@admins_only
@require_POST
def check_again(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask the CRM who we are."""
    one = get_object_or_404(Connection.objects.visible_to(request.user), pk=pk)
    if check(one):
        messages.success(request, "The connection works.")
    else:
        one.refresh_from_db()
        messages.error(request, one.trouble)
    return redirect("crm:connection", pk=pk)


@admins_only
@once
@require_http_methods(["GET", "HEAD", "POST"])
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a connection away: its credentials are forgotten, its contacts stay."""
    one = get_object_or_404(Connection.objects.visible_to(request.user), pk=pk)
    if request.method == "POST":
        with transaction.atomic():
            syncing.stop(one)
            one.secrets, one.removed_at = "", timezone.now()
            one.save(update_fields=["secrets", "removed_at"])
        messages.success(request, f"{one.name} was removed. Contacts that came from it stay.")
        return redirect("crm:connections")
    linked = Record.objects.filter(connection=one, contact__isnull=False).count()
    context = {
        "title": f"Remove {one.name}?",
        "text": "Its credentials are forgotten, and nothing is synced or updated from it any more.",
        "consequences": [f"{linked:,} contacts came from it. They stay as they are."],
        "submit_label": "Remove the connection",
        "cancel_url": reverse("crm:connection", args=[pk]),
        "danger": "yes",
    }
    return render(request, "core/confirm.html", context)


@editors_only
@require_POST
def sync(request: HttpRequest, pk: int) -> HttpResponse:
    """Begin a sync. Advisors may too: what arrives is shown to those it is assigned to."""
    one = get_object_or_404(Connection.objects.visible_to(request.user), pk=pk)
    whole = request.POST.get("whole") == "1" and request.user.is_admin
    take(IMPORTS, request.user.pk)
    if syncing.begin(one, request.user, whole=whole) is None:
        messages.info(request, "A sync is under way already.")
    return redirect("crm:connection", pk=pk)


@admins_only
@require_POST
def accept_vanished(request: HttpRequest, pk: int) -> HttpResponse:
    """Agree that records which were missing all at once are gone."""
    one = get_object_or_404(Connection.objects.visible_to(request.user), pk=pk)
    held_back = get_object_or_404(Sync, connection=one, vanished__gt=0, pk=read_key(request.POST.get("sync")))
    count = syncing.accept_vanishing(held_back)
    messages.success(request, f"{count:,} records count as gone. Their contacts stay, marked in the list.")
    return redirect("crm:connection", pk=pk)


@admins_only
@require_safe
def preview(request: HttpRequest, pk: int) -> HttpResponse:
    """Ten records as they would arrive, straight from the CRM; nothing is kept."""
    one = get_object_or_404(Connection.objects.visible_to(request.user), pk=pk)
    records: list[Record] = []
    try:
        for page in open_adapter(one).changes({}):
            found = [contact for contact in page.contacts if contact.kind != "household"]
            records += [
                Record(connection=one, remote_id=contact.remote_id, payload=payload(contact)) for contact in found
            ]
            if len(records) >= PREVIEWED:
                break
    except CRMError as error:
        messages.error(request, str(error))
        return redirect("crm:connection", pk=pk)
    records = _as_known(one, records[:PREVIEWED])
    judge(records, Meanings.of(one))
    rows = [
        (record, [Reason(code).label for code in record.reasons], shown("phone", record.values.get("phone"), {}))
        for record in records
    ]
    return render(request, "crm/preview.html", {"connection": one, "rows": rows})


def _as_known(one: Connection, records: list[Record]) -> list[Record]:
    """Records that are in staging already, with what the CRM says now laid over them, unsaved."""
    found = Record.objects.filter(connection=one, remote_id__in=[record.remote_id for record in records])
    known = {record.remote_id: record for record in found}
    for record in records:
        if record.remote_id in known:
            known[record.remote_id].payload = record.payload
    return [known.get(record.remote_id, record) for record in records]
