"""How fast an operation is undone: for the benchmarks of those that can be."""

import time
from collections.abc import Iterator

from bench.figures import Figure, Missing
from contacts.operations import undoing
from core.models import Operation
from core.operations import running
from core.registry import operation_types

ROWS_PER_SECOND = 2_500


def undone(name: str, operation: Operation) -> Iterator[Figure]:
    """Undo all that an operation did: how long the preview takes, and rows a second with history."""
    draft = undoing.draft(operation, operation.owner)
    start = time.perf_counter()
    operation_types[draft.kind].preview(draft)
    yield Figure(f"{name}.preview", (time.perf_counter() - start) * 1000, "ms")
    Operation.objects.filter(pk=draft.pk).update(state=Operation.State.QUEUED)
    start = time.perf_counter()
    running.run(draft.pk)
    took = time.perf_counter() - start
    draft.refresh_from_db()
    if not draft.total or draft.done != draft.total:
        raise Missing(f"{draft.title} ended {draft.state} with {draft.done} of {draft.total} done. {draft.error}")
    yield Figure(f"{name}.rows_per_second", draft.done / took, "rows/s", ROWS_PER_SECOND, at_least=True)
