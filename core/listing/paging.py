"""Pages over many rows: keys first, then only the page's rows; totals exact while that is cheap, "about" beyond.

Up to `EXACT_UP_TO` matching rows are counted. Beyond that the total is the planner's estimate, as long as nobody
asks for a page further in: then it is counted exactly, so that no page overlaps another and none is missing.

A table may be sorted by the name of something its rows belong to (an advisor, an experience). Reading that off a
join means sorting every row there is. A `Grouping` names the groups in order instead; each group's rows then
come off the index that begins with the group's key. See docs/decisions/0012-pages-of-many-rows.md.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count, F, Model, QuerySet, Value
from django.utils.functional import cached_property
from django_tables2 import Table
from django_tables2.rows import BoundRows

from core.listing.counting import how_many

EXACT_UP_TO = 20_000
GROUPS_TRIED = 20
NEAR = 2_000


@dataclass(frozen=True)
class Grouping:
    """A sort by the group a row belongs to: the column of the group's key, the keys in order, the order within.

    `keys()` gives every key that rows may have, ascending, None included where the column may be empty.
    """

    column: str
    keys: Callable[[], Sequence[Any]]
    within: tuple[str, ...]

    def order(self, key: Any, downwards: bool) -> list[Any]:
        """The order within one group.

        For the rows without a key it begins with the column: PostgreSQL does not take "is null" for a constant, and
        would sort them all instead of reading them off the index.
        """
        first = [F(self.column).desc() if downwards else F(self.column).asc()] if key is None else []
        return [*first, *([turned(name) for name in self.within] if downwards else self.within)]


@dataclass(frozen=True)
class Presence(Grouping):
    """A sort by something that not every row has: first those without, by key, then the others in their order.

    `column` is an annotation that tells whether there is one, `keys` are False and True: see `presence`.
    Together in one order, those without would have to be sorted by nothing before the first of the others is found.
    """

    def order(self, key: Any, downwards: bool) -> list[Any]:
        """The order within one group."""
        return super().order(key, downwards) if key else ["-pk" if downwards else "pk"]


def presence(column: str, *within: str) -> Presence:
    """A `Presence` by an annotation, and the order of the rows that have what it tells of."""
    return Presence(column, lambda: (False, True), within)


class KeyPaginator(Paginator):
    """Pages over a table's rows: keys first, from the nearer end, and then only the page's rows.

    A page number out of range or not a number shows the nearest page there is. `narrow` are the same rows found in
    another way or in another table, with their keys and all columns of the table's order: where given, keys are looked
    for and counted there. An order of its own, by what is the same in all its rows, comes before the table's.
    """

    object_list: BoundRows
    about = False  # whether `count` is an estimate
    groups: dict | None = None  # rows by group, once they have been counted

    def __init__(self, *args, narrow: QuerySet | None = None, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self._narrow = narrow

    def page(self, number):
        """The page nearest to `number`; its rows come in the order of the table."""
        number = max(whole(number, 1), 1)
        if self._keyed is not None and number * self.per_page > EXACT_UP_TO:
            self._count_exactly()
        number = min(number, self.num_pages)
        table = self.object_list.table
        if self._keyed is not None:
            return self._get_page(BoundRows(data=self._records(number), table=table), number, self)
        start = (number - 1) * self.per_page
        return self._get_page(self.object_list[start : start + self.per_page], number, self)

    @cached_property
    def count(self) -> int:
        """How many rows there are, exactly or, when `about`, by the planner's estimate."""
        if self._keyed is None:
            return len(self.object_list)
        counted = how_many(self._keyed, EXACT_UP_TO + 1)
        if counted <= EXACT_UP_TO:
            return counted
        self.about = True
        return max(estimate(self._keyed), counted)

    @cached_property
    def _keyed(self) -> QuerySet | None:
        """What gives the keys in the table's order, where its rows are rows of the database."""
        rows = self.object_list.data.data
        if not isinstance(rows, QuerySet):
            return None
        if self._narrow is None:
            return rows
        return self._narrow.order_by(*self._narrow.query.order_by, *order_of(rows))

    def _count_exactly(self) -> None:
        """Deep in a list only the exact number will do."""
        sort = sorted_by(self.object_list.table)
        if sort:
            self.groups = count_groups(self._keyed, sort[0])
        self.__dict__["count"] = sum(self.groups.values()) if sort else how_many(self._keyed)
        self.__dict__.pop("num_pages", None)
        self.about = False

    def _records(self, number: int) -> list[Model]:
        """The rows of one page."""
        start = (number - 1) * self.per_page
        keys = self._keys(self._keyed, start, min(start + self.per_page, self.count))
        rows = self.object_list.data.data
        found = {record.pk: record for record in rows.order_by().filter(pk__in=keys)}
        return [found[key] for key in keys if key in found]

    def _keys(self, ordered: QuerySet, start: int, stop: int) -> list:
        """The keys of the rows from `start` to `stop`. Past the middle the order is turned round: no page is far."""
        sort = sorted_by(self.object_list.table)
        if sort and (self.about or self.count > EXACT_UP_TO):
            return self._grouped_keys(ordered.order_by(), *sort, start, stop)
        if start > self.count // 2 and not self.about:
            backwards = ordered.reverse().values_list("pk", flat=True)
            return list(backwards[self.count - stop : self.count - start])[::-1]
        return list(ordered.values_list("pk", flat=True)[start:stop])

    def _grouped_keys(self, rows: QuerySet, grouping: Grouping, downwards: bool, start: int, stop: int) -> list:
        """As `_keys`, group after group.

        Near the beginning the first groups are likely to hold them all; else the groups are counted first.
        """
        groups = list(grouping.keys())
        if downwards:
            groups.reverse()
        if self.groups is None and stop <= NEAR:
            likely = 4 + 4 * stop * len(groups) // self.count
            first = [(key, 0, stop) for key in groups[: min(likely, GROUPS_TRIED)]]
            keys = _read(rows, grouping, downwards, first)[start:stop]
            if len(keys) == stop - start:
                return keys
        counts = self.groups or count_groups(rows, grouping)
        return _read(rows, grouping, downwards, list(_stretches(groups, counts, start, stop)))


