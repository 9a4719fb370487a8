"""Assigning, changing and removing an experience: what was asked for stands in `params` by key."""

from typing import Any

from django.db.models import Q, When
from django.http import HttpRequest

from contacts.assign_forms import LABELS, AssignForm, ChangeExperienceForm
from contacts.domain import assigning
from contacts.domain.assigning import ELEMENTS, MODELS, AssignmentSpec, Change
from contacts.domain.snapshots import Snapshot
from contacts.models import Contact
from contacts.operations.bulk_action import BulkAction, skip
from contacts.operations.undo_spec import UndoSpec
from contacts.registry import AfterAssign, after_assign
from core.listing.planning import expecting
from core.models import Operation
from core.operations.types import register


class Gone(Exception):
    """A template that was chosen has been deleted or archived meanwhile; the message names it."""


def from_params(params: dict[str, Any]) -> dict[str, Any]:
    """The elements whose keys stand in `params`. Raises Gone when one cannot be given any more."""
    found = {}
    for name in ELEMENTS:
        if name not in params:
            continue
        key = params[name]
        found[name] = MODELS[name].objects.usable().filter(pk=key).first() if key else None
        if key and found[name] is None:
            raise Gone(f"The chosen {MODELS[name]._meta.verbose_name} has been archived or deleted meanwhile.")
    return found


def _named(name: str, pk: int | None) -> str:
    """What people call a chosen element."""
    if pk is None:
        return "the experience’s" if name.endswith("_template") else "none"
    return str(MODELS[name].objects.filter(pk=pk).first() or "something that is no longer there")


class Assigning:
    """What the three actions share: exact values before, and a refusal of all when a choice can no longer be given."""

    chunk = 2000
    # The assignments, and the team where it is among what is given.
    undo = UndoSpec(
        lambda operation: Snapshot(("team_id",) if "team" in operation.params else (), assignments=True),
    )

    def refusals(self, operation: Operation) -> list[When]:
        """Why the verb would skip a contact. Raises Gone."""
        raise NotImplementedError

    def skip_reasons(self, operation: Operation) -> list[When]:
        """The verb's own refusals, so that the preview says what will be done."""
        try:
            return self.refusals(operation)
        except Gone as gone:
            return [skip(str(gone), Q(pk__isnull=False))]


@register
class Assign(Assigning, BulkAction):
    """Assign an experience; with `invite` in the params, what the outreach room registered follows."""

    key = "contacts.assign"
    label = "Assign experience"
    title = "Assign an experience"
    verb = "Assign to"
    icon = "layers"
    in_bar, in_menu = 10, 20
    form = AssignForm
    form_template = "contacts/assign_form.html"

    def applies(self, contact: Contact) -> bool:
        """Who is open."""
        return contact.deactivated_at is None

    def describe(self, operation: Operation) -> str:
        """What is given."""
        words = f"Assign {_named('experience', operation.params.get('experience'))}"
        return f"{words} and invite" if operation.params.get("invite") else words

    def context(self, operation: Operation, request: HttpRequest) -> dict[str, Any]:
        """What the contacts notice."""
        if operation.pk is None or not operation.params:
            return {}
        then = "Then the invitation is mailed." if _invitation(operation) else "The contacts are told nothing."
        return {"text": f"A current experience ends and the new one starts. {then}"}

    def more_consequences(self, operation: Operation) -> list[str]:
        """Whom the invitation leaves out."""
        invite = _invitation(operation)
        if operation.pk is None or invite is None:
            return []
        with expecting(operation.total, Contact):
            left_out = invite.left_out(self.changing(operation))
        return [f"{number:,} will not be invited: {reason}" for reason, number in left_out.items()]

    def refusals(self, operation: Operation) -> list[When]:
        """Those of `assign`."""
        return assigning.assign_skip_reasons(_spec(operation))

    def change(self, operation: Operation, ids: list[int]) -> None:
        """Assign."""
        assigning.assign_locked(ids, _spec(operation), by=operation.owner, operation=operation)

    def follow(self, operation: Operation, ids: list[int]) -> dict[int, str]:
        """Invite, when that was asked for. Who cannot be invited is assigned all the same, and the report says why."""
        invite = _invitation(operation)
        reasons = invite.run(ids, operation.owner, operation) if invite else {}
        return {pk: f"Assigned, not invited: {reason}" for pk, reason in reasons.items()}


def _spec(operation: Operation) -> AssignmentSpec:
    """What is given. Raises Gone."""
    return AssignmentSpec(**from_params(operation.params), start_over=bool(operation.params.get("start_over")))


def _invitation(operation: Operation) -> AfterAssign | None:
    """The invitation that follows, when it was asked for."""
    return after_assign.get("invite") if operation.params.get("invite") else None


@register
class ChangeExperience(Assigning, BulkAction):
    """Change the experience or single elements without starting over."""

    key = "contacts.change_experience"
    label = "Change experience"
    title = "Change the experience"
    verb = "Change it for"
    icon = "git-compare"
    in_bar = in_menu = 30
    form = ChangeExperienceForm
    form_template = "contacts/assign_form.html"

    def applies(self, contact: Contact) -> bool:
        """Who is open and has one."""
        return contact.experience_id is not None and contact.deactivated_at is None

    def describe(self, operation: Operation) -> str:
        """What is changed."""
        chosen = {name: operation.params[name] for name in LABELS if name in operation.params}
        parts = [f"{LABELS[name].lower()} to {_named(name, pk)}" for name, pk in chosen.items()]
        return f"Change {', '.join(parts)}" if parts else self.title

    def context(self, operation: Operation, request: HttpRequest) -> dict[str, Any]:
        """What stays."""
        stays = "Start date, campaign day and progress stay."
        if operation.params:
            return {"text": f"{stays} The contacts are told nothing."}
        return {"notice": f"{stays} A changed campaign goes on from the same day."}

    def refusals(self, operation: Operation) -> list[When]:
        """Those of `change`."""
        return assigning.change_skip_reasons(Change(**from_params(operation.params)))

    def change(self, operation: Operation, ids: list[int]) -> None:
        """Change."""
        wanted = Change(**from_params(operation.params))
        assigning.change_locked(ids, wanted, by=operation.owner, operation=operation)


@register
class Unassign(Assigning, BulkAction):
    """Remove the experience and its campaign."""

    key = "contacts.unassign"
    label = "Remove experience"
    title = "Remove the experience"
    verb = "Remove it from"
    icon = "circle-x"
    in_bar = in_menu = 790
    red_button = True
    consequences = (
        "Cards, library and campaign are no longer there for these contacts.",
        "Nobody stops being active, and the team stays.",
    )

    def applies(self, contact: Contact) -> bool:
        """Who is open and has one."""
        return contact.experience_id is not None and contact.deactivated_at is None

    def refusals(self, operation: Operation) -> list[When]:
        """Those of `unassign`."""
        return assigning.unassign_skip_reasons()

    def change(self, operation: Operation, ids: list[int]) -> None:
        """Unassign."""
        assigning.unassign_locked(ids, by=operation.owner, operation=operation)
