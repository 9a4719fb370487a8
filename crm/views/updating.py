"""Update from CRM of one contact, difference by difference; linking by hand. Many are a bulk action."""

from collections.abc import Collection
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import editors_only
from contacts.forms import contact_url
from contacts.models import Contact
from core.emails import canonical
from core.forms.presses import once
from core.keys import read_key
from core.listing.searching import narrow
from core.models import Operation, OperationLine
from core.operations import running, selecting
from crm.domain import differences
from crm.domain.conflicts import Seen, read_seen, seen_now
from crm.domain.implied import implied_by
from crm.domain.linking import link, unlink
from crm.domain.opening import note_trouble, open_adapter
from crm.domain.staging import mark
from crm.domain.syncing import reread
from crm.errors import CRMError
from crm.models import Record

FOUND_AT_MOST = 20


@editors_only
@require_http_methods(["GET", "HEAD", "POST"])
def update_one(request: HttpRequest, pk: int) -> HttpResponse:
    """One contact: here, in the CRM, who changed it here; what is ticked is applied."""
    contact = get_object_or_404(Contact.objects.editable_by(request.user), pk=pk)
    record = get_object_or_404(Record.objects.select_related("connection").compared(), contact=contact)
    return _apply(request, contact, record) if request.method == "POST" else _compare(request, contact, record)


def _compare(
    request: HttpRequest,
    contact: Contact,
    record: Record,
    moved: dict[str, Any] | None = None,
    wanted: Collection[str] | None = None,
) -> HttpResponse:
    """The differences. `moved` holds the values that were shown before, of fields a colleague has changed since.

    `wanted` are the fields that were ticked then: those stay ticked that nobody has changed.
    """
    [(_, _, found)] = differences.compare([(record, contact)])
    found = differences.with_authors(contact, found)
    names, before = differences.advisor_names(), moved or {}
    rows = []
    for one in found:
        here, there = (differences.shown(one.field, value, names) or "nothing" for value in (one.here, one.there))
        was = differences.shown(one.field, before[one.field], names) or "nothing" if one.field in before else ""
        ticked = one.ticked if wanted is None else one.field in wanted and one.field not in before and not one.locked
        rows.append((one, here, there, was, ticked))
    shown = {one.field for one in found}
    context = {
        "contact": contact,
        "record": record,
        "seen": seen_now(contact, record, found),
        "rows": rows,
        "moved": [differences.LABELS[name] for name in before],
        "implies": implied_by((contact, one) for one in found if one.field == "primary_advisor"),
        "locked": [(name, differences.LABELS.get(name, name)) for name in contact.locked_fields if name not in shown],
        "lockable": [pair for pair in differences.LABELS.items() if pair[0] not in shown | {*contact.locked_fields}],
    }
    return render(request, "crm/update_one.html", context, status=409 if moved else 200)


def _apply(request: HttpRequest, contact: Contact, record: Record) -> HttpResponse:
    """Apply selected changes, or dismiss all; what is no longer as it was shown is asked about again."""
    seen = read_seen(request.POST.get("seen", ""), contact)
    if seen is None or seen.digest != record.digest:
        messages.warning(request, "The CRM has newer data by now. Look at the differences again.")
        return redirect("crm:update_one", pk=contact.pk)
    if "dismiss" in request.POST:
        Record.objects.filter(pk=record.pk).update(seen_digest=record.digest)
        record.refresh_from_db()
        mark([record])
        messages.success(request, "Dismissed. The contact stays as it is until the CRM says something new.")
        return redirect("contacts:detail", pk=contact.pk)
    wanted = [name for name in request.POST.getlist("field") if name in differences.LABELS]
    if not wanted:
        messages.warning(request, "Select the fields to apply.")
        return redirect("crm:update_one", pk=contact.pk)
    if moved := seen.moved(differences.differences(record, contact), wanted):
        return _compare(request, contact, record, moved, wanted)
    return _run(request, contact, record, seen, wanted)


