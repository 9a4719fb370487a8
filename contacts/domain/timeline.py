"""A contact's timeline: business events, field changes, sign-ins and opened resources in one order."""

from datetime import datetime

from contacts.domain.field_history import field_changes
from contacts.models import Contact, PortalSignIn, ResourceView
from contacts.registry import event_details, timeline_sources
from contacts.timeline import Entry, newest, newest_before
from core.models import Activity, Operation

PAGE = 30
KINDS = {
    "": "Everything",
    "event": "Events",
    "change": "Field changes",
    "sign_in": "Sign-ins",
    "resource": "Resources",
    "message": "Messages",
    "mail": "Mail",
    "campaign": "Campaign",
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


def _events_and_changes(contact: Contact, before: datetime | None, limit: int) -> list[Entry]:
    """Events with the field changes of the same transaction beneath them, and changes that came without an event."""
    events = newest_before(Activity.objects.filter(subject_type="contact", subject_id=contact.pk), "at", before)
    found = list(events.select_related("actor")[:limit])
    details = {key: words for ask in event_details for key, words in ask(found).items()}
    entries = [
        Entry(
            at=event.at,
            sentence=f"{event.sentence}: {details[event.pk]}" if event.pk in details else event.sentence,
            kind="event",
            icon=ICONS.get(event.verb, "activity"),
            actor=event.actor.name if event.actor else "",
            operation_id=event.operation_id,
        )
        for event in found
    ]
    by_moment = {entry.at: entry for entry in entries}
    for change in field_changes(contact, before, limit):
        same = by_moment.get(change.at)
        if same is not None:
            same.changes += change.changes
            same.actor = same.actor or change.actor
        else:
            entries.append(change)
            by_moment[change.at] = change
    return entries


def _sign_ins(contact: Contact, before: datetime | None, limit: int) -> list[Entry]:
    """Every sign-in to the portal; whoever has not begun is not asked about."""
    if contact.start_at is None:
        return []
    rows = newest_before(PortalSignIn.objects.filter(contact=contact), "at", before)[:limit]
    return [Entry(row.at, "Signed in to the portal", "sign_in", "log-in", contact.name) for row in rows]


def _resources(contact: Contact, before: datetime | None, limit: int) -> list[Entry]:
    """Every resource opened, which nobody can before the first sign-in."""
    if contact.start_at is None:
        return []
    rows = newest_before(ResourceView.objects.filter(contact=contact).select_related("resource"), "at", before)[:limit]
    return [Entry(row.at, f"Opened “{row.resource.name}”", "resource", "book-open", contact.name) for row in rows]
