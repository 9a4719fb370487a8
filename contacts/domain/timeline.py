"""A contact's timeline: business events, field changes, sign-ins and opened resources in one order."""

from collections.abc import Iterable
from datetime import datetime
from itertools import zip_longest
from typing import Any

from django.apps import apps
from django.db.models import QuerySet

from accounts.models import User
from contacts.models import Contact, PortalSignIn, ResourceView
from core.models import Activity, Operation
from core.registry import timeline_sources
from core.timeline import Change, Entry, newest

PAGE = 30
KINDS = {
    "": "Everything",
    "event": "Events",
    "change": "Field changes",
    "sign_in": "Sign-ins",
    "resource": "Resources",
    "mail": "Mail",
}
ICONS = {
    "added": "user-plus",
    "edited": "pencil",
    "assigned": "layers",
    "changed": "layers",
    "unassigned": "layers",
    "deactivated": "ban",
    "reactivated": "rotate-ccw",
    "deleted": "trash-2",
    "restored": "rotate-ccw",
    "invited": "mail",
    "signed_in": "log-in",
}
# Columns that no person reads: keys, counters that other entries tell of, and the history's own.
UNSHOWN = set(
    "id pgh_id pgh_created_at pgh_label pgh_obj pgh_context user created_at deleted_by first_invited_at "
    "last_invited_at invitations_sent start_at".split()
)
Page = tuple[list[Entry], datetime | None]


def timeline(contact: Contact, *, before: datetime | None = None, kind: str = "") -> Page:
    """A page of entries, newest first, and the moment from which the next page goes on (None: that was all)."""
    sources = [_events_and_changes, _sign_ins, _resources, *timeline_sources]
    found: list[Entry] = []
    for source in sources:
        found += source(contact, before, PAGE + 1)
    if kind == "change":
        found = [entry for entry in found if entry.changes]
    elif kind:
        found = [entry for entry in found if entry.kind == kind]
    shown, earlier = newest(found, PAGE)
    operations = {entry.operation_id for entry in shown} - {None}
    owners = dict(Operation.objects.filter(pk__in=operations).values_list("pk", "owner_id")) if operations else {}
    for entry in shown:
        entry.operation_owner = owners.get(entry.operation_id)
    return shown, earlier


def _before(rows: QuerySet, column: str, before: datetime | None) -> QuerySet:
    """Rows older than a moment, newest first."""
    if before is not None:
        rows = rows.filter(**{f"{column}__lt": before})
    return rows.order_by(f"-{column}", "-pk")


def _events_and_changes(contact: Contact, before: datetime | None, limit: int) -> list[Entry]:
    """Events with the field changes of the same transaction beneath them, and changes that came without an event."""
    events = _before(Activity.objects.filter(subject_type="contact", subject_id=contact.pk), "at", before)
    entries = [
        Entry(
            at=event.at,
            sentence=event.sentence,
            kind="event",
            icon=ICONS.get(event.verb, "activity"),
            actor=event.actor.name if event.actor else "",
            operation_id=event.operation_id,
        )
        for event in events.select_related("actor")[:limit]
    ]
    by_moment = {entry.at: entry for entry in entries}
    for change in _field_changes(contact, before, limit):
        same = by_moment.get(change.at)
        if same is not None:
            same.changes += change.changes
            same.actor = same.actor or change.actor
        else:
            entries.append(change)
    return entries


