"""Changing fields of many contacts: each field is left, set or cleared."""

from functools import reduce
from operator import or_

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from accounts.models import User
from contacts.domain.snapshots import Snapshot
from contacts.domain.tagging import known_tags, tags_named
from contacts.models import Contact, ContactType
from contacts.operations.base import BulkAction, skip
from core.domain.recording import record
from core.models import Operation
from core.operations import register
from experiences.models import Team

# In the order in which people read them, with their words.
LABELS = {"primary_advisor": "primary advisor", "contact_type": "type", "team": "team", "tags": "tags"}
COLUMNS = {"primary_advisor": "primary_advisor_id", "contact_type": "contact_type", "team": "team_id"}
SET, CLEAR, ADD, REMOVE = "set", "clear", "add", "remove"


@register
class ChangeFields(BulkAction):
    """Primary advisor, type, team and tags. `params`: {field: {"how": …, "value": …}}; a field left is not there."""

    key = "contacts.edit"
    label = "Edit fields"

    def skips(self, operation: Operation) -> list:
        """All, when what is to be set can no longer be given; else those in whom nothing would change."""
        anybody = Q(pk__isnull=False)
        advisor, team = chosen(operation, "primary_advisor"), chosen(operation, "team")
        if advisor and not User.objects.possible_advisors().filter(pk=advisor).exists():
            return [skip("The advisor chosen can no longer have contacts.", anybody)]
        if team and not Team.objects.usable().filter(pk=team).exists():
            return [skip("The team chosen has been archived or deleted.", anybody)]
        return [skip("Already set to this value.", ~differing(operation.params))]

    def keeps(self, operation: Operation) -> Snapshot:
        """The fields that are changed."""
        return Snapshot(tuple(COLUMNS[name] for name in operation.params if name != "tags"), "tags" in operation.params)

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
    worn = Contact.tags.through.objects.filter(contact=OuterRef("pk"))
    keys = list(known_tags(value or []).values())
    if how == CLEAR:
        return Q(Exists(worn))
    if how == REMOVE:
        return Q(Exists(worn.filter(tag__in=keys)))
    lacking = Q(pk__isnull=len(keys) == len(value))  # a tag that does not exist yet is lacking everywhere
    for key in keys:
        lacking |= ~Exists(worn.filter(tag=key))
    return lacking if how == ADD else lacking | Q(Exists(worn.exclude(tag__in=keys)))


def retag(ids: list[int], how: str, value: list[str] | None = None) -> None:
    """Put tags on, take them off, or make them these and no others."""
    worn = Contact.tags.through.objects.filter(contact__among=ids)
    if how == REMOVE:
        worn.filter(tag__in=known_tags(value).values()).delete()
        return
    tags = set() if how == CLEAR else set(tags_named(value).values())
    if how in {SET, CLEAR}:
        worn.exclude(tag__in=tags).delete()
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
