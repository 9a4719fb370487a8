"""Exact values before and after a change, kept as JSON by operation and contact, and the way back to them.

A kind names what it touches; PostgreSQL writes the values and puts them back, so no row passes through Python.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.db import connection
from django.db.models import BooleanField, Case, CharField, F, Func, OuterRef, Q, QuerySet, Subquery, TextField, Value
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import JSONObject

from accounts.models import User
from contacts.domain.households import leave_heads
from contacts.domain.trash import put_into_trash
from contacts.models import Assignment, Contact
from core.listing.lookups import key_array
from core.models import Operation, OperationLine

HELD = [field.attname for field in Assignment._meta.concrete_fields if field.attname != "contact_id"]
OF_ASSIGNMENT = ("experience_id", "campaign_id")  # the contact's copies of what the open assignment holds
WORDS = {
    "contact_type": "type",
    "primary_advisor_id": "primary advisor",
    "team_id": "team",
    "tag_ids": "tags",
    "deactivated_at": "deactivation",
    "deleted_at": "deletion",
    "deleted_by_id": "who deleted them",
    "experience_id": "experience",
    "campaign_id": "campaign",
    "assignments": "details of the assignments",
    "user_id": "portal account",
    "first_invited_at": "first invitation",
    "last_invited_at": "latest invitation",
    "invitations_sent": "number of invitations",
    "do_not_contact_since": "do not contact",
    "do_not_contact_from": "who asked not to be contacted",
}


def lines_in(table: str) -> str:
    """SQL for what an operation kept of contacts, its key and theirs being parameters."""
    return (
        f"SELECT line.subject_id, line.before FROM {table} AS line"  # noqa: S608 - a table of ours
        " WHERE line.operation_id = %(operation)s AND line.subject_id = ANY(%(ids)s::bigint[])"
    )


JOIN_TAKEN = " JOIN pg_temp.taken ON taken.pk = one.pk"
JOIN_TOLD = " LEFT JOIN unnest(%s::bigint[], %s::text[]) AS told (pk, reason) ON told.pk = one.pk"
LINES = lines_in("core_operationline")


class SameJson(Func):
    """Whether what is kept of a contact, a JSON object, is so now, in the other one; both are expressions.

    The third are names that are kept of everybody: one that is missing is of a later release, and says nothing.
    """

    template = (
        "(SELECT pair.kept = pair.now - ARRAY("
        "SELECT part.name FROM unnest(pair.parts) AS part (name) WHERE NOT jsonb_exists(pair.kept, part.name))"
        " FROM (SELECT %(expressions)s OFFSET 0) AS pair (kept, now, parts))"
    )
    output_field = BooleanField()


class Differing(Func):
    """Of two JSON values, under these names, those that differ, in words: names, words and parts being arrays.

    `parts` are the names that are kept of everybody, see `SameJson`.
    """

    template = (
        "(SELECT string_agg(named.word, ', ' ORDER BY named.place)"
        " FROM (SELECT %(expressions)s OFFSET 0) AS kept (was, now, names, words, parts),"
        " unnest(kept.names, kept.words) WITH ORDINALITY AS named (name, word, place)"
        " WHERE (jsonb_exists(kept.was, named.name) OR named.name <> ALL (kept.parts))"
        " AND kept.was -> named.name IS DISTINCT FROM kept.now -> named.name)"
    )
    output_field = CharField()


@dataclass(frozen=True)
class Snapshot:
    """What is kept of a contact: columns by the names they have in the database, the tags, the assignments."""

    columns: tuple[str, ...] = ()
    tags: bool = False
    assignments: bool = False

    def __bool__(self) -> bool:
        return bool(self.columns or self.tags or self.assignments)

    def kept_by(self, operation: Operation) -> QuerySet:
        """The rows that hold what an operation kept of each contact: `subject_id`, `before`, `after`."""
        return operation.lines.filter(state=OperationLine.State.DONE, after__isnull=False)

    def values(self) -> Func:
        """The expression of a contact's values now."""
        return JSONObject(**self.parts())

    def before(self) -> Func:
        """The expression of what is noted before the change: the values, and what else is needed to go back."""
        return self.values()

    def role(self) -> Case | Value:
        """The expression of what tells contacts apart that are undone in different ways; empty: all alike."""
        return Value("", output_field=CharField())

    def parts(self) -> dict[str, Any]:
        """The expression of each value now, under its name."""
        names: dict[str, Any] = {name: F(name) for name in self.all_columns}
        if self.tags:
            worn = Contact.tags.through.objects.filter(contact=OuterRef("pk")).order_by("tag")
            names["tag_ids"] = ArraySubquery(worn.values("tag"))
        if self.assignments:
            held = Assignment.objects.filter(contact=OuterRef("pk")).order_by("pk")
            names["assignments"] = ArraySubquery(held.values(kept=JSONObject(**{name: F(name) for name in HELD})))
        return names

    def names(self) -> Iterable[str]:
        """The names of all that may be kept, as people should read them."""
        return self.parts()

    def differing(self, kept: QuerySet, moment: str) -> Func:
        """The words for what is not as `kept`, the contact's line, says that it was at a moment: "type, tags"."""
        names = list(self.names())
        words = _texts(_words(name) for name in names)
        was = Subquery(kept.values(moment)[:1])
        return Differing(was, self.values(), _texts(names), words, _texts(self.parts()))

    def unchanged(self, kept: QuerySet, moment: str) -> Q:
        """Whether the contact is as `kept`, the contact's line, says that it was at a moment."""
        return Q(SameJson(Subquery(kept.values(moment)[:1]), self.values(), _texts(self.parts())))

    @property
    def all_columns(self) -> tuple[str, ...]:
        """The contact's columns, with those that follow the open assignment."""
        return tuple(dict.fromkeys((*self.columns, *(OF_ASSIGNMENT if self.assignments else ()))))

    def take(self, ids: list[int]) -> None:
        """Note the values of now for `keep`, in a table that only this transaction has and that goes with it."""
        rows = Contact.objects.filter(pk__among=ids).order_by().values_list("pk", self.before())
        statement, values = rows.query.sql_with_params()
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE IF EXISTS pg_temp.taken")  # an operation before this one in the transaction
            cursor.execute(f"CREATE TEMPORARY TABLE taken (pk, held) ON COMMIT DROP AS {statement}", values)

    def keep(self, operation: Operation, ids: list[int], words: dict[int, str] | None = None) -> None:
        """Write these contacts' lines: done, with the values of now and those that were taken before.

        For an undoing those of before are the ones its operation left, and need not be taken. `words` is what the
        lines of some say beside that they are done.
        """
        before, source, undone = "taken.held", JOIN_TAKEN, []
        if operation.undoes_id:
            table = self._table(operation.undoes)
            before = f"(SELECT after FROM {table} WHERE operation_id = %s AND subject_id = one.pk)"  # noqa: S608
            source, undone = "", [operation.undoes_id]
        reason, told = "''", []
        if words:
            reason, told = "left(coalesce(told.reason, ''), 300)", [key_array(words), list(words.values())]
            source += JOIN_TOLD
        rows = Contact.objects.filter(pk__among=ids).order_by().values_list("pk", self.values())
        statement, values = rows.query.sql_with_params()
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO core_operationline (operation_id, state, reason, subject_id, before, after)"  # noqa: S608
                f" SELECT %s, %s, {reason}, one.pk, {before}, one.held FROM ({statement}) AS one (pk, held){source}",
                [operation.pk, OperationLine.State.DONE, *undone, *values, *told],
            )

    def restore(self, operation: Operation, ids: list[int], by: User) -> None:
        """Give these contacts the values they had before `operation`, in the caller's transaction.

        Who was in the trash goes there anew, with all of the 30 days: since the day on which they were deleted first
        so many may have passed that they would be deleted for good the next night.
        """
        gone = self._in_trash_before(operation, ids) if "deleted_at" in self.all_columns else []
        rest = ids
        if gone:
            put_into_trash(gone, by)
            rest = list(set(ids) - set(gone))
        if not rest:
            return
        values = {"operation": operation.pk, "ids": key_array(rest)}
        with connection.cursor() as cursor:
            for statement in self._statements(lines_in(self._table(operation))):
                cursor.execute(statement, values)
        if "household_id" in self.all_columns:
            leave_heads(ids)

    def _in_trash_before(self, operation: Operation, ids: list[int]) -> list[int]:
        """Those of the contacts who were in the trash before an operation."""
        kept = self.kept_by(operation).filter(subject_id__among=ids).alias(was=KeyTextTransform("deleted_at", "before"))
        return list(kept.filter(was__isnull=False).values_list("subject_id", flat=True))

    def _table(self, operation: Operation) -> str:
        """Where an operation's rows are."""
        return self.kept_by(operation).model._meta.db_table

    def _statements(self, lines: str) -> list[str]:
        """What puts everything back, in order. All names in it are those of our columns."""
        found = [*_assignments(lines)] if self.assignments else []
        if self.tags:
            found += _tags(lines)
        was = {
            name: f"CASE WHEN jsonb_exists(line.before, '{name}')"
            f" THEN {_read('line.before', Contact, name)} ELSE contact.{name} END"
            for name in self.all_columns
        }
        sets = [f"{name} = {value}" for name, value in was.items()]
        # Who has these values already is not written: each row written is a new version of the row.
        other = f"({', '.join(f'contact.{name}' for name in was)}) IS DISTINCT FROM ({', '.join(was.values())})"
        found.append(
            f"UPDATE contacts_contact AS contact SET {', '.join([*sets, 'updated_at = now()'])}"  # noqa: S608
            f" FROM ({lines}) AS line WHERE contact.id = line.subject_id"
            + ("" if self.tags or not was else f" AND {other}")
        )
        return found


