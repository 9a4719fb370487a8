"""Notes on the summary page: everybody who edits adds some, and each changes their own."""

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import editors_only
from contacts.models import Contact, Note
from contacts.section_forms import NoteForm
from core.forms.conflicts import CHANGED, changed_since_shown, for_saving, shown_state
from core.forms.presses import once
from core.history.recording import record


@editors_only
@once
@require_POST
def note_add(request: HttpRequest, pk: int) -> HttpResponse:
    """A new note."""
    contact = get_object_or_404(Contact.objects.editable_by(request.user), pk=pk)
    form = NoteForm(request.POST)
    if not form.is_valid():
        return _form_page(request, form, contact, f"Note on {contact.name}")
    with transaction.atomic():
        form.instance.contact, form.instance.author = contact, request.user
        form.save()
        record("noted", "Wrote a note", subject_ids=[contact.pk], actor=request.user)
    messages.success(request, "The note has been saved.")
    return redirect(_section(pk))


@editors_only
@require_http_methods(["GET", "HEAD", "POST"])
def note_edit(request: HttpRequest, pk: int, note_pk: int) -> HttpResponse:
    """Change one's own note."""
    with transaction.atomic():
        contact, note = _own_note(request, pk, note_pk)
        form = NoteForm(request.POST if request.method == "POST" else None, instance=note)
        if request.method == "POST" and form.is_valid():
            form.instance.edited_at = timezone.now()
            form.save()
            record("noted", "Changed a note", subject_ids=[contact.pk], actor=request.user)
            for sentence in form.kept:
                messages.warning(request, sentence)
            messages.success(request, "The note has been saved.")
            return redirect(_section(pk))
    return _form_page(request, form, contact, f"Note on {contact.name}")


@editors_only
@once
@require_http_methods(["GET", "HEAD", "POST"])
def note_delete(request: HttpRequest, pk: int, note_pk: int) -> HttpResponse:
    """Delete one's own note; the history keeps it."""
    with transaction.atomic():
        contact, note = _own_note(request, pk, note_pk)
        changed = request.method == "POST" and changed_since_shown(note, request)
        if request.method == "POST" and not changed:
            note.delete()
            record("noted", "Deleted a note", subject_ids=[contact.pk], actor=request.user)
            messages.success(request, "The note has been deleted.")
            return redirect(_section(pk))
    context = {
        "consequences": [CHANGED] if changed else [],
        "hidden": {"state": shown_state(note)},
        "title": "Delete this note?",
        "text": note.text,
        "submit_label": "Delete the note",
        "cancel_url": _section(pk),
    }
    return render(request, "core/confirm.html", context, status=409 if changed else 200)


def _own_note(request: HttpRequest, pk: int, note_pk: int) -> tuple[Contact, Note]:
    """The note with its contact, if the contact may be edited and the note is one's own; else a 404."""
    contact = get_object_or_404(Contact.objects.editable_by(request.user), pk=pk)
    return contact, get_object_or_404(for_saving(contact.notes.filter(author=request.user), request), pk=note_pk)


def _section(pk: int) -> str:
    """Where the notes are."""
    return f"{reverse('contacts:detail', args=[pk])}#notes"


def _form_page(request: HttpRequest, form: NoteForm, contact: Contact, title: str) -> HttpResponse:
    """The note as a page of its own."""
    context = {"form": form, "title": title, "submit_label": "Save the note", "cancel_url": _section(contact.pk)}
    return render(request, "core/form_page.html", context, status=422 if form.errors else 200)
