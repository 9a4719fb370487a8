"""What an undoing cannot give back, for it has been deleted since, or is somebody else's now.

A reference that points nowhere would be refused by the database, and the whole chunk with it.
"""

from django.db.models import BooleanField, Exists, Field, Func, OuterRef, Q, QuerySet
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Lower

from accounts.models import User
from contacts.domain.assigning import PARTS
from contacts.domain.snapshots import Snapshot
from contacts.models import Assignment, Contact

TAKEN = "Another contact has this email address now."
ADDRESS_TAKEN = "Another contact has the email address they had."
ADVISOR_LEFT = "The advisor they had can no longer have contacts."
TEAM_GONE = "The team they had has been deleted."
PARTS_GONE = "An experience, campaign or template they had has been deleted."


class _Missing(Func):
    """Whether what JSON of before refers to is not there any more; null refers to nothing."""

    conditional = True
    output_field = BooleanField()


def _missing(source: str, field: Field) -> str:
    """SQL: whether the key that JSON holds for a field of ours is one that its table has no more."""
    key, table = f"({source} ->> '{field.attname}')", field.related_model._meta.db_table
    # Asked for by itself, for nothing is in no table: "not in" is true of it where the table is empty.
    return f"({key} IS NOT NULL AND {key}::bigint NOT IN (SELECT id FROM {table}))"  # noqa: S608 - names of our own


class _TeamMissing(_Missing):
    template = _missing("%(expressions)s", Contact._meta.get_field("team"))


class _PartsMissing(_Missing):
    template = (
        "EXISTS (SELECT 1 FROM jsonb_array_elements(%(expressions)s -> 'assignments') AS held"  # noqa: S608
        f" WHERE {' OR '.join(_missing('held', Assignment._meta.get_field(part)) for part in PARTS)})"
    )


def obstacles(snapshot: Snapshot, line: QuerySet) -> list[tuple[Q, str]]:
    """Conditions under which a contact cannot get back what it had, each with the reason, for people.

    `line` is what the operation kept of the contact that an outer query is about.
    """
    columns, found = snapshot.all_columns, []
    line = line.filter(before__isnull=False)
    if "deleted_at" in columns:
        taken = same_address().filter(deleted_at=None)
        found.append((Q(Exists(taken), deleted_at__isnull=False), TAKEN))
    if "email" in columns:
        found.append((Q(Exists(line.filter(_address_taken()))), ADDRESS_TAKEN))
    if "primary_advisor_id" in columns:
        able = [str(pk) for pk in User.objects.possible_advisors().order_by().values_list("pk", flat=True)]
        had = line.alias(had=KeyTextTransform("primary_advisor_id", "before"))
        found.append((Q(Exists(had.exclude(had__in=able))), ADVISOR_LEFT))
    if "team_id" in columns:
        found.append((Q(Exists(line.filter(_TeamMissing("before")))), TEAM_GONE))
    if snapshot.assignments:
        found.append((Q(Exists(line.filter(_PartsMissing("before")))), PARTS_GONE))
    return found


def same_address():
    """Contacts with the address of the one that the outer query is about, whoever may see them."""
    return Contact.objects.alias(folded=Lower("email")).filter(folded=Lower(OuterRef("email")))


def _address_taken() -> Exists:
    """Whether somebody else has the address that a line says its contact had."""
    had = Lower(KeyTextTransform("email", OuterRef("before")))
    others = Contact.objects.alias(folded=Lower("email")).filter(folded=had, deleted_at=None)
    return Exists(others.exclude(pk=OuterRef("subject_id")))
