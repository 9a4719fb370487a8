"""What day it is where a contact lives."""

from collections.abc import Iterable
from datetime import date
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.utils import timezone

from accounts.models import Firm


def local_days(time_zones: Iterable[str], firm: Firm | None = None) -> dict[str, date]:
    """Today in each of the named zones, all taken at the same moment."""
    now = timezone.now()
    home = (firm or Firm.get()).time_zone
    return {name: now.astimezone(_zone(name) or _zone(home)).date() for name in time_zones}


def _zone(name: str) -> ZoneInfo | None:
    """The zone of that name, None for an empty or unknown one."""
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
