"""Notes on the summary page: everybody who edits adds some, and each changes their own."""

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.access import editors_only
from contacts.models import Contact, Note
from contacts.section_forms import NoteForm
from core.forms.conflicts import CHANGED, changed_since_shown, for_saving, shown_state
from core.forms.pages import FormPage
from core.forms.presses import once
from core.history.recording import record


class NotePage(FormPage):
    """Base: the form of a note on `self.contact`."""

    contact: Contact
    submit_label = "Save the note"
    saved_message = "The note has been saved."

    def context(self, form: NoteForm) -> dict:
        """With the contact's name."""
        return super().context(form) | {"title": f"Note on {self.contact.name}"}

    def back_url(self) -> str:
        """The contact's notes."""
        return _section(self.contact.pk)


@editors_only
@once
class NoteAdd(NotePage):
    """A new note; its form stands on the contact's page."""

    http_method_names = ["post"]

    def load(self, pk: int) -> None:
        """The contact."""
        self.contact = get_object_or_404(Contact.objects.editable_by(self.request.user), pk=pk)

    def make_form(self, data: QueryDict | None) -> NoteForm:
        """For a new note."""
        return NoteForm(data)

    def save(self, form: NoteForm) -> None:
        """Save and record it."""
        form.instance.contact, form.instance.author = self.contact, self.request.user
        form.save()
        record("noted", "Wrote a note", subject_ids=[self.contact.pk], actor=self.request.user)


@editors_only
class NoteEdit(NotePage):
    """Change one's own note."""

    def load(self, pk: int, note_pk: int) -> None:
        """The note and its contact."""
        self.contact, self.note = _own_note(self.request, pk, note_pk)

    def make_form(self, data: QueryDict | None) -> NoteForm:
        """For the note."""
        return NoteForm(data, instance=self.note)

    def save(self, form: NoteForm) -> None:
        """Save and record it."""
        form.instance.edited_at = timezone.now()
        form.save()
        record("noted", "Changed a note", subject_ids=[self.contact.pk], actor=self.request.user)


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
