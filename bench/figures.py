"""What a benchmark yields, and how it measures.

A module of this folder that has `BENCHMARKS: dict[str, Callable[[], Iterable[Figure]]]` is found by itself:

    def searching() -> Iterator[Figure]:
        yield Figure("search.common.p50", 12.3, "ms", budget=100)

    BENCHMARKS = {"search": searching}

`ORDER` (100 unless set) says when the module runs: one that only reads comes before one that writes. One that takes
long has `NAMED_ONLY = True` and runs only when it is named. The firm it finds is the demo firm of `--contacts`.
What a benchmark needs and does not find is an exception: a figure that could not be taken is a failure, never left out.
"""

import json
import statistics
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
from django.db import connection
from django.template import Context, Template

REPETITIONS = 15
MEGABYTE = 1024 * 1024


@dataclass(frozen=True)
class Figure:
    """One measured value beside its budget: an upper bound, or a lower one when `at_least`.

    Without a budget it is only told. `error` says why a value could not be taken; such a figure is never ok.
    """

    name: str
    value: float | None
    unit: str
    budget: float | None = None
    at_least: bool = False
    error: str = ""

    @property
    def ok(self) -> bool:
        """Whether the value keeps the budget."""
        if self.error or self.value is None:
            return False
        if self.budget is None:
            return True
        return self.value >= self.budget if self.at_least else self.value <= self.budget

    @property
    def milliseconds(self) -> float | None:
        """The time it tells of, for a rate that of a thousand rows; None when it is about something else."""
        if not self.value:
            return None
        if self.unit.endswith("/s"):
            return 1_000_000 / self.value
        return {"ms": self.value, "s": self.value * 1000}.get(self.unit)

    def line(self, yardstick: float | None = None) -> str:
        """The figure as one line of JSON; times, those of a thousand rows too, also as multiples of the yardstick."""
        shown = {"name": self.name, "value": _rounded(self.value), "unit": self.unit, "budget": self.budget}
        shown["ok"] = self.ok
        if yardstick and self.milliseconds:
            shown["yardsticks"] = _rounded(self.milliseconds / yardstick)
        if self.error:
            shown["error"] = self.error
        return json.dumps(shown)


class Missing(Exception):
    """A benchmark found nothing to measure: a page, a row or a reply it needs is not there."""


# Neither reads a table of ours: what the application does better or worse leaves the yardstick as it is.
SQL = """
SELECT number, md5(number::text) AS word FROM generate_series(1, 20000) AS number
ORDER BY md5(number::text) LIMIT 200
"""
ROWS = Template("{% for number, word in rows %}<tr><td>{{ number }}</td><td>{{ word|upper }}</td></tr>{% endfor %}")


class Yardstick:
    """How long this machine takes for a fixed statement and for rendering what it found, in milliseconds.

    It is laid on again beside each figure: on a machine that others use too, all times go up and down together by half
    and more within seconds, and only what was measured about the same moment tells whether a page has become slower.
    """

    def __init__(self) -> None:
        self._taken: list[float] = []
        self._once()

    def now(self) -> float:
        """The median of five."""
        taken = [self._once() for _ in range(5)]
        self._taken += taken
        return statistics.median(taken)

    def figures(self) -> Iterator[Figure]:
        """What it was while the benchmarks ran, and at its fastest: how far the machine was from calm."""
        if self._taken:
            yield Figure("yardstick.p50", statistics.median(self._taken), "ms")
            yield Figure("yardstick.fastest", min(self._taken), "ms")

    def _once(self) -> float:
        started = time.perf_counter()
        with connection.cursor() as cursor:
            cursor.execute(SQL)
            ROWS.render(Context({"rows": cursor.fetchall()}))
        return (time.perf_counter() - started) * 1000


def milliseconds(call: Callable[[], object], repetitions: int = REPETITIONS) -> list[float]:
    """How long each of many calls took; one before them warms up and is not counted."""
    call()
    taken = []
    for _ in range(repetitions):
        started = time.perf_counter()
        call()
        taken.append((time.perf_counter() - started) * 1000)
    return taken


def p50(taken: list[float]) -> float:
    """The median."""
    return statistics.median(taken)


def p95(taken: list[float]) -> float:
    """What all but one in twenty stay below."""
    return sorted(taken)[max(0, -(-len(taken) * 95 // 100) - 1)]


@contextmanager
def counted_queries() -> Iterator[list[str]]:
    """The statements sent to the database inside the block."""
    statements: list[str] = []

    def note(execute, sql, params, many, context):
        statements.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield statements


class PeakMemory:
    """A context: the highest resident memory of this process inside it, above that at its beginning."""

    def __enter__(self) -> "PeakMemory":
        self._process = psutil.Process()
        self.before = self.peak = self._process.memory_info().rss
        self._over = threading.Event()
        self._watcher = threading.Thread(target=self._watch, daemon=True)
        self._watcher.start()
        return self

    def __exit__(self, *exc) -> None:
        self._over.set()
        self._watcher.join()
        self._look()

    @property
    def growth(self) -> float:
        """In megabytes."""
        return (self.peak - self.before) / MEGABYTE

    def _watch(self) -> None:
        while not self._over.wait(0.02):
            self._look()

    def _look(self) -> None:
        self.peak = max(self.peak, self._process.memory_info().rss)


def modules() -> list[str]:
    """The names of this folder's modules."""
    return sorted(path.stem for path in Path(__file__).parent.glob("*.py") if not path.stem.startswith("_"))


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 2)
