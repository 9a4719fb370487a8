"""Deleting for good what has been in the trash for its 30 days: the contact, the portal account, and their traces.

What stays: the archive of messages that left, unalterable, with the ledger rows it hangs on and a contact's row
without a name; and the business events of the audit trail, which name keys. See docs/operating/retention.md.
"""

import logging

import pgtrigger
from django.apps import apps
from django.db import connection, transaction
from django.db.models import F, Value
from django.db.models.fields import CharField
from django.db.models.functions import Cast, Concat, Now

from accounts.models import Role, User
from contacts.models import (
    Assignment,
    Contact,
    Engagement,
    Household,
    ImportRow,
    Note,
    PortalSignIn,
    ResourceView,
)
from core.domain.recording import record
from core.domain.stored_files import remove_after_commit
from core.lookups import key_array
from core.models import Activity
from core.registry import contact_traces

logger = logging.getLogger(__name__)
CHUNK = 200
# History rows go with those they are about: model of the history, and the column that holds the contact's key.
HISTORY = {
    "contacts.ContactEvent": "pgh_obj_id",
    "contacts.NoteEvent": "contact_id",
    "contacts.AssignmentEvent": "contact_id",
}
TEXTS = (
    "preferred_name photo gender address_1 address_2 city state postal_code country time_zone household_role "
    "do_not_contact_from"
)
EMPTY = (
    "date_of_birth household team experience campaign user first_invited_at last_invited_at start_at last_login_at "
    "deactivated_at do_not_contact_since deceased_on"
)
NAMELESS = {
    "first_name": "Deleted",
    "last_name": "contact",
    "phone": "-",
    "custom_data": {},
    "locked_fields": [],
    "invitations_sent": 0,
    "deceased": False,
    **dict.fromkeys(TEXTS.split(), ""),
    **dict.fromkeys(EMPTY.split()),
}


def purge_trash() -> None:
    """Purge all whose time is over, a chunk a transaction. Safe to run twice, also at once."""
    last = 0
    while True:
        due = Contact.objects.to_purge().filter(pk__gt=last).order_by("pk")
        ids = list(due.values_list("pk", flat=True)[:CHUNK])
        if not ids:
            return
        last = ids[-1]
        try:
            _purge(ids)
        except Exception:  # one that cannot be purged must not keep the others; the log says which chunk
            logger.exception("Contacts %s to %s could not be purged.", ids[0], last)


@transaction.atomic
def _purge(ids: list[int]) -> None:
    """Purge those of a chunk that are still due."""
    with connection.cursor() as cursor:
        # Deferred checks pile up over a chunk's triggers and are walked again for each row otherwise.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    due = Contact.objects.to_purge().select_for_update(of=("self",), skip_locked=True)
    contacts = list(due.filter(pk__in=ids).only("photo", "user_id", "household_id"))
    ids = [contact.pk for contact in contacts]
    if not ids:
        return
    kept = set().union(*(traces.kept(ids) for traces in contact_traces))
    for contact in contacts:
        remove_after_commit(contact.photo)
    _remove_what_is_theirs(ids)
    Contact.objects.filter(pk__in=kept).update(
        **NAMELESS,
        email=Concat(Value("deleted-"), Cast("pk", CharField()), Value("@contact.invalid")),
        purged_at=Now(),
        updated_at=Now(),
    )
    Contact.tags.through.objects.filter(contact__in=ids).delete()
    Contact.objects.filter(pk__in=[pk for pk in ids if pk not in kept]).delete()
    _remove_accounts([contact.user_id for contact in contacts if contact.user_id])
    _remove_empty_households({contact.household_id for contact in contacts} - {None})
    _remove_history(HISTORY, ids)
    for traces in contact_traces:
        _remove_history(traces.history, ids)
    record("purged", "Deleted for good, 30 days after moving to the trash", subject_ids=ids)


def _remove_what_is_theirs(ids: list[int]) -> None:
    """Everything that hangs on the contacts, in this room and in those above."""
    for traces in contact_traces:
        traces.remove(ids)
    for model in (Note, PortalSignIn, ResourceView, Engagement, Assignment):
        model.objects.filter(contact__in=ids).delete()
    ImportRow.objects.filter(match__in=ids).update(match=None)
    Household.objects.filter(head__in=ids).update(head=None)
    _forget_values(ids)


def _forget_values(ids: list[int]) -> None:
    """What operations remember of values from before and after; the lines stay, for the operation's figures.

    A line stands in no index by its contact alone, and there are millions: the contact's events, which do, name its
    operations. So whatever keeps values of a contact must write an event that names the operation; tests hold it to it.
    """
    named = (
        "(SELECT DISTINCT operation_id, subject_id FROM core_activity"
        " WHERE subject_type = 'contact' AND subject_id = ANY(%s::bigint[]) AND operation_id IS NOT NULL) AS named"
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE core_operationline AS line SET before = NULL, after = NULL FROM {named}"  # noqa: S608 - ours
            " WHERE line.operation_id = named.operation_id AND line.subject_id = named.subject_id"
            " AND line.before IS NOT NULL AND NOT EXISTS (SELECT FROM core_operation"  # its lines are no contacts
            "  WHERE id = line.operation_id AND starts_with(kind, 'contacts.import_'))",
            [key_array(ids)],
        )
        cursor.execute(
            f"DELETE FROM contacts_importedcontact AS line USING {named}"  # noqa: S608 - ours
            " WHERE line.operation_id = named.operation_id AND line.subject_id = named.subject_id",
            [key_array(ids)],
        )


def _remove_accounts(user_ids: list[int]) -> None:
    """The portal accounts. One that the audit trail names as having done something stays, without a name."""
    accounts = User.objects.filter(pk__in=user_ids, role=Role.CONTACT)
    named = set(Activity.objects.filter(actor__in=user_ids).values_list("actor_id", flat=True))
    accounts.exclude(pk__in=named).delete()
    accounts.update(
        first_name="Deleted",
        last_name="contact",
        email=Concat(Value("deleted-user-"), Cast("pk", CharField()), Value("@portal.invalid")),
        phone="",
        photo="",
        password="!",  # noqa: S106 - no password at all
        is_active=False,
        session_generation=F("session_generation") + 1,
    )
    _remove_history({"accounts.UserEvent": "pgh_obj_id"}, user_ids)


def _remove_empty_households(household_ids: set[int]) -> None:
    """Households that nobody belongs to any more carry a family's name."""
    empty = Household.objects.filter(pk__in=household_ids, members=None)
    gone = list(empty.values_list("pk", flat=True))
    Household.objects.filter(pk__in=gone).delete()
    _remove_history({"contacts.HouseholdEvent": "pgh_obj_id"}, gone)


def _remove_history(models: dict[str, str], ids: list[int]) -> None:
    """Field values of before. The one place where history is removed, so its protection is lifted here alone."""
    for label, column in models.items():
        with pgtrigger.ignore(f"{label}:append_only"):
            rows = apps.get_model(label).objects.filter(**{f"{column}__in": ids})
            rows._raw_delete(rows.db)
