"""Running operations: claimed by an UPDATE with a lease, in chunks that each commit with their progress."""

import logging
from collections.abc import Iterable
from datetime import timedelta

from django.conf import settings
from django.db import DataError, IntegrityError, InterfaceError, OperationalError, transaction
from django.db.models import F
from django.db.models.functions import Greatest
from django.utils import timezone

from core.files.disk import NEXT, WORDS, is_full
from core.history.signature import signed
from core.models import KeptRows, Operation, OperationLine
from core.operations import selecting
from core.operations.types import CannotGoOn, NotNow, OperationType, Outcome, StreamingOperationType
from core.queueing import call_worker
from core.registry import operation_types

logger = logging.getLogger(__name__)

LEASE = timedelta(seconds=settings.OPERATION_LEASE_SECONDS)
INLINE_LIMIT = 200
REFUSED = "The database refuses this change; the log says why. Nothing of this row was changed."
REFUSED_AT_MOST = 20  # rows of one run
# What a repetition is about, in words.
REPEATED = {
    OperationLine.State.FAILED: "Those that failed in",
    OperationLine.State.UNTOUCHED: "Those never reached by",
}


class LostClaim(Exception):
    """Another worker has taken the operation over; this one must let go."""


def start(operation: Operation) -> Operation:
    """Set a draft going: within the request when small and internal, else through the queue.

    Safe to call twice: only a draft is started, and only with the parameters that `operation` has, which its owner saw.
    """
    if _queue(operation):
        _set_going(operation)
    return operation


def _queue(operation: Operation) -> bool:
    """Let a draft wait for a worker; whether it was one."""
    drafts = Operation.objects.filter(pk=operation.pk, state=Operation.State.DRAFT, params=operation.params)
    queued = drafts.update(state=Operation.State.QUEUED)
    operation.refresh_from_db()
    return bool(queued)


def _set_going(operation: Operation) -> None:
    """Do what waits at once when it is small, or call a worker. What gets lost here is found by the sweep."""
    kind: OperationType = operation_types[operation.kind]
    if kind.external or operation.total > INLINE_LIMIT:
        enqueue(operation.pk)
        return
    run(operation.pk)
    Operation.objects.filter(pk=operation.pk).seen(operation.owner_id)  # the answer to the request tells it
    operation.refresh_from_db()


def enqueue(operation_id: int) -> None:
    """Tell a worker to look at the operation."""
    call_worker("core.run_operation", operation_id)


def cancel(operation: Operation) -> None:
    """Ask an operation to stop after its current chunk; one that has not begun stops at once."""
    waiting = [Operation.State.DRAFT, Operation.State.QUEUED, Operation.State.PAUSED]
    with transaction.atomic():
        Operation.objects.select_for_update().get(pk=operation.pk)  # it stays in one state while it is looked at
        _end_early(operation, Operation.State.STOPPED, state__in=waiting)
        Operation.objects.filter(pk=operation.pk, state=Operation.State.RUNNING).update(cancel_requested=True)


@transaction.atomic
def pause(operation: Operation) -> None:
    """Ask an operation to rest after its current chunk; one that waits for a worker rests at once."""
    rows = Operation.objects.filter(pk=operation.pk)
    rows.select_for_update().get()
    if not rows.filter(state=Operation.State.QUEUED).update(state=Operation.State.PAUSED):
        rows.filter(state=Operation.State.RUNNING).update(pause_requested=True)


def resume(operation: Operation) -> None:
    """Let a paused operation go on, or take back that it should pause."""
    rows = Operation.objects.filter(pk=operation.pk)
    rows.filter(state=Operation.State.RUNNING).update(pause_requested=False)
    if rows.filter(state=Operation.State.PAUSED).update(state=Operation.State.QUEUED):
        enqueue(operation.pk)


