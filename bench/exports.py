"""Exports of everybody: how long, and whether memory stays flat."""

import time
from collections.abc import Iterator
from urllib.parse import urlencode

from django.urls import reverse

from bench import people
from bench.figures import Figure, Missing, PeakMemory
from contacts.models import Contact
from core.models import ExportFile, Operation
from core.operations import running
from reports.querysets import assigned

ORDER = 20
# A million rows in 60 and in 180 seconds.
SECONDS_PER_MILLION = {"csv": 60, "xlsx": 180}
MEMORY_MB = 50


def contact_export() -> Iterator[Figure]:
    """The contact list as a file."""
    yield from _both_formats(
        "export.contacts", reverse("contacts:export"), Contact.objects.visible_to(people.admin()).count()
    )


def report_export() -> Iterator[Figure]:
    """The experience report as a file."""
    yield from _both_formats("export.report", reverse("reports:experience_export"), assigned(people.admin()).count())


def _both_formats(name: str, address: str, rows: int) -> Iterator[Figure]:
    """CSV and XLSX of all rows. An export of one goes before, so that libraries are loaded."""
    client = people.signed_in(people.admin())
    for file_format in ("csv", "xlsx"):
        _download(client, f"{address}?{urlencode({'q': people.contact().email})}", file_format)
        started = time.perf_counter()
        with PeakMemory() as memory:
            size, lines = _download(client, address, file_format)
        taken = time.perf_counter() - started
        if file_format == "csv" and lines < rows:
            raise Missing(f"{address} gave {lines} lines for {rows:,} contacts.")
        seconds = SECONDS_PER_MILLION[file_format] * max(rows, 50_000) / 1_000_000
        yield Figure(f"{name}.{file_format}.seconds", taken, "s", seconds)
        yield Figure(f"{name}.{file_format}.memory_growth", memory.growth, "MB", MEMORY_MB)
        yield Figure(f"{name}.{file_format}.size", size / 1_000_000, "MB")


def _download(client, address: str, file_format: str) -> tuple[int, int]:
    """Read a file to its end, as a browser would, after writing it as a worker; its size in bytes and its line ends."""
    query = address.partition("?")[2]
    answer = client.post(address, {"format": file_format, "all": "1", "query": query})
    if answer.status_code == 302:
        operation = Operation.objects.latest("pk")
        running.run(operation.pk)
        answer = client.get(reverse("core:export_file", args=[operation.pk]))
    if answer.status_code != 200 or not answer.streaming:
        raise Missing(f"{address} answers {answer.status_code} and {'streams' if answer.streaming else 'no stream'}.")
    size = lines = 0
    for part in answer.streaming_content:
        size += len(part)
        lines += part.count(b"\n")
    answer.close()
    clear_exports()
    return size, lines


def clear_exports() -> None:
    """Remove the files: a run leaves nothing behind."""
    for made in ExportFile.objects.all():
        made.file.delete(save=False)
        made.delete()


BENCHMARKS = {"contact_export": contact_export, "report_export": report_export}
