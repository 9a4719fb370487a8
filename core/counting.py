"""How many rows match: counted once, and not again while none of them has changed.

Whoever pages through a list, or comes back to it, asks for the same number again and again, and on a large list that
number is most of the page's time. It is kept for a minute beside the newest entry of the model's history, and of those
whose values it repeats: any change since makes it worthless. What a filter asks beyond the rows themselves (a
tag, a household's name) leaves no entry there; that is why it is kept for a minute only, and never where it is small
enough to be looked at closely.
"""

from hashlib import sha256

from django.apps import apps
from django.core.cache import cache
from django.core.exceptions import EmptyResultSet
from django.db.models import BigIntegerField, Model, QuerySet, Subquery
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
    histories = _histories(rows.model)
    if not histories:
        return rows.count()
    try:
        statement, values = rows.query.sql_with_params()
    except EmptyResultSet:
        return 0
    key = f"count:{sha256(repr((statement, values)).encode()).hexdigest()}"
    newest, *others = (events.objects.order_by("-pgh_id") for events in histories)
    entries = ["pgh_id", *(Subquery(other.values("pgh_id")[:1]) for other in others)]
    counted, seen = _recall(key)
    if counted and newest.values_list(*entries).first() == seen:
        return counted
    *seen, counted = newest.values_list(*entries, Number(rows)).first() or (rows.count(),)
    if seen and counted >= REMEMBERED_FROM:
        _keep(key, (counted, tuple(seen)))
    return counted


def _histories(model: type[Model]) -> list[type[Model]]:
    """The histories that tell of every change to a model's rows.

    They are its own, and those of the models that it names in `counted_with`, whose values it repeats.
    """
    told = [model, *map(apps.get_model, getattr(model, "counted_with", ()))]
    return [events for one in told for events in list(getattr(one, "pgh_event_models", {}).values())[:1]]


def _recall(key: str) -> tuple[int, tuple]:
    """A number and the newest entries it goes with; nothing when there is none, or no Redis."""
    try:
        return cache.get(key) or (0, ())
    except RedisError:
        return 0, ()


def _keep(key: str, found: tuple[int, tuple]) -> None:
    """Keep a number for a minute; without Redis it is counted again."""
    try:
        cache.set(key, found, SECONDS)
    except RedisError:
        pass
