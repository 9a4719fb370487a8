"""Handing all contacts of one of the staff over to another: who takes them, the preview, the operation."""

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts.access import admins_only
from accounts.models import User
from contacts.domain import handing_over
from contacts.views.bulk import KEPT_FOR, BulkView
from core.models import Operation


class TakerForm(forms.Form):
    """Who takes them."""

    to = forms.ModelChoiceField(User.objects.none(), label="Hand over to", empty_label="Choose")

    def __init__(self, *args, user, firm, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].queryset = User.objects.possible_advisors().exclude(pk=self.initial["from"])


@admins_only
@require_POST
def hand_over_begin(request: HttpRequest, user_pk: int) -> HttpResponse:
    """Fix what somebody has now, and ask who takes it."""
    user = get_object_or_404(User.objects.staff(), pk=user_pk)
    with transaction.atomic():
        draft = handing_over.draft(user, request.user)
    if draft.total:
        return redirect(f"{reverse('contacts:hand_over')}?draft={draft.pk}")
    draft.delete()
    messages.info(request, f"{user.name} has no contacts.")
    return redirect("accounts:user", pk=user_pk)


class HandOverView(BulkView):
    """Form, preview and confirmation; the selection is a book, never what a list shows."""

    kind = handing_over.KEY
    title = "Hand over contacts"
    verb = "Hand over"
    form_class = TakerForm
    back = "accounts:users"
    gone = f"This choice is no longer there: {KEPT_FOR} Begin again on the page of whoever hands over."
    consequences = ("Teams, experiences and campaigns stay. Nobody is sent anything.",)

    def params(self, form: TakerForm) -> dict:
        """Who gives stands on the draft already."""
        return {"from": form.initial["from"], "to": form.cleaned_data["to"].pk}

    def describe(self, params: dict) -> str:
        """From whom to whom."""
        people = User.objects.in_bulk([params["from"], params.get("to", 0)])
        if params.get("to") not in people:
            return self.title
        return handing_over.words(people[params["from"]], people[params["to"]])

    def more_context(self, operation: Operation) -> dict:
        """Back to whose they are."""
        return {"cancel_url": reverse("accounts:user", args=[operation.params["from"]])}

    def _freeze(self) -> HttpResponse:
        """There is nothing to tick."""
        return redirect(self.back)
