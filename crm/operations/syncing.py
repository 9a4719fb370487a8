"""The sync as an operation: pages are fetched outside of transactions, and saved with the place to go on from."""

import logging
import math
from collections.abc import Iterator
from datetime import timedelta

from django.conf import settings
from django.db.models import F
from django.utils import timezone

from core.models import Operation
from core.operations import running
from core.operations.types import BatchResult, CannotGoOn, NotNow, StreamingOperationType, register
from crm.domain import going_through, syncing
from crm.domain.guarding import Guarded
from crm.domain.opening import note_quota, note_trouble, open_adapter
from crm.errors import CRMError, OwnPace, StateExpired, TooSlow, TryLater, WillNotWork
from crm.http import PATIENCE
from crm.models import Connection, Sync

# The sweep looks every so often: a run that only waits for its own pace goes on before its time, by at least one round
# of the sweep and by less than a call waits for its turn. Otherwise a part of each window would be lost.
SMALLEST = 10  # records of a page that is not halved again
LONGEST_REST = 86_400  # seconds after which a CRM is asked again that asks for patience, however much
LATER = 300  # seconds after which a CRM is asked again that takes too long even for that
logger = logging.getLogger(__name__)
EARLY = min(settings.CELERY_BEAT_SCHEDULE["sweep"]["schedule"] + 5, PATIENCE - 5)


