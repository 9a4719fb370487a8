"""Action items on a contact's page: adding, changing, doing, withdrawing."""

from datetime import date

from django.contrib import messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import editors_only, staff_only
from contacts.domain.signing_in import zone_of
from contacts.models import Contact
from core.forms.conflicts import CHANGED, changed_since_shown, for_saving, shown_state
from core.forms.presses import once
from experiences.domain.resource_files import serve_download
from todos.domain import items
from todos.domain.telling import tell
from todos.forms import ActionItemForm
from todos.models import ActionItem, ItemFile


@editors_only
@once
@require_http_methods(["GET", "HEAD", "POST"])
def item_add(request: HttpRequest, pk: int) -> HttpResponse:
    """A new action item for a contact."""
    contact = get_object_or_404(Contact.objects.editable_by(request.user), pk=pk)
    posted = request.POST if request.method == "POST" else None
    form = ActionItemForm(posted, instance=ActionItem(contact=contact), today=_today(request, contact))
    if request.method == "POST" and form.is_valid():
        form.save(commit=False)
        items.create([form.instance], by=request.user)
        messages.success(request, f"{contact.name} finds it in their portal.")
        return redirect(_section(pk))
    return _form_page(request, form, contact, "Add the action item")


@editors_only
@require_http_methods(["GET", "HEAD", "POST"])
def item_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change an open action item."""
    with transaction.atomic():
        open_ones = _editable(request).open().select_related("contact")
        item = get_object_or_404(for_saving(open_ones, request), pk=pk)
        posted = request.POST if request.method == "POST" else None
        form = ActionItemForm(posted, instance=item, today=_today(request, item.contact))
        if request.method == "POST" and form.is_valid():
            form.save()
            tell("action_item_changed", "Action item changed", [item], actor=request.user)
            for sentence in form.kept:
                messages.warning(request, sentence)
            messages.success(request, "The action item has been saved.")
            return redirect(_section(item.contact_id))
    return _form_page(request, form, item.contact, "Save")


@editors_only
@once
@require_POST
def item_done(request: HttpRequest, pk: int) -> HttpResponse:
    """Mark it as done for the client."""
    item = get_object_or_404(_editable(request), pk=pk)
    if items.complete(_editable(request).filter(pk=pk), by=request.user):
        messages.success(request, f"“{item.title}” is done.")
    else:
        messages.info(request, "It was done or withdrawn already.")
    return redirect(_section(item.contact_id))


@editors_only
@once
@require_POST
def item_reopen(request: HttpRequest, pk: int) -> HttpResponse:
    """Make it open again."""
    item = get_object_or_404(_editable(request), pk=pk)
    if items.reopen(_editable(request).filter(pk=pk), by=request.user):
        messages.success(request, f"“{item.title}” is open again.")
    else:
        messages.info(request, "It is open already.")
    return redirect(_section(item.contact_id))


@editors_only
@once
@require_http_methods(["GET", "HEAD", "POST"])
def item_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an open action item back; the history keeps it."""
    with transaction.atomic():
        open_ones = _editable(request).open().select_related("contact")
        item = get_object_or_404(for_saving(open_ones, request), pk=pk)
        changed = request.method == "POST" and changed_since_shown(item, request)
        if request.method == "POST" and not changed:
            items.withdraw(_editable(request).filter(pk=pk), by=request.user)
            messages.success(request, f"“{item.title}” is withdrawn.")
            return redirect(_section(item.contact_id))
    seen = f"{item.contact.name} no longer sees it in their portal. It cannot be brought back."
    context = {
        "consequences": [CHANGED] if changed else [],
        "hidden": {"state": shown_state(item)},
        "title": "Withdraw this action item?",
        "text": f"“{item.title}”. {seen}",
        "submit_label": "Withdraw the action item",
        "cancel_url": _section(item.contact_id),
    }
    return render(request, "core/confirm.html", context, status=409 if changed else 200)


@staff_only
@require_safe
def item_file(request: HttpRequest, pk: int) -> HttpResponse:
    """A file that a client sent, as a download."""
    found = get_object_or_404(ItemFile.objects.visible_to(request.user), pk=pk)
    return serve_download(found.file, found.name)


def _editable(request: HttpRequest) -> QuerySet:
    """Action items that the user may change."""
    return ActionItem.objects.editable_by(request.user)


def _today(request: HttpRequest, contact: Contact) -> date:
    """The day where the client lives."""
    return timezone.localdate(timezone=zone_of(contact, request.firm))


def _section(contact_pk: int) -> str:
    """Where the contact's action items are."""
    return f"{reverse('contacts:detail', args=[contact_pk])}#action-items"


def _form_page(request: HttpRequest, form: ActionItemForm, contact: Contact, submit_label: str) -> HttpResponse:
    """The form as a page of its own."""
    context = {
        "form": form,
        "title": f"Action item for {contact.name}",
        "submit_label": submit_label,
        "cancel_url": _section(contact.pk),
    }
    return render(request, "core/form_page.html", context, status=422 if form.errors else 200)
