"""Bulk changes and their undoing: rows a second, with history, before- and after-values and a line per contact."""

import time
from collections.abc import Iterator

from bench import people
from bench.figures import Figure, Missing, PeakMemory
from contacts.models import Contact
from contacts.operations import undoing
from core.domain import running, selecting
from core.models import Operation
from experiences.models import Experience

ORDER = 40
ROWS = 20_000
# 100,000 contacts in 20 seconds.
ROWS_PER_SECOND = 5_000
MEMORY_MB = 100


def operations() -> Iterator[Figure]:
    """Select many, assign an experience to them, and undo it."""
    admin = people.admin()
    experience = Experience.objects.order_by("pk").last()
    started = time.perf_counter()
    assign = Operation.objects.create(
        kind="contacts.assign",
        title="Assign",
        owner=admin,
        params={"experience": experience.pk, "campaign": None, "start_over": True},
    )
    first = Contact.objects.editable_by(admin).filter(deactivated_at=None).order_by("pk").values("pk")[:ROWS]
    selecting.freeze(assign, Contact.objects.editable_by(admin).filter(pk__in=first).values_list("pk", flat=True))
    yield Figure("operations.select.seconds", time.perf_counter() - started, "s", 0.5)
    with PeakMemory() as memory:
        yield _rate("operations.assign", assign)
        undo = undoing.draft(assign, admin)
        yield _rate("operations.undo", undo)
    yield Figure("operations.memory_growth", memory.growth, "MB", MEMORY_MB)


def _rate(name: str, operation: Operation) -> Figure:
    """Run an operation to its end as a worker would."""
    Operation.objects.filter(pk=operation.pk).update(state=Operation.State.QUEUED)
    started = time.perf_counter()
    running.run(operation.pk)
    taken = time.perf_counter() - started
    operation.refresh_from_db()
    if operation.state != Operation.State.FINISHED or operation.done != operation.total:
        raise Missing(f"{operation.title} ended {operation.state} with {operation.done} of {operation.total} done.")
    return Figure(f"{name}.rows_per_second", operation.done / taken, "rows/s", ROWS_PER_SECOND, at_least=True)


BENCHMARKS = {"operations": operations}
