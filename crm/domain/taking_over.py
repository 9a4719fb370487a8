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
    plain = {pk: {one.field: _writable(one) for one in some if one.field in PLAIN} for pk, some in chosen.items()}
    update_contacts({pk: values for pk, values in plain.items() if values}, list(PLAIN), may_empty=True)
    tags = {pk: one.writes for pk, some in chosen.items() for one in some if one.field == "tags"}
    put_on({pk: change.add for pk, change in tags.items()})
    take_off({pk: change.drop for pk, change in tags.items()})
    move = {pk for pk, some in chosen.items() for one in some if one.field == "household"}
    moving = [record for record in records if record.contact_id in move]
    households.leave([one.contact_id for one in moving if not one.household_id_there])
    households.join([one for one in moving if one.household_id_there], replace_heads=True)
    for record in records:
        if record.contact_id in chosen:
            record.applied |= {one.field: one.came for one in chosen[record.contact_id]}
            record.updated_here_at = timezone.now()


def _writable(one: Difference):
    """A value for its column: an empty date is null."""
    return None if one.field == "date_of_birth" and one.there == "" else one.there
