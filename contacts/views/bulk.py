"""The pages of every bulk action on many contacts: frozen selection → form → preview → confirmation → operation.

Which action it is the address says, by its key: see `contacts.operations.bulk_action`. The selection bar posts the
choice; it is frozen at once as a draft operation whose id is in the address, and only its owner opens it. What the form
chose is kept on the draft as `params`. Up to 200 rows are changed at once, more by the worker.
Those chosen by a filter who match it no more are asked about before anything happens: see `contacts.drift`.
A single contact has one dialogue: see `contacts.views.bulk_one`.
"""

import hashlib
import json
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views import View

from accounts.access import editors_only
from accounts.models import User
from contacts.bulk_forms import BulkForm
from contacts.drift import NAMES_SHOWN, Drift, drift_of, settle
from contacts.operations.bulk_action import BulkAction
from contacts.operations.preview import Preview
from contacts.selection import Selection, choose
from core.keys import read_key
from core.models import Operation
from core.operations import running, selecting
from core.registry import operation_types
from core.words import counted

ASKED_ABOVE = 20
KEPT_FOR = "what is not used is kept for 12 hours, and only the newest ten."


def bulk_action(key: str, user: User) -> BulkAction:
    """The bulk action of that key, if `user` may do it at all; else a 404."""
    action = operation_types.get(key)
    if not isinstance(action, BulkAction) or not action.allowed(user):
        raise Http404
    return action


def form_of(action: BulkAction, operation: Operation, request: HttpRequest) -> BulkForm | None:
    """The form of an action that asks for something, filled with what was chosen before."""
    data = request.POST if request.method == "POST" else None
    return action.form(data, initial=operation.params, operation=operation) if action.form else None


def new_draft(action: BulkAction, owner: User, chosen: Selection, params: dict[str, Any]) -> Operation:
    """A draft whose selection is frozen."""
    with transaction.atomic():
        draft = Operation.objects.create(
            kind=action.key,
            title=action.title,
            owner=owner,
            selection=chosen.words[:450],
            query=chosen.query,
            params=params,
        )
        selecting.freeze(draft, chosen.contacts.values_list("pk", flat=True))
    return draft


def digest(params: dict) -> str:
    """A short sign of the parameters, to notice that they changed."""
    return hashlib.sha256(json.dumps(params, sort_keys=True).encode()).hexdigest()[:16]