def _field_changes(contact: Contact, before: datetime | None, limit: int) -> Iterable[Entry]:
    """One entry per row of the history that the database's triggers keep, with what differs from the row before."""
    model = apps.get_model("contacts", "ContactEvent")
    rows = _before(model.objects.filter(pgh_obj_id=contact.pk), "pgh_created_at", before)
    rows = list(rows.select_related("pgh_context")[: limit + 1])
    names = _Names(rows)
    for newer, older in zip_longest(rows, rows[1:]):
        context = (newer.pgh_context.metadata if newer.pgh_context else None) or {}
        entry = Entry(
            at=newer.pgh_created_at,
            sentence="Changed",
            kind="change",
            icon="pencil",
            actor=names.of("actor", context.get("user")),
            operation_id=context.get("operation"),
        )
        if newer.pgh_label == "insert":
            entry.sentence, entry.icon = "Came into AdvisorHub", "user-plus"
            yield entry
        elif older is not None:
            entry.changes = names.changes(older, newer)
            if entry.changes:
                yield entry


class _Names:
    """Words for what history rows hold as keys, read in one query per kind of thing."""

    def __init__(self, rows: list) -> None:
        self.fields = [field for field in rows[0]._meta.fields if field.name not in UNSHOWN] if rows else []
        self.known: dict[str, dict[int, Any]] = {}
        wanted: dict[Any, set] = {}
        for field in self.fields:
            if field.is_relation:
                keys = {getattr(row, field.attname) for row in rows} - {None}
                wanted.setdefault(field.related_model, set()).update(keys if len(rows) > 1 else ())
        actors = {((row.pgh_context and row.pgh_context.metadata) or {}).get("user") for row in rows} - {None}
        wanted.setdefault(User, set()).update(actors)
        things = {model: model._base_manager.in_bulk(keys) if keys else {} for model, keys in wanted.items()}
        for field in self.fields:
            if field.is_relation:
                self.known[field.name] = things[field.related_model]
        self.known["actor"] = things[User]

    def of(self, kind: str, key: int | None) -> str:
        """The name of a thing, or nothing."""
        thing = self.known.get(kind, {}).get(key)
        return str(getattr(thing, "name", thing)) if thing is not None else ""

    def changes(self, older: Any, newer: Any) -> list[Change]:
        """Field by field, what is not the same any more."""
        found = []
        for field in self.fields:
            was, now = getattr(older, field.attname), getattr(newer, field.attname)
            if was != now:
                found.append(Change(_label(field), self._words(field, older, was), self._words(field, newer, now)))
        return found

    def _words(self, field: Any, row: Any, value: Any) -> str:
        """A value as people read it."""
        if field.is_relation:
            return self.of(field.name, value) or ("" if value is None else "one that is gone")
        if isinstance(value, dict):
            return ", ".join(f"{name}: {one}" for name, one in sorted(value.items()))
        if field.name == "locked_fields":
            return ", ".join(sorted(value or []))
        if field.name == "photo":
            return "a photo" if value else ""
        if field.name in {"deactivated_at", "deleted_at"}:
            return "yes" if value else "no"
        if field.name == "contact_type":
            return str(dict(Contact._meta.get_field("contact_type").flatchoices).get(value, value))
        return "" if value is None else str(value)


def _label(field: Any) -> str:
    """What people call a column."""
    special = {"deactivated_at": "Deactivated", "deleted_at": "In the trash", "contact_type": "Type"}
    words = str(Contact._meta.get_field(field.name).verbose_name)
    return special.get(field.name, words[:1].upper() + words[1:])


def _sign_ins(contact: Contact, before: datetime | None, limit: int) -> list[Entry]:
    """Every sign-in to the portal; whoever has not begun is not asked about."""
    if contact.start_at is None:
        return []
    rows = _before(PortalSignIn.objects.filter(contact=contact), "at", before)[:limit]
    return [Entry(row.at, "Signed in to the portal", "sign_in", "log-in", contact.name) for row in rows]


def _resources(contact: Contact, before: datetime | None, limit: int) -> list[Entry]:
    """Every resource opened, which nobody can before the first sign-in."""
    if contact.start_at is None:
        return []
    rows = _before(ResourceView.objects.filter(contact=contact).select_related("resource"), "at", before)[:limit]
    return [Entry(row.at, f"Opened “{row.resource.name}”", "resource", "book-open", contact.name) for row in rows]
