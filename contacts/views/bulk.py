"""The way of every bulk action on contacts: frozen selection → form → preview → confirmation → operation.

    class SetTeam(BulkView):
        kind = "contacts.set_team"            # key of a contacts.operations.base.BulkAction
        title = "Set the team"                # heading; "of 312 contacts" stands below it
        form_class = SetTeamForm              # takes `user=`, `firm=`; left out when there is nothing to choose
        verb = "Set the team of"              # the button: "Set the team of 298 contacts"

        def describe(self, params):           # the operation's title in the report
            return f"Set the team to {…}"

    path("bulk/team/", editors_only(SetTeam.as_view()), name="set_team"),
    path("<int:pk>/team/", editors_only(SetTeam.as_view()), name="set_team_one"),   # the same for one contact

Register the first in `core.registry.contact_bulk_actions` (Action with its url name), the second, if any, in
`contact_actions`. The selection bar posts the choice; it is frozen at once as a draft operation whose id is in
the address, and only its owner opens it. What the form chose is kept on the draft as `params`:
`params(form)` makes JSON of it (rows become their keys), and each kind reads it as `operation.params`.

Many: form and preview are pages, so that going back is possible. One: the form is the whole dialogue; a contact
who would be skipped is refused with the reason. Up to 200 rows are changed at once, more by the worker.
Those chosen by a filter who match it no more are asked about before anything happens: see `contacts.drift`.
"""

import hashlib
import json
from datetime import date, datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views import View

from accounts.models import Firm
from contacts.drift import NAMES_SHOWN, Drift, drift_of, settle
from contacts.forms import contact_url
from contacts.models import Contact
from contacts.operations.base import BulkAction, Preview
from contacts.selection import Selection, selection
from core import presses
from core.domain import running, selecting
from core.keys import read_key
from core.models import Operation, OperationLine
from core.registry import operation_types
from core.words import counted

ASKED_ABOVE = 20
KEPT_FOR = "what is not used is kept for 12 hours, and only the newest ten."


