"""Beginning a sync, what it asks the CRM, and how it ends. The operation that shows it is `crm.operations.syncing`."""

from datetime import timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import User
from core.emails import canonical
from core.models import Operation
from core.operations import running
from crm.domain.going_through import settle_vanished, vanished
from crm.domain.guarding import Guarded
from crm.domain.judging import Meanings
from crm.domain.staging import judge_again, stage
from crm.models import Category, Connection, Owner, Record, Sync
from crm.records import Gone, Page, RemoteContact, RemoteOwner

COMPARE_EVERY = timedelta(days=7)  # how often all is gone through where the CRM does not tell what it deleted
NOTES_KEPT = 100
CHUNK, MATCHES_AT_MOST = 2000, 20_000  # records looked at again after a sync


def begin(
    connection: Connection, by: User, *, whole: bool = False, by_ids: bool = False, scheduled: bool = False
) -> Operation | None:
    """Start a sync; None when one is under way already. `whole` goes through all records again.

    `by_ids`: it does so by listing them after the changes, see `Adapter.listing`. A first sync always reads all; so
    does one each week where deletions are only found by comparing. What decides is how the connection stands in the
    database now, however long ago the caller has read it.
    """
    try:
        with transaction.atomic():
            connection = Connection.objects.select_for_update().get(pk=connection.pk)
            reads_all = (not by_ids and (whole or _needs_all(connection))) or not connection.sync_state
            by_ids = by_ids and not reads_all
            name = "Full sync" if reads_all else "Comparison" if by_ids else "Sync"
            operation = Operation.objects.create(
                kind="crm.sync",
                title=f"{name} of {connection.name}"[:200],
                owner=by,
                params={"connection": connection.pk},
            )
            Sync.objects.create(
                operation=operation,
                connection=connection,
                whole=reads_all or by_ids,
                by_ids=by_ids,
                scheduled=scheduled,
            )
            if reads_all:
                Connection.objects.filter(pk=connection.pk).update(sync_state={})
    except IntegrityError:  # the constraint of one open sync
        return None
    return running.start(operation)


def _needs_all(connection: Connection) -> bool:
    """Whether the next sync has to read all records."""
    adapter = connection.adapter_class
    if adapter is None:
        return False
    if adapter.capabilities.incremental == "hash":
        return True  # it lists everything in any case
    due = connection.compared_at is None or connection.compared_at < timezone.now() - COMPARE_EVERY
    return adapter.capabilities.deletes == "reconcile" and due


def open_sync(connection: Connection) -> Sync | None:
    """The sync that is under way."""
    return Sync.objects.filter(connection=connection, ended_at=None).select_related("operation").first()


def refresh_owners(connection: Connection, owners: list[RemoteOwner]) -> None:
    """Take over who the CRM's users are, and match those nobody has decided on by their email."""
    known = {owner.remote_id: owner for owner in Owner.objects.filter(connection=connection)}
    advisors = {user.email: user.pk for user in User.objects.possible_advisors().only("email")}
    fresh = []
    for one in owners:
        owner = known.get(one.remote_id) or Owner(connection=connection, remote_id=one.remote_id[:200])
        owner.name, owner.email, owner.active = one.name[:200], one.email[:254], one.active
        if not owner.by_hand:
            owner.user_id = advisors.get(canonical(one.email))
        fresh.append(owner)
    values = ["name", "email", "active", "user"]
    Owner.objects.bulk_create(
        fresh, update_conflicts=True, unique_fields=["connection", "remote_id"], update_fields=values
    )


def learn(connection: Connection, adapter: Guarded) -> None:
    """Take over who the CRM's users are and which categories it has. Raises the errors of `crm.errors`."""
    refresh_owners(connection, list(adapter.owners()))
    Category.objects.learn(connection.pk, adapter.categories())


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
    """A person agrees that what was missing is gone. Returns how many that are: not those that came since."""
    sync = Sync.objects.select_for_update().get(pk=sync.pk)
    missing = vanished(sync).count()
    sync.vanishing_accepted = True
    sync.save(update_fields=["vanishing_accepted"])
    settle_vanished(sync)
    Connection.objects.filter(pk=sync.connection_id).update(state=Connection.State.GOOD, trouble="")
    return missing


def apply_meanings(connection: Connection, records) -> int:
    """Judge records again after owners or categories were given another meaning."""
    return judge_again(records.filter(connection=connection))


def stop(connection: Connection) -> None:
    """Stop the sync that is under way, if any; what it brought stays."""
    found = open_sync(connection)
    if found is not None:
        running.cancel(found.operation)


def reread(record: Record, adapter: Guarded) -> None:
    """Take over what the CRM says of one record now. Raises the errors of `crm.errors`."""
    found = adapter.fetch([record.remote_id])
    with transaction.atomic():
        latest = Sync.objects.filter(connection=record.connection).order_by("-pk").first()
        sync = latest or Sync(connection=record.connection)
        contacts = tuple(one for one in found if isinstance(one, RemoteContact))
        gone = tuple(one for one in found if isinstance(one, Gone))
        stage(sync, Page({}, contacts, gone=gone), Meanings.of(record.connection))