def _texts(names: Iterable[str]) -> Value:
    """Texts as an array."""
    return Value(list(names), ArrayField(TextField()))


def _words(name: str) -> str:
    """What people call a value: our own word for it, or that of the contact's field, or its name."""
    field = next((one for one in Contact._meta.concrete_fields if one.attname == name), None)
    return WORDS.get(name) or (str(field.verbose_name) if field else name)


def _read(source: str, model, name: str) -> str:
    """SQL that reads a column's value out of JSON."""
    field = next(one for one in model._meta.concrete_fields if one.attname == name)
    value = f"({source} ->> '{name}')::{field.db_type(connection)}"
    if name == "household_id":  # the one thing that may be gone: with its last member
        return f"(SELECT id FROM contacts_household WHERE id = {value})"  # noqa: S608
    return value


def _tags(lines: str) -> list[str]:
    """Take off what was not worn, put on what was, as far as the tag still exists."""
    worn = (
        f"SELECT line.subject_id, tag::bigint FROM ({lines}) AS line,"  # noqa: S608
        " jsonb_array_elements_text(line.before -> 'tag_ids') AS tag"
    )
    return [
        f"DELETE FROM contacts_contact_tags AS has WHERE has.contact_id = ANY(%(ids)s::bigint[])"  # noqa: S608
        f" AND (has.contact_id, has.tag_id) NOT IN ({worn})",
        f"INSERT INTO contacts_contact_tags (contact_id, tag_id) SELECT worn.subject_id, worn.tag FROM ({worn}) AS worn"  # noqa: S608
        " WHERE EXISTS (SELECT 1 FROM contacts_tag WHERE id = worn.tag) ON CONFLICT DO NOTHING",
    ]


