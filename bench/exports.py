"""Exports of everybody: how long, and whether memory stays flat."""

import time
from collections.abc import Iterator

from django.urls import reverse

from bench import people
from bench.figures import Figure, Missing, PeakMemory
from contacts.models import Contact

ORDER = 20
SECONDS_PER_100_000 = 10
MEMORY_MB = 50


def contact_export() -> Iterator[Figure]:
    """The contact list as a file."""
    yield from _both_formats("export.contacts", reverse("contacts:export"))


def report_export() -> Iterator[Figure]:
    """The experience report as a file."""
    yield from _both_formats("export.report", reverse("reports:experience_export"))


def _both_formats(name: str, address: str) -> Iterator[Figure]:
    """CSV and XLSX of all rows. The first hundred rows have been exported once before, so libraries are loaded."""
    admin = people.admin()
    client = people.signed_in(admin)
    rows = Contact.objects.visible_to(admin).count()
    seconds = SECONDS_PER_100_000 * max(rows, 1000) / 100_000
    for file_format in ("csv", "xlsx"):
        _download(client, f"{address}?format={file_format}&q=zzyzx")
        started = time.perf_counter()
        with PeakMemory() as memory:
            size, lines = _download(client, f"{address}?format={file_format}")
        taken = time.perf_counter() - started
        if file_format == "csv" and lines < rows:
            raise Missing(f"{address} gave {lines} lines for {rows} contacts.")
        yield Figure(f"{name}.{file_format}.seconds", taken, "s", seconds)
        yield Figure(f"{name}.{file_format}.memory_growth", memory.growth, "MB", MEMORY_MB)
        yield Figure(f"{name}.{file_format}.size", size / 1_000_000, "MB")


def _download(client, address: str) -> tuple[int, int]:
    """Read a file to its end, as a browser would; its size in bytes and its line ends."""
    answer = client.get(address)
    if answer.status_code != 200 or not answer.streaming:
        raise Missing(f"{address} answers {answer.status_code} and {'streams' if answer.streaming else 'no stream'}.")
    size = lines = 0
    for part in answer.streaming_content:
        size += len(part)
        lines += part.count(b"\n")
    answer.close()
    return size, lines


BENCHMARKS = {"contact_export": contact_export, "report_export": report_export}
