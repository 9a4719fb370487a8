"""Adapters by key, found through the entry-point group `advisorhub.crm_adapters`, ours included."""

import logging
from functools import cache
from importlib.metadata import entry_points

from crm.base import Adapter
from crm.validation import class_problem

GROUP = "advisorhub.crm_adapters"
logger = logging.getLogger(__name__)


def adapters() -> dict[str, type[Adapter]]:
    """All adapters that can be used, by key, in the order of their labels."""
    return _found()[0]


def unusable() -> dict[str, str]:
    """Adapters that are installed and cannot be used: why, in words, by the name of their entry point."""
    return _found()[1]


@cache
def _found() -> tuple[dict[str, type[Adapter]], dict[str, str]]:
    """Both. A broken adapter is logged and left out; it harms no other, and no page."""
    good: dict[str, type[Adapter]] = {}
    bad: dict[str, str] = {}
    for point in entry_points(group=GROUP):
        try:
            adapter = point.load()
            problem = class_problem(adapter, point.name)
        except Exception as error:
            logger.exception("The CRM adapter %s cannot be loaded.", point.name)
            bad[point.name] = f"It cannot be loaded ({type(error).__name__}); the log tells more."
            continue
        if not problem and good.get(point.name, adapter) is not adapter:
            problem = "Another adapter has its key."
        if problem:
            logger.error("The CRM adapter %s (%s) is left out: %s", point.name, point.value, problem)
            bad[point.name] = problem
        else:
            good[point.name] = adapter
    return dict(sorted(good.items(), key=lambda pair: pair[1].label.lower())), bad


def look_again() -> None:
    """Forget which adapters were found, so that the next lookup searches again; tests change what is installed."""
    _found.cache_clear()