def _assignments(lines: str) -> list[str]:
    """Make a contact's assignments those of before: one too many is taken away, one that is gone is put back.

    One that the contact has opened resources under is ended, not deleted: what they did stays on record. What is to
    be closed is closed before the other is opened, for there is at most one open.
    """
    kept = (
        f"SELECT line.subject_id, held FROM ({lines}) AS line,"  # noqa: S608
        " jsonb_array_elements(line.before -> 'assignments') AS held"
    )
    known = f"SELECT 1 FROM ({kept}) AS was WHERE (was.held ->> 'id')::bigint = now.id"  # noqa: S608
    extra = f"now.contact_id = ANY(%(ids)s::bigint[]) AND NOT EXISTS ({known})"
    sets = ", ".join(f"{name} = {_read('was.held', Assignment, name)}" for name in HELD if name != "id")
    reads = ", ".join(_read("was.held", Assignment, name) for name in HELD)
    again = (
        f"UPDATE contacts_assignment AS now SET {sets} FROM ({kept}) AS was"  # noqa: S608
        " WHERE now.id = (was.held ->> 'id')::bigint"
    )
    return [
        f"DELETE FROM contacts_assignment AS now WHERE {extra}"  # noqa: S608
        " AND NOT EXISTS (SELECT 1 FROM contacts_resourceview AS seen WHERE seen.assignment_id = now.id)",
        "UPDATE contacts_assignment AS now SET ended_at = greatest(now(), now.assigned_at)"  # noqa: S608
        f" WHERE now.ended_at IS NULL AND {extra}",
        f"{again} AND was.held ->> 'ended_at' IS NOT NULL",
        f"{again} AND was.held ->> 'ended_at' IS NULL",
        f"INSERT INTO contacts_assignment ({', '.join(HELD)}, contact_id)"  # noqa: S608
        f" SELECT {reads}, was.subject_id FROM ({kept}) AS was"
        " WHERE (was.held ->> 'id')::bigint NOT IN"
        " (SELECT id FROM contacts_assignment WHERE contact_id = ANY(%(ids)s::bigint[]))",
    ]
