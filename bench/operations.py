"""Bulk changes and their undoing: rows a second, with history, before- and after-values and a line per contact.

They run in a process of their own, as with a worker; meanwhile somebody goes on looking at the contact list.
"""

import subprocess
import sys
import time
from collections.abc import Iterator

import psutil
from django.db.models.functions import Mod
from django.urls import reverse

from bench import people
from bench.figures import MEGABYTE, Figure, Missing, milliseconds, p50, p95
from contacts.models import Contact
from contacts.operations import undoing
from core.models import Operation
from core.operations import selecting
from experiences.models import Experience

ORDER = 40
ROWS_AT_MOST = 100_000
# 100,000 contacts in 20 seconds.
ROWS_PER_SECOND = 5_000
MEMORY_MB = 100
PREVIEW_MS = 3_000  # our own: everybody is judged, and those who no longer match the filter are looked for
WORKER = "import django, sys; django.setup(); from core.operations import running; running.run(int(sys.argv[1]))"


def operations() -> Iterator[Figure]:
    """Select everybody and open a form; assign an experience to a tenth of all, spread over the whole firm; undo it."""
    yield from _select_all()
    admin = people.admin()
    experience = Experience.objects.order_by("pk").last()
    assign = Operation.objects.create(
        kind="contacts.assign",
        title="Assign",
        owner=admin,
        params={"experience": experience.pk, "campaign": None, "start_over": True},
        query="created_from=2000-01-01",  # as if chosen by a filter: each chunk is held to it
    )
    tenth = Contact.objects.editable_by(admin).filter(deactivated_at=None).alias(tenth=Mod("pk", 10)).filter(tenth=0)
    selecting.freeze(assign, list(tenth.order_by("pk").values_list("pk", flat=True)[:ROWS_AT_MOST]))
    yield from _run("operations.assign", assign)
    yield from _run("operations.undo", undoing.draft(assign, admin))


def _select_all() -> Iterator[Figure]:
    """From the press of "Assign experience" with all that there are to the form; then the preview of assigning it."""
    client, address = people.signed_in(people.admin()), reverse("contacts:bulk", args=["contacts.assign"])

    def choose() -> None:
        answer = client.post(address, {"all": "1", "query": ""})
        if answer.status_code != 302:
            raise Missing(f"{address} answers {answer.status_code} to a selection.")
        people.page(client, answer.url)

    yield Figure("operations.select_all.p50", p50(milliseconds(choose, 3)), "ms", 500)
    draft = Operation.objects.filter(state="draft").latest("pk")
    draft.params = {"experience": Experience.objects.order_by("pk").last().pk, "campaign": None, "start_over": False}
    draft.query = "created_from=2000-01-01"  # as if chosen by a filter: who has left it is looked for
    draft.save()

    def look() -> None:
        people.page(client, f"{address}?draft={draft.pk}&step=confirm")

    yield Figure("operations.preview_all.p50", p50(milliseconds(look, 3)), "ms", PREVIEW_MS)
    Operation.objects.filter(state="draft").delete()


def _run(name: str, operation: Operation) -> Iterator[Figure]:
    """Run an operation to its end in a worker's process, and look at the list all the while."""
    Operation.objects.filter(pk=operation.pk).update(state=Operation.State.QUEUED)
    client, address = people.signed_in(people.admin()), reverse("contacts:list")
    worker = subprocess.Popen([sys.executable, "-c", WORKER, str(operation.pk)])
    pages, memory = [], []
    while worker.poll() is None:
        started = time.perf_counter()
        people.page(client, f"{address}?page={len(pages) % 40 + 1}")
        pages.append((time.perf_counter() - started) * 1000)
        memory.append(_memory(worker.pid))
        time.sleep(0.2)
    operation.refresh_from_db()
    if operation.state != Operation.State.FINISHED or operation.done != operation.total:
        raise Missing(f"{operation.title} ended {operation.state} with {operation.done} of {operation.total} done.")
    taken = (operation.finished_at - operation.started_at).total_seconds()
    yield Figure(f"{name}.rows", operation.done, "rows")
    yield Figure(f"{name}.rows_per_second", operation.done / taken, "rows/s", ROWS_PER_SECOND, at_least=True)
    yield Figure(f"{name}.list_meanwhile.p50", p50(pages), "ms", 40)
    yield Figure(f"{name}.list_meanwhile.p95", p95(pages), "ms", 120)
    yield Figure(f"{name}.worker_memory", max(memory), "MB", 100 + MEMORY_MB)


def _memory(pid: int) -> float:
    """What a process holds now, in megabytes; nothing when it has just ended."""
    try:
        return psutil.Process(pid).memory_info().rss / MEGABYTE
    except psutil.Error:
        return 0.0


BENCHMARKS = {"operations": operations}
