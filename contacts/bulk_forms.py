"""Forms of bulk actions. Each field has its states: leave, set, clear; tags can also be added and removed."""

from django import forms
from django.db.models import Model

from accounts.models import User
from contacts.forms import TagsField, teams_for
from contacts.models import ContactType
from experiences.models import Team

LEAVE = ("leave", "Leave as it is")
HOW = {
    "contact_type": [LEAVE, ("set", "Set")],
    "primary_advisor": [LEAVE, ("set", "Set")],
    "team": [LEAVE, ("set", "Set"), ("clear", "Clear")],
    "tags": [LEAVE, ("add", "Add"), ("remove", "Remove"), ("set", "Replace all by"), ("clear", "Clear")],
}


def how_field(label: str, choices: list[tuple[str, str]]) -> forms.ChoiceField:
    """The states of one field, side by side."""
    return forms.ChoiceField(
        choices=choices, initial="leave", label=label, widget=forms.RadioSelect(attrs={"class": "segmented"})
    )


class ChangeForm(forms.Form):
    """What to do with each field of the chosen contacts."""

    contact_type_how = how_field("Type", HOW["contact_type"])
    contact_type = forms.ChoiceField(choices=[("", "Choose"), *ContactType.choices], required=False, label="New type")
    primary_advisor_how = how_field("Primary advisor", HOW["primary_advisor"])
    primary_advisor = forms.ModelChoiceField(
        User.objects.none(), required=False, label="New primary advisor", empty_label="Choose"
    )
    team_how = how_field("Team", HOW["team"])
    team = forms.ModelChoiceField(Team.objects.none(), required=False, label="New team", empty_label="Choose")
    tags_how = how_field("Tags", HOW["tags"])
    tags = TagsField(required=False, label="Which tags", help_text="Separated by commas.")

    def __init__(self, *args, user, firm, initial=None, **kwargs) -> None:
        kept = {f"{name}_how": wanted["how"] for name, wanted in (initial or {}).items()}
        kept |= {name: wanted.get("value") for name, wanted in (initial or {}).items()}
        super().__init__(*args, initial=kept, **kwargs)
        self.fields["primary_advisor"].queryset = User.objects.possible_advisors().only(
            "first_name", "last_name", "email"
        )
        self.fields["team"].queryset = teams_for(None, user)

    def clean(self) -> dict:
        """A field to be set needs its value, and at least one must change."""
        data = super().clean()
        for name in HOW:
            valued = data.get(f"{name}_how") not in {"leave", "clear", None}
            if valued and name not in self.errors and not data.get(name):
                self.add_error(name, "Say what it should be, or leave the field as it is.")
        if not self.errors and not self.changes():
            raise forms.ValidationError("Choose at least one field to change.")
        return data

    def changes(self) -> dict:
        """{field: {"how": …, "value": …}} of the fields that change, as JSON keeps it."""
        found = {}
        for name in HOW:
            how, value = self.cleaned_data[f"{name}_how"], self.cleaned_data.get(name)
            if how == "clear":
                found[name] = {"how": how}
            elif how != "leave":
                found[name] = {"how": how, "value": value.pk if isinstance(value, Model) else value}
        return found

    def rows(self) -> list[tuple]:
        """Pairs of bound fields for the template: what to do, and with which value."""
        return [(self[f"{name}_how"], self[name]) for name in HOW]
