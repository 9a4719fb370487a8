"""How often something may be done, counted in PostgreSQL.

    EXPORTS = Limit("exports", most=60, seconds=3600, what="exports")
    take(EXPORTS, user.pk)  # raises TooOften

A counter begins with the first use and is forgotten after `seconds`. It stands in the database, as sessions do:
with Redis out of reach no limit is lifted and nobody is shut out, and without the database there is nothing to guard.
Call these outside of transactions: a count that is rolled back has not been made, and one that waits for its commit
holds up everybody else who is counted with it.

`core.middleware.LimitsMiddleware` turns TooOften into a page in words (429).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.utils import timezone
from django.utils.crypto import salted_hmac

from core.models import Tally

ADD = """
INSERT INTO core_tally (key, count, until)
SELECT key, 1, until FROM unnest(%(keys)s::text[], %(untils)s::timestamptz[]) AS new (key, until) ORDER BY key
ON CONFLICT (key) DO UPDATE SET
    count = CASE WHEN core_tally.until > %(now)s AND core_tally.until <= EXCLUDED.until + %(slack)s
        THEN least(core_tally.count + 1, 1000000000) ELSE 1 END,
    until = CASE WHEN core_tally.until > %(now)s AND core_tally.until <= EXCLUDED.until + %(slack)s
        THEN core_tally.until ELSE EXCLUDED.until END
RETURNING key, count, until
"""
# What lasts longer than its limit was counted while the clock was wrong. Clocks of several hosts differ by less.
SLACK = timedelta(minutes=5)
# In the order of the keys, as above: two that count the same things at once must not wait for each other.
GIVE_BACK = """
UPDATE core_tally SET count = greatest(count - 1, 0)
FROM (SELECT key FROM core_tally WHERE key = ANY(%(keys)s) ORDER BY key FOR UPDATE) AS held
WHERE core_tally.key = held.key
"""


@dataclass(frozen=True)
class Limit:
    """`most` uses in `seconds`. `what` names them in the plural for people; `name` is the limit's own."""

    name: str
    most: int
    seconds: int
    what: str


@dataclass(frozen=True)
class Use:
    """A limit and whom it counts: a user's key, an address, an account."""

    limit: Limit
    who: str

    @property
    def key(self) -> str:
        """Under which it is counted; nobody can tell from it who that is."""
        return salted_hmac("core.limits", f"{self.limit.name}:{self.who}", algorithm="sha256").hexdigest()


@dataclass(frozen=True)
class Count:
    """How often a use has been counted, itself included, and until when it is counted on."""

    use: Use
    number: int
    until: datetime

    @property
    def is_used_up(self) -> bool:
        """Whether no more is left of the limit."""
        return self.number >= self.use.limit.most


class TooOften(Exception):
    """A limit is used up. `limit` is which, `until` when it ends, `first` whether this is the first refusal of it."""

    def __init__(self, limit: Limit, until: datetime, *, first: bool = False) -> None:
        super().__init__(f"Too many {limit.what}.")
        self.limit, self.until, self.first = limit, until, first

    @property
    def wait(self) -> int:
        """Seconds until the limit ends, at least 1."""
        return max(1, int((self.until - timezone.now()).total_seconds()) + 1)


def take(limit: Limit, who: object) -> None:
    """Count one use by `who`. Raises TooOften when there were as many already."""
    count = add([Use(limit, str(who))])[0]
    if count.number > limit.most:
        raise TooOften(limit, count.until, first=count.number == limit.most + 1)


def add(uses: Iterable[Use]) -> list[Count]:
    """Count each use once more, in one statement; refuses nothing. The answers come in the order of `uses`."""
    now, by_key = timezone.now(), {use.key: use for use in uses}
    untils = [now + timedelta(seconds=use.limit.seconds) for use in by_key.values()]
    with connection.cursor() as cursor:
        cursor.execute(ADD, {"keys": list(by_key), "untils": untils, "now": now, "slack": SLACK})
        found = {key: Count(by_key[key], number, until) for key, number, until in cursor.fetchall()}
    return [found[key] for key in by_key]


def used_up(uses: Iterable[Use]) -> Count | None:
    """The use whose limit is used up now, the one that ends last; None when all may go on. Counts nothing."""
    now, by_key = timezone.now(), {use.key: use for use in uses}
    rows = Tally.objects.filter(key__in=by_key, until__gt=now).order_by("-until")
    counts = (Count(by_key[row.key], row.count, row.until) for row in rows)
    counts = (count for count in counts if count.until <= now + timedelta(seconds=count.use.limit.seconds) + SLACK)
    return next((count for count in counts if count.is_used_up), None)


def give_back(uses: Iterable[Use]) -> None:
    """Count each use once less: it was none of those that are limited."""
    if not (keys := [use.key for use in uses]):
        return
    with connection.cursor() as cursor:
        cursor.execute(GIVE_BACK, {"keys": keys})


def forget(use: Use) -> None:
    """Begin anew with counting this use."""
    Tally.objects.filter(key=use.key).delete()


def clear_tallies() -> None:
    """Remove counters that are over. Run by the sweep."""
    Tally.objects.filter(until__lte=timezone.now())._raw_delete("default")
