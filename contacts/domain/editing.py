"""Saving a contact that was added or edited by hand, with its record."""

from django.db import transaction

from contacts.domain.households import join_named
from contacts.domain.tagging import set_tags
from contacts.models import Contact
from core.history.recording import record


@transaction.atomic
def save_added(contact: Contact, *, tag_names: list[str], household_name: str, by) -> Contact:
    """Store a new contact. Raises IntegrityError when the address was taken a moment ago."""
    contact.save()
    set_tags(contact, tag_names)
    join_named(contact, household_name, by=by)
    record("added", "Added by hand", subject_ids=[contact.pk], actor=by)
    return contact


@transaction.atomic
def save_edited(contact: Contact, changed: list[str], *, tag_names: list[str], household_name: str, by) -> None:
    """Store an edited contact. `changed` are the labels of what changed, for the record; nothing changed, no record."""
    contact.save()
    set_tags(contact, tag_names)
    join_named(contact, household_name, by=by)
    if changed:
        record("edited", f"Edited {', '.join(changed)}", subject_ids=[contact.pk], actor=by)