@register
class SyncConnection(StreamingOperationType):
    """`params["connection"]`; what it met stands on its `Sync`."""

    key = "crm.sync"
    label = "CRM sync"

    def batches(self, operation: Operation) -> Iterator:
        """Pages, or the way to wait or to give up."""
        sync = Sync.objects.select_related("connection").get(operation=operation)
        adapter = None
        try:
            adapter = open_adapter(sync.connection, patient=True)
            adapter.http.holds = lambda seconds: running.hold(operation, seconds)
            yield from going_through.steps(sync, adapter)
            note_quota(sync.connection, adapter)
        except TooSlow as slow:
            self._ask_for_less(sync, adapter, slow)
        except StateExpired:
            self._begin_anew(sync)
            raise NotNow(timezone.now()) from None
        except TryLater as later:
            if adapter is not None:
                note_quota(sync.connection, adapter)
            until = timezone.now() + timedelta(seconds=self._bounded(later.wait))
            Connection.objects.filter(pk=sync.connection_id).update(
                state=Connection.State.WAITING, trouble=str(later).replace("\x00", "")[:1000], retry_at=until
            )
            early = timedelta(seconds=EARLY if isinstance(later, OwnPace) else 0)
            raise NotNow(until - early) from None
        except CRMError as error:
            note_trouble(sync.connection, error)
            raise CannotGoOn(str(error)) from None

    @staticmethod
    def _bounded(wait: object) -> float:
        """Seconds to wait, whatever the CRM or its adapter asks for: a day at most, a minute where it is no number."""
        fine = isinstance(wait, int | float) and not math.isnan(wait)
        return min(max(wait, 0), LONGEST_REST) if fine else 60

    def _ask_for_less(self, sync: Sync, adapter: Guarded, slow: TooSlow) -> None:
        """An answer took too long: go on at once with pages of half the size; with the smallest ones, later."""
        size = adapter.page_size
        if size > SMALLEST:
            smaller = max(SMALLEST, size // 2)
            Connection.objects.filter(pk=sync.connection_id).update(page_size=smaller)
            logger.info("Connection %s: answers take too long, asking for %d at once.", sync.connection_id, smaller)
            raise NotNow(timezone.now())
        until = timezone.now() + timedelta(seconds=LATER)
        Connection.objects.filter(pk=sync.connection_id).update(
            state=Connection.State.WAITING, trouble=f"{slow} It is asked again later.", retry_at=until
        )
        raise NotNow(until)

    def _begin_anew(self, sync: Sync) -> None:
        """The CRM has forgotten where we were: everything from the beginning, or the listing, by the same operation."""
        sync.refresh_from_db()
        if sync.complete:
            known = sync.place.pop("listing", None)
            Sync.objects.filter(pk=sync.pk).update(place=sync.place)
        else:
            known = Connection.objects.values_list("sync_state", flat=True).get(pk=sync.connection_id)
            Connection.objects.filter(pk=sync.connection_id).update(sync_state={})
            Sync.objects.filter(pk=sync.pk).update(whole=True, by_ids=False)
        if not known:
            error = WillNotWork("The CRM refuses to begin at the beginning.")
            note_trouble(sync.connection, error)
            raise CannotGoOn(str(error))

    def take(self, operation: Operation, batch: going_through.Step) -> BatchResult:
        """The CRM's users, or a page of records together with the place to go on from."""
        sync = Sync.objects.select_related("connection").get(operation=operation)
        if batch.part == "owners":
            syncing.refresh_owners(sync.connection, list(batch.owners))
            return BatchResult()
        page, counts = batch.page, going_through.take(sync, batch)
        values = {"state": Connection.State.GOOD, "trouble": "", "retry_at": None}
        if batch.part == "changes":
            values["sync_state"] = dict(page.next_state)
        Connection.objects.filter(pk=sync.connection_id).update(**values)
        notes = [[one.remote_id[:100], one.reason[:200]] for one in page.bad]
        Sync.objects.filter(pk=sync.pk).update(
            added=F("added") + counts.added,
            changed=F("changed") + counts.changed,
            unchanged=F("unchanged") + counts.unchanged,
            gone=F("gone") + counts.gone,
            bad=F("bad") + len(page.bad),
            notes=[*sync.notes, *notes][: syncing.NOTES_KEPT],
            complete=sync.complete or (batch.part == "changes" and page.last),
        )
        total = max(page.total, operation.handled) if page.total is not None else None
        return BatchResult(
            done=counts.added + counts.changed, skipped=counts.unchanged, failed=len(page.bad), total=total
        )

    def finish(self, operation: Operation) -> None:
        """See what is missing, and say how the connection is."""
        sync = Sync.objects.select_related("connection").get(operation=operation)
        asked_about, held_back = sync, going_through.settle_vanished(sync) if sync.whole else 0
        if not sync.whole:  # an earlier one may have left a question that nobody has answered
            found, held_back = going_through.unanswered(sync.connection)
            asked_about = found or sync
        syncing.look_again_at_matches(sync.connection)
        values = {"synced_at": timezone.now(), "state": Connection.State.GOOD, "trouble": "", "retry_at": None}
        if sync.whole and not held_back:
            values["compared_at"] = timezone.now()
        if sync.whole and not sync.by_ids:
            values["read_at"] = timezone.now()
        if held_back:
            values["state"] = Connection.State.ATTENTION
            values["trouble"] = going_through.held_back_words(asked_about, held_back)
        values["page_size"] = self._larger(sync)
        if sync.bad and not (sync.added or sync.changed or sync.unchanged):
            values["state"] = Connection.State.ATTENTION
            values["trouble"] = f"None of {sync.bad:,} records could be read. The latest sync says why."
        Connection.objects.filter(pk=sync.connection_id).update(**values)
        Sync.objects.filter(pk=sync.pk).update(ended_at=timezone.now())
        current = Operation.objects.get(pk=operation.pk)
        seen = {"seen_at": timezone.now()} if sync.scheduled and not held_back else {}  # nobody waits to be told
        Operation.objects.filter(pk=operation.pk).update(total=current.handled, **seen)

    @staticmethod
    def _larger(sync: Sync) -> int | None:
        """After a run without trouble: pages twice as large, up to what the adapter asks for by itself."""
        size, adapter = sync.connection.page_size, sync.connection.adapter_class
        return 2 * size if size and adapter and 2 * size < adapter.capabilities.max_page else None

    def ended_early(self, operation: Operation) -> None:
        """Another sync may begin; it goes on from the last page that was saved. Health says what went wrong."""
        sync = Sync.objects.filter(operation=operation).first()
        if sync is not None:
            Sync.objects.filter(pk=sync.pk).update(ended_at=timezone.now())
            if operation.state == Operation.State.FAILED:
                Connection.objects.filter(pk=sync.connection_id).exclude(state=Connection.State.ATTENTION).update(
                    state=Connection.State.ATTENTION,
                    trouble=f"The latest sync failed: {operation.error}"[:1000],
                    retry_at=None,
                )
            Connection.objects.filter(pk=sync.connection_id, state=Connection.State.WAITING).update(
                state=Connection.State.GOOD, retry_at=None
            )