def run(operation_id: int) -> None:
    """Claim an operation and work it to its end. Does nothing when there is nothing to claim."""
    operation = _claim(operation_id)
    if operation is None:
        return
    kind: OperationType = operation_types[operation.kind]
    with signed(user=operation.owner_id, operation=operation.pk):
        try:
            _work(operation, kind)
        except CannotGoOn as error:
            _end_early(operation, Operation.State.FAILED, str(error)[:500], attempts=operation.attempts)
        except LostClaim:
            logger.info("Operation %s was taken over by another worker.", operation_id)
        except (OperationalError, InterfaceError):
            # A restart of PostgreSQL, a deadlock: what was not committed is done again once the lease is over.
            logger.warning("Operation %s lost the database; the sweep goes on with it.", operation_id, exc_info=True)
        except Exception as error:
            logger.exception("Operation %s failed.", operation_id)
            if is_full(error):
                _end_early(operation, Operation.State.FAILED, f"{WORDS} {NEXT}", attempts=operation.attempts)
                return
            # Its kind only: what it says may hold values of rows that the owner does not see, such as an address.
            words = f"An error of ours ({type(error).__name__}); the log tells more."[:500]
            _end_early(operation, Operation.State.FAILED, words, attempts=operation.attempts)


def _work(operation: Operation, kind: OperationType) -> None:
    """Do chunk after chunk, or batch after batch, up to the end, or until there is something to wait for."""
    try:
        if isinstance(kind, StreamingOperationType):
            _take_all(operation, kind)
        while not isinstance(kind, StreamingOperationType) and _step(operation, kind):
            pass
    except NotNow as later:
        with transaction.atomic():
            if _goes_on(operation):  # who has asked meanwhile that it stop or rest need not wait for it
                still = Operation.objects.filter(pk=operation.pk)
                still.update(state=Operation.State.QUEUED, wait_until=later.until, lease_until=None)


def hold(operation: Operation, seconds: float) -> None:
    """Keep the lease for what takes so many seconds outside of the database, and half as long as a lease after it.

    Raises LostClaim when the operation is no longer this worker's.
    """
    until = timezone.now() + timedelta(seconds=seconds) + LEASE / 2
    mine = Operation.objects.filter(pk=operation.pk, attempts=operation.attempts, state=Operation.State.RUNNING)
    if not mine.update(lease_until=Greatest("lease_until", until)):
        raise LostClaim


def resume_stuck() -> None:
    """Hand operations that wait or lost their lease to a worker again."""
    for operation_id in Operation.objects.runnable().order_by("pk").values_list("pk", flat=True)[:100]:
        enqueue(operation_id)


def run_each(jobs: Iterable) -> None:
    """Run every job; one that fails is logged and does not keep the others from running."""
    for job in jobs:
        try:
            job()
        except Exception:
            logger.exception("Job %s failed.", job.__qualname__)


def _claim(operation_id: int) -> Operation | None:
    """Take the operation for this worker, or None when it is not there to be taken."""
    now = timezone.now()
    with transaction.atomic():
        # Whoever works on it holds its row: this worker has other things to do than to wait for them.
        free = Operation.objects.runnable().filter(pk=operation_id).select_for_update(skip_locked=True)
        if not free.exists():
            return None
        Operation.objects.filter(pk=operation_id).update(
            state=Operation.State.RUNNING,
            attempts=F("attempts") + 1,
            lease_until=now + LEASE,
            wait_until=None,
            started_at=now,
        )
    return Operation.objects.select_related("owner").get(pk=operation_id)


def _step(operation: Operation, kind: OperationType) -> bool:
    """Do one chunk in one transaction with its progress. Returns whether there is more to do."""
    with transaction.atomic():
        if not _goes_on(operation):
            return False
        ids = selecting.next_ids(operation, min(kind.chunk, settings.OPERATION_ROWS))
        if not ids:
            kind.finish(operation)
            _end(operation, Operation.State.FINISHED)
            return False
        _write(operation, ids, _applied(operation, kind, ids))
        return True


def _applied(operation: Operation, kind: OperationType, ids: list[int]) -> Outcome:
    """Apply a chunk; what the database refuses is looked for by halves until it stands alone, and fails by itself.

    Raises what the database says when it refuses more than a few rows: then it is not the rows that are wrong. So it
    does where an id stands for many of them.
    """
    try:
        with transaction.atomic():
            return kind.apply(operation, ids)
    except (IntegrityError, DataError):
        if not kind.ids_are_rows:
            raise
        refused = operation.run_notes.setdefault("refused", [])
        if len(ids) == 1:
            refused.append(ids[0])
            logger.warning("Operation %s: the database refuses row %s.", operation.pk, ids[0], exc_info=True)
            return Outcome(failed={ids[0]: REFUSED})
        if len(refused) >= REFUSED_AT_MOST:
            raise
    middle = len(ids) // 2
    return _applied(operation, kind, ids[:middle]).with_(_applied(operation, kind, ids[middle:]))


