"""Going through all records of each connection now and then, without anybody having to ask for it."""

from datetime import datetime, timedelta

from django.utils import timezone

from accounts.models import Role, User
from crm.domain import syncing
from crm.domain.opening import open_adapter
from crm.errors import CRMError
from crm.models import Connection, Sync

TRIED_AGAIN = timedelta(hours=12)  # after a run through all that did not come to its end
READ_EVERY = 4  # by ids nothing is found that changes without a time of change: so often all records are read


def compare_due() -> None:
    """Begin to go through all records of the connections whose time has come; run by the sweep."""
    now = timezone.now()
    found = Connection.objects.filter(removed_at=None, compare_days__gt=0, synced_at__isnull=False)
    for connection in found.exclude(state=Connection.State.ATTENTION):
        if _is_due(connection, now):
            begin_comparison(connection)


def begin_comparison(connection: Connection) -> None:
    """Go through all: by ids where the adapter can and records were read not long ago, else by reading all records."""
    owner = _owner(connection)
    if owner is None:
        return
    try:
        by_ids = open_adapter(connection).lists_ids and not _read_is_due(connection, timezone.now())
    except CRMError:  # its health says so once a sync is tried
        return
    syncing.begin(connection, owner, whole=not by_ids, by_ids=by_ids, scheduled=True)


def next_comparison(connection: Connection) -> datetime | None:
    """When all records are gone through next; None when nobody but a person begins it."""
    if not connection.compare_days or connection.synced_at is None:
        return None
    return (connection.compared_at or connection.created_at) + timedelta(days=connection.compare_days)


def _is_due(connection: Connection, now: datetime) -> bool:
    """Whether it is time, no sync is under way, and none has just been tried in vain."""
    when = next_comparison(connection)
    if when is None or when > now:
        return False
    recent = Sync.objects.filter(connection=connection, whole=True, created_at__gt=now - TRIED_AGAIN)
    return not recent.exists() and syncing.open_sync(connection) is None


def _read_is_due(connection: Connection, now: datetime) -> bool:
    """Whether records have to be read again, not only listed."""
    rounds = timedelta(days=connection.compare_days * (READ_EVERY - 1) + 1)
    return connection.read_at is None or connection.read_at < now - rounds


def _owner(connection: Connection) -> User | None:
    """In whose name it runs: the admin who synced last, else the first there is."""
    admins = User.objects.staff().filter(role=Role.ADMIN, is_active=True)
    syncs = Sync.objects.filter(connection=connection, operation__owner__in=admins.values("pk"))
    last = syncs.order_by("-pk").values_list("operation__owner", flat=True).first()
    return admins.filter(pk=last).first() or admins.order_by("pk").first()
