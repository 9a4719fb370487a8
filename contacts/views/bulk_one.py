"""The one page of every bulk action on a single contact: the form is the whole dialogue.

A contact who would be skipped is refused with the reason.
"""

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views import View

from accounts.access import editors_only
from contacts.bulk_forms import BulkForm
from contacts.forms import contact_url
from contacts.models import Contact
from contacts.operations.bulk_action import BulkAction
from contacts.selection import Selection
from contacts.views.bulk import bulk_action, form_of, new_draft
from core.forms import presses
from core.models import Operation, OperationLine
from core.operations import running


@editors_only
class BulkOneView(View):
    """One contact; see the head of this file."""

    action: BulkAction

    contact: Contact

    def dispatch(self, request: HttpRequest, *args, key: str, **kwargs) -> HttpResponse:
        """Look the action up."""
        self.action = bulk_action(key, request.user)
        if not self.action.for_one:
            raise Http404
        self.operation = Operation(kind=key, owner=request.user)
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The dialogue."""
        self.contact = self._contact(pk)
        return self._page(form_of(self.action, self.operation, request))

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Change the contact, or say why not."""
        if answered := presses.answered(request):  # first of all: one who was deleted by it is there no longer
            return answered
        self.contact = self._contact(pk)
        form = form_of(self.action, self.operation, request)
        if form is not None and not form.is_valid():
            return self._page(form)
        contacts = self.action.queryset(self.operation).filter(pk=self.contact.pk)
        with transaction.atomic():
            if not presses.claim(request):
                return presses.repeated(request)
            chosen = Selection(contacts, self.contact.name)
            draft = new_draft(self.action, request.user, chosen, form.params() if form else {})
            preview = self.action.preview(draft)
            transaction.set_rollback(not preview.will)
            if preview.will:
                Operation.objects.filter(pk=draft.pk).update(title=self.action.describe(draft)[:200])
                presses.note(request, contact_url(self.contact.pk))
        if not preview.will:
            return self._page(form, refusal=preview.skipped[0][0])
        response = self._after(running.start(draft))
        presses.note(request, response.url)
        return response

    def _contact(self, pk: int) -> Contact:
        """The contact, if the user may do it to them."""
        return get_object_or_404(self.action.queryset(self.operation), pk=pk)

    def _page(self, form: BulkForm | None, refusal: str = "") -> HttpResponse:
        """The form, with what the action means for the contact."""
        action, contact = self.action, self.contact
        context = {
            "form": form or forms.Form(),
            "title": action.title,
            "contact": contact,
            "operation": self.operation,
            "refusal": refusal,
            "consequences": [*action.consequences, *action.more_consequences(self.operation)],
            "submit_label": f"{action.verb} {contact.name}",
            "cancel_url": reverse(action.source.url_name) if contact.deleted_at else contact_url(contact.pk),
            "danger": action.red_button,
            **action.context(self.operation, self.request),
        }
        failed = bool(refusal or (form and form.errors))
        return render(self.request, action.form_template, context, status=422 if failed else 200)

    def _after(self, operation: Operation) -> HttpResponse:
        """Say how it went, and go back to the contact, or to the list when they are gone from it."""
        contact, request = self.contact, self.request
        line = operation.lines.first()  # none yet when a worker does it
        if line and line.reason:
            say = messages.warning if line.state == OperationLine.State.DONE else messages.error
            say(request, f"{contact.name}: {line.reason}")
        elif operation.is_over:
            messages.success(request, f"{contact.name}: {self.action.describe(operation)}. Done.")
        else:
            messages.success(request, self.action.started(contact, operation))
        still = Contact.objects.visible_to(request.user).filter(pk=contact.pk).exists()
        return redirect(contact_url(contact.pk) if still else reverse("contacts:list"))
