"""What a CRM's users, categories and custom fields mean here."""

from django.contrib import messages
from django.db import transaction
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import admins_only
from core.forms.conflicts import ConflictForm, for_saving
from crm.domain import syncing
from crm.domain.judging import BESIDE
from crm.domain.opening import open_adapter
from crm.errors import CRMError
from crm.forms import CategoriesForm, FieldsForm, OwnersForm
from crm.models import Category, Connection, Owner, Record
from crm.operations.judging import begin_judging
from crm.records import RemoteField


def _connection(request: HttpRequest, pk: int, *, to_save: bool = False) -> Connection:
    """The connection; `to_save`, locked until the transaction ends when the request saves something."""
    rows = Connection.objects.visible_to(request.user)
    return get_object_or_404(for_saving(rows, request) if to_save else rows, pk=pk)


def _page(request: HttpRequest, one: Connection, form, title: str, notice: str, learnt: str = "") -> HttpResponse:
    """The form; `learnt` names the page, where what it asks about can be read anew from the CRM."""
    context = {
        "connection": one,
        "learnt": learnt,
        "form": form,
        "title": title,
        "subtitle": one.name,
        "notice": notice,
        "submit_label": "Save",
        "cancel_url": reverse("crm:connection", args=[one.pk]),
    }
    return render(request, "crm/mapping.html", context, status=422 if form.errors else 200)


@admins_only
@require_http_methods(["GET", "HEAD", "POST"])
def owners(request: HttpRequest, pk: int) -> HttpResponse:
    """Who the users of the CRM are here."""
    with transaction.atomic():
        one = _connection(request, pk, to_save=True)
        form = OwnersForm(request.POST if request.method == "POST" else None, connection=one)
        if request.method == "POST" and form.is_valid():
            changed = form.changed_owners()
            Owner.objects.bulk_update(changed, ["user", "by_hand"])
            theirs = [owner.remote_id for owner in changed]
            touched = Record.objects.filter(Q(owner_id_there__in=theirs) | Q(other_owners_there__overlap=theirs))
            operation = begin_judging(one, touched, request.user, linked=True)
            return _judged(request, one, form, operation)
    notice = "Those with the same email address are found by themselves; what you choose here stays."
    return _page(
        request, one, form, "Advisor matching", notice if form.owners else "No user of the CRM is known here.", "owners"
    )


@admins_only
@require_POST
def learn(request: HttpRequest, pk: int) -> HttpResponse:
    """Refresh from the CRM who its users are and which categories it has. A sync does so too."""
    one = _connection(request, pk)
    try:
        syncing.learn(one, open_adapter(one))
    except CRMError as error:
        messages.warning(request, f"The CRM’s users and categories could not be read: {error}")
    else:
        messages.success(request, "The CRM’s users and categories were read.")
    return redirect("crm:categories" if request.POST.get("page") == "categories" else "crm:owners", pk=pk)


@admins_only
@require_http_methods(["GET", "HEAD", "POST"])
def categories(request: HttpRequest, pk: int) -> HttpResponse:
    """What the words on records mean here."""
    with transaction.atomic():
        one = _connection(request, pk, to_save=True)
        form = CategoriesForm(request.POST if request.method == "POST" else None, connection=one)
        if request.method == "POST" and form.is_valid():
            changed = form.changed_categories()
            values = [category.value for category in changed]
            if form.cleaned_data["default_type"] != one.default_type:
                one.default_type = form.cleaned_data["default_type"]
                values.append("")
            one.save(update_fields=["default_type"])
            Category.objects.bulk_update(changed, ["contact_type"])
            operation = begin_judging(one, Record.objects.in_categories(values), request.user, linked=True)
            return _judged(request, one, form, operation)
    return _page(request, one, form, "Categories", "Unmapped categories can’t be imported yet.", "categories")


@admins_only
@require_http_methods(["GET", "HEAD", "POST"])
def fields(request: HttpRequest, pk: int) -> HttpResponse:
    """Which fields are brought in. Custom ones that were not chosen before arrive with the next full sync."""
    one = _connection(request, pk)
    try:
        catalogue = open_adapter(one).field_catalogue()
    except CRMError as error:
        messages.error(request, str(error))
        return redirect("crm:connection", pk=pk)
    with transaction.atomic():
        one = _connection(request, pk, to_save=True)
        posted = request.POST if request.method == "POST" else None
        form = FieldsForm(posted, catalogue=catalogue, connection=one)
        if request.method == "POST" and form.is_valid():
            before = one.left_out, one.field_labels
            one.fields, one.left_out = form.cleaned_data["fields_wanted"], form.left_out()
            one.field_labels = labels_of(catalogue, one.fields)
            chosen_anew = (one.left_out, one.field_labels) != before
            one.save(update_fields=["fields", "field_labels", "left_out"])
            everything = Record.objects.filter(connection=one)
            operation = begin_judging(one, everything, request.user, linked=True, quietly=True) if chosen_anew else None
            messages.success(request, "A full sync brings custom fields that were chosen just now of all records.")
            return _judged(request, one, form, operation)
    notice = (
        "Custom fields are shown on the contact’s page under Integrations. Those that may hold tax, account or "
        "identity numbers are never offered."
    )
    return _page(request, one, form, "Fields that are brought in", notice)


def labels_of(catalogue: list[RemoteField], names: list[str]) -> dict[str, str]:
    """What people call the fields of these names, where that is something else; one label is given to one field."""
    found: dict[str, str] = {}
    for one in catalogue:
        taken = {*found.values(), *names, *(label for _, label in BESIDE)}
        if one.name in names and one.label and one.label not in taken:
            found[one.name] = one.label[:100]
    return found


def _judged(request: HttpRequest, one: Connection, form: ConflictForm, operation) -> HttpResponse:
    """Back to the connection, or to the progress of looking through many records again."""
    for sentence in form.kept:
        messages.warning(request, sentence)
    if operation is None:
        messages.success(request, "Saved.")
    elif operation.is_over:
        messages.success(request, f"Saved. {operation.handled:,} records were looked at again.")
    else:
        return redirect("core:operation", pk=operation.pk)
    return redirect("crm:connection", pk=one.pk)
