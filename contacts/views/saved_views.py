"""Saved views of the contact list: keeping the present state under a name, sharing it, putting it in order."""

from types import SimpleNamespace

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts.access import staff_only
from contacts.models import SavedView
from contacts.selection import filter_words
from core.forms.conflicts import ConflictModelForm, for_saving, saved_once
from core.forms.presses import once
from core.listing.pages import narrowing

# Of a list's state, what a view keeps besides the filters.
KEPT = ("sort", "per_page", "columns")


class SavedViewForm(ConflictModelForm):
    """A name, and who sees it."""

    class Meta:
        model = SavedView
        fields = ["name", "is_shared"]
        help_texts = {"is_shared": "Everybody sees in it only the contacts that are theirs to see."}

    def _get_validation_exclusions(self) -> set[str]:
        """The owner is no field of the form, but names are unique for each of them."""
        return super()._get_validation_exclusions() - {"owner"}


def kept(query: QueryDict) -> str:
    """The part of a list's query string that a view keeps, in an order that does not depend on how it came about."""
    parts = QueryDict(mutable=True)
    for name, values in sorted(narrowing(query).items()):
        parts.setlist(name, sorted(values))
    for name in KEPT:
        if any(query.getlist(name)):
            parts.setlist(name, query.getlist(name))
    return parts.urlencode()


def views_of(request: HttpRequest) -> SimpleNamespace:
    """The user's own views and the shared ones, which of them the list shows now, and whether it can be saved."""
    present = kept(request.GET)
    named = ("owner__first_name", "owner__last_name", "owner__email")
    views = SavedView.objects.visible_to(request.user).select_related("owner")
    found = list(views.only("name", "query", *named))
    return SimpleNamespace(
        own=[view for view in found if view.owner_id == request.user.pk],
        shared=[view for view in found if view.owner_id != request.user.pk],
        current=next((view for view in found if view.query == present), None),
    )


@staff_only
@once
def saved_view_add(request: HttpRequest) -> HttpResponse:
    """Keep the state that stands in the address under a name."""
    query = kept(request.GET)
    view = SavedView(owner=request.user, query=query)
    form = SavedViewForm(request.POST if request.method == "POST" else None, instance=view)
    if request.method == "POST" and len(query) > 2000:
        form.add_error(None, "These are too many filters to be kept.")
    if request.method == "POST" and _save(form):
        messages.success(request, f"The view “{view.name}” is saved. It is under Views, above the list.")
        return redirect(view.url)
    return _form_page(request, form, "Save this view", SavedView(query=query).url)


@staff_only
def saved_view_list(request: HttpRequest) -> HttpResponse:
    """All views of a user, with what each shows."""
    changeable = set(SavedView.objects.changeable_by(request.user).values_list("pk", flat=True))
    found = SavedView.objects.visible_to(request.user).select_related("owner")
    rows = [
        SimpleNamespace(view=view, words=filter_words(request, QueryDict(view.query)), may_change=view.pk in changeable)
        for view in found
    ]
    return render(request, "contacts/saved_views.html", {"rows": rows})


@staff_only
def saved_view_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Another name; shared or not."""
    with transaction.atomic():
        view = get_object_or_404(for_saving(SavedView.objects.changeable_by(request.user), request), pk=pk)
        name = view.name
        form = SavedViewForm(request.POST if request.method == "POST" else None, instance=view)
        if request.method == "POST" and _save(form):
            for sentence in form.kept:
                messages.warning(request, sentence)
            messages.success(request, f"The view “{view.name}” is saved.")
            return redirect("contacts:views")
    return _form_page(request, form, f"View “{name}”", reverse("contacts:views"))


@staff_only
@once
@require_POST
def saved_view_delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Forget a view. No contact is touched by it."""
    view = get_object_or_404(SavedView.objects.changeable_by(request.user), pk=pk)
    view.delete()
    messages.success(request, f"The view “{view.name}” is deleted. The contacts are as they were.")
    return redirect("contacts:views")


def _save(form: SavedViewForm) -> bool:
    """Whether the view could be kept."""
    return form.is_valid() and saved_once(form, form.save, "name", "You have a view of this name already.")


def _form_page(request: HttpRequest, form: SavedViewForm, title: str, cancel_url: str) -> HttpResponse:
    """The form, with what the view shows in words."""
    context = {
        "form": form,
        "title": title,
        "subtitle": filter_words(request, QueryDict(form.instance.query)),
        "submit_label": "Save the view",
        "cancel_url": cancel_url,
    }
    return render(request, "core/form_page.html", context, status=422 if form.errors else 200)
