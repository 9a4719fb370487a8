"""Handing an advisor's book over to another, for admins: it reaches what is in the trash as well."""

from typing import Any

from django import forms
from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from contacts.bulk_forms import BulkForm
from contacts.domain.handing_over import KEY, describe
from contacts.domain.snapshots import Snapshot
from contacts.models import Contact
from contacts.operations.bulk_action import BulkAction, SelectionSource, skip
from contacts.operations.undo_spec import UndoSpec
from contacts.querysets import ContactQuerySet
from core.history.recording import record
from core.models import Operation
from core.operations.types import register


class TakerForm(BulkForm):
    """Who takes them."""

    to = forms.ModelChoiceField(User.objects.none(), label="Hand over to", empty_label="Choose")

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        giver = self.operation.params["from"]
        self.fields["to"].queryset = User.objects.possible_advisors().exclude(pk=giver)

    def params(self) -> dict[str, Any]:
        """Who gives stands on the draft already."""
        return {"from": self.operation.params["from"]} | super().params()


def _known_to_admins(user: User) -> ContactQuerySet:
    """All, those in the trash included, for admins."""
    return Contact.objects.known_to(user) if user.is_active and user.is_admin else Contact.objects.none()


@register
class HandOver(BulkAction):
    """`params`: the keys of those who give and take, "from" and "to". It begins on the page of who gives."""

    key = KEY
    label = title = "Hand over contacts"
    verb = "Hand over"
    for_admins = True
    for_one = False
    chunk = 2000
    source = SelectionSource(
        "accounts:users",
        filterset_class=None,
        selection_key="",
        missing="This choice is no longer there: {kept_for} Begin again on the page of the user who hands over.",
    )
    form = TakerForm
    consequences = ("Teams, experiences and campaigns stay. Nobody is sent anything.",)
    undo = UndoSpec(Snapshot(("primary_advisor_id",)), before=_known_to_admins, after=_known_to_admins)

    def queryset(self, operation: Operation) -> ContactQuerySet:
        """All, for admins."""
        return _known_to_admins(operation.owner)

    def describe(self, operation: Operation) -> str:
        """From whom to whom."""
        giver, taker = operation.params["from"], operation.params.get("to", 0)
        people = User.objects.in_bulk([giver, taker])
        return describe(people[giver], people[taker]) if taker in people else self.title

    def context(self, operation: Operation, request: HttpRequest) -> dict[str, Any]:
        """Back to whose they are."""
        return {"cancel_url": reverse("accounts:user", args=[operation.params["from"]])}

    def skip_reasons(self, operation: Operation) -> list:
        """All, when nobody is there to take them; else those whom somebody else has by now."""
        if not User.objects.possible_advisors().filter(pk=operation.params.get("to")).exists():
            return [skip("The advisor chosen can no longer have contacts.", Q(pk__isnull=False))]
        return [skip("Has another advisor by now.", ~Q(primary_advisor=operation.params["from"]))]

    def change(self, operation: Operation, ids: list[int]) -> None:
        """Give them away."""
        people = User.objects.in_bulk([operation.params["from"], operation.params["to"]])
        giver, taker = people[operation.params["from"]], people[operation.params["to"]]
        self.queryset(operation).filter(pk__among=ids).update(primary_advisor=taker, updated_at=timezone.now())
        sentence = describe(giver, taker).replace("Hand", "Handed", 1)
        record("handed_over", sentence, subject_ids=ids, actor=operation.owner, operation=operation)
