"""Is the whole application able to do its work?"""

from datetime import timedelta

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.utils import timezone

from core.files.disk import room
from core.models import Heartbeat, Operation

SEEN_LATELY = timedelta(seconds=90)
PROCESSES = ("worker", "operations", "scheduler")


def beat(name: str) -> None:
    """Record that the background process `name` is alive."""
    Heartbeat.objects.update_or_create(name=name, defaults={"seen_at": timezone.now()})


def readiness() -> dict:
    """What `/readyz` says: a word per part, and `ready` when all are "ok"."""
    parts = {"database": "ok", "queue": _queue(), "disk": room()} | dict.fromkeys(PROCESSES, "not seen")
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        seen = dict(Heartbeat.objects.values_list("name", "seen_at"))
        if _operation_goes_on():
            seen["operations"] = timezone.now()
    except DatabaseError:
        parts["database"] = "unreachable"
        seen = {}
    for name in PROCESSES:
        if name in seen:
            parts[name] = "ok" if timezone.now() - seen[name] < SEEN_LATELY else "not seen lately"
    return {"ready": all(word == "ok" for word in parts.values()), **parts}


def _operation_goes_on() -> bool:
    """Whether a worker has renewed its claim lately: one that is busy has no time for a sign of life."""
    lately = timezone.now() + timedelta(seconds=settings.OPERATION_LEASE_SECONDS) - SEEN_LATELY
    return Operation.objects.filter(state=Operation.State.RUNNING, lease_until__gt=lately).exists()


def _queue() -> str:
    """ "ok" when the queue's server answers a ping within two seconds."""
    try:
        with redis.Redis.from_url(settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=2) as client:
            client.ping()
    except redis.RedisError:
        return "unreachable"
    return "ok"
