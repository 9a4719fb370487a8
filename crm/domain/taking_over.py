"""Writing what was chosen of the CRM's differences into contacts, and remembering what came from the CRM."""

from typing import Any

from django.utils import timezone

from contacts.domain.writing import update_contacts
from crm.domain import households, no_contact
from crm.domain.differences import PLAIN, Difference
from crm.domain.tags import put_on, take_off
from crm.models import Connection, Record

Chosen = dict[int, list[Difference]]


def take_over(records: list[Record], chosen: Chosen) -> None:
    """Write the chosen differences, by contact, in the caller's transaction; the records are changed but not saved.

    In some statements, whatever the number of contacts. Nothing but the chosen fields is written.
    """
    names = _connection_names(records, chosen)
    rows = {pk: _columns(some, names.get(pk, "")) for pk, some in chosen.items()}
    moving = {pk for pk, some in chosen.items() for one in some if one.field == "household"}
    places = households.places([one for one in records if one.contact_id in moving])
    rows = {pk: values | places.get(pk, {}) for pk, values in rows.items()}
    update_contacts(
        {pk: one for pk, one in rows.items() if one},
        [*PLAIN, *no_contact.ALL_COLUMNS, *households.COLUMNS],
        may_empty=True,
    )
    households.seat_heads(records, places, replace=True)
    tags = {pk: one.writes for pk, some in chosen.items() for one in some if one.field == "tags"}
    put_on({pk: change.add for pk, change in tags.items()})
    take_off({pk: change.drop for pk, change in tags.items()})
    for record in records:
        if record.contact_id in chosen:
            for one in chosen[record.contact_id]:
                record.applied |= {one.field: one.came} | dict(one.beside)
            record.updated_here_at = timezone.now()


def _connection_names(records: list[Record], chosen: Chosen) -> dict[int, str]:
    """Where the wish not to be contacted comes from, by contact, as far as it is among what was chosen."""
    wanted = {pk for pk, some in chosen.items() for one in some if one.field == no_contact.DO_NOT_CONTACT}
    by_contact = {one.contact_id: one.connection_id for one in records if one.contact_id in wanted}
    names = dict(Connection.objects.filter(pk__in=by_contact.values()).values_list("pk", "name")) if wanted else {}
    return {pk: names[connection] for pk, connection in by_contact.items()}


def _columns(some: list[Difference], connection_name: str) -> dict[str, Any]:
    """The contact's columns that the chosen differences write."""
    found: dict[str, Any] = {}
    for one in some:
        if one.field in PLAIN:
            found |= {one.field: _writable(one)} | dict(one.beside)
        elif one.field in no_contact.COLUMNS:
            found |= no_contact.columns(one.field, one.there, connection_name)
    return found


def _writable(one: Difference):
    """A value for its column: an empty date is null."""
    return None if one.field == "date_of_birth" and one.writes == "" else one.writes
