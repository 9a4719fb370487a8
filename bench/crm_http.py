"""The CRM room over HTTP, against fakes in processes of their own: a first sync, a small change, a strict limit."""

import time
from collections.abc import Iterator

from django.test import override_settings

from bench import people
from bench.crm import run
from bench.fake_crm import fake_crm
from bench.figures import Figure, Missing, PeakMemory
from crm.base import Rate
from crm.domain import syncing
from crm.models import Connection, Record
from crm.registry import adapters

ORDER = 70
RECORDS = 200_000
CHANGED = 100
# Wealthbox allows 300 calls in 300 seconds; here it is twenty times as fast in shorter windows, and a page has five
# rows, so that calls are many.
CALLS, SECONDS, PAGE, LIMITED = 100, 5, 5, 2_000


def crm_http() -> Iterator[Figure]:
    """Both, one after the other."""
    with override_settings(CRM_PRIVATE_HOSTS=["127.0.0.1"]):
        yield from _large()
        yield from _limited()


def _large() -> Iterator[Figure]:
    """A book of 200,000 for the first time, and then a hundred changes in it."""
    with fake_crm("dataverse", RECORDS, most=1000) as remote:
        connection = Connection.objects.create(name="Large", adapter="dataverse", config=remote.config)
        with PeakMemory() as memory:
            taken = run(syncing.begin(connection, people.admin()))
        _staged(connection, RECORDS)
        yield Figure("crm.http.sync.records_per_second", RECORDS / taken, "records/s", 1_500, at_least=True)
        yield Figure("crm.http.sync.memory_growth", memory.growth, "MB", 50)
        remote.change(CHANGED)
        connection.refresh_from_db()
        taken = run(syncing.begin(connection, people.admin()))
        changed = Record.objects.filter(connection=connection, values__city="Shelbyville").count()
        if changed != CHANGED:
            raise Missing(f"{changed} of {CHANGED} changes arrived.")
        yield Figure("crm.http.sync.hundred_changes.seconds", taken, "s", 5)


def _limited() -> Iterator[Figure]:
    """A sync that the limit holds up: no call too many, and hardly any time lost beyond what the limit costs."""
    adapter = adapters()["wealthbox"]
    hurried = type("Hurried", (adapter,), {})
    hurried.capabilities = adapter.capabilities.__class__(
        **{**adapter.capabilities.__dict__, "rates": {"": Rate(CALLS, SECONDS)}}
    )
    adapters()["wealthbox"] = hurried
    try:
        with fake_crm("wealthbox", LIMITED, cap=PAGE, limit=(CALLS, SECONDS)) as remote:
            connection = Connection.objects.create(name="Limited", adapter="wealthbox", config=remote.config)
            began = time.perf_counter()
            run(syncing.begin(connection, people.admin()))
            taken = time.perf_counter() - began
            calls, refused = remote.calls()
            _staged(connection, LIMITED)
    finally:
        adapters()["wealthbox"] = adapter
    least = (calls - 1) // CALLS * SECONDS  # before that moment the last call may not be made
    yield Figure("crm.http.limited.calls", calls, "calls")
    yield Figure("crm.http.limited.refused", refused, "calls", 0)
    yield Figure("crm.http.limited.wasted", 100 * (1 - least / taken), "%", 10)


def _staged(connection: Connection, count: int) -> None:
    """All of them are in staging."""
    found = Record.objects.filter(connection=connection).count()
    if found != count:
        raise Missing(f"{found:,} of {count:,} records are in staging.")


BENCHMARKS = {"crm_http": crm_http}
