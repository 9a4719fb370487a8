"""What a page costs, however deeply it is called: one more middleware must not make it slower by half."""

import statistics
import time
from collections.abc import Callable, Iterator
from resource import RUSAGE_SELF, getrusage

from django.urls import reverse

from advisorhub.frames import with_room
from bench import people
from bench.figures import Figure
from contacts.models import Contact

ORDER = 15
DEPTHS = range(0, 120, 3)
FAULTS = 50  # page faults of a page at any depth; thousands at unlucky ones without room


def call_depth() -> Iterator[Figure]:
    """CPU time and page faults of a list and a contact over depths, as served, and without room for frames."""
    client = people.signed_in(people.admin())
    contact = Contact.objects.visible_to(people.admin()).order_by("pk").first()
    pages = {"list": reverse("contacts:list"), "contact": reverse("contacts:detail", args=[contact.pk])}
    for name, address in pages.items():
        get = _getter(client, address)
        for kind, call in (("served", with_room(get)), ("without_room", get)):
            found = [_cost(call, depth) for depth in DEPTHS]
            times, faults = zip(*found, strict=True)
            median = statistics.median(times)
            most = FAULTS if kind == "served" else None
            yield Figure(f"call_depth.{name}.{kind}.cpu_median", median, "ms")
            yield Figure(f"call_depth.{name}.{kind}.worst_to_median", max(times) / median, "")
            yield Figure(f"call_depth.{name}.{kind}.faults_median", statistics.median(faults), "faults")
            yield Figure(f"call_depth.{name}.{kind}.faults_worst", max(faults), "faults", budget=most)


def _getter(client, address: str) -> Callable[[], None]:
    def get() -> None:
        assert client.get(address).status_code == 200

    return get


def _cost(page: Callable[[], None], depth: int) -> tuple[float, float]:
    """Milliseconds of CPU and page faults of the cheapest of five calls at this depth."""

    def measured() -> tuple[float, float]:
        faults, began = getrusage(RUSAGE_SELF).ru_minflt, time.process_time()
        page()
        return (time.process_time() - began) * 1000, getrusage(RUSAGE_SELF).ru_minflt - faults

    runs = [_deeper(measured, depth) for _ in range(5)]
    return min(run[0] for run in runs), min(run[1] for run in runs)


def _deeper(call: Callable[[], tuple[float, float]], depth: int) -> tuple[float, float]:
    return _deeper(call, depth - 1) if depth else call()


BENCHMARKS = {"call_depth": call_depth}
