"""Looking at records again after something they are judged by has changed, or values were set by hand for many."""

from collections.abc import Sequence

from accounts.models import User
from core.models import Operation
from core.operations import running, selecting
from core.operations.types import Outcome, register
from crm.domain.staging import judge_again
from crm.models import Connection, Record
from crm.operations.importing import RecordOperationType


@register
class JudgeRecords(RecordOperationType):
    """`params["mends"]`: values set for each of the records first; without, they are only judged again.

    `params["linked"]`: also those that are contacts, whose differences may be others then; with "quietly" nobody is
    newer by it, for it was the firm that chose other fields.
    """

    key = "crm.judge"
    label = "CRM records: look again"

    def apply(self, operation: Operation, subject_ids: Sequence[int]) -> Outcome:
        """One chunk of records that the owner may mend, and that are no contacts yet unless the params say so."""
        linked = operation.params.get("linked", False)
        rows = Record.objects.editable_by(operation.owner).filter(pk__in=subject_ids)
        # The lock is taken on the key alone: what one may see is decided by joins that cannot be locked.
        records = Record.objects.filter(pk__in=list(rows.values_list("pk", flat=True))).locked()
        records = [record for record in records if linked or record.contact_id is None]
        found = [record.pk for record in records]
        mends = operation.params.get("mends")
        if mends:
            for record in records:
                record.mends |= mends
            Record.objects.write(records, ["mends"])
        judge_again(Record.objects.filter(pk__in=found), quietly=operation.params.get("quietly", False))
        left = dict.fromkeys(set(subject_ids) - set(found), "Imported or deleted here, or not yours to change.")
        return Outcome(done=found, skipped=left)


def begin_judging(
    connection: Connection | None, records, by: User, mends: dict | None = None, **how: bool
) -> Operation | None:
    """Judge these records again, of one connection or of all; None when there are none.

    `how` may say `linked` and `quietly`, see `JudgeRecords`.
    """
    rows = records if how.get("linked") else records.filter(contact=None)
    rows = rows.filter(connection=connection) if connection else rows
    title = "Set values of CRM records" if mends else f"Look again at the records of {connection.name}"
    params = how | ({"mends": mends} if mends else {})
    operation = Operation.objects.create(kind="crm.judge", title=title[:200], owner=by, params=params)
    selecting.freeze(operation, rows.values_list("pk", flat=True))
    if not operation.total:
        operation.delete()
        return None
    return running.start(operation)
