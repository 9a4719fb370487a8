"""How fast mail leaves: never above the firm's limit, over all workers, because the next free moment is one row."""

import time

from django.db import connection

from mail.registry import paces

WAIT_AT_MOST = 5  # seconds a worker waits for its moment; a later one is left to the next look
# No moment is reserved further ahead, at one mail a minute: one that is was reserved while the clock was wrong.
AHEAD_AT_MOST = 60 + WAIT_AT_MOST

RESERVE = """
UPDATE mail_pace
SET next_at = CASE
    WHEN next_at > clock_timestamp() + %(ahead)s * interval '1 second' THEN clock_timestamp()
    ELSE greatest(next_at, clock_timestamp())
END + %(step)s * interval '1 second'
WHERE id = 1 AND (next_at <= clock_timestamp() + %(wait)s * interval '1 second'
    OR next_at > clock_timestamp() + %(ahead)s * interval '1 second')
RETURNING extract(epoch FROM next_at - clock_timestamp()) - %(step)s
"""


def per_minute() -> int:
    """How many mails may leave in a minute at present."""
    return min(pace() for pace in paces)


def wait_for_moment(a_minute: int) -> bool:
    """Reserve the next moment at which a mail may leave and wait for it. False when that would take too long."""
    with connection.cursor() as cursor:
        cursor.execute(RESERVE, {"step": 60 / a_minute, "wait": WAIT_AT_MOST, "ahead": AHEAD_AT_MOST})
        row = cursor.fetchone()
    if row is None:
        return False
    time.sleep(max(0.0, float(row[0])))
    return True
