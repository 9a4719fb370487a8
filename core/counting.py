"""How many rows match: counted once, and not again while none of them has changed.

Whoever pages through a list, or comes back to it, asks for the same number again and again, and on a large list that
number is most of the page's time. It is kept for a minute beside the newest entry of the model's history: any change
since makes it worthless. What a filter asks beyond the rows themselves (a tag, a household's name) leaves no entry
there; that is why it is kept for a minute only, and never where it is small enough to be looked at closely.
"""

from hashlib import sha256

from django.core.cache import cache
from django.core.exceptions import EmptyResultSet
from django.db.models import BigIntegerField, QuerySet, Subquery
from redis.exceptions import RedisError

REMEMBERED_FROM = 500
SECONDS = 60


class Number(Subquery):
    """How many rows a query has."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) counted)"
    output_field = BigIntegerField()


def how_many(rows: QuerySet, at_most: int | None = None) -> int:
    """The number of `rows`, or `at_most` where there are more; one statement either way."""
    rows = rows.order_by().values("pk")[:at_most] if at_most else rows.order_by().values("pk")
    events = next(iter(getattr(rows.model, "pgh_event_models", {}).values()), None)
    if events is None:
        return rows.count()
    try:
        statement, values = rows.query.sql_with_params()
    except EmptyResultSet:
        return 0
    key = f"count:{sha256(repr((statement, values)).encode()).hexdigest()}"
    newest = events.objects.order_by("-pgh_id")
    counted, entry = _recall(key)
    if counted and newest.values_list("pgh_id", flat=True).first() == entry:
        return counted
    entry, counted = newest.values_list("pgh_id", Number(rows)).first() or (None, rows.count())
    if entry and counted >= REMEMBERED_FROM:
        _keep(key, (counted, entry))
    return counted


def _recall(key: str) -> tuple[int, int]:
    """A number and the entry it goes with; zeros when there is none, or no Redis."""
    try:
        return cache.get(key) or (0, 0)
    except RedisError:
        return 0, 0


def _keep(key: str, found: tuple[int, int]) -> None:
    """Keep a number for a minute; without Redis it is counted again."""
    try:
        cache.set(key, found, SECONDS)
    except RedisError:
        pass
