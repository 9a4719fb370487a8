"""Weeks as a calendar shows them, with what is planned on each day."""

from dataclasses import dataclass, field
from datetime import date, timedelta

from django.utils.dateparse import parse_date
from django.utils.formats import get_format

WEEKS = 5


@dataclass(frozen=True)
class Day:
    """A day of the calendar with its entries."""

    on: date
    is_today: bool
    entries: list = field(default_factory=list)


@dataclass(frozen=True)
class Calendar:
    """Five whole weeks, and the days with which those before and after begin."""

    weeks: list[list[Day]]
    earlier: date
    later: date

    @property
    def first(self) -> date:
        """Its first day."""
        return self.weeks[0][0].on

    @property
    def last(self) -> date:
        """Its last day."""
        return self.weeks[-1][-1].on


def first_day(asked: str, otherwise: date) -> date:
    """The first day of the week of the date that an address asks for, or of `otherwise` when it asks for none."""
    try:
        on = parse_date(asked) or otherwise
    except ValueError:
        on = otherwise
    on = min(max(on, otherwise - timedelta(days=3660)), otherwise + timedelta(days=3660))
    return on - timedelta(days=(on.isoweekday() - get_format("FIRST_DAY_OF_WEEK")) % 7)


def calendar(begin: date, today: date, entries: dict[date, list]) -> Calendar:
    """The weeks from `begin`, which is the first day of a week; `entries` by day."""
    days = [begin + timedelta(days=number) for number in range(WEEKS * 7)]
    shown = [Day(on, on == today, entries.get(on, [])) for on in days]
    span = timedelta(days=WEEKS * 7)
    return Calendar([shown[at : at + 7] for at in range(0, WEEKS * 7, 7)], begin - span, begin + span)
