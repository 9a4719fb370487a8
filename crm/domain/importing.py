"""Contacts out of ready records: inserted as a set, with their households, tags and link. Nobody is told anything."""

from dataclasses import dataclass, field

from django.db import IntegrityError, connection, transaction
from psycopg2.extras import execute_values

from accounts.models import User
from contacts.domain.writing import insert_contacts
from contacts.models.contact import CRMMark, Source
from core.history.recording import record as record_event
from core.models import Operation
from crm.domain.households import by_connection, join
from crm.domain.imported import RecordsImported
from crm.domain.judging import LENGTHS, Meanings, judge, save_judged
from crm.domain.no_contact import ALL_COLUMNS, columns_of
from crm.domain.staging import judge_again
from crm.domain.tags import put_on
from crm.models import Connection, Reason, Record

FIELDS = [
    *LENGTHS,
    *("email", "phone", "phone_extension", "contact_type", "primary_advisor", "date_of_birth", "custom_data"),
    *ALL_COLUMNS,
]
TAKEN = "Somebody took this email address in this very moment. Look at the record again."
NOT_READY = "Cannot be imported: {}."
IN_TRASH = "Deleted here: restore the contact from the trash."
NOT_THERE = "No longer there, or no longer yours to import."


@dataclass
class Imported:
    """Record key to reason, for those that were left out; the others became contacts."""

    contacts: dict[int, int] = field(default_factory=dict)
    left_out: dict[int, str] = field(default_factory=dict)


def import_records(ids: list[int], by: User, operation: Operation | None = None) -> Imported:
    """Make contacts of the ready ones among these records, in the caller's transaction."""
    with connection.cursor() as cursor:
        # Deferred checks pile up over a chunk's triggers and are walked again for each row otherwise.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    mine = Record.objects.editable_by(by).filter(pk__in=ids)
    # The lock is taken on the key alone: what one may see is decided by joins that cannot be locked.
    locked = Record.objects.filter(pk__in=list(mine.values_list("pk", flat=True))).order_by("pk").select_for_update()
    found = list(locked)
    done = Imported(left_out=dict.fromkeys(set(ids) - {one.pk for one in found}, NOT_THERE))
    ready = _judged_ready(found, done)
    _insert(ready, done, by)
    made = [one for one in ready if one.pk in done.contacts]
    _link(made, done)
    join(made)
    put_on({one.contact_id: one.values.get("tags", []) for one in made})
    if operation is not None:
        RecordsImported(import_id=operation.pk).keep_imported(operation, list(done.contacts.values()), [])
    emails = {one.email for one in made}
    judge_again(Record.objects.filter(email__in=emails, contact=None, connection__removed_at=None))
    for connection_id, records in by_connection(made).items():
        name = Connection.objects.values_list("name", flat=True).get(pk=connection_id)
        keys = [done.contacts[one.pk] for one in records]
        record_event("added", f"Imported from {name}", subject_ids=keys, actor=by, operation=operation)
    return done


def _judged_ready(records: list[Record], done: Imported) -> list[Record]:
    """Judge them once more: time has passed. Those that are not ready are left out with the reasons."""
    before = {one.pk: (one.digest, one.state, one.reasons) for one in records}
    for connection_id, some in by_connection(records).items():
        judge(some, Meanings.of(Connection.objects.get(pk=connection_id)))
    save_judged([one for one in records if before[one.pk] != (one.digest, one.state, one.reasons)])
    for one in records:
        if one.contact_id:
            done.left_out[one.pk] = IN_TRASH if one.state == Record.State.CANNOT else "Imported already."
        elif one.state != Record.State.READY:
            words = ", ".join(Reason(code).label.lower() for code in one.reasons)
            done.left_out[one.pk] = NOT_READY.format(words)
    return [one for one in records if one.pk not in done.left_out]


def _insert(records: list[Record], done: Imported, by: User) -> None:
    """Insert the contacts; where an address was taken in this moment, one by one."""
    same = {"source": Source.CRM.value, "crm_mark": CRMMark.LINKED.value}
    names = dict(Connection.objects.filter(pk__in={one.connection_id for one in records}).values_list("pk", "name"))
    rows = {one.pk: one.values | columns_of(one.values, names[one.connection_id]) for one in records}
    try:
        with transaction.atomic():
            by_email = insert_contacts(list(rows.values()), FIELDS, same)
            done.contacts |= {one.pk: by_email[one.email] for one in records}
    except IntegrityError:
        for one in records:
            try:
                with transaction.atomic():
                    done.contacts[one.pk] = insert_contacts([rows[one.pk]], FIELDS, same)[one.email]
            except IntegrityError:
                done.left_out[one.pk] = TAKEN


def _link(records: list[Record], done: Imported) -> None:
    """Tie records to their contacts; what was written is remembered, to know later what was changed by hand."""
    for one in records:
        one.contact_id, one.state = done.contacts[one.pk], Record.State.LINKED
    with connection.cursor() as cursor:
        execute_values(
            cursor.cursor,
            """UPDATE crm_record AS record SET contact_id = found.contact, state = 'linked', reasons = '[]',
                former_contact_id = NULL, applied = record.values, seen_digest = record.digest, updated_here_at = now()
            FROM (VALUES %s) AS found (id, contact) WHERE record.id = found.id""",
            [(one.pk, one.contact_id) for one in records],
            page_size=5000,
        )