class BulkView(View):
    """Base of all bulk actions on contacts; see the head of this file."""

    kind = ""
    title = ""
    verb = ""
    form_class: type[forms.Form] | None = None
    danger = False
    type_count = False
    back = "contacts:list"  # the list from which the selection comes
    consequences: tuple[str, ...] = ()
    gone = f"This selection is no longer there: {KEPT_FOR} Select the contacts again."
    form_template = "contacts/bulk_form.html"
    confirm_template = "contacts/bulk_confirm.html"

    def describe(self, params: dict) -> str:
        """What the operation is called in reports."""
        return self.title

    def underway(self, contact: Contact, params: dict) -> str:
        """What is said of one contact when a worker does it, and has not done it yet."""
        return f"{contact.name}: {self.describe(params)}. It is being done."

    def named(self, draft: Operation) -> str:
        """What a draft is called by what has been chosen so far."""
        return self.describe(draft.params)

    def params(self, form: forms.Form | None) -> dict:
        """What the form chose, as JSON."""
        return {name: storable(value) for name, value in form.cleaned_data.items()} if form else {}

    def more_context(self, operation: Operation) -> dict:
        """More context for templates of one's own. `operation` may be unsaved, without a selection."""
        return {}

    def chosen(self) -> Selection:
        """What was ticked, or shown, in the list."""
        return selection(self.request)

    def get(self, request: HttpRequest, pk: int | None = None) -> HttpResponse:
        """The form, or the preview of a draft."""
        if pk is not None:
            return self._one(self._contact(pk))
        if "draft" not in request.GET:
            messages.warning(request, "Select the contacts first, then choose what to do with them.")
            return redirect(self.back)
        draft = self._draft(request.GET["draft"])
        if draft is None:
            return self._gone()
        if draft.state != Operation.State.DRAFT:
            return redirect("core:operation", pk=draft.pk)
        if request.GET.get("step") == "confirm":
            return self._confirm(draft)
        return self._form_page(self._form(draft), draft) if self.form_class else self._confirm(draft)

    def post(self, request: HttpRequest, pk: int | None = None) -> HttpResponse:
        """Freeze a selection, take what the form chose, or start."""
        if pk is not None:
            return presses.answered(request) or self._do_one(self._contact(pk))
        if "draft" not in request.POST:
            return self._freeze()
        draft = self._draft(request.POST["draft"])
        if draft is None:
            return self._gone()
        if draft.state != Operation.State.DRAFT:
            return redirect("core:operation", pk=draft.pk)
        if "drifted" in request.POST:
            return self._settle(draft)
        if "confirm" in request.POST:
            return self._start(draft)
        return self._choose(draft)

    def _gone(self) -> HttpResponse:
        """Say what became of a draft that is not there."""
        messages.warning(self.request, self.gone)
        return redirect(self.back)

    def _kind(self) -> BulkAction:
        """The kind of operation."""
        return operation_types[self.kind]

    def _draft(self, key: str | None) -> Operation | None:
        """The user's own operation of this kind with that key."""
        return Operation.objects.filter(pk=read_key(key), owner=self.request.user, kind=self.kind).first()

    def _contact(self, pk: int) -> Contact:
        """The one contact, if the user may change them."""
        return get_object_or_404(self._kind().scope(self.request.user), pk=pk)

    def _new(self, chosen: Selection, params: dict) -> Operation:
        """A draft whose selection is frozen."""
        with transaction.atomic():
            draft = Operation.objects.create(
                kind=self.kind,
                title=self.title,
                owner=self.request.user,
                selection=chosen.words[:450],
                query=chosen.query,
                params=params,
            )
            selecting.freeze(draft, chosen.contacts.values_list("pk", flat=True))
        return draft

    def _freeze(self) -> HttpResponse:
        """First step: what was ticked, or shown, is what will be changed."""
        chosen = self.chosen()
        draft = self._new(chosen, {})
        if draft.total:
            return redirect(f"{self.request.path}?draft={draft.pk}")
        draft.delete()
        messages.warning(self.request, "Nothing that you may change was selected. Select the contacts again.")
        return redirect(self.back)

    def _form(self, operation: Operation) -> forms.Form:
        """The form, filled with what was chosen before."""
        data = self.request.POST if self.request.method == "POST" else None
        return self.form_class(data, initial=operation.params, user=self.request.user, firm=Firm.get())

    def _choose(self, draft: Operation) -> HttpResponse:
        """Second step: keep what the form chose, and go on to the preview."""
        form = self._form(draft) if self.form_class else None
        if form is not None and not form.is_valid():
            return self._form_page(form, draft, status=422)
        params = self.params(form)
        still = Operation.objects.filter(pk=draft.pk, state=Operation.State.DRAFT)
        still.update(params=params, title=self.describe(params)[:200])
        return redirect(f"{self.request.path}?draft={draft.pk}&step=confirm")

    def _start(self, draft: Operation) -> HttpResponse:
        """Last step. A press too many only leads to the operation again."""
        if self.request.POST.get("seen") != digest(draft.params):
            return self._look_again(draft)
        if self._drift(draft).asks(draft):
            return self._confirm(draft)
        if self.type_count:
            preview = self._kind().preview(draft)
            typed = "".join(filter(str.isdigit, self.request.POST.get("typed_count", "")))
            if preview.will > ASKED_ABOVE and typed != str(preview.will):
                return self._confirm(draft, preview, error=f"Type {preview.will} to go on, or cancel.")
        if self.form_class is None:
            Operation.objects.filter(pk=draft.pk).update(title=self.named(draft)[:200])
        try:
            running.start(draft)
        except Operation.DoesNotExist:  # the sweep has forgotten it at this moment
            return self._gone()
        if draft.state == Operation.State.DRAFT:  # its choice was changed while the preview was counted again
            return self._look_again(draft)
        return redirect(f"{reverse('core:operation', args=[draft.pk])}?started=1")

    def _look_again(self, draft: Operation) -> HttpResponse:
        """What would be done is not what was seen."""
        messages.warning(self.request, "The choice was changed in another window. Look at it once more.")
        return redirect(f"{self.request.path}?draft={draft.pk}&step=confirm")

    def _form_page(self, form: forms.Form | None, operation: Operation, status: int = 200) -> HttpResponse:
        """The form for many."""
        context = {
            "form": form,
            "title": self.title,
            "operation": operation,
            "submit_label": "See what will change",
            "cancel_url": reverse(self.back),
            **self.more_context(operation),
        }
        return render(self.request, self.form_template, context, status=status)

    def _confirm(self, draft: Operation, preview: Preview | None = None, error: str = "") -> HttpResponse:
        """What will happen to whom, and the button that does it; before, what becomes of those who match no more."""
        drift = self._drift(draft)
        if drift.asks(draft):
            return self._ask(draft, drift)
        preview = preview or self._kind().preview(draft)
        context = {
            "title": self.named(draft),
            "operation": draft,
            "preview": preview,
            "skipped_count": preview.total - preview.will,
            "more_names": preview.will - len(preview.names),
            "consequences": self.consequences,
            "count": preview.will if self.type_count else 0,
            "typed_error": error,
            "submit_label": f"{self.verb} {counted(preview.will, 'contact')}",
            "cancel_url": reverse(self.back),
            "back_url": f"{self.request.path}?draft={draft.pk}" if self.form_class else "",
            "danger": "yes" if self.danger else "no",
            "hidden": {"draft": draft.pk, "confirm": 1, "seen": digest(draft.params)},
            **self.more_context(draft),
        }
        return render(self.request, self.confirm_template, context, status=422 if error else 200)

    def _drift(self, draft: Operation) -> Drift:
        """Those of a selection by filter who match it no more."""
        if not draft.query:
            return Drift()
        kind = self._kind()
        return drift_of(draft, kind.reach(draft), kind.filterset_class, self.request)

    def _ask(self, draft: Operation, drift: Drift) -> HttpResponse:
        """The question what becomes of them. Nothing goes on without an answer."""
        context = {
            "title": self.named(draft),
            "operation": draft,
            "drift": drift,
            "more_names": drift.number - NAMES_SHOWN,
            "cancel_url": reverse(self.back),
        }
        status = 409 if self.request.method == "POST" else 200
        return render(self.request, "contacts/bulk_drift.html", context, status=status)

    def _settle(self, draft: Operation) -> HttpResponse:
        """Keep the answer, if it is about the contacts that were shown; then the preview."""
        drift, answer = self._drift(draft), self.request.POST["drifted"]
        if drift.number and drift.sign == self.request.POST.get("sign") and answer in {"leave", "keep"}:
            settle(draft, drift, leave_out=answer == "leave")
        return redirect(f"{self.request.path}?draft={draft.pk}&step=confirm")

    def _one(self, contact: Contact, form: forms.Form | None = None, refusal: str = "") -> HttpResponse:
        """The whole dialogue for one contact."""
        operation = Operation(kind=self.kind, owner=self.request.user)
        if form is None and self.form_class:
            form = self._form(operation)
        context = {
            "form": form or forms.Form(),
            "title": self.title,
            "contact": contact,
            "operation": operation,
            "refusal": refusal,
            "consequences": self.consequences,
            "submit_label": f"{self.verb} {contact.name}",
            "cancel_url": reverse(self.back) if contact.deleted_at else contact_url(contact.pk),
            "danger": self.danger,
            **self.more_context(operation),
        }
        failed = bool(refusal or (form and form.errors))
        return render(self.request, self.form_template, context, status=422 if failed else 200)

    def _do_one(self, contact: Contact) -> HttpResponse:
        """Change one contact, or say why not."""
        form = self._form(Operation(kind=self.kind, owner=self.request.user)) if self.form_class else None
        if form is not None and not form.is_valid():
            return self._one(contact, form)
        params = self.params(form)
        contacts = self._kind().scope(self.request.user).filter(pk=contact.pk)
        with transaction.atomic():
            if not presses.claim(self.request):
                return presses.repeated(self.request)
            draft = self._new(Selection(contacts, contact.name), params)
            preview = self._kind().preview(draft)
            transaction.set_rollback(not preview.will)
            if preview.will:
                Operation.objects.filter(pk=draft.pk).update(title=self.describe(params)[:200])
                presses.note(self.request, contact_url(contact.pk))
        if not preview.will:
            return self._one(contact, form, refusal=preview.skipped[0][0])
        operation = running.start(draft)
        response = self._after_one(contact, operation)
        presses.note(self.request, response.url)
        return response

    def _after_one(self, contact: Contact, operation: Operation) -> HttpResponse:
        """Say how it went, and go back to the contact, or to the list when they are gone from it."""
        line = operation.lines.first()  # none yet when a worker does it
        if line and line.reason:
            tell = messages.warning if line.state == OperationLine.State.DONE else messages.error
            tell(self.request, f"{contact.name}: {line.reason}")
        elif operation.is_over:
            messages.success(self.request, f"{contact.name}: {self.describe(operation.params)}. Done.")
        else:
            messages.success(self.request, self.underway(contact, operation.params))
        still = Contact.objects.visible_to(self.request.user).filter(pk=contact.pk).exists()
        return redirect(contact_url(contact.pk) if still else reverse("contacts:list"))


def storable(value: Any) -> Any:
    """A cleaned value as JSON keeps it: rows by their key, days and moments in ISO form."""
    if isinstance(value, Model):
        return value.pk
    if isinstance(value, QuerySet):
        return [row.pk for row in value]
    if isinstance(value, date | datetime):
        return value.isoformat()
    return value


def digest(params: dict) -> str:
    """A short sign of the parameters, to notice that they changed."""
    return hashlib.sha256(json.dumps(params, sort_keys=True).encode()).hexdigest()[:16]
