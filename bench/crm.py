"""The CRM room with the Demo CRM, which costs no network: sync into staging, import, a small change, differences."""

import time
from collections.abc import Iterator

from bench import people
from bench.figures import Figure, Missing, PeakMemory
from bench.undoing import undone
from core.models import Operation
from core.operations import running, selecting
from crm.adapters.demo.people import STEP
from crm.domain import syncing
from crm.domain.differences import summary
from crm.models import Connection, Record

ORDER = 60
RECORDS = 30_000
COMPARED = 10_000


def crm() -> Iterator[Figure]:
    """All of it on one worker."""
    admin = people.admin()
    connection = Connection.objects.create(name="Bench", adapter="demo", default_type="client")
    _at_step(connection, 0)
    with PeakMemory() as memory:
        taken = run(syncing.begin(connection, admin))
    yield Figure("crm.sync.records_per_second", RECORDS / taken, "records/s", 1_500, at_least=True)
    yield Figure("crm.sync.memory_growth", memory.growth, "MB", 50)
    operation = Operation.objects.create(kind="crm.import", title="Import", owner=admin)
    ready = Record.objects.filter(connection=connection, state="ready")
    selecting.freeze(operation, ready.values_list("pk", flat=True))
    operation.refresh_from_db()
    if not operation.total:
        raise Missing("Nothing is ready to be imported.")
    taken = run(running.start(operation))
    yield Figure("crm.import.rows_per_second", operation.total / taken, "rows/s", 2_000, at_least=True)
    yield from undone("crm.import.undo", operation)
    yield from undone("crm.import.redo", Operation.objects.get(undoes=operation))
    _at_step(connection, 50)
    yield Figure("crm.sync.small_change.seconds", run(syncing.begin(connection, admin)), "s", 5)
    linked = Record.objects.filter(connection=connection, contact__isnull=False).select_related("contact")
    began = time.perf_counter()
    summary(linked.compared().order_by("pk")[:COMPARED])
    yield Figure("crm.differences.seconds", time.perf_counter() - began, "s", 5)


def _at_step(connection: Connection, steps: int) -> None:
    """Set the Demo CRM to how it is after so many steps."""
    from datetime import UTC, datetime

    began = (datetime.now(UTC) - steps * STEP).isoformat()
    Connection.objects.filter(pk=connection.pk).update(config={"size": str(RECORDS), "began": began})
    connection.refresh_from_db()


def run(operation: Operation) -> float:
    """Run an operation as a worker does. Returns the seconds it took."""
    began = time.perf_counter()
    running.run(operation.pk)
    taken = time.perf_counter() - began
    state = Operation.objects.get(pk=operation.pk).state
    if state != Operation.State.FINISHED:
        words = Connection.objects.order_by("-pk").values_list("trouble", flat=True).first()
        raise Missing(f"{operation.title} ended {state}. {words}".strip())
    return taken


BENCHMARKS = {"crm": crm}