def order_of(rows: QuerySet) -> list[Any]:
    """The order of `rows`: what was asked for, else that of their model."""
    return list(rows.query.order_by or (rows.query.get_meta().ordering if rows.query.default_ordering else ()))


def sorted_by(table: Table) -> tuple[Grouping, bool] | None:
    """The grouping by which alone the table is sorted, and whether downwards."""
    aliases = list(table.order_by or ())
    grouping = getattr(table, "groupings", {}).get(aliases[0].lstrip("-")) if len(aliases) == 1 else None
    return (grouping, aliases[0].startswith("-")) if grouping else None


def count_groups(rows: QuerySet, grouping: Grouping) -> dict:
    """How many rows each group has, without those that have none."""
    return dict(rows.order_by().values_list(grouping.column).annotate(number=Count("pk")))


def _stretches(groups: list, counts: dict, start: int, stop: int) -> Iterator[tuple[Any, int, int]]:
    """Which part of which group lies between `start` and `stop`, given how many rows each has."""
    begin = 0
    for key in groups:
        end = begin + counts.get(key, 0)
        if begin < stop and end > start:
            yield key, max(start - begin, 0), min(stop, end) - begin
        begin = end


def _read(rows: QuerySet, grouping: Grouping, downwards: bool, stretches: list[tuple[Any, int, int]]) -> list:
    """The keys of stretches of groups, all in one statement for up to `GROUPS_TRIED` of them."""
    remaining, keys = iter(stretches), []
    while batch := list(islice(remaining, GROUPS_TRIED)):
        parts = [
            rows.filter(**{grouping.column: key} if key is not None else {f"{grouping.column}__isnull": True})
            .order_by(*grouping.order(key, downwards))
            .annotate(place=Value(place))
            .values_list("pk", "place")[first:last]
            for place, (key, first, last) in enumerate(batch)
        ]
        found = parts[0].union(*parts[1:], all=True) if len(parts) > 1 else parts[0]
        keys += [pk for pk, _ in sorted(found, key=lambda pair: pair[1])]  # stable: the order within stays
    return keys


def turned(name: str) -> str:
    """The same field in the other direction."""
    return name[1:] if name.startswith("-") else f"-{name}"


def estimate(rows: QuerySet) -> int:
    """How many rows the planner expects."""
    plan = json.loads(rows.order_by().values("pk").explain(format="json"))
    return int(plan[0]["Plan"]["Plan Rows"])


def whole(text, default: int) -> int:
    """A whole number from the URL, or the default."""
    try:
        return int(text)
    except (TypeError, ValueError):
        return default
