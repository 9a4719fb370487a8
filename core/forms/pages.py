"""The form page: one form that is shown, refused with its errors (422), or saved, and where that leads.

Declare one like this; its guard stands on the class, so the address needs no more than `NoteEdit.as_view()`:

    @editors_only
    class NoteEdit(FormPage):
        submit_label = "Save the note"
        saved_message = "The note has been saved."

        def load(self, pk):
            self.note = get_object_or_404(for_saving(Note.objects.editable_by(self.request.user), self.request), pk=pk)
            self.title = f"Note on {self.note.contact}"

        def make_form(self, data):
            return NoteForm(data, instance=self.note)

        def back_url(self):
            return self.note.contact.get_absolute_url()

What differs in more than this is a view function of its own. So is a form that counts guesses: a POST is one
transaction here, and a refusal that is raised would take the count back.
"""

from django.contrib import messages
from django.db import transaction
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views import View


class FormPage(View):
    """Base of pages with one form; see the head of this file."""

    http_method_names = ["get", "head", "post"]
    template_name = "core/form_page.html"
    title = ""
    subtitle = ""
    notice = ""
    submit_label = "Save"
    saved_message = ""

    def load(self, **kwargs) -> None:
        """Find what the form is about, by the address's parameters; Http404 when it is not the user's to change.

        A POST runs in one transaction: rows go through `core.forms.conflicts.for_saving`, which locks them then.
        """

    def make_form(self, data: QueryDict | None) -> BaseForm:
        """The form; bound to `data` when it was posted."""
        raise NotImplementedError

    def save(self, form: BaseForm) -> bool | None:
        """Do what the valid form says. False when it was refused meanwhile: the form then has an error."""
        form.save()

    def message(self, form: BaseForm) -> str:
        """What has been done, in a sentence; nothing is said when empty."""
        return self.saved_message

    def back_url(self) -> str:
        """Where `Cancel` leads."""
        return ""

    def next_url(self, form: BaseForm) -> str:
        """Where a saved form leads: an address, or the name of one without parameters."""
        return self.back_url()

    def context(self, form: BaseForm) -> dict:
        """What the template needs."""
        return {
            "form": form,
            "title": self.title,
            "subtitle": self.subtitle,
            "notice": self.notice,
            "submit_label": self.submit_label,
            "cancel_url": self.back_url(),
        }

    def get(self, request: HttpRequest, **kwargs) -> HttpResponse:
        """The form."""
        self.load(**kwargs)
        return self.show(self.make_form(None))

    def post(self, request: HttpRequest, **kwargs) -> HttpResponse:
        """Save, or the form with what is wrong."""
        with transaction.atomic():
            self.load(**kwargs)
            form = self.make_form(request.POST)
            if form.is_valid() and self.save(form) is not False:
                return self.done(form)
        return self.show(form)

    def done(self, form: BaseForm) -> HttpResponse:
        """Say what was saved, after what others changed meanwhile and the form kept, and lead on."""
        for sentence in getattr(form, "kept", ()):
            messages.warning(self.request, sentence)
        if words := self.message(form):
            messages.success(self.request, words)
        return redirect(self.next_url(form))

    def show(self, form: BaseForm) -> HttpResponse:
        """The page; 422 when the form has errors."""
        return render(self.request, self.template_name, self.context(form), status=422 if form.errors else 200)
