"""Forms of assigning and changing. Each element is one choice; in a change it can be left, set or cleared."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from contacts.bulk_forms import BulkForm
from contacts.domain.assigning import ELEMENTS, MODELS
from contacts.forms import teams_for
from contacts.registry import after_assign
from core.models import Operation

KEEP, NONE = "keep", "none"
LABELS = {
    "experience": "Experience",
    "campaign": "Campaign",
    "team": "Team",
    "card_template": "Cards",
    "resource_template": "Own library",
    "featured_template": "Own featured resources",
}
OWN = ("card_template", "resource_template", "featured_template")


class ElementsForm(BulkForm):
    """Base: a choice for each element. `first` is what stands above the rows: [(value, words)] by element."""

    first: dict[str, list[tuple[str, str]]] = {}

    def __init__(self, *args, operation: Operation, initial: dict[str, Any] | None = None, **kwargs) -> None:
        super().__init__(*args, operation=operation, initial=self._as_chosen(initial or {}), **kwargs)
        user = operation.owner
        for name, label in LABELS.items():
            rows = teams_for(None, user) if name == "team" else MODELS[name].objects.visible_to(user).usable()
            choices = [*self.first[name], *((str(pk), words) for pk, words in rows.values_list("pk", "name"))]
            self.fields[name] = forms.ChoiceField(label=label, choices=choices, required=False)
        self.order_fields([*LABELS, *(name for name in self.fields if name not in LABELS)])

    def _as_chosen(self, params: dict[str, Any]) -> dict[str, Any]:
        """What was chosen before, from the params of a draft."""
        names = {name: NONE if params[name] is None else str(params[name]) for name in ELEMENTS if name in params}
        return params | names

    def elements(self) -> dict[str, int | None]:
        """The elements that were chosen: a key, or None for "nothing". What is left as it is is not there."""
        chosen = {name: self.cleaned_data.get(name) or self.first[name][0][0] for name in LABELS}
        return {
            name: None if value in (NONE, "") else int(value)
            for name, value in chosen.items()
            if value != KEEP and not (name == "experience" and value == "")
        }


class AssignForm(ElementsForm):
    """What to give, and whether to invite at once."""

    first = {
        "experience": [("", "Choose one")],
        "campaign": [(NONE, "None")],
        "team": [(KEEP, "Keep the present team"), (NONE, "No team")],
        **{name: [(NONE, "The experience’s")] for name in OWN},
    }

    start_over = forms.BooleanField(
        required=False,
        label="Start over for those who have exactly this already",
        help_text="Otherwise they are skipped.",
    )

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["experience"].required = True
        self.fields["experience"].error_messages["required"] = "Choose an experience."
        if after_assign.get("invite"):
            self.fields["invite"] = forms.ChoiceField(
                label="Then",
                choices=[("no", "Assign only: contacts are told nothing"), ("yes", "Assign and invite")],
                widget=forms.RadioSelect,
                initial="yes" if self.initial.get("invite") is True else "no",
                required=False,
            )
            self.initial.pop("invite", None)

    def params(self) -> dict:
        """As the operation keeps it."""
        data = self.cleaned_data
        return self.elements() | {"start_over": data["start_over"], "invite": data.get("invite") == "yes"}


class ChangeExperienceForm(ElementsForm):
    """What to swap. Start date, campaign day and progress stay."""

    first = {
        "experience": [(KEEP, "Leave as it is")],
        "campaign": [(KEEP, "Leave as it is"), (NONE, "Take the campaign away")],
        "team": [(KEEP, "Leave as it is"), (NONE, "Take the team away")],
        **{name: [(KEEP, "Leave as it is"), (NONE, "Back to the experience’s")] for name in OWN},
    }

    def clean(self) -> dict:
        """Something must change."""
        data = super().clean()
        if not self.errors and not self.elements():
            raise ValidationError("Choose at least one thing to change.")
        return data

    def params(self) -> dict:
        """As the operation keeps it."""
        return self.elements()
