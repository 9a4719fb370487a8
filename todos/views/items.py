"""Action items on a contact's page: adding, changing, doing, withdrawing."""

from datetime import date

from django.contrib import messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import editors_only, staff_only
from contacts.domain.signing_in import zone_of
from contacts.models import Contact
from core.forms.conflicts import CHANGED, changed_since_shown, for_saving, shown_state
from core.forms.pages import FormPage
from core.forms.presses import once
from experiences.domain.resource_files import serve_download
from todos.domain import items
from todos.domain.telling import tell
from todos.forms import ActionItemForm
from todos.models import ActionItem, ItemFile


class ItemPage(FormPage):
    """Base: the form of an action item of `self.contact`."""

    contact: Contact

    def form_of(self, data: QueryDict | None, item: ActionItem) -> ActionItemForm:
        """The form; "today" is the day where the client lives."""
        self.title = f"Action item for {self.contact.name}"
        return ActionItemForm(data, instance=item, today=_today(self.request, self.contact))

    def back_url(self) -> str:
        """The contact's action items."""
        return _section(self.contact.pk)


@editors_only
@once
class ItemAdd(ItemPage):
    """A new action item for a contact."""

    submit_label = "Add the action item"

    def load(self, pk: int) -> None:
        """The contact."""
        self.contact = get_object_or_404(Contact.objects.editable_by(self.request.user), pk=pk)

    def make_form(self, data: QueryDict | None) -> ActionItemForm:
        """For a new item."""
        return self.form_of(data, ActionItem(contact=self.contact))

    def save(self, form: ActionItemForm) -> None:
        """Create it by its rules."""
        form.save(commit=False)
        items.create([form.instance], by=self.request.user)

    def message(self, form: ActionItemForm) -> str:
        """Where it is found."""
        return f"{self.contact.name} finds it in their portal."


@editors_only
class ItemEdit(ItemPage):
    """Change an open action item."""

    saved_message = "The action item has been saved."

    def load(self, pk: int) -> None:
        """The item, while it is open."""
        open_ones = _editable(self.request).open().select_related("contact")
        self.item = get_object_or_404(for_saving(open_ones, self.request), pk=pk)
        self.contact = self.item.contact

    def make_form(self, data: QueryDict | None) -> ActionItemForm:
        """For the item."""
        return self.form_of(data, self.item)

    def save(self, form: ActionItemForm) -> None:
        """Save and record it."""
        form.save()
        tell("action_item_changed", "Action item changed", [self.item], actor=self.request.user)


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
