"""Assigning, changing and taking away as operations: what was asked for stands in `params` by key."""

from typing import Any

from django.db.models import Q, When

from contacts.domain import assigning
from contacts.domain.assigning import ELEMENTS, KEEP, AssignmentSpec, Change
from contacts.domain.snapshots import Snapshot
from contacts.operations.base import BulkAction, skip
from core.models import Operation
from core.operations import register
from core.registry import after_assign
from experiences.models import Campaign, CardTemplate, Experience, FeaturedTemplate, ResourceTemplate, Team

MODELS = {
    "experience": Experience,
    "campaign": Campaign,
    "card_template": CardTemplate,
    "resource_template": ResourceTemplate,
    "featured_template": FeaturedTemplate,
    "team": Team,
}


class Gone(Exception):
    """A template that was chosen has been deleted or archived meanwhile; the message names it."""


def as_params(elements: dict[str, Any], **more: Any) -> dict[str, Any]:
    """What can be kept as JSON: keys for objects, None for "nothing"; an element that is kept is left out."""
    chosen = {name: value.pk if value else None for name, value in elements.items() if value is not KEEP}
    return chosen | more


def from_params(params: dict[str, Any]) -> dict[str, Any]:
    """The elements that `as_params` was given. Raises Gone when one cannot be given any more."""
    found = {}
    for name in ELEMENTS:
        if name not in params:
            continue
        key = params[name]
        found[name] = MODELS[name].objects.usable().filter(pk=key).first() if key else None
        if key and found[name] is None:
            raise Gone(f"The chosen {MODELS[name]._meta.verbose_name} has been archived or deleted meanwhile.")
    return found


class AssigningKind(BulkAction):
    """What the three kinds share: exact values before, and a refusal of all when a choice can no longer be given."""

    chunk = 2000

    def refusals(self, operation: Operation) -> list[When]:
        """Why the verb would skip a contact. Raises Gone."""
        raise NotImplementedError

    def skips(self, operation: Operation) -> list[When]:
        """The verb's own refusals, so that the preview says what will be done."""
        try:
            return self.refusals(operation)
        except Gone as gone:
            return [skip(str(gone), Q(pk__isnull=False))]

    def keeps(self, operation: Operation) -> Snapshot:
        """The assignments, and the team where it is among what is given."""
        return Snapshot(("team_id",) if "team" in operation.params else (), assignments=True)


@register
class Assign(AssigningKind):
    """Give an experience; with `invite` in the params, what the outreach room registered follows."""

    key = "contacts.assign"
    label = "Assign experience"

    def spec(self, operation: Operation) -> AssignmentSpec:
        """What is given. Raises Gone."""
        return AssignmentSpec(**from_params(operation.params), start_over=bool(operation.params.get("start_over")))

    def refusals(self, operation: Operation) -> list[When]:
        """Those of `assign`."""
        return assigning.assign_skips(self.spec(operation))

    def change(self, operation: Operation, ids: list[int]) -> None:
        """Assign."""
        assigning.assign_locked(ids, self.spec(operation), by=operation.owner, operation=operation)

    def follow(self, operation: Operation, ids: list[int]) -> dict[int, str]:
        """Invite, when that was asked for. Who cannot be invited is assigned all the same, and the report says why."""
        invite = after_assign.get("invite") if operation.params.get("invite") else None
        reasons = invite.run(ids, operation.owner, operation) if invite else {}
        return {pk: f"Assigned, not invited: {reason}" for pk, reason in reasons.items()}


@register
class ChangeExperience(AssigningKind):
    """Swap the experience or single elements without starting over."""

    key = "contacts.change_experience"
    label = "Change experience"

    def wanted(self, operation: Operation) -> Change:
        """What is swapped. Raises Gone."""
        return Change(**from_params(operation.params))

    def refusals(self, operation: Operation) -> list[When]:
        """Those of `change`."""
        return assigning.change_skips(self.wanted(operation))

    def change(self, operation: Operation, ids: list[int]) -> None:
        """Change."""
        assigning.change_locked(ids, self.wanted(operation), by=operation.owner, operation=operation)


@register
class Unassign(AssigningKind):
    """Take the experience away."""

    key = "contacts.unassign"
    label = "Remove experience"

    def refusals(self, operation: Operation) -> list[When]:
        """Those of `unassign`."""
        return assigning.unassign_skips()

    def change(self, operation: Operation, ids: list[int]) -> None:
        """Unassign."""
        assigning.unassign_locked(ids, by=operation.owner, operation=operation)
