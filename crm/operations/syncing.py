"""The sync as an operation: pages are fetched outside of transactions, and saved with the place to go on from."""

from collections.abc import Iterator
from datetime import timedelta

from django.conf import settings
from django.db.models import F
from django.utils import timezone

from core.models import Operation
from core.operations import CannotGoOn, NotNow, Stream, Taken, register
from crm.domain import syncing
from crm.domain.judging import Meanings
from crm.domain.opening import note_quota, note_trouble, open_adapter
from crm.domain.staging import stage
from crm.errors import CRMError, OwnPace, StateExpired, TryLater
from crm.http import PATIENCE
from crm.models import Connection, Sync
from crm.records import Page

# The sweep looks every so often: a run that only waits for its own pace goes on before its time, by at least one round
# of the sweep and by less than a call waits for its turn. Otherwise a part of each window would be lost.
EARLY = min(settings.CELERY_BEAT_SCHEDULE["sweep"]["schedule"] + 5, PATIENCE - 5)


@register
class SyncKind(Stream):
    """`params["connection"]`; what it met stands on its `Sync`."""

    key = "crm.sync"
    label = "CRM sync"

    def batches(self, operation: Operation) -> Iterator:
        """Pages, or the way to wait or to give up."""
        sync = Sync.objects.select_related("connection").get(operation=operation)
        adapter = None
        try:
            adapter = open_adapter(sync.connection)
            yield from syncing.pages(sync, adapter)
            note_quota(sync.connection, adapter)
        except StateExpired:
            # The CRM has forgotten where we were: everything, from the beginning, by the same operation.
            Connection.objects.filter(pk=sync.connection_id).update(sync_state={})
            Sync.objects.filter(pk=sync.pk).update(whole=True)
            raise NotNow(timezone.now()) from None
        except TryLater as later:
            if adapter is not None:
                note_quota(sync.connection, adapter)
            until = timezone.now() + timedelta(seconds=later.wait)
            Connection.objects.filter(pk=sync.connection_id).update(
                state=Connection.State.WAITING, trouble=str(later)[:1000], retry_at=until
            )
            early = timedelta(seconds=EARLY if isinstance(later, OwnPace) else 0)
            raise NotNow(until - early) from None
        except CRMError as error:
            note_trouble(sync.connection, error)
            raise CannotGoOn(str(error)) from None

    def take(self, operation: Operation, batch: Page | list) -> Taken:
        """Owners, or a page of records together with the adapter's next state."""
        sync = Sync.objects.select_related("connection").get(operation=operation)
        if isinstance(batch, list):
            syncing.refresh_owners(sync.connection, batch)
            return Taken()
        counts = stage(sync, batch, Meanings.of(sync.connection))
        Connection.objects.filter(pk=sync.connection_id).update(
            sync_state=dict(batch.next_state), state=Connection.State.GOOD, trouble="", retry_at=None
        )
        notes = [[one.remote_id[:100], one.reason[:200]] for one in batch.bad]
        Sync.objects.filter(pk=sync.pk).update(
            added=F("added") + counts.added,
            changed=F("changed") + counts.changed,
            unchanged=F("unchanged") + counts.unchanged,
            gone=F("gone") + counts.gone,
            bad=F("bad") + len(batch.bad),
            notes=[*sync.notes, *notes][: syncing.NOTES_KEPT],
            complete=batch.last,
        )
        total = max(batch.total, operation.handled) if batch.total is not None else None
        return Taken(done=counts.added + counts.changed, skipped=counts.unchanged, failed=len(batch.bad), total=total)

    def finish(self, operation: Operation) -> None:
        """See what is missing, and say how the connection is."""
        sync = Sync.objects.select_related("connection").get(operation=operation)
        held_back = syncing.settle_vanished(sync) if sync.whole else 0
        syncing.look_again_at_matches(sync.connection)
        values = {"synced_at": timezone.now(), "state": Connection.State.GOOD, "trouble": "", "retry_at": None}
        if sync.whole and not held_back:
            values["compared_at"] = timezone.now()
        if held_back:
            values["state"] = Connection.State.ATTENTION
            values["trouble"] = f"{held_back:,} records are missing in the CRM all at once. Nothing was changed here."
        Connection.objects.filter(pk=sync.connection_id).update(**values)
        Sync.objects.filter(pk=sync.pk).update(ended_at=timezone.now())
        current = Operation.objects.get(pk=operation.pk)
        Operation.objects.filter(pk=operation.pk).update(total=current.handled)

    def ended_early(self, operation: Operation) -> None:
        """Another sync may begin; it goes on from the last page that was saved."""
        sync = Sync.objects.filter(operation=operation).first()
        if sync is not None:
            Sync.objects.filter(pk=sync.pk).update(ended_at=timezone.now())
            Connection.objects.filter(pk=sync.connection_id, state=Connection.State.WAITING).update(
                state=Connection.State.GOOD, retry_at=None
            )
