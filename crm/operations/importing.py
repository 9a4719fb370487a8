"""Importing records as an operation. Its subjects are records, its report names them; undone are its contacts."""

from collections.abc import Sequence

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.urls import reverse

from contacts.models import Contact
from contacts.operations.import_undo import describe, import_undo
from core.models import Operation
from core.operations.types import OUTCOME, OperationType, Outcome, register
from core.spreadsheets.writing import Column
from crm.domain.imported import RecordsImported
from crm.domain.importing import import_records
from crm.models import Record


class RecordOperationType(OperationType):
    """Base of operations whose subjects are records."""

    chunk = 2000
    repeatable = True
    subject_sort = "name"
    selection_key = "crm_records"
    unnamed = "A record that has left the CRM, or is no longer yours"

    def subject_rows(self, user) -> QuerySet:
        """Records that a report may name."""
        return _nameable(user)

    def subjects(self, subject_ids: Sequence[int], rows: QuerySet) -> dict[int, tuple[str, str]]:
        """The record's name, and the contact that it became."""
        found = rows.filter(pk__in=subject_ids)
        return {
            one.pk: (str(one), reverse("contacts:detail", args=[one.contact_id]) if one.contact_id else "")
            for one in found.only("name", "remote_id", "contact_id")
        }

    def report(self, operation: Operation, user) -> tuple[list[Column], QuerySet]:
        """A row a record, named where `user` sees it."""
        seen = _nameable(user).filter(pk=OuterRef("subject_id"))
        names = {f"record_{name}": Subquery(seen.values(name)[:1]) for name in ("name", "email", "remote_id")}
        columns = [Column("Name", "record_name"), Column("Email", "record_email"), Column("No.", "record_remote_id")]
        return [*columns, *OUTCOME], operation.lines.annotate(**names).order_by("subject_id")


def _nameable(user) -> QuerySet:
    """The records that a report names to `user`: those they see, also when the connection has been removed since."""
    if user.sees_everything:
        return Record.objects.all()
    theirs = Contact.objects.known_to(user).values("pk")
    return Record.objects.filter(Q(pk__in=Record.objects.visible_to(user).values("pk")) | Q(contact__in=theirs))


def _describe_undo(counts: dict[str, int], *, redo: bool) -> list[str]:
    """What becomes of the contacts, and of their records."""
    contacts = describe(counts, redo=redo)
    if redo:
        return contacts
    return [*contacts, "Their CRM records say “Deleted here”. Restored, the contacts are linked to them again."]


@register
class ImportRecords(RecordOperationType):
    """Make contacts of the ready ones among chosen records."""

    key = "crm.import"
    label = "Import from CRM"
    undo = import_undo(lambda operation: RecordsImported(import_id=operation.pk), _describe_undo)  # whom it added

    def apply(self, operation: Operation, subject_ids: Sequence[int]) -> Outcome:
        """One chunk; who may not import any more imports nothing."""
        imported = import_records(list(subject_ids), operation.owner, operation)
        return Outcome(done=list(imported.contacts), skipped=imported.left_out)
