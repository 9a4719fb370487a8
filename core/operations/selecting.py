"""Frozen selections: fixed in one statement, taken chunk by chunk, and at an early end told line by line."""

from collections.abc import Sequence

from django.core.exceptions import EmptyResultSet
from django.db import connection, transaction
from django.db.models import F, QuerySet

from core.listing.lookups import key_array
from core.models import FrozenSelection, Operation, OperationLine

TOLD_AT_ONCE = 5_000
IN_ONE_TRANSACTION = 20_000


def freeze(operation: Operation, subject_ids: QuerySet | Sequence[int]) -> None:
    """Fix which rows an operation is about: the ids of a values_list queryset in one statement, or those given."""
    if not isinstance(subject_ids, QuerySet):
        FrozenSelection.objects.create(operation=operation, subject_ids=sorted(subject_ids))
        _set_total(operation, len(subject_ids))
        return
    try:
        sql, params = subject_ids.order_by().query.sql_with_params()
    except EmptyResultSet:  # the ORM knows without asking that nothing fits
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO core_frozenselection (operation_id, position, subject_ids)"  # noqa: S608 - the ORM's own SQL
            f" SELECT %s, 0, ARRAY(SELECT chosen.id FROM ({sql}) AS chosen(id) ORDER BY chosen.id)"
            " RETURNING cardinality(subject_ids)",
            [operation.pk, *params],
        )
        _set_total(operation, cursor.fetchone()[0])


def freeze_lines(operation: Operation, earlier: Operation, state: str) -> None:
    """Fix that an operation is about the rows of an earlier one, which is over, whose lines ended in `state`.

    Untouched are also those that the sweep has not told yet.
    """
    rows = earlier.lines.filter(state=state).order_by().values_list("subject_id", flat=True)
    if state == OperationLine.State.UNTOUCHED:
        untold = FrozenSelection.objects.filter(operation=earlier)
        untold.select_for_update(of=("self",)).exists()  # so that the sweep tells none between the two halves
        rows = rows.union(untold.still_to_change(), all=True)
    freeze(operation, rows)


def extend(operation: Operation, subject_ids: Sequence[int]) -> None:
    """Add rows, greater than all there are, to what an operation is about: it found out on its way that they exist."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE core_frozenselection SET subject_ids = subject_ids || %s::bigint[] WHERE operation_id = %s"
            " RETURNING cardinality(subject_ids)",
            [key_array(subject_ids), operation.pk],
        )
        _set_total(operation, cursor.fetchone()[0])


def next_ids(operation: Operation, number: int) -> list[int]:
    """The ids of the next rows to be changed, at most `number`; none when all have been reached."""
    frozen = FrozenSelection.objects.filter(operation=operation)
    return list(frozen.still_to_change()[:number])


def move_on(operation: Operation, number: int) -> None:
    """Note that so many more rows have been reached."""
    FrozenSelection.objects.filter(operation=operation).update(position=F("position") + number)


def write_lines(operation: Operation, state: str, reasons: dict[int, str]) -> None:
    """Write how rows ended, each with its reason or an empty one."""
    if reasons:
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO core_operationline (operation_id, state, subject_id, reason)"
                " SELECT %s, %s, told.id, left(told.reason, 300)"
                " FROM unnest(%s::bigint[], %s::text[]) AS told(id, reason)",
                [operation.pk, state, key_array(reasons), list(reasons.values())],
            )


def leave_out(operation: Operation, subject_ids: Sequence[int], reason: str) -> None:
    """Skip rows of a draft for a reason, before anything has begun."""
    out = set(subject_ids)
    frozen = FrozenSelection.objects.select_for_update().get(operation=operation)
    frozen.subject_ids, out = [one for one in frozen.subject_ids if one not in out], out & set(frozen.subject_ids)
    frozen.save(update_fields=["subject_ids"])
    write_lines(operation, OperationLine.State.SKIPPED, dict.fromkeys(sorted(out), reason))


def close(operation: Operation) -> None:
    """Called in the transaction that ends an operation: tell what has not been reached, and forget the selection.

    Where that would be long work the sweep does it: see `tell_untouched`.
    """
    if operation.total - operation.handled <= TOLD_AT_ONCE:
        _tell(operation, TOLD_AT_ONCE)


def tell_untouched() -> None:
    """Write the lines of rows that ended operations never reached, some thousand a transaction. Run by every sweep."""
    for operation in Operation.objects.filter(state__in=Operation.OVER, frozen__isnull=False)[:10]:
        told = IN_ONE_TRANSACTION
        while told == IN_ONE_TRANSACTION:
            with transaction.atomic():
                told = _tell(operation, IN_ONE_TRANSACTION)


def _tell(operation: Operation, number: int) -> int:
    """Write a line for each of the next rows, in the caller's transaction; after the last the selection is gone."""
    frozen = FrozenSelection.objects.filter(operation=operation)
    if not frozen.select_for_update(of=("self",)).exists():
        return 0
    ids = next_ids(operation, number)
    write_lines(operation, OperationLine.State.UNTOUCHED, dict.fromkeys(ids, ""))
    if len(ids) < number:
        frozen.delete()
    else:
        move_on(operation, number)
    return len(ids)


def _set_total(operation: Operation, total: int) -> None:
    Operation.objects.filter(pk=operation.pk).update(total=total)
    operation.refresh_from_db()
