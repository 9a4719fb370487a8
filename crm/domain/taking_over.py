"""Writing what was chosen of the CRM's differences into contacts, and remembering what came from the CRM."""

from django.utils import timezone

from contacts.domain.writing import update_contacts
from crm.domain import households
from crm.domain.differences import PLAIN, Difference
from crm.domain.tags import put_on, take_off
from crm.models import Record

Chosen = dict[int, list[Difference]]


def take_over(records: list[Record], chosen: Chosen) -> None:
    """Write the chosen differences, by contact, in the caller's transaction; the records are changed but not saved.

    In some statements, whatever the number of contacts. Nothing but the chosen fields is written.
    """
    rows = {pk: {one.field: _writable(one) for one in some if one.field in PLAIN} for pk, some in chosen.items()}
    moving = {pk for pk, some in chosen.items() for one in some if one.field == "household"}
    places = households.places([one for one in records if one.contact_id in moving])
    rows = {pk: values | places.get(pk, {}) for pk, values in rows.items()}
    update_contacts({pk: one for pk, one in rows.items() if one}, [*PLAIN, *households.COLUMNS], may_empty=True)
    households.seat_heads(records, places, replace=True)
    tags = {pk: one.writes for pk, some in chosen.items() for one in some if one.field == "tags"}
    put_on({pk: change.add for pk, change in tags.items()})
    take_off({pk: change.drop for pk, change in tags.items()})
    for record in records:
        if record.contact_id in chosen:
            record.applied |= {one.field: one.came for one in chosen[record.contact_id]}
            record.updated_here_at = timezone.now()


def _writable(one: Difference):
    """A value for its column: an empty date is null."""
    return None if one.field == "date_of_birth" and one.there == "" else one.there
