"""How often a connection may call: one count per connection and bucket in Redis, shared by all workers."""

import logging
import time
import uuid
from collections import deque
from collections.abc import Mapping

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

logger = logging.getLogger(__name__)

# A log of calls in a sorted set: exact for every window, not only on the average. Scores are the server's milliseconds.
_TAKE = """
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - ARGV[2])
if redis.call('ZCARD', KEYS[1]) < tonumber(ARGV[1]) then
  redis.call('ZADD', KEYS[1], now, ARGV[3])
  redis.call('PEXPIRE', KEYS[1], ARGV[2])
  return 0
end
local oldest = redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')
return oldest[2] + ARGV[2] - now + 1
"""
MARGIN = 0.1  # seconds: calls do not arrive exactly as far apart as they were sent


def connect(url: str) -> redis.Redis:
    """A client that says soon when Redis is away, instead of trying for long."""
    return redis.Redis.from_url(url, retry=Retry(NoBackoff(), 0), socket_connect_timeout=1, socket_timeout=2)


class Limiter:
    """Counts calls against `rates` (anything with `calls` and `seconds`, by bucket); `name` tells connections apart.

    A Redis that is gone or flushed loses the count, not the work: a count of this process stands in, and the
    vendor's own refusal is obeyed in any case.
    """

    def __init__(self, client: redis.Redis, name: str, rates: Mapping) -> None:
        self.client, self.name, self.rates = client, name, rates
        self._own: dict[str, deque[float]] = {bucket: deque() for bucket in rates}

    def take(self, bucket: str = "") -> float:
        """Count one call. Returns 0 when it may be made now, else the seconds to wait before asking again."""
        rate = self.rates.get(bucket)
        if rate is None:
            return 0
        window = int((rate.seconds + MARGIN) * 1000)
        try:
            key = f"advisorhub:crm:{self.name}:{bucket}"
            return self.client.eval(_TAKE, 1, key, rate.calls, window, uuid.uuid4().hex) / 1000
        except redis.RedisError:
            logger.warning("Redis is unreachable; calls of %s are counted by this process alone.", self.name)
            return self._take_alone(self._own[bucket], rate.calls, window / 1000)

    @staticmethod
    def _take_alone(calls: deque[float], most: int, window: float) -> float:
        """The same count within this process."""
        now = time.monotonic()
        while calls and calls[0] <= now - window:
            calls.popleft()
        if len(calls) < most:
            calls.append(now)
            return 0
        return calls[0] + window - now
