"""Deleting for good what has been in the trash for its 30 days: the contact, the portal account, and their traces.

What stays: the archive of messages that left, unalterable, with the ledger rows it hangs on and a contact's row
without a name; and the business events of the audit trail, which name keys. See docs/operating/retention.md.
"""

import logging

import pgtrigger
from django.apps import apps
from django.db import connection, transaction
from django.db.models import CharField, F, FileField, Model, Value
from django.db.models.functions import Cast, Concat, Now

from accounts.models import Role, User
from contacts.models import Contact, Household, ImportRow
from contacts.registry import contact_traces
from core.files.references import remove_after_commit
from core.history.erasing import emptied, remove_dependants
from core.history.recording import record
from core.listing.lookups import key_array
from core.models import Activity

logger = logging.getLogger(__name__)
CHUNK = 200
# History rows go with those they are about: model of the history, and the column that holds the contact's key.
HISTORY = {
    "contacts.ContactEvent": "pgh_obj_id",
    "contacts.NoteEvent": "contact_id",
    "contacts.AssignmentEvent": "contact_id",
}
# Of a contact who was sent mail, whose row stays for the archive: what says when which kind of contact was deleted, by
# whom and with whose advisor. All else is erased, a column that is added tomorrow too.
KEPT = {
    *("id", "contact_type", "primary_advisor", "source", "created_at", "updated_at"),
    *("deleted_at", "deleted_by", "purged_at"),
}
NAMELESS = emptied(
    Contact,
    kept=KEPT,
    replaced={
        "first_name": "Deleted",
        "last_name": "contact",
        "phone": "-",
        "email": Concat(Value("deleted-"), Cast("pk", CharField()), Value("@contact.invalid")),
    },
)
# Of a portal account that the audit trail names.
KEPT_OF_ACCOUNTS = {"id", "role", "created_at"}
NAMELESS_ACCOUNT = emptied(
    User,
    kept=KEPT_OF_ACCOUNTS,
    replaced={
        "first_name": "Deleted",
        "last_name": "contact",
        "email": Concat(Value("deleted-user-"), Cast("pk", CharField()), Value("@portal.invalid")),
        "password": "!",
        "is_active": False,
        "session_generation": F("session_generation") + 1,
    },
)


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
    contacts = list(due.filter(pk__in=ids).only("first_name", "last_name", "photo", "user_id", "household_id"))
    ids = [contact.pk for contact in contacts]
    if not ids:
        return
    kept = set().union(*(traces.kept(ids) for traces in contact_traces))
    for contact in contacts:
        for field in _files_of(Contact):
            remove_after_commit(getattr(contact, field.name))
    _forget_names(contacts)
    _remove_what_is_theirs(ids)
    Contact.objects.filter(pk__in=kept).update(**NAMELESS, purged_at=Now(), updated_at=Now())
    Contact.objects.filter(pk__in=[pk for pk in ids if pk not in kept]).delete()
    _remove_accounts([contact.user_id for contact in contacts if contact.user_id])
    _remove_empty_households({contact.household_id for contact in contacts} - {None})
    _remove_history(HISTORY, ids)
    for traces in contact_traces:
        _remove_history(traces.history, ids)
    record("purged", "Deleted for good, 30 days after moving to the trash", subject_ids=ids)


def _remove_what_is_theirs(ids: list[int]) -> None:
    """Everything that hangs on the contacts, in this room and in those above."""
    stays = {"contacts.ImportRow"}  # counted by its import
    for traces in contact_traces:
        traces.remove(ids)
        stays |= traces.stays
    ImportRow.objects.filter(match__in=ids).update(match=None, values={}, changes={}, reasons=[], key="")
    remove_dependants(Contact, ids, kept=stays)
    _forget_values(ids)


def _files_of(model: type[Model]) -> list[FileField]:
    """The fields of a model that hold files."""
    return [field for field in model._meta.concrete_fields if isinstance(field, FileField)]


def _forget_names(contacts: list[Contact]) -> None:
    """Operations on one contact are called by the contact's name ("Update Nora North from CRM")."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE core_operation AS operation SET title = replace(operation.title, gone.name, 'Deleted contact')"
            " FROM unnest(%s::bigint[], %s::text[]) AS gone (id, name), core_activity AS event"
            " WHERE event.subject_type = 'contact' AND event.subject_id = gone.id"
            " AND event.operation_id = operation.id AND strpos(operation.title, gone.name) > 0",
            [[contact.pk for contact in contacts], [contact.name for contact in contacts]],
        )


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
    remove_dependants(User, list(accounts.values_list("pk", flat=True)), kept=())
    accounts.update(**NAMELESS_ACCOUNT)
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