def _run(request: HttpRequest, contact: Contact, record: Record, seen: Seen, wanted: list[str]) -> HttpResponse:
    """Update the one contact by an operation, which compares once more with what was seen, under the lock."""
    with transaction.atomic():
        operation = Operation.objects.create(
            kind="crm.update",
            title=f"Update {contact.name} from CRM"[:200],
            owner=request.user,
            selection=contact.name,
            params={"fields": wanted, "by_hand": True, "emptying": True, "seen": seen.fingerprints(wanted)},
        )
        selecting.freeze(operation, Contact.objects.editable_by(request.user).filter(pk=contact.pk).values_list("pk"))
    operation = running.start(operation)
    line = operation.lines.first()
    if line is None:  # the database was lost on the way: the sweep goes on with it
        messages.info(request, "The update is being done.")
        return redirect("core:operation", pk=operation.pk)
    if line.state != OperationLine.State.DONE:
        messages.error(request, line.reason)
        return redirect("crm:update_one", pk=contact.pk)
    messages.success(request, f"{contact.name} was updated from the CRM. {line.reason}".strip())
    still = Contact.objects.visible_to(request.user).filter(pk=contact.pk).exists()
    return redirect("contacts:detail", pk=contact.pk) if still else redirect("contacts:list")


def _read_again(request: HttpRequest, record: Record) -> None:
    """Ask the CRM for this one record as it is now."""
    try:
        reread(record, open_adapter(record.connection))
    except CRMError as error:
        note_trouble(record.connection, error)
        messages.warning(request, f"The CRM could not be asked: {error} This is what it said last.")


@editors_only
@require_POST
def read_again(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask the CRM for one contact's record as it is now, then show the differences."""
    contact = get_object_or_404(Contact.objects.editable_by(request.user), pk=pk)
    _read_again(request, get_object_or_404(Record.objects.select_related("connection"), contact=contact))
    return redirect("crm:update_one", pk=pk)


@editors_only
@once
@require_http_methods(["GET", "HEAD", "POST"])
def link_one(request: HttpRequest, pk: int) -> HttpResponse:
    """Find the record that a contact is in the CRM, and link it."""
    contact = get_object_or_404(Contact.objects.editable_by(request.user), pk=pk)
    free = Record.objects.editable_by(request.user).filter(contact=None, gone_at=None)
    if Record.objects.filter(contact=contact).exists():
        messages.info(request, f"{contact.name} is linked already.")
        return redirect("contacts:detail", pk=pk)
    if request.method == "POST":
        one = get_object_or_404(free, pk=read_key(request.POST.get("record")))
        if not link(one, contact, request.user):
            messages.warning(request, f"Not linked: a colleague has linked {contact.name} or this record meanwhile.")
            return redirect("contacts:detail", pk=pk)
        messages.success(request, f"Linked to {one} in {one.connection.name}. Nothing has changed yet.")
        return redirect("crm:update_one", pk=pk)
    text = request.GET.get("find", contact.last_name).strip()
    same = Q(email=canonical(contact.email))
    found = narrow(free, text, lambda word: Q(name__icontains=word) | Q(email__icontains=word) | same)
    found = found if text else free.filter(same)
    found = found.select_related("connection").annotate(near=Count("pk", filter=same)).order_by("-near", "name", "pk")
    context = {"contact": contact, "records": found[:FOUND_AT_MOST], "query": text}
    return render(request, "crm/link.html", context)


@editors_only
@once
@require_http_methods(["GET", "HEAD", "POST"])
def unlink_one(request: HttpRequest, pk: int) -> HttpResponse:
    """Untie a contact from its record."""
    contact = get_object_or_404(Contact.objects.editable_by(request.user), pk=pk)
    record = get_object_or_404(Record.objects.select_related("connection"), contact=contact)
    if request.method == "POST":
        unlink(record, request.user)
        messages.success(request, f"{contact.name} is no longer linked to {record.connection.name}.")
        return redirect("contacts:detail", pk=pk)
    context = {
        "title": f"Unlink {contact.name} from {record.connection.name}?",
        "text": "The contact stays as it is and is updated from the CRM no more.",
        "consequences": ["The record stands among those that cannot be imported, as long as the email is the same."],
        "submit_label": "Unlink",
        "cancel_url": contact_url(contact.pk),
        "danger": "no",
    }
    return render(request, "core/confirm.html", context)
