"""How fast a file is checked, imported and undone, in rows a second, and with how much memory."""

import csv
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
from django.core.files import File

from accounts.models import User
from bench.figures import MEGABYTE, Figure
from bench.undoing import undone
from contacts.imports import steps
from contacts.models import FileImport
from core.models import Operation
from core.operations import running

ORDER = 900  # it writes: after everything that reads
ROWS = 100_000


def importing() -> Iterator[Figure]:
    """Check and import 100,000 new contacts, check the same file again, undo the import and do it again."""
    admin = User.objects.filter(role="admin").first()
    advisor = User.objects.possible_advisors().first()
    process = psutil.Process()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "people.csv"
        with path.open("w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["First name", "Last name", "Email", "Phone", "Type", "Advisor", "City", "Postal code"])
            for n in range(ROWS):
                phone = f"(212) 555-{n % 10000:04d}"
                mail = f"bench{n}@example.com"
                writer.writerow([f"First{n}", f"Last{n}", mail, phone, "client", advisor.email, "Springfield", "62700"])
        with path.open("rb") as file:
            before = process.memory_info().rss
            one = steps.receive(File(file, name="people.csv"), admin)
            took = _work(one, "check", admin)
            yield Figure("import.check", ROWS / took, "rows/s", budget=5000, at_least=True)
            took = _work(one, "apply", admin)
            yield Figure("import.apply", ROWS / took, "rows/s", budget=3000, at_least=True)
            grown = max(0, process.memory_info().rss - before) / MEGABYTE
            yield Figure("import.memory_growth", grown, "MB", budget=100)
            file.seek(0)
            again = steps.receive(File(file, name="people.csv"), admin)
            _work(again, "check", admin)
            unchanged = again.rows.filter(verdict="unchanged").count()
            yield Figure("import.again_unchanged", unchanged, "rows", budget=ROWS, at_least=True)
    one.refresh_from_db()
    yield from undone("import.undo", one.apply_operation)
    yield from undone("import.redo", Operation.objects.get(undoes=one.apply_operation))


def _work(one: FileImport, step: str, admin: User) -> float:
    """Do a step as the worker would, and tell how many seconds it took."""
    if step == "check":
        steps.check(one, one.mapping, {}, admin)
    else:
        steps.apply(one, admin)
    one.refresh_from_db()
    operation = one.check_operation if step == "check" else one.apply_operation
    start = time.perf_counter()
    running.run(operation.pk)
    took = time.perf_counter() - start
    operation.refresh_from_db()
    one.refresh_from_db()
    if operation.state != "finished":
        raise RuntimeError(f"The {step} ended as {operation.state}: {operation.error}")
    return took


BENCHMARKS = {"import": importing}
