"""Assigning, changing and taking away as operations: what was asked for stands in `params` by key."""

from collections.abc import Callable, Sequence
from typing import Any

from contacts.domain import assigning
from contacts.domain.assigning import ELEMENTS, KEEP, Change, Gift
from contacts.models import Contact
from contacts.querysets import ContactQuerySet
from core.models import Operation
from core.operations import Kind, Outcome, register
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
OUT_OF_REACH = "Deleted, or not yours to change any more."


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


class AssigningKind(Kind):
    """What the three kinds share: the owner's rights are asked for again, and the rest is left with the reason."""

    chunk = 2000

    def verb(self, operation: Operation) -> Callable[[ContactQuerySet], Outcome]:
        """The verb of this kind, ready to be given contacts. Raises Gone."""
        raise NotImplementedError

    def apply(self, operation: Operation, subject_ids: Sequence[int]) -> Outcome:
        """Change one chunk."""
        try:
            verb = self.verb(operation)
        except Gone as gone:
            return Outcome(failed=dict.fromkeys(subject_ids, str(gone)))
        outcome = verb(Contact.objects.editable_by(operation.owner).filter(pk__in=subject_ids))
        skipped = outcome.skipped or {}
        left = set(subject_ids) - set(outcome.done) - skipped.keys()
        self.follow_up(operation, outcome)
        return Outcome(done=outcome.done, skipped=skipped | dict.fromkeys(left, OUT_OF_REACH))

    def follow_up(self, operation: Operation, outcome: Outcome) -> None:
        """What comes after a chunk, in its transaction. Nothing by default."""


@register
class AssignKind(AssigningKind):
    """Give an experience; with `invite` in the params, what the outreach room registered follows."""

    key = "contacts.assign"

    def verb(self, operation: Operation) -> Callable[[ContactQuerySet], Outcome]:
        """`assign` with the gift of the params."""
        gift = Gift(**from_params(operation.params), start_over=bool(operation.params.get("start_over")))
        return lambda contacts: assigning.assign(contacts, gift, by=operation.owner, operation=operation)

    def follow_up(self, operation: Operation, outcome: Outcome) -> None:
        """Invite those assigned, and those who had exactly this already."""
        invite = after_assign.get("invite") if operation.params.get("invite") else None
        if invite:
            same = [pk for pk, reason in (outcome.skipped or {}).items() if reason == assigning.SAME_ALREADY]
            invite.run([*outcome.done, *same], operation.owner, operation)


@register
class ChangeKind(AssigningKind):
    """Swap the experience or single elements without starting over."""

    key = "contacts.change"

    def verb(self, operation: Operation) -> Callable[[ContactQuerySet], Outcome]:
        """`change` with the elements of the params."""
        wanted = Change(**from_params(operation.params))
        return lambda contacts: assigning.change(contacts, wanted, by=operation.owner, operation=operation)


@register
class UnassignKind(AssigningKind):
    """Take the experience away."""

    key = "contacts.unassign"

    def verb(self, operation: Operation) -> Callable[[ContactQuerySet], Outcome]:
        """`unassign`; it needs nothing."""
        return lambda contacts: assigning.unassign(contacts, by=operation.owner, operation=operation)
