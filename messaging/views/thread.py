"""A thread on the staff's side: reading it, answering, notes, and what has come since."""

from django.contrib import messages
from django.db.models import Max
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.access import editors_only, staff_only
from core.forms.presses import once
from core.keys import read_key
from experiences.domain.resource_files import serve_download
from messaging.conversation import for_staff, newer
from messaging.domain import writing
from messaging.domain.attachments import stored
from messaging.domain.reach import reach_of
from messaging.domain.reading import mark_read_by_staff
from messaging.forms import MessageForm, NoteForm
from messaging.models import Attachment, Reading, Thread
from messaging.views.saved_replies import choices, chosen_text

PAGE = "messaging/thread.html"
MEANWHILE = "Somebody has written meanwhile. Look at it, then send your message again, changed or as it is."
SETTLED_TOO_EARLY = "The client has written again meanwhile."


@staff_only
@require_safe
def thread(request: HttpRequest, pk: int) -> HttpResponse:
    """The thread; `before` in the address shows earlier messages."""
    return _page(request, visible(request, pk))


@staff_only
@require_safe
def thread_poll(request: HttpRequest, pk: int) -> HttpResponse:
    """What has been written after the message `after`, as a fragment; 204 where there is nothing new."""
    found = visible(request, pk)
    written = newer(found.messages.all(), read_key(request.GET.get("after", "")) or 0)
    if not written:
        return HttpResponse(status=204)
    return render(request, f"{PAGE}#newer", {"thread": found, "written": written, "last": written[-1].pk})


@staff_only
@require_POST
def thread_read(request: HttpRequest, pk: int) -> HttpResponse:
    """Record that the user has read the thread up to a message; the page sends it when it is shown."""
    found = visible(request, pk)
    mark_read_by_staff(found, read_key(request.POST.get("upto")) or 0, request.user)
    return HttpResponse(status=204) if request.htmx else redirect("messaging:thread", pk=pk)


@editors_only
@once
@require_POST
def reply(request: HttpRequest, pk: int) -> HttpResponse:
    """Answer the client; when somebody has written meanwhile, show that first (409)."""
    found = editable(request, pk)
    form = MessageForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, found, form=form, status=422)
    text, seen = form.cleaned_data["text"], form.cleaned_data["seen"]
    try:
        with stored(form.cleaned_data["files"]) as files:
            writing.write_as_staff(found, text, by=request.user, seen=seen, files=files)
    except writing.WrittenMeanwhile:
        form.refuse(MEANWHILE)
        return _page(request, found, form=form, status=409, seen=seen)
    except writing.NotWritten as refusal:
        form.refuse(str(refusal))
        return _page(request, found, form=form, status=409)
    return redirect("messaging:thread", pk=pk)


@editors_only
@once
@require_POST
def note(request: HttpRequest, pk: int) -> HttpResponse:
    """Add a note that the client never sees."""
    found = editable(request, pk)
    form = NoteForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, found, note_form=form, status=422)
    with stored(form.cleaned_data["files"]) as files:
        writing.add_note(found, form.cleaned_data["text"], by=request.user, files=files)
    return redirect("messaging:thread", pk=pk)


@editors_only
@once
@require_POST
def settle(request: HttpRequest, pk: int) -> HttpResponse:
    """Say that the last message needs no answer."""
    found = editable(request, pk)
    try:
        writing.settle(found, by=request.user, seen=read_key(request.POST.get("seen")) or 0)
        messages.success(request, "Marked as needing no answer.")
    except writing.WrittenMeanwhile:
        messages.warning(request, SETTLED_TOO_EARLY)
    return redirect("messaging:thread", pk=pk)


@staff_only
@require_safe
def attachment(request: HttpRequest, pk: int) -> HttpResponse:
    """A file of a message or a note, as a download."""
    found = get_object_or_404(Attachment.objects.visible_to(request.user), pk=pk)
    return serve_download(found.file, found.name)


def visible(request: HttpRequest, pk: int) -> Thread:
    """The thread, if the user may see its contact; else a 404."""
    return get_object_or_404(_with_people(Thread.objects.visible_to(request.user)), pk=pk)


def editable(request: HttpRequest, pk: int) -> Thread:
    """The thread, if the user may write in it; else a 404."""
    return get_object_or_404(_with_people(Thread.objects.editable_by(request.user)), pk=pk)


def _with_people(rows):
    return rows.select_related("contact__primary_advisor", "user", "team")


def _page(
    request: HttpRequest,
    found: Thread,
    *,
    form: MessageForm | None = None,
    note_form: NoteForm | None = None,
    status: int = 200,
    seen: int | None = None,
) -> HttpResponse:
    """The page. `seen`: what came after this message is marked as new."""
    shown = for_staff(found, read_key(request.GET.get("before", "")))
    if form is not None:  # the answer to a conflict is a decision about what the page shows now
        form.data = form.data.copy()
        form.data["seen"] = str(shown.last)
    contact = found.contact
    context = {
        "thread": found,
        "contact": contact,
        "shown": shown,
        "seen": seen,
        "may_edit": request.user.may_edit,
        "form": form or MessageForm(initial={"seen": str(shown.last), "text": chosen_text(request, contact)}),
        "saved_replies": choices(request),
        "note_form": note_form or NoteForm(),
        "closed": writing.why_not_written_to(contact),
        "client_closed": reach_of(contact).why_closed(found),
        "readings": _readings(found),
        "read_by_client": Reading.objects.filter(thread=found, user=None).aggregate(upto=Max("message"))["upto"] or 0,
    }
    return render(request, PAGE, context, status=status)


def _readings(found: Thread) -> list[Reading]:
    """Who has read what when, the latest first."""
    return list(Reading.objects.filter(thread=found).select_related("user", "message").order_by("-pk")[:30])
