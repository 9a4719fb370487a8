"""Importing records as an operation. Its subjects are records, its report names them."""

from collections.abc import Sequence

from django.db.models import OuterRef, QuerySet, Subquery
from django.urls import reverse

from core.exporting import Column
from core.models import Operation
from core.operations import OUTCOME, Kind, Outcome, register
from crm.domain.importing import import_records
from crm.models import Record


@register
class ImportKind(Kind):
    """Make contacts of the ready ones among chosen records."""

    key = "crm.import"
    label = "Import from CRM"
    chunk = 2000
    repeatable = True
    selection_key = "crm_records"

    def apply(self, operation: Operation, subject_ids: Sequence[int]) -> Outcome:
        """One chunk; who may not import any more imports nothing."""
        imported = import_records(list(subject_ids), operation.owner, operation)
        return Outcome(done=list(imported.contacts), skipped=imported.left_out)

    def subjects(self, subject_ids: Sequence[int], user) -> dict[int, tuple[str, str]]:
        """The record's name, and the contact it became where `user` sees them."""
        found = (Record.objects.visible_to(user) | Record.objects.linked_to_visible(user)).filter(pk__in=subject_ids)
        return {
            one.pk: (str(one), reverse("contacts:detail", args=[one.contact_id]) if one.contact_id else "")
            for one in found.only("name", "remote_id", "contact_id")
        }

    def report(self, operation: Operation, user) -> tuple[list[Column], QuerySet]:
        """A row a record, named where `user` sees it."""
        seen = (Record.objects.visible_to(user) | Record.objects.linked_to_visible(user)).filter(
            pk=OuterRef("subject_id")
        )
        names = {f"record_{name}": Subquery(seen.values(name)[:1]) for name in ("name", "email", "remote_id")}
        columns = [Column("Name", "record_name"), Column("Email", "record_email"), Column("No.", "record_remote_id")]
        return [*columns, *OUTCOME], operation.lines.annotate(**names).order_by("subject_id")
