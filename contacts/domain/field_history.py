"""What changed in a contact's columns and in what was given to them, read from the history that triggers keep."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import groupby, islice, zip_longest
from typing import Any

from django.apps import apps
from django.db.models import Model, QuerySet, Value

from accounts.models import User
from contacts.domain.assigning import PARTS
from contacts.models import Assignment, Contact
from contacts.timeline import Change, Entry, newest_before

# Columns that no person reads: keys, counters that other entries tell of, and the history's own.
UNSHOWN = set(
    "id pgh_id pgh_created_at pgh_label pgh_obj pgh_context user created_at deleted_by first_invited_at "
    "last_invited_at invitations_sent start_at".split()
)
EMPTY = ("", None, False)
LABELS = {"deactivated_at": "Deactivated", "deleted_at": "In the trash", "contact_type": "Type"}


def field_changes(contact: Contact, before: datetime | None, limit: int) -> list[Entry]:
    """The newest entries before a moment, at least `limit` where there are so many: of the contact, of what they had.

    Of assignments the whole history is read: what was there at a moment follows from all that came before.
    """
    rows = list(
        newest_before(_history("ContactEvent").filter(pgh_obj_id=contact.pk), "pgh_created_at", before)[: limit + 1]
    )
    given = list(_history("AssignmentEvent").filter(contact_id=contact.pk).order_by("pgh_id"))
    own, parts = _contact_fields(), [Assignment._meta.get_field(part) for part in PARTS]
    names = _Names([(rows, own), ([None, *given] if given else [], parts)])
    changed = reversed([*_open_by_open(given, parts, names)])
    return [
        *_row_by_row(rows, own, names),
        *islice((entry for entry in changed if before is None or entry.at < before), limit + 1),
    ]


def emptied_values(contact: Contact, names: Iterable[str]) -> dict[str, Any]:
    """Of these columns those that are empty and were not always: by name the last value, a date in ISO form."""
    empty = [name for name in names if getattr(contact, name) in EMPTY]
    found: dict[str, Any] = {}
    if empty:
        rows = apps.get_model("contacts", "ContactEvent").objects.filter(pgh_obj_id=contact.pk).order_by("pgh_id")
        for row in rows.values(*empty):
            found |= {name: value for name, value in row.items() if value not in EMPTY}
    return {name: value.isoformat() if hasattr(value, "isoformat") else value for name, value in found.items()}


def _history(name: str) -> QuerySet:
    """The entries of one of the histories, with who made them."""
    return apps.get_model("contacts", name).objects.select_related("pgh_context")


def _contact_fields() -> list[Any]:
    """The contact's columns of which people are told."""
    kept = {field.name for field in apps.get_model("contacts", "ContactEvent")._meta.fields} - UNSHOWN
    return [field for field in Contact._meta.concrete_fields if field.name in kept]


def _row_by_row(rows: list, fields: list[Any], names: "_Names") -> Iterator[Entry]:
    """An entry for each row of the contact's history, newest first, that differs from the row before."""
    for newer, older in zip_longest(rows, rows[1:]):
        entry = names.entry(newer)
        if newer.pgh_label == "insert":
            entry.sentence, entry.icon = "Contact created", "user-plus"
            yield entry
        elif older is not None:
            entry.changes = names.changes(fields, older, newer)
            if entry.changes:
                yield entry


def _open_by_open(rows: list, fields: list[Any], names: "_Names") -> Iterator[Entry]:
    """An entry for each moment after which another assignment was open, or the open one held something else.

    At most one is open, so whichever was opened or changed last; of what was deleted in former days no entry tells.
    """
    before = now = None
    for _, together in groupby(rows, key=lambda row: row.pgh_created_at):
        for row in together:
            if row.pgh_label != "delete" and row.ended_at is None:
                now = row
            elif now and now.id == row.id:
                now = None
        entry = names.entry(row)
        entry.changes = names.changes(fields, before, now)
        if entry.changes:
            yield entry
        before = now


class _Names:
    """Words for what rows of history hold as keys, read in two queries: one for people, one for all else."""

    def __init__(self, histories: list[tuple[list, list[Any]]]) -> None:
        """Each history is its rows, None for a moment when there was none, and the fields to be told of.

        What is the same in all rows will never be told, so its name is not looked up.
        """
        wanted: dict[type[Model], set] = {User: set()}
        for rows, fields in histories:
            wanted[User] |= {_context(row).get("user") for row in rows if row}
            for field in fields:
                keys = {_value(row, field) for row in rows} if field.is_relation else set()
                if len(keys) > 1:
                    wanted.setdefault(field.related_model, set()).update(keys)
        people = wanted.pop(User) - {None}
        self.names = {(User, key): user.name for key, user in User._base_manager.in_bulk(people).items()}
        models = list(wanted)
        parts = [
            model._base_manager.order_by()
            .filter(pk__in=wanted[model] - {None})
            .annotate(place=Value(place))
            .values_list("place", "pk", "name")
            for place, model in enumerate(models)
        ]
        found = parts[0].union(*parts[1:], all=True) if parts else []
        self.names |= {(models[place], key): name for place, key, name in found}

    def entry(self, row: Any) -> Entry:
        """What all entries have, of a row of history: when, who, by which operation."""
        context = _context(row)
        return Entry(
            at=row.pgh_created_at,
            sentence="Changed",
            kind="change",
            icon="pencil",
            actor=self.names.get((User, context.get("user")), ""),
            operation_id=context.get("operation"),
        )

    def changes(self, fields: list[Any], older: Any, newer: Any) -> list[Change]:
        """Field by field, what is not the same any more."""
        found = []
        for field in fields:
            was, now = _value(older, field), _value(newer, field)
            if was != now:
                found.append(Change(_label(field), self._words(field, was), self._words(field, now)))
        return found

    def _words(self, field: Any, value: Any) -> str:
        """A value as people read it."""
        if value is None:
            return "no" if field.name in {"deactivated_at", "deleted_at"} else ""
        if isinstance(value, bool):
            return "yes" if value else "no"
        if field.is_relation:
            return self.names.get((field.related_model, value), "one that is gone")
        if isinstance(value, dict):
            return ", ".join(f"{name}: {one}" for name, one in sorted(value.items()))
        if field.name == "locked_fields":
            return ", ".join(sorted(value))
        if field.name == "photo":
            return "a photo" if value else ""
        if field.name in {"deactivated_at", "deleted_at"}:
            return "yes"
        return str(dict(field.flatchoices).get(value, value))


def _context(row: Any) -> dict[str, Any]:
    """Who and what a row of history belongs to, as far as that was noted."""
    return (row.pgh_context.metadata if row.pgh_context else None) or {}


def _value(row: Any, field: Any) -> Any:
    """What a row holds in a column; None for a row means that there was nothing."""
    return getattr(row, field.attname) if row else None


def _label(field: Any) -> str:
    """What people call a column."""
    words = str(field.verbose_name)
    return LABELS.get(field.name, words[:1].upper() + words[1:])
