"""How fast the demo firm is loaded; it is also what all other benchmarks work on."""

import sys
import time
from collections.abc import Iterator

from django.core.cache import cache
from django.core.management import call_command
from django.db import connection

from bench.figures import Figure, Missing, PeakMemory

ORDER = 0
# A million contacts in six minutes.
ROWS_PER_SECOND = 2800

_loading: dict[str, float] = {}


def prepare() -> None:
    """Migrate the scratch database, and put scripts and styles where the pages look for them."""
    cache.clear()  # also what the scratch database before this one left there
    call_command("migrate", verbosity=0, interactive=False)
    call_command("collectstatic", verbosity=0, interactive=False)


def fill(contacts: int) -> None:
    """Load the demo firm."""
    started = time.perf_counter()
    with PeakMemory() as memory:
        call_command("load_demo", contacts=contacts, stdout=sys.stderr)
    _loading.update(contacts=contacts, seconds=time.perf_counter() - started, growth=memory.growth)


def settle() -> None:
    """Let PostgreSQL finish what migrating a kept firm has left to it, as it has long done in a firm at work."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE)")
        cursor.execute("CHECKPOINT")


def loading() -> Iterator[Figure]:
    """What `fill` took."""
    if not _loading:
        raise Missing("The firm was kept from an earlier run: its loading was not measured.")
    yield Figure("demo.seconds", _loading["seconds"], "s")
    rate = _loading["contacts"] / _loading["seconds"]
    yield Figure("demo.contacts_per_second", rate, "rows/s", ROWS_PER_SECOND, at_least=True)
    yield Figure("demo.memory_growth", _loading["growth"], "MB", 100)


BENCHMARKS = {"demo": loading}
