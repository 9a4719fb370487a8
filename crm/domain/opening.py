"""From a connection to an adapter that can talk, and what becomes of a connection when talking fails."""

from collections.abc import Sequence

from django.conf import settings
from django.utils import timezone

from crm.base import Adapter
from crm.domain.credentials import unseal
from crm.domain.going_through import held_back_words, unanswered
from crm.domain.guarding import Guarded
from crm.errors import CRMError, SignInAgain, WillNotWork
from crm.http import PATIENCE, Http
from crm.limits import Limiter, connect
from crm.models import Connection
from crm.registry import unusable

PATIENCE_OF_PEOPLE = 30  # seconds that all calls together may take while somebody waits for a page


def open_adapter(connection: Connection, *, patient: bool = False) -> Guarded:
    """The connection's adapter with its credentials and its pace. Raises WillNotWork when it is not installed.

    `patient`: a worker asks, and nobody waits for the page that the answer is on.
    """
    if connection.adapter_class is None:
        why = unusable().get(connection.adapter, "It is not installed here.")
        raise WillNotWork(f"The adapter “{connection.adapter}” cannot be used. {why}")
    config = {**connection.config, **unseal(connection)}
    name = f"connection-{connection.pk}"
    found = make_adapter(connection.adapter_class, config, name, connection.fields, patient=patient)
    if connection.page_size:
        found.page_size = min(connection.page_size, found.page_size)
    return found


def make_adapter(
    adapter: type[Adapter], config: dict[str, str], name: str, fields: Sequence[str] = (), *, patient: bool = False
) -> Guarded:
    """A guarded adapter over an `Http` of ours; `name` tells its calls from those of other connections."""
    entered = [config.get(field.name, "") for field in adapter.config_fields if field.kind == "host"]
    own = [host.removeprefix("http://").partition("/")[0] for host in entered if host]
    seconds = adapter.capabilities.seconds
    http = Http(
        [*adapter.hosts, *own],
        private=settings.CRM_PRIVATE_HOSTS,
        pace=Limiter(connect(settings.REDIS_URL), name, adapter.capabilities.rates),
        seconds=seconds,
        patience=max(PATIENCE, seconds) if patient else PATIENCE_OF_PEOPLE,
        in_all=None if patient else PATIENCE_OF_PEOPLE,
        ca_bundle=settings.CRM_CA_BUNDLE,
    )
    return Guarded(adapter, config, http, fields)


def check(connection: Connection) -> bool:
    """Ask the CRM who we are and write down what it says. Returns whether it let us in."""
    try:
        adapter = open_adapter(connection)
        result = adapter.check()
    except CRMError as error:
        note_trouble(connection, error)
        return False
    was_new = connection.synced_at is None
    held_back, missing = unanswered(connection)
    state = Connection.State.NEW if was_new else Connection.State.GOOD
    told = {"credentials_expire_on": result.expires_on} if result.expires_on else {}  # else what a person entered stays
    Connection.objects.filter(pk=connection.pk).update(
        state=Connection.State.ATTENTION if held_back else state,
        trouble=held_back_words(held_back, missing) if held_back else "",
        who=result.who[:200],
        scopes=list(result.scopes),
        warnings=list(result.warnings),
        quota_left=result.quota_left if result.quota_left is not None else adapter.quota_left(),
        checked_at=timezone.now(),
        **told,
    )
    return True


def note_trouble(connection: Connection, error: CRMError) -> None:
    """Write down what is wrong; refused credentials need a person before anything is tried again."""
    values = {"trouble": str(error).replace("\x00", "")[:1000], "checked_at": timezone.now()}
    if isinstance(error, SignInAgain | WillNotWork):
        values["state"] = Connection.State.ATTENTION
    Connection.objects.filter(pk=connection.pk).update(**values)


def note_quota(connection: Connection, adapter: Guarded) -> None:
    """Write down how many calls are left today, if the CRM has said so."""
    quota = adapter.quota_left()
    if quota is not None:
        Connection.objects.filter(pk=connection.pk).update(quota_left=quota)
