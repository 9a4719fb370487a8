"""A book of 20,000 under Wealthbox's real limit, 300 calls in 5 minutes: no call too many, hardly any time lost.

It takes more than ten minutes, so it is run when it is named: `script/bench crm_limit`. The fake gives 25 rows a page,
so that the sync needs more than two windows. Between them the operation rests, and goes on by the sweep, as in a firm.
"""

import time
from collections.abc import Iterator

from django.conf import settings
from django.test import override_settings
from django.utils import timezone

from bench import people
from bench.fake_crm import fake_crm
from bench.figures import Figure, Missing
from core.models import Operation
from core.operations import running
from crm.domain import syncing
from crm.models import Connection, Record

ORDER = 75
NAMED_ONLY = True
RECORDS, PAGE = 20_000, 25
CALLS, SECONDS = 300, 300


def crm_limit() -> Iterator[Figure]:
    """One sync, from its beginning to its end."""
    limit = {"cap": PAGE, "limit": (CALLS, SECONDS)}
    with override_settings(CRM_PRIVATE_HOSTS=["127.0.0.1"]), fake_crm("wealthbox", RECORDS, **limit) as remote:
        connection = Connection.objects.create(name="Real limit", adapter="wealthbox", config=remote.config)
        taken, rests = _by_the_sweep(syncing.begin(connection, people.admin()))
        calls, refused = remote.calls()
    staged = Record.objects.filter(connection=connection).count()
    if staged != RECORDS:
        raise Missing(f"{staged:,} of {RECORDS:,} records are in staging.")
    least = (calls - 1) // CALLS * SECONDS  # before that moment the last call may not be made
    yield Figure("crm.limit.seconds", taken, "s")
    yield Figure("crm.limit.rests", rests, "times")
    yield Figure("crm.limit.calls", calls, "calls")
    yield Figure("crm.limit.refused", refused, "calls", 0)
    yield Figure("crm.limit.wasted", 100 * (1 - least / taken), "%", 10)


def _by_the_sweep(operation: Operation) -> tuple[float, int]:
    """Run an operation as a worker and the sweep do. The seconds until its end, and how often it rested."""
    every = settings.CELERY_BEAT_SCHEDULE["sweep"]["schedule"]
    began, rests = time.perf_counter(), 0
    running.run(operation.pk)
    while True:
        operation.refresh_from_db()
        if operation.state == Operation.State.FINISHED:
            return time.perf_counter() - began, rests
        if operation.state != Operation.State.QUEUED:
            raise Missing(f"The sync ended {operation.state}. {operation.error}".strip())
        rests += 1
        while operation.wait_until and operation.wait_until > timezone.now():
            time.sleep(every - (time.perf_counter() - began) % every)  # until the next sweep
        running.run(operation.pk)


BENCHMARKS = {"crm_limit": crm_limit}