@editors_only
class BulkView(View):
    """Many contacts; see the head of this file."""

    action: BulkAction

    def dispatch(self, request: HttpRequest, *args, key: str, **kwargs) -> HttpResponse:
        """Look the action up."""
        self.action = bulk_action(key, request.user)
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest) -> HttpResponse:
        """The form, or the preview of a draft."""
        if "draft" not in request.GET:
            messages.warning(request, "Select the contacts first, then choose what to do with them.")
            return redirect(self.action.source.url_name)
        draft = self._draft(request.GET["draft"])
        if draft is None:
            return self._gone()
        if draft.state != Operation.State.DRAFT:
            return redirect("core:operation", pk=draft.pk)
        if request.GET.get("step") == "confirm" or self.action.form is None:
            return self._confirm(draft)
        return self._form_page(form_of(self.action, draft, request), draft)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Freeze a selection, take what the form chose, or start."""
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
        messages.warning(self.request, self.action.source.missing.format(kept_for=KEPT_FOR))
        return redirect(self.action.source.url_name)

    def _draft(self, key: str | None) -> Operation | None:
        """The user's own operation of this type with that key."""
        rows = Operation.objects.filter(pk=read_key(key), owner=self.request.user, kind=self.action.key)
        if draft := rows.first():
            draft.owner = self.request.user
        return draft

    def _freeze(self) -> HttpResponse:
        """First step: what was ticked, or shown, is what will be changed."""
        action, source, owner = self.action, self.action.source, self.request.user
        if source.filterset_class is None:  # there is nothing to tick
            return redirect(source.url_name)
        scope = action.queryset(Operation(kind=action.key, owner=owner))
        chosen = choose(self.request, scope, source.filterset_class, self.request.POST)
        draft = new_draft(action, owner, replace(chosen, words=f"{chosen.words}{source.suffix}"), {})
        if draft.total:
            return redirect(f"{self.request.path}?draft={draft.pk}")
        draft.delete()
        messages.warning(self.request, "Nothing that you may change was selected. Select the contacts again.")
        return redirect(source.url_name)

    def _choose(self, draft: Operation) -> HttpResponse:
        """Second step: keep what the form chose, and go on to the preview."""
        form = form_of(self.action, draft, self.request)
        if form is not None and not form.is_valid():
            return self._form_page(form, draft, status=422)
        draft.params = form.params() if form else {}
        still = Operation.objects.filter(pk=draft.pk, state=Operation.State.DRAFT)
        still.update(params=draft.params, title=self.action.describe(draft)[:200])
        return redirect(f"{self.request.path}?draft={draft.pk}&step=confirm")

    def _start(self, draft: Operation) -> HttpResponse:
        """Last step. A duplicate submit redirects to the operation that was started."""
        if reason := self.action.repeat_refusal(draft, self.request.user):
            return self._refuse(draft, reason)
        if self.request.POST.get("seen") != digest(draft.params):
            return self._look_again(draft)
        if self._drift(draft).asks(draft):
            return self._confirm(draft)
        if self.action.type_count:
            preview = self.action.preview(draft)
            typed = "".join(filter(str.isdigit, self.request.POST.get("typed_count", "")))
            if preview.will > ASKED_ABOVE and typed != str(preview.will):
                return self._confirm(draft, preview, error=f"Type {preview.will} to go on, or cancel.")
        if self.action.form is None:
            Operation.objects.filter(pk=draft.pk).update(title=self.action.describe(draft)[:200])
        try:
            running.start(draft)
        except Operation.DoesNotExist:  # the sweep has forgotten it at this moment
            return self._gone()
        if draft.state == Operation.State.DRAFT:  # its choice was changed while the preview was counted again
            return self._look_again(draft)
        return redirect(f"{reverse('core:operation', args=[draft.pk])}?started=1")

    def _refuse(self, draft: Operation, reason: str) -> HttpResponse:
        """Say why what was possible at the preview is no longer: days have passed since, or rights been taken."""
        messages.warning(self.request, f"{self.action.label} is not possible any more. {reason}")
        if draft.undoes_id:
            return redirect("core:operation", pk=draft.undoes_id)
        return redirect(self.action.source.url_name)

    def _look_again(self, draft: Operation) -> HttpResponse:
        """What would be done is not what was seen."""
        messages.warning(self.request, "The choice was changed in another window. Look at it once more.")
        return redirect(f"{self.request.path}?draft={draft.pk}&step=confirm")

    def _form_page(self, form: BulkForm | None, operation: Operation, status: int = 200) -> HttpResponse:
        """The form for many."""
        context = {
            "form": form,
            "title": self.action.title,
            "operation": operation,
            "submit_label": "See what will change",
            "cancel_url": reverse(self.action.source.url_name),
            **self.action.context(operation, self.request),
        }
        return render(self.request, self.action.form_template, context, status=status)

    def _confirm(self, draft: Operation, preview: Preview | None = None, error: str = "") -> HttpResponse:
        """What will happen to whom, and the button that does it; before, what becomes of those who match no more."""
        drift = self._drift(draft)
        if drift.asks(draft):
            return self._ask(draft, drift)
        action, preview = self.action, preview or self.action.preview(draft)
        context = {
            "title": action.describe(draft),
            "operation": draft,
            "preview": preview,
            "skipped_count": preview.total - preview.will,
            "more_names": preview.will - len(preview.names),
            "consequences": [*action.consequences, *action.more_consequences(draft)],
            "count": preview.will if action.type_count else 0,
            "typed_error": error,
            "verb": action.verb,
            "cancel_url": reverse(action.source.url_name),
            "back_url": f"{self.request.path}?draft={draft.pk}" if action.form else "",
            "danger": "yes" if action.red_button else "no",
            "hidden": {"draft": draft.pk, "confirm": 1, "seen": digest(draft.params)},
            **action.context(draft, self.request),
        }
        context["submit_label"] = f"{context['verb']} {counted(preview.will, 'contact')}"
        return render(self.request, action.confirm_template, context, status=422 if error else 200)

    def _drift(self, draft: Operation) -> Drift:
        """Those of a selection by filter who match it no more."""
        if not draft.query:
            return Drift()
        return drift_of(draft, self.action.queryset(draft), self.action.source.filterset_class, self.request)

    def _ask(self, draft: Operation, drift: Drift) -> HttpResponse:
        """The question what becomes of them. Nothing goes on without an answer."""
        context = {
            "title": self.action.describe(draft),
            "operation": draft,
            "drift": drift,
            "more_names": drift.number - NAMES_SHOWN,
            "cancel_url": reverse(self.action.source.url_name),
        }
        status = 409 if self.request.method == "POST" else 200
        return render(self.request, "contacts/bulk_drift.html", context, status=status)

    def _settle(self, draft: Operation) -> HttpResponse:
        """Keep the answer, if it is about the contacts that were shown; then the preview."""
        drift, answer = self._drift(draft), self.request.POST["drifted"]
        if drift.number and drift.sign == self.request.POST.get("sign") and answer in {"leave", "keep"}:
            settle(draft, drift, leave_out=answer == "leave")
        return redirect(f"{self.request.path}?draft={draft.pk}&step=confirm")
