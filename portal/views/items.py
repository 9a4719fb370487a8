"""The client's action items: all of them, marking one as done, and undoing that in the same visit."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from core.forms.presses import once
from core.forms.resending import page_before
from core.limits import Limit, take
from portal import items
from portal.frame import frame
from todos.domain.files import receive
from todos.domain.items import complete_by_client, reopen
from todos.models import ActionItem

OPEN_SHOWN = 100
DONE_SHOWN = 20
UPLOADS = Limit("item_files", 60, 3600, "files in an hour")
MARKS = Limit("item_marks", 200, 3600, "changes in an hour")  # each is kept in the history


@require_safe
def all_items(request: HttpRequest) -> HttpResponse:
    """What is open, and what was done of late."""
    return _show(request)


def _show(request: HttpRequest, refused: tuple[int, str] | None = None) -> HttpResponse:
    """The page; `refused` are the key of an item and why its file may not come in."""
    contact, here = request.viewing.contact, items.done_here(request)
    context = frame(request, "items") | {
        "waiting": items.waiting_items(contact, here, OPEN_SHOWN),
        "done": items.done_items(contact, here, DONE_SHOWN),
        "refused": refused,
    }
    return render(request, "portal/items.html", context, status=422 if refused else 200)


@require_POST
def item_done(request: HttpRequest, item_pk: int) -> HttpResponse:
    """The client has done it."""
    take(MARKS, request.user.pk)
    return _done(request, item_pk=item_pk)


@once
def _done(request: HttpRequest, item_pk: int) -> HttpResponse:
    contact = request.viewing.contact
    rows = ActionItem.objects.shown_to(contact).filter(pk=item_pk)
    if not rows.exists():
        raise Http404
    if complete_by_client(rows, contact):
        items.remember_done(request, item_pk)
        messages.success(request, "Marked as done. Thank you.")
    return redirect(page_before(request, request.viewing.url("items")))


@require_POST
def item_upload(request: HttpRequest, item_pk: int) -> HttpResponse:
    """The client sends a file for an open item that asks for one."""
    take(UPLOADS, request.user.pk)  # before the transaction that `once` begins
    return _upload(request, item_pk=item_pk)


@once
def _upload(request: HttpRequest, item_pk: int) -> HttpResponse:
    contact = request.viewing.contact
    item = get_object_or_404(ActionItem.objects.shown_to(contact), pk=item_pk, asks_for_upload=True)
    upload = request.FILES.get("file")
    if upload is None:
        return _show(request, (item_pk, "Choose a file first."))
    try:
        receive(item, upload, contact)
    except ValidationError as refusal:
        return _show(request, (item_pk, refusal.messages[0]))
    messages.success(request, "Your file has been sent.")
    return redirect("portal:items")


@require_POST
def item_undo(request: HttpRequest, item_pk: int) -> HttpResponse:
    """It was not done after all: open again, if the client marked it in this visit."""
    take(MARKS, request.user.pk)
    return _undo(request, item_pk=item_pk)


@once
def _undo(request: HttpRequest, item_pk: int) -> HttpResponse:
    if item_pk not in items.done_here(request):
        raise Http404
    rows = ActionItem.objects.shown_to(request.viewing.contact).filter(pk=item_pk, done_by_client=True)
    items.forget_done(request, item_pk)
    if reopen(rows, by=request.user):
        messages.success(request, "It is on your list again.")
    return redirect(page_before(request, request.viewing.url("items")))
