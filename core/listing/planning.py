"""Helping PostgreSQL's planner where it cannot know how many rows to expect."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction
from django.db.models import Model

LOOKED_UP = 2_000
SHARE = 12


@contextmanager
def expecting(rows: int, model: type[Model]) -> Iterator[None]:
    """For statements that join a frozen selection of so many rows with the table of `model`.

    A selection is one array, which the planner takes for ten rows: it looks each of a million up by its key, 5 µs each.
    From about a twelfth of the table on, reading it as a whole and comparing by hash is faster, 0.6 µs, and all cores
    take part. Fewer are left to the planner. See docs/decisions/0017-plans-at-a-million.md. One within another is of
    no use: the inner one's end is the outer one's.
    """
    if rows < LOOKED_UP or rows * SHARE < _estimated(model):
        yield
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_nestloop = off; SET LOCAL work_mem = '32MB'")
        yield
        cursor.execute("SET LOCAL enable_nestloop TO DEFAULT; SET LOCAL work_mem TO DEFAULT")


def _estimated(model: type[Model]) -> int:
    """How many rows the table has, by its statistics; none where it was never analysed."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples::bigint FROM pg_class WHERE oid = %s::regclass", [model._meta.db_table])
        return cursor.fetchone()[0]
