"""How many rows match: counted once, and not again while none of them has changed.

Whoever pages through a list, or comes back to it, asks for the same number again and again, and on a large list that
number is most of the page's time. It is kept for a minute beside the newest notes that something changed
(`core.models.Change`): another one makes it worthless. What a filter asks beyond the rows themselves (a
tag, a household's name) leaves no note there; that is why it is kept for a minute only, and never where it is small
enough to be looked at closely. That there are more than are counted at all is taken to be so for some seconds, whatever
changes: while an operation changes rows all the time, each page would count thousands again to learn nothing new.
"""

import time
from hashlib import sha256

from django.core.cache import cache
from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet
from redis.exceptions import RedisError

REMEMBERED_FROM = 500
SECONDS = 60
SECONDS_SURE = 5
# More than one: what was begun earlier may be committed later, and is then none of the newest.
NEWEST = "ARRAY(SELECT id FROM core_change ORDER BY id DESC LIMIT 20)"


def how_many(rows: QuerySet, at_most: int | None = None) -> int:
    """The number of `rows`, or `at_most` where there are more; one statement either way.

    It is kept for models that say `changes_noted`.
    """
    rows = rows.order_by().values("pk")[:at_most] if at_most else rows.order_by().values("pk")
    if not getattr(rows.model, "changes_noted", False):
        return rows.count()
    try:
        statement, values = rows.query.sql_with_params()
    except EmptyResultSet:
        return 0
    key = f"counted:{sha256(repr((statement, values)).encode()).hexdigest()}"
    counted, then, at = _recall(key)
    if counted and counted == at_most and time.time() - at < SECONDS_SURE:
        return counted
    with connection.cursor() as cursor:
        if counted:
            cursor.execute(f"SELECT {NEWEST}")
            if cursor.fetchone()[0] == then:
                return counted
        # In one statement, so that both are of one moment.
        cursor.execute(f"SELECT {NEWEST}, (SELECT COUNT(*) FROM ({statement}) AS counted)", values)  # noqa: S608
        now, counted = cursor.fetchone()
    if counted >= REMEMBERED_FROM:
        _keep(key, (counted, now, time.time()))
    return counted


def _recall(key: str) -> tuple[int, list[int], float]:
    """A number, the newest notes it goes with, and when it was counted; nothing when there is none, or no Redis."""
    try:
        return cache.get(key) or (0, [], 0.0)
    except RedisError:
        return 0, [], 0.0


def _keep(key: str, found: tuple[int, list[int], float]) -> None:
    """Keep a number for a minute; without Redis it is counted again."""
    try:
        cache.set(key, found, SECONDS)
    except RedisError:
        pass
