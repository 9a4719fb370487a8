"""What changed in a contact's columns and in what was given to them, read from the history that triggers keep."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import groupby, islice, zip_longest
from typing import Any

from django.apps import apps
from django.db.models import Model

from accounts.models import User
from contacts.domain.assigning import PARTS
from contacts.models import Assignment, Contact
from core.timeline import Change, Entry

# Columns that no person reads: keys, counters that other entries tell of, and the history's own.
UNSHOWN = set(
    "id pgh_id pgh_created_at pgh_label pgh_obj pgh_context user created_at deleted_by first_invited_at "
    "last_invited_at invitations_sent start_at".split()
)
LABELS = {"deactivated_at": "Deactivated", "deleted_at": "In the trash", "contact_type": "Type"}


def contact_changes(contact: Contact, before: datetime | None, limit: int) -> Iterable[Entry]:
    """The newest entries before a moment: one per row of the contact's history that differs from the row before."""
    rows = apps.get_model("contacts", "ContactEvent").objects.filter(pgh_obj_id=contact.pk)
    if before is not None:
        rows = rows.filter(pgh_created_at__lt=before)
    rows = list(rows.order_by("-pgh_created_at", "-pk").select_related("pgh_context")[: limit + 1])
    names = _Names(rows, [field for field in Contact._meta.concrete_fields if field.name not in UNSHOWN])
    for newer, older in zip_longest(rows, rows[1:]):
        entry = names.entry(newer)
        if newer.pgh_label == "insert":
            entry.sentence, entry.icon = "Came into AdvisorHub", "user-plus"
            yield entry
        elif older is not None:
            entry.changes = names.changes(older, newer)
            if entry.changes:
                yield entry


def assignment_changes(contact: Contact, before: datetime | None, limit: int) -> Iterable[Entry]:
    """The newest entries before a moment that tell what the contact had in place of what, whichever assignment it was.

    The whole history is read: what was there at a moment follows from all that came before.
    """
    rows = apps.get_model("contacts", "AssignmentEvent").objects.filter(contact_id=contact.pk)
    rows = list(rows.order_by("pgh_id").select_related("pgh_context"))
    if not rows:
        return []
    names = _Names([None, *rows], [Assignment._meta.get_field(part) for part in PARTS])
    entries = list(_open_by_open(rows, names))
    return islice((entry for entry in reversed(entries) if before is None or entry.at < before), limit + 1)


def _open_by_open(rows: list, names: "_Names") -> Iterator[Entry]:
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
        entry.changes = names.changes(before, now)
        if entry.changes:
            yield entry
        before = now


class _Names:
    """Words for what history rows hold as keys, read in one query per kind of thing."""

    def __init__(self, rows: list, fields: Iterable[Any]) -> None:
        """`fields` are those of the model itself; what its history does not hold is left out.

        What is the same in all rows will never be told, so its name is not looked up.
        """
        held = {field.name for row in rows[-1:] for field in row._meta.fields}
        self.fields = [field for field in fields if field.name in held]
        wanted: dict[type[Model], set] = {User: {_context(row).get("user") for row in rows if row}}
        for field in self.fields:
            if field.is_relation:
                keys = {_value(row, field) for row in rows}
                wanted.setdefault(field.related_model, set()).update(keys if len(keys) > 1 else ())
        self.things = {
            model: model._base_manager.in_bulk(keys - {None}) if keys - {None} else {} for model, keys in wanted.items()
        }

    def entry(self, row: Any) -> Entry:
        """What all entries have, of a row of history: when, who, by which operation."""
        context = _context(row)
        return Entry(
            at=row.pgh_created_at,
            sentence="Changed",
            kind="change",
            icon="pencil",
            actor=self._of(User, context.get("user")),
            operation_id=context.get("operation"),
        )

    def changes(self, older: Any, newer: Any) -> list[Change]:
        """Field by field, what is not the same any more."""
        found = []
        for field in self.fields:
            was, now = _value(older, field), _value(newer, field)
            if was != now:
                found.append(Change(_label(field), self._words(field, was), self._words(field, now)))
        return found

    def _of(self, model: type[Model], key: int | None) -> str:
        """The name of a thing, or nothing."""
        thing = self.things[model].get(key)
        return str(getattr(thing, "name", thing)) if thing is not None else ""

    def _words(self, field: Any, value: Any) -> str:
        """A value as people read it."""
        if field.is_relation:
            return self._of(field.related_model, value) or ("" if value is None else "one that is gone")
        if isinstance(value, dict):
            return ", ".join(f"{name}: {one}" for name, one in sorted(value.items()))
        if field.name == "locked_fields":
            return ", ".join(sorted(value or []))
        if field.name == "photo":
            return "a photo" if value else ""
        if field.name in {"deactivated_at", "deleted_at"}:
            return "yes" if value else "no"
        if field.flatchoices:
            return str(dict(field.flatchoices).get(value, value))
        return "" if value is None else str(value)


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
