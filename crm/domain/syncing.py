"""Beginning a sync, what it asks the CRM, and how it ends. The operation that shows it is `crm.operations.syncing`."""

from collections.abc import Iterator
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import User
from core.domain import running
from core.models import Operation
from crm.base import Adapter
from crm.domain.judging import Meanings
from crm.domain.staging import forget, judge_again, stage
from crm.models import Category, Connection, Owner, Record, Sync
from crm.records import Gone, Page, RemoteContact, RemoteOwner

COMPARE_EVERY = timedelta(days=7)  # how often all is gone through where the CRM does not tell what it deleted
VANISH_AT_MOST, VANISH_SHARE, VANISH_IGNORED = 50, 0.10, 5
NOTES_KEPT = 100
CHUNK, MATCHES_AT_MOST = 2000, 20_000  # records looked at again after a sync


def begin(connection: Connection, by: User, *, whole: bool = False) -> Operation | None:
    """Start a sync; None when one is under way already. `whole` goes through all records again.

    A first sync is always whole; so is one each week where deletions are only found by comparing. What decides is how
    the connection stands in the database now, however long ago the caller has read it.
    """
    try:
        with transaction.atomic():
            connection = Connection.objects.select_for_update().get(pk=connection.pk)
            whole = whole or _needs_all(connection)
            title = f"{'Full sync' if whole else 'Sync'} of {connection.name}"
            operation = Operation.objects.create(
                kind="crm.sync", title=title[:200], owner=by, params={"connection": connection.pk}
            )
            Sync.objects.create(operation=operation, connection=connection, whole=whole)
            if whole:
                Connection.objects.filter(pk=connection.pk).update(sync_state={})
    except IntegrityError:  # the constraint of one open sync
        return None
    return running.start(operation)


def _needs_all(connection: Connection) -> bool:
    """Whether the next sync has to go through all records."""
    adapter = connection.adapter_class
    compares = adapter is not None and (
        adapter.capabilities.deletes == "reconcile" or adapter.capabilities.incremental == "hash"
    )
    due = connection.compared_at is None or connection.compared_at < timezone.now() - COMPARE_EVERY
    return not connection.sync_state or (compares and due)


def open_sync(connection: Connection) -> Sync | None:
    """The sync that is under way."""
    return Sync.objects.filter(connection=connection, ended_at=None).select_related("operation").first()


def refresh_owners(connection: Connection, owners: list[RemoteOwner]) -> None:
    """Take over who the CRM's users are, and match those nobody has decided on by their email."""
    known = {owner.remote_id: owner for owner in Owner.objects.filter(connection=connection)}
    advisors = {user.email.lower(): user.pk for user in User.objects.possible_advisors().only("email")}
    fresh = []
    for one in owners:
        owner = known.get(one.remote_id) or Owner(connection=connection, remote_id=one.remote_id[:200])
        owner.name, owner.email, owner.active = one.name[:200], one.email[:254], one.active
        if not owner.by_hand:
            owner.user_id = advisors.get(one.email.lower())
        fresh.append(owner)
    values = ["name", "email", "active", "user"]
    Owner.objects.bulk_create(
        fresh, update_conflicts=True, unique_fields=["connection", "remote_id"], update_fields=values
    )


def learn(connection: Connection, adapter: Adapter) -> None:
    """Take over who the CRM's users are and which categories it has. Raises the errors of `crm.errors`."""
    refresh_owners(connection, list(adapter.owners()))
    Category.objects.learn(connection.pk, adapter.categories())


def pages(sync: Sync, adapter: Adapter) -> Iterator:
    """First the owners, as a list, then the pages of what changed; nothing when the last page has been saved."""
    if sync.complete:
        return
    if adapter.capabilities.owners:
        yield list(adapter.owners())
    state = Connection.objects.values_list("sync_state", flat=True).get(pk=sync.connection_id)
    yield from adapter.changes(state)


def vanished(sync: Sync):
    """The records that a whole run did not meet."""
    return Record.objects.filter(connection=sync.connection_id, gone_at=None, seen_in__lt=sync.pk)


def settle_vanished(sync: Sync) -> int:
    """After a whole run: note as gone what it did not meet, unless so many are missing that a person must agree.

    Returns how many are held back.
    """
    missing = vanished(sync)
    count = missing.count()
    there = Record.objects.filter(connection=sync.connection_id, gone_at=None).count()
    many = count > VANISH_AT_MOST or (count > VANISH_IGNORED and count > there * VANISH_SHARE)
    if many and not sync.vanishing_accepted:
        Sync.objects.filter(pk=sync.pk).update(vanished=count)
        return count
    gone = 0
    while ids := list(missing.values_list("remote_id", flat=True)[:2000]):
        gone += forget(sync.connection_id, dict.fromkeys(ids, ""))
    Sync.objects.filter(pk=sync.pk).update(gone=sync.gone + gone, vanished=0)
    return 0


def look_again_at_matches(connection: Connection) -> None:
    """Judge records again in whose way stood a contact who was deleted since; a sync brings only what changed there."""
    waiting = Record.objects.filter(connection=connection, contact=None, match__deleted_at__isnull=False).order_by("pk")
    for _ in range(0, MATCHES_AT_MOST, CHUNK):
        ids = list(waiting.values_list("pk", flat=True)[:CHUNK])
        if not ids:
            return
        judge_again(Record.objects.filter(pk__in=ids))  # none of them keeps that match


@transaction.atomic
def accept_vanishing(sync: Sync) -> int:
    """A person agrees that what was missing is gone. Returns how many that are."""
    sync = Sync.objects.select_for_update().get(pk=sync.pk)
    held_back = sync.vanished
    sync.vanishing_accepted = True
    sync.save(update_fields=["vanishing_accepted"])
    settle_vanished(sync)
    Connection.objects.filter(pk=sync.connection_id).update(state=Connection.State.GOOD, trouble="")
    return held_back


def apply_meanings(connection: Connection, records) -> int:
    """Judge records again after owners or categories were given another meaning."""
    return judge_again(records.filter(connection=connection))


def stop(connection: Connection) -> None:
    """Stop the sync that is under way, if any; what it brought stays."""
    found = open_sync(connection)
    if found is not None:
        running.cancel(found.operation)


def reread(record: Record, adapter: Adapter) -> None:
    """Take over what the CRM says of one record now. Raises the errors of `crm.errors`."""
    found = adapter.fetch([record.remote_id])
    with transaction.atomic():
        sync = Sync(connection=record.connection)
        contacts = tuple(one for one in found if isinstance(one, RemoteContact))
        gone = tuple(one for one in found if isinstance(one, Gone))
        stage(sync, Page({}, contacts, gone=gone), Meanings.of(record.connection))
