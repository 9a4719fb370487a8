"""Assigning, changing and taking away an experience, for many contacts and for one."""

from contacts.assign_forms import LABELS, AssignForm, ChangeExperienceForm
from contacts.models import Contact
from contacts.operations.assigning import MODELS
from contacts.registry import after_assign
from contacts.views.bulk import BulkView
from core.listing.planning import expecting
from core.models import Operation


class ElementsView(BulkView):
    """Base: a form whose own `params` are those of the operation."""

    form_template = "contacts/assign_form.html"

    def params(self, form) -> dict:
        """As the form says."""
        return form.params()


class AssignView(ElementsView):
    """Give an experience, a team, a campaign; and invite, when asked to."""

    kind = "contacts.assign"
    title = "Assign an experience"
    verb = "Assign to"
    form_class = AssignForm

    def describe(self, params: dict) -> str:
        """What is given."""
        words = f"Assign {named('experience', params.get('experience'))}"
        return f"{words} and invite" if params.get("invite") else words

    def more_context(self, operation: Operation) -> dict:
        """What the contacts notice, and whom the invitation leaves out."""
        invite = after_assign.get("invite") if operation.params.get("invite") else None
        if operation.pk is None or not operation.params:
            return {}
        if invite is None:
            return {"text": "A current experience ends and the new one starts. The contacts are told nothing."}
        with expecting(operation.total, Contact):
            left_out = invite.left_out(self._kind().changing(operation))
        lines = [f"{number:,} will not be invited: {reason}" for reason, number in left_out.items()]
        return {
            "text": "A current experience ends and the new one starts. Then the invitation is mailed.",
            "consequences": lines,
        }


class ChangeExperienceView(ElementsView):
    """Swap the experience or an element of it without starting over."""

    kind = "contacts.change_experience"
    title = "Change the experience"
    verb = "Change it for"
    form_class = ChangeExperienceForm

    def describe(self, params: dict) -> str:
        """What is swapped."""
        parts = [f"{LABELS[name].lower()} to {named(name, params[name])}" for name in LABELS if name in params]
        return f"Change {', '.join(parts)}" if parts else self.title

    def more_context(self, operation: Operation) -> dict:
        """What stays."""
        if not operation.params:
            return {
                "notice": "Start date, campaign day and progress stay. A changed campaign goes on from the same day."
            }
        return {"text": "Start date, campaign day and progress stay. The contacts are told nothing."}


class UnassignView(BulkView):
    """Take the experience and its campaign away."""

    kind = "contacts.unassign"
    title = "Remove the experience"
    verb = "Remove it from"
    danger = True
    consequences = (
        "Cards, library and campaign are no longer there for these contacts.",
        "Nobody stops being active, and the team stays.",
    )


def named(name: str, pk: int | None) -> str:
    """What people call a chosen element."""
    if pk is None:
        return "the experience’s" if name.endswith("_template") else "none"
    return str(MODELS[name].objects.filter(pk=pk).first() or "something that is no longer there")
