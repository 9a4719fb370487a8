"""Adapters by key, found through the entry-point group `advisorhub.crm_adapters`, ours included."""

import logging
from functools import cache
from importlib.metadata import entry_points

from crm.base import Adapter

GROUP = "advisorhub.crm_adapters"
logger = logging.getLogger(__name__)


@cache
def adapters() -> dict[str, type[Adapter]]:
    """All adapters that can be loaded, by key, in the order of their labels. A broken one is logged and left out."""
    found: dict[str, type[Adapter]] = {}
    for point in entry_points(group=GROUP):
        try:
            adapter = point.load()
        except Exception:
            logger.exception("The CRM adapter %s cannot be loaded.", point.name)
            continue
        if adapter.key == point.name and adapter.key not in found:
            found[adapter.key] = adapter
        elif found.get(adapter.key) is not adapter:
            logger.error("The CRM adapter %s (%s) is left out: its key is not its own.", point.name, point.value)
    return dict(sorted(found.items(), key=lambda pair: pair[1].label.lower()))
