"""Tying records to contacts by hand: linking, unlinking, and following a merge in the CRM."""

from typing import Any

from django.db import transaction
from django.db.models import Exists

from accounts.models import User
from contacts.domain.field_history import emptied_values
from contacts.models import Contact
from core.emails import canonical
from core.history.recording import record as record_event
from crm.domain import no_contact
from crm.domain.differences import PLAIN
from crm.domain.staging import judge_again, mark
from crm.models import Record

EMPTIED_BY_HAND = [name for name in PLAIN if name not in ("primary_advisor", "custom_data")]


def link(one: Record, contact: Contact, by: User) -> bool:
    """Tie a record to a contact who is here already. Nothing of the contact changes; the differences can be applied.

    What the history knows to have been emptied here counts as changed by hand, as it would had the record brought it.
    False, with nothing changed, when a colleague has linked either of them meanwhile.
    """
    with transaction.atomic():
        Contact.objects.select_for_update(no_key=True).get(pk=contact.pk)
        idle = Record.objects.filter(pk=one.pk, contact=None).filter(~Exists(Record.objects.filter(contact=contact)))
        linked = idle.update(
            contact=contact,
            state=Record.State.LINKED,
            reasons=[],
            match=None,
            applied=_emptied_by_hand(contact),
            seen_digest="",
            former_contact_id=None,
        )
        if not linked:
            return False
        one.refresh_from_db()
        mark([one])
        sentence = f"Linked to a record of {one.connection.name}"
        record_event("crm_linked", sentence, subject_ids=[contact.pk], actor=by)
        judge_again(Record.objects.filter(email=canonical(contact.email), contact=None))
    return True


def _emptied_by_hand(contact: Contact) -> dict[str, Any]:
    """What the history knows to have been here and is no more, as a record would remember it to have come."""
    flags = {columns[0]: field for field, columns in no_contact.COLUMNS.items()}
    found = emptied_values(contact, [*EMPTIED_BY_HAND, *flags])
    return {flags.get(name, name): no_contact.YES if name in flags else value for name, value in found.items()}


def unlink(one: Record, by: User) -> None:
    """Untie a record from its contact, who stays as they are. The record stands in staging again."""
    contact_id = one.contact_id
    with transaction.atomic():
        Record.objects.filter(pk=one.pk).update(
            contact=None, state=Record.State.CANNOT, applied={}, seen_digest="", kept_apart=False
        )
        Contact.objects.filter(pk=contact_id).update(crm_mark="")
        judge_again(Record.objects.filter(pk=one.pk))
        sentence = f"No longer linked to {one.connection.name}"
        record_event("crm_unlinked", sentence, subject_ids=[contact_id], actor=by)


def merged_into(one: Record, user: User) -> Record | None:
    """The record that this one was merged into in the CRM, as far as it is in staging and `user` may see it."""
    if not one.merged_into:
        return None
    rows = (
        Record.objects.visible_to(user)
        .filter(connection=one.connection_id, remote_id=one.merged_into)
        .exclude(pk=one.pk)
    )
    return rows.select_related("contact").first()


def follow_merge(one: Record, by: User) -> Record | None:
    """Tie the contact of a merged record to the one that stayed, which remembers what had come; nothing else changes.

    None when that record is not there, is nothing that `by` may see, or is tied to another contact: then a person has
    to look at two contacts.
    """
    with transaction.atomic():
        winner, contact_id = merged_into(one, by), one.contact_id
        if winner is None or contact_id is None or winner.contact_id is not None:
            return None
        locked = dict(
            Record.objects.select_for_update().filter(pk__in=[one.pk, winner.pk]).values_list("pk", "contact")
        )
        if locked != {one.pk: contact_id, winner.pk: None}:
            return None
        applied, at = one.applied, one.updated_here_at
        Record.objects.filter(pk=one.pk).delete()  # gone there, and nothing here hangs on it any more
        Record.objects.filter(pk=winner.pk).update(
            contact=contact_id,
            state=Record.State.LINKED,
            reasons=[],
            match=None,
            applied=applied,
            updated_here_at=at,
            seen_digest="",
            former_contact_id=None,
        )
        winner.refresh_from_db()
        mark([winner])
        sentence = f"Linked to the record it was merged into in {winner.connection.name}"
        record_event("crm_linked", sentence, subject_ids=[contact_id], actor=by)
        judge_again(Record.objects.filter(email=winner.email, contact=None).exclude(email=""))
    return winner
