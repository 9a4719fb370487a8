"""What an import keeps of the contacts it added or changed, and the way back. See docs/decisions/0020.

Of one that it changed: what it may write, as every operation keeps what it touches. One that it added is all its own:
everything is kept that somebody could change since, and undoing puts them into the trash.
"""

from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.db import connection
from django.db.models import (
    BigIntegerField,
    Case,
    CharField,
    Exists,
    F,
    Field,
    Func,
    JSONField,
    OuterRef,
    QuerySet,
    Subquery,
    TextField,
    Value,
    When,
)
from django.db.models.functions import Cast, JSONObject, NullIf

from accounts.models import User
from contacts.domain.snapshots import JOIN_TAKEN, Snapshot
from contacts.models import Assignment, Contact, Household, ImportedContact, Note
from core.listing.lookups import key_array
from core.models import Operation

ADDED, CHANGED = "added", "changed"
# Kept of all: one that was changed and lies in the trash since is not brought back by redoing.
IN_TRASH = ("deleted_at", "deleted_by_id")
# What is nobody's to change: keys, moments, and what is computed or kept up beside the contact.
NOBODYS = {"id", "created_at", "updated_at", "purged_at", "crm_mark"}
# Beside the columns, what people give or write: the keys of the rows that there are.
GIVEN = {"tag_ids": (Contact.tags.through, "tag"), "assignments": (Assignment, "pk"), "notes": (Note, "pk")}


class Both(Func):
    """Two JSON objects as one."""

    template = "(%(expressions)s)"
    arg_joiner = " || "
    output_field = JSONField()


class Stripped(Func):
    """A JSON object without what is null in it."""

    function = "JSONB_STRIP_NULLS"
    output_field = JSONField()


@dataclass(frozen=True)
class ImportSnapshot(Snapshot):
    """`columns` and `tags` are what the import may write to who is here; `import_id` is the key of its operation."""

    import_id: int = 0

    def __bool__(self) -> bool:
        return True  # also where the import changes nobody who is here

    def kept_by(self, operation: Operation) -> QuerySet:
        """The import's rows; those of an undoing are its lines."""
        if operation.pk == self.import_id:
            return ImportedContact.objects.filter(operation=operation)
        return super().kept_by(operation)

    @property
    def all_columns(self) -> tuple[str, ...]:
        """What is kept of all, and put back."""
        return tuple(dict.fromkeys((*self.columns, *IN_TRASH)))

    def rest(self) -> dict[str, Any]:
        """The expression of each value now that is kept only of those whom the import added, null for none.

        Nobody puts these back, so they need not be told apart from nothing: most are nothing, and are left out.
        """
        fields = [one for one in Contact._meta.concrete_fields if not one.generated and one.attname not in NOBODYS]
        found = {one.attname: _or_null(one) for one in fields}
        for name, (model, key) in GIVEN.items():
            keys = ArraySubquery(model.objects.filter(contact=OuterRef("pk")).order_by(key).values(key))
            found[name] = NullIf(keys, Value([], ArrayField(BigIntegerField())))
        return {name: value for name, value in found.items() if name not in self.parts()}

    def names(self) -> list[str]:
        """Those that are kept of all, and the rest."""
        return [*self.parts(), *self.rest()]

    def values(self) -> Func:
        """What is kept of a contact, as it is now."""
        rest = Case(When(self.is_added(), then=Stripped(JSONObject(**self.rest()))), default=Value({}, JSONField()))
        return Both(JSONObject(**self.parts()), rest)

    def before(self) -> Func:
        """With the household that the contact heads. That is compared with nothing: it is no value of theirs."""
        led = Household.objects.filter(head=OuterRef("pk")).order_by().values("pk")
        return Both(super().before(), Stripped(JSONObject(heads=Subquery(led)))) if self.moves else super().before()

    @property
    def moves(self) -> bool:
        """Whether it puts contacts into households."""
        return "household_id" in self.columns

    def is_added(self) -> Exists:
        """Whether the import added the contact."""
        rows = ImportedContact.objects.filter(operation=self.import_id, subject_id=OuterRef("pk"))
        return Exists(rows.filter(before__isnull=True))

    def role(self) -> Case:
        """Added or changed: two things to do, and two to say."""
        return Case(When(self.is_added(), then=Value(ADDED)), default=Value(CHANGED), output_field=CharField())

    def keep_imported(self, operation: Operation, added: list[int], changed: list[int]) -> None:
        """Write what the import did: to those it added, and to those whose values of before were taken."""
        rows = Contact.objects.order_by()
        whole = Both(JSONObject(**self.parts()), Stripped(JSONObject(**self.rest())))
        if added:
            self._insert(operation, "NULL", rows.filter(pk__among=added).values_list("pk", whole))
        if changed:
            now = rows.filter(pk__among=changed).values_list("pk", JSONObject(**self.parts()))
            self._insert(operation, "taken.held", now, JOIN_TAKEN)

    def restore(self, operation: Operation, ids: list[int], by: User) -> None:
        """Undo the import, or undo that. See `Snapshot.restore`."""
        super().restore(operation, ids, by)
        if self.moves:
            self._give_heads_back(operation, ids)

    def _give_heads_back(self, operation: Operation, ids: list[int]) -> None:
        """Those who headed the household that the operation took them out of head it again, if nobody does by now."""
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE contacts_household AS home SET head_id = line.subject_id"  # noqa: S608 - a table of ours
                f" FROM {self._table(operation)} AS line"
                " WHERE line.operation_id = %s AND line.subject_id = ANY(%s::bigint[]) AND home.head_id IS NULL"
                " AND home.id = (line.before ->> 'heads')::bigint"
                " AND line.before -> 'heads' = line.before -> 'household_id'"
                " AND line.before -> 'household_id' <> line.after -> 'household_id'",
                [operation.pk, key_array(ids)],
            )

    def _in_trash_before(self, operation: Operation, ids: list[int]) -> list[int]:
        """They, and whom the import added: who was not here before goes into the trash."""
        added = self.kept_by(operation).filter(subject_id__among=ids, before__isnull=True)
        return [*super()._in_trash_before(operation, ids), *added.values_list("subject_id", flat=True)]

    def _insert(self, operation: Operation, before: str, rows: QuerySet, source: str = "") -> None:
        """Write rows, with the values of before as SQL that may be joined by `source`."""
        statement, values = rows.query.sql_with_params()
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO contacts_importedcontact (operation_id, subject_id, before, after)"  # noqa: S608
                f" SELECT %s, one.pk, {before}, one.held FROM ({statement}) AS one (pk, held){source}",
                [operation.pk, *values],
            )


def _or_null(field: Field) -> Any:
    """The expression of a column's value, null where it has what a contact has to whom nothing was given."""
    default = None if field.null else field.get_default()
    if default is None:
        return F(field.attname)
    if isinstance(field, JSONField):  # as text: what is null within it counts
        return NullIf(Cast(field.attname, TextField()), Cast(Value(default, field), TextField()))
    return NullIf(F(field.attname), Value(default, field))
