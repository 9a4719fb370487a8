"""Noticing that this database has gone back: a restored backup must not mail everybody again.

A generation is raised before and after mail leaves, here and at two places outside the database: the cache's server,
and a file (MAIL_MARK_FILE). Where a place outside is ahead, mail has left of which this database knows nothing. Where
the server, the database or the table is another than mail was last sent from, this is a copy, and what the original has
sent since is not known. Either way sending is held until an admin has decided: see `MailLedger` in `core.registry`.

A place outside may be lost at any time: it is written again. It is never ahead without reason, for it is written under
the row's lock after the generation has been committed.
"""

import json
import logging
import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.core.cache import cache
from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone

from core.history.recording import record
from core.models import Heartbeat, MailStatus
from core.registry import mail_ledgers

logger = logging.getLogger(__name__)

CACHE_KEY = "core.mail-mark"
RESTORED = "The database is older than the mail that was sent from it: it has been restored from a backup."
COPIED = "The database is a copy: it was restored, or moved to another server."
# Of what waited in the backup, in every ledger.
MAY_HAVE_LEFT = "It waited in the backup that was restored, and may have left since then."
REPLACED = "The database is not the one that mail was last sent from, and mail waits in it."

HOME = """
SELECT (SELECT oid FROM pg_database WHERE datname = current_database()), 'core_mailstatus'::regclass::oid,
    has_function_privilege('pg_control_system()', 'execute')
"""


@dataclass(frozen=True)
class Mark:
    """What a place outside the database knows."""

    ledger: str
    generation: int
    at: datetime


def check() -> bool:
    """Whether invitations may leave: sending is not held, and this database has not gone back. Holds it if it has."""
    with transaction.atomic():
        status = MailStatus.objects.select_for_update().get(pk=1)
        return _check(status)


def raise_mark() -> bool:
    """Raise the generation, for the moment before or after mail leaves. Answers as `check` does.

    To be called outside of any transaction: what is written outside must have been committed here.
    """
    with transaction.atomic():
        status = MailStatus.objects.select_for_update().get(pk=1)
        free = _check(status)
        status.generation, status.marked_at = status.generation + 1, timezone.now()
        status.save(update_fields=["generation", "marked_at"])
    write_outside()
    return free


def write_outside() -> None:
    """Write the committed generation to the places outside; one worker at a time, so that it never falls."""
    with transaction.atomic():
        status = MailStatus.objects.select_for_update().get(pk=1)
        at = status.marked_at or timezone.now()
        text = json.dumps({"ledger": str(status.ledger), "generation": status.generation, "at": at.isoformat()})
        for name, write in (("cache", _write_cache), ("file", _write_file)):
            try:
                write(text)
            except Exception:  # the cache's own error types, a full disk: the other place stands
                logger.warning("The mail mark could not be written to the %s.", name, exc_info=True)


def hold(why: str) -> None:
    """Hold sending because somebody says that this database is a restored copy."""
    with transaction.atomic():
        _hold(MailStatus.objects.select_for_update().get(pk=1), why, None)


@transaction.atomic
def release(*, by) -> bool:
    """Let mail leave again. False when it was not held. Runs in the caller's transaction, if there is one."""
    status = MailStatus.objects.select_for_update().get(pk=1)
    if status.held_at is None:
        return False
    status.doubt_until, status.held_at, status.held_why = status.held_at, None, ""
    status.save(update_fields=["doubt_until", "held_at", "held_why"])
    record("mail_resumed", "Sending of mail resumed", subject_ids=[1], subject_type="firm", actor=by)
    return True


def _check(status: MailStatus) -> bool:
    """Compare the row, which is locked, with the places outside."""
    mark, home = outside(str(status.ledger)), _home()
    own = mark is not None and mark.ledger == str(status.ledger)
    if own and mark.generation > status.generation:
        _hold(status, RESTORED, mark)
    elif status.home and status.home != home:
        _hold(status, COPIED, mark if own else None)
    elif not status.home and mark is not None and not own and any(ledger.waiting() for ledger in mail_ledgers):
        _hold(status, REPLACED, mark)
    elif status.home != home:
        status.home = home
        status.save(update_fields=["home"])
    return status.held_at is None


def _hold(status: MailStatus, why: str, mark: Mark | None) -> None:
    """Hold sending, and have every ledger doubt what waits in it. The row is locked."""
    last_seen = Heartbeat.objects.aggregate(last=Max("seen_at"))["last"]
    status.state_at = max(filter(None, [status.marked_at, last_seen]), default=None)
    status.last_left_at = mark.at if mark else None
    status.generation = max(status.generation, mark.generation if mark else 0)
    status.home, status.held_at, status.held_why = _home(), timezone.now(), why[:300]
    status.save(update_fields=["state_at", "last_left_at", "generation", "home", "held_at", "held_why"])
    logger.error("Sending is paused. %s An admin decides on the page of the mail list.", why)
    record("mail_held", f"Sending of mail paused: {why}", subject_ids=[1], subject_type="firm")
    for ledger in mail_ledgers:
        ledger.doubt(status.state_at or status.held_at)


def outside(ledger: str) -> Mark | None:
    """The highest mark of this ledger that a place outside holds; without one, another ledger's, or None."""
    found = []
    for name, read in (("cache", _read_cache), ("file", _read_file)):
        try:
            text = read()
            if text:
                values = json.loads(text)
                at = datetime.fromisoformat(values["at"])
                found.append(Mark(str(values["ledger"]), int(values["generation"]), at))
        except Exception:  # the cache's own error types, a damaged file: the other place stands
            logger.warning("The mail mark could not be read from the %s.", name, exc_info=True)
    return max(found, key=lambda mark: (mark.ledger == ledger, mark.generation), default=None)


def _home() -> str:
    """Which server, database and table this is: a dump that is restored anywhere gets another."""
    with connection.cursor() as cursor:
        cursor.execute(HOME)
        database, table, may_ask = cursor.fetchone()
        server = 0
        if may_ask:  # some providers forbid it
            cursor.execute("SELECT system_identifier FROM pg_control_system()")
            server = cursor.fetchone()[0]
    return f"{server}/{database}/{table}"


def _read_cache() -> str | None:
    return cache.get(CACHE_KEY)


def _write_cache(text: str) -> None:
    cache.set(CACHE_KEY, text, timeout=None)


def _read_file() -> str | None:
    path = settings.MAIL_MARK_FILE
    return Path(path).read_text() if path and Path(path).is_file() else None


def _write_file(text: str) -> None:
    """Whole or not at all, and on the disk before mail leaves."""
    if not settings.MAIL_MARK_FILE:
        return
    path = Path(settings.MAIL_MARK_FILE)
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f"{path.name}.{os.getpid()}.part")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)
