"""Changing fields of many contacts: each field is left, set or cleared."""

from functools import reduce
from operator import or_
from typing import Any

from django import forms
from django.db.models import Exists, Model, OuterRef, Q
from django.utils import timezone

from accounts.models import User
from contacts.bulk_forms import BulkForm
from contacts.domain.snapshots import Snapshot
from contacts.domain.tagging import known_tags, tags_named
from contacts.forms import TagsField, teams_for
from contacts.models import Contact, ContactType
from contacts.operations.bulk_action import BulkAction, skip
from contacts.operations.undo_spec import UndoSpec
from core.history.recording import record
from core.models import Operation
from core.operations.types import register
from experiences.models import Team

# In the order in which people read them, with their words.
LABELS = {"primary_advisor": "primary advisor", "contact_type": "type", "team": "team", "tags": "tags"}
COLUMNS = {"primary_advisor": "primary_advisor_id", "contact_type": "contact_type", "team": "team_id"}
SET, CLEAR, ADD, REMOVE = "set", "clear", "add", "remove"

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


class EditFieldsForm(BulkForm):
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

    def __init__(self, *args, operation: Operation, initial: dict[str, Any] | None = None, **kwargs) -> None:
        kept = {f"{name}_how": wanted["how"] for name, wanted in (initial or {}).items()}
        kept |= {name: wanted.get("value") for name, wanted in (initial or {}).items()}
        super().__init__(*args, operation=operation, initial=kept, **kwargs)
        self.fields["primary_advisor"].queryset = User.objects.possible_advisors().only(
            "first_name", "last_name", "email"
        )
        self.fields["team"].queryset = teams_for(None, operation.owner)

    def clean(self) -> dict:
        """A field to be set needs its value, and at least one must change."""
        data = super().clean()
        for name in HOW:
            valued = data.get(f"{name}_how") not in {"leave", "clear", None}
            if valued and name not in self.errors and not data.get(name):
                self.add_error(name, "Say what it should be, or leave the field as it is.")
        if not self.errors and not self.params():
            raise forms.ValidationError("Choose at least one field to change.")
        return data

    def params(self) -> dict[str, Any]:
        """{field: {"how": …, "value": …}} of the fields that change; a field that is left is not there."""
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


def _snapshot(operation: Operation) -> Snapshot:
    """The fields that are changed."""
    return Snapshot(tuple(COLUMNS[name] for name in operation.params if name != "tags"), "tags" in operation.params)


@register
class EditFields(BulkAction):
    """Primary advisor, type, team and tags; see `EditFieldsForm.params`."""

    key = "contacts.edit"
    label = title = "Edit fields"
    verb = "Change"
    icon = "pencil"
    in_bar = 500
    for_one = False
    consequences = ("A new advisor or team may change who sees these contacts, you included.",)
    form = EditFieldsForm
    form_template = "contacts/bulk_change.html"
    undo = UndoSpec(_snapshot)

    def describe(self, operation: Operation) -> str:
        """The change in words."""
        return sentence(operation.params) or self.title

    def skip_reasons(self, operation: Operation) -> list:
        """All, when what is to be set can no longer be given; else those in whom nothing would change."""
        anybody = Q(pk__isnull=False)
        advisor, team = chosen(operation, "primary_advisor"), chosen(operation, "team")
        if advisor and not User.objects.possible_advisors().filter(pk=advisor).exists():
            return [skip("The advisor chosen can no longer have contacts.", anybody)]
        if team and not Team.objects.usable().filter(pk=team).exists():
            return [skip("The team chosen has been archived or deleted.", anybody)]
        return [skip("Already set to this value.", ~differing(operation.params))]

    def change(self, operation: Operation, ids: list[int]) -> None:
        """Write the columns in one statement, the tags in two at most."""
        columns = {COLUMNS[name]: wanted.get("value") for name, wanted in operation.params.items() if name != "tags"}
        Contact.objects.filter(pk__among=ids).update(**columns, updated_at=timezone.now())
        if "tags" in operation.params:
            retag(ids, **operation.params["tags"])
        record("changed", sentence(operation.params), subject_ids=ids, actor=operation.owner, operation=operation)


def chosen(operation: Operation, field: str) -> int | None:
    """The key of the row that a field is to be set to."""
    wanted = operation.params.get(field, {})
    return wanted.get("value") if wanted.get("how") == SET else None


def differing(params: dict) -> Q:
    """Contacts in whom at least one field would change."""
    parts = []
    for name, wanted in params.items():
        if name == "tags":
            parts.append(tags_differ(**wanted))
        elif wanted["how"] == CLEAR:
            parts.append(Q(**{f"{name}__isnull": False}))
        else:
            parts.append(~Q(**{name: wanted["value"]}) | Q(**{f"{name}__isnull": True}))
    return reduce(or_, parts, Q(pk__isnull=True))


def tags_differ(how: str, value: list[str] | None = None) -> Q:
    """Contacts whose tags would change."""
    contact_tags = Contact.tags.through.objects.filter(contact=OuterRef("pk"))
    keys = list(known_tags(value or []).values())
    if how == CLEAR:
        return Q(Exists(contact_tags))
    if how == REMOVE:
        return Q(Exists(contact_tags.filter(tag__in=keys)))
    lacking = Q(pk__isnull=len(keys) == len(value))  # a tag that does not exist yet is lacking everywhere
    for key in keys:
        lacking |= ~Exists(contact_tags.filter(tag=key))
    return lacking if how == ADD else lacking | Q(Exists(contact_tags.exclude(tag__in=keys)))


def retag(ids: list[int], how: str, value: list[str] | None = None) -> None:
    """Put tags on, take them off, or make them these and no others."""
    contact_tags = Contact.tags.through.objects.filter(contact__among=ids)
    if how == REMOVE:
        contact_tags.filter(tag__in=known_tags(value).values()).delete()
        return
    tags = set() if how == CLEAR else set(tags_named(value).values())
    if how in {SET, CLEAR}:
        contact_tags.exclude(tag__in=tags).delete()
    through = Contact.tags.through
    rows = [through(contact_id=pk, tag_id=tag) for pk in ids for tag in tags]
    through.objects.bulk_create(rows, ignore_conflicts=True, batch_size=2000)


def sentence(params: dict) -> str:
    """What is done, in words: "Set type to Client; clear team"."""
    words = [_clause(name, **params[name]) for name in LABELS if name in params]
    joined = "; ".join(words)
    return joined[:1].upper() + joined[1:]


def _clause(name: str, how: str, value=None) -> str:
    """One field's part of the sentence."""
    if how == CLEAR:
        return f"clear {LABELS[name]}"
    if name == "tags":
        verb = {ADD: "add tags", REMOVE: "remove tags", SET: "set tags to"}[how]
        return f"{verb} {', '.join(value)}"
    return f"set {LABELS[name]} to {_named(name, value)}"


def _named(name: str, value) -> str:
    """What people call a value."""
    if name == "contact_type":
        return ContactType(value).label
    model = {"primary_advisor": User, "team": Team}[name]
    return str(model.objects.filter(pk=value).first() or "somebody no longer there")