def _goes_on(operation: Operation) -> bool:
    """Lock the operation and see whether it may go on; if a person wants it to stop or to rest, it does.

    Its owner is as they are now from here on: rights may have been taken from them meanwhile. Raises LostClaim when
    it is no longer this worker's.
    """
    current = Operation.objects.select_related("owner").select_for_update(of=("self",)).get(pk=operation.pk)
    if current.attempts != operation.attempts or current.state != Operation.State.RUNNING:
        raise LostClaim
    operation.owner = current.owner
    if current.cancel_requested:
        _end_early(operation, Operation.State.STOPPED)
        return False
    if current.pause_requested:
        paused = {"state": Operation.State.PAUSED, "pause_requested": False, "lease_until": None}
        Operation.objects.filter(pk=operation.pk).update(**paused)
        return False
    return True


def _take_all(operation: Operation, kind: StreamingOperationType) -> None:
    """Take batch after batch, each in one transaction with its figures, and end the operation after the last."""
    for batch in kind.batches(operation):
        with transaction.atomic():
            if not _goes_on(operation):
                return
            taken = kind.take(operation, batch)
            known = {} if taken.total is None else {"total": taken.total}
            Operation.objects.filter(pk=operation.pk).update(
                done=F("done") + taken.done,
                skipped=F("skipped") + taken.skipped,
                failed=F("failed") + taken.failed,
                lease_until=timezone.now() + LEASE,
                **known,
            )
    with transaction.atomic():
        if _goes_on(operation):
            kind.finish(operation)
            _end(operation, Operation.State.FINISHED)


def _write(operation: Operation, ids: list[int], outcome: Outcome) -> None:
    """Write the chunk's lines, and the figures, the position and the renewed lease."""
    skipped, failed = outcome.skipped or {}, outcome.failed or {}
    lost = set(ids) - set(outcome.done) - skipped.keys() - failed.keys()
    failed = failed | dict.fromkeys(lost, "No longer there.")
    if not outcome.lines_written:
        selecting.write_lines(operation, OperationLine.State.DONE, dict.fromkeys(outcome.done, ""))
    selecting.write_lines(operation, OperationLine.State.SKIPPED, skipped)
    selecting.write_lines(operation, OperationLine.State.FAILED, failed)
    selecting.move_on(operation, len(ids))
    Operation.objects.filter(pk=operation.pk).update(
        done=F("done") + len(outcome.done),
        skipped=F("skipped") + len(skipped),
        failed=F("failed") + len(failed),
        lease_until=timezone.now() + LEASE,
    )


def _end(operation: Operation, state: str, error: str = "", **still) -> bool:
    """End the operation, if it is `still` as the lookups say."""
    ended = Operation.objects.filter(pk=operation.pk, **still).update(
        state=state, error=error, finished_at=timezone.now(), lease_until=None
    )
    if ended:
        operation.refresh_from_db()
        selecting.close(operation)
    return bool(ended)


@transaction.atomic
def _end_early(operation: Operation, state: str, error: str = "", **still) -> None:
    """End the operation before all is done, as `_end` does, and let its kind know."""
    if _end(operation, state, error, **still):
        operation_types[operation.kind].ended_early(operation)


def repeat(operation: Operation, state: str, by) -> Operation:
    """Begin the same again over the rows whose lines ended in `state`, failed or untouched, as an operation of `by`.

    Once: whoever asks again is given what was begun the first time. The operation is over.
    """
    with transaction.atomic():
        Operation.objects.select_for_update().get(pk=operation.pk)
        begun = operation.repetitions.filter(repeated=state).first()
        if begun:
            return begun
        again = Operation.objects.create(
            kind=operation.kind,
            title=operation.title,
            owner=by,
            params=operation.params,
            undoes_id=operation.undoes_id,
            repeats=operation,
            repeated=state,
            selection=f"{REPEATED[state]} operation {operation.pk}",
            query=operation.query,
        )
        for kept in KeptRows.objects.filter(operation=operation):
            KeptRows.objects.create(operation=again, subject_ids=kept.subject_ids)
        selecting.freeze_lines(again, operation, state)
        _queue(again)
    _set_going(again)
    return again
