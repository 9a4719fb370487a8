"""Whether mail flows: what all workers know of the mail server, when they try it again, and what pages may promise.

A server that breaks off after the content leaves mails of which nobody knows whether they left. After a few of them in
a row all workers stop, and one mail is tried now and then until one is accepted: the pause doubles.
"""

from dataclasses import dataclass
from datetime import timedelta

from django.db import connection
from django.db.models import Q
from django.utils import timezone

from core.mailing import delivery
from core.mailing.delivery import MailServer
from core.mailing.verdicts import ACCEPTED, REACHED, TEMPORARY, UNKNOWN, Verdict
from core.models import MailStatus
from core.queueing import call_worker
from core.templatetags.ui import exact

UNKNOWNS_IN_A_ROW = 3
FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(minutes=30)
# A server of which nothing has been heard for so long is called, so that nobody is promised what it cannot keep.
PROBE_EVERY, PROBE_WHILE_WAITING = timedelta(minutes=5), timedelta(minutes=1)
NOTED_EVERY = timedelta(minutes=1)

COUNT_UNKNOWN = """
UPDATE core_mailstatus SET unknowns = unknowns + 1, tried_at = %(now)s, look_again_at = CASE
    WHEN unknowns + 1 >= %(limit)s
    THEN %(now)s + least(%(first)s * power(2, least(unknowns + 1 - %(limit)s, 20)), %(longest)s)
END
WHERE id = 1 RETURNING unknowns
"""
TRY_ONE = """
UPDATE core_mailstatus
SET look_again_at = %(now)s + least(%(first)s * power(2, least(unknowns - %(limit)s, 20)), %(longest)s)
WHERE id = 1 AND unknowns >= %(limit)s AND (look_again_at <= %(now)s OR look_again_at > %(now)s + 2 * %(longest)s)
RETURNING id
"""  # so far ahead, it was set while the clock was wrong
# Nothing is written while there is nothing new: it runs for each mail.
HEARD = """
UPDATE core_mailstatus SET reached_at = %(now)s, tried_at = %(now)s, waiting_since = NULL, waiting_why = '',
    unknowns = CASE WHEN %(accepted)s THEN 0 ELSE unknowns END,
    look_again_at = CASE WHEN %(accepted)s THEN NULL ELSE look_again_at END
WHERE id = 1 AND (reached_at IS NULL OR reached_at < %(before)s OR waiting_since IS NOT NULL
    OR (%(accepted)s AND unknowns > 0))
"""
PAUSES = {"limit": UNKNOWNS_IN_A_ROW, "first": FIRST_PAUSE, "longest": LONGEST_PAUSE}


def note(verdict: Verdict) -> bool:
    """Note what the mail server said, or that it said nothing. False: whoever sends is to stop for now."""
    now, row = timezone.now(), MailStatus.objects.filter(pk=1)
    if verdict.outcome == UNKNOWN:
        with connection.cursor() as cursor:
            cursor.execute(COUNT_UNKNOWN, {"now": now, **PAUSES})
            return cursor.fetchone()[0] < UNKNOWNS_IN_A_ROW
    if verdict.answered:
        values = {"now": now, "before": now - NOTED_EVERY, "accepted": verdict.outcome == ACCEPTED}
        with connection.cursor() as cursor:
            cursor.execute(HEARD, values)
    elif verdict.outcome == TEMPORARY:
        row.filter(waiting_since=None).update(waiting_since=now)
        row.update(tried_at=now, waiting_why=verdict.reason[:300])
        return False
    return True


def may_try(number: int) -> int:
    """How many of `number` mails may be handed over now: all, one to see whether the server is well again, or none."""
    with connection.cursor() as cursor:
        cursor.execute(TRY_ONE, {"now": timezone.now(), **PAUSES})
        if cursor.fetchone():
            return min(number, 1)
    return number if MailStatus.get().unknowns < UNKNOWNS_IN_A_ROW else 0


def call_if_silent() -> None:
    """Have a worker call a mail server of which nothing has been heard for a while. Run by the sweep."""
    now = timezone.now()
    silent = Q(tried_at=None) | Q(tried_at__lt=now - PROBE_EVERY)
    waits = Q(waiting_since__isnull=False, tried_at__lt=now - PROBE_WHILE_WAITING)
    if MailStatus.objects.filter(silent | waits, pk=1).update(tried_at=now):
        call_worker("core.call_mail_server")


def call_server() -> None:
    """Connect to the mail server, say nothing, and note whether it answered."""
    with MailServer() as server:
        note(server.open() or Verdict(REACHED, answered=True))


@dataclass(frozen=True)
class Obstacle:
    """Why mail does not leave at present, in a sentence for the staff."""

    title: str
    words: str


def obstacle(status: MailStatus | None = None, *, asked_for: bool = False) -> Obstacle | None:
    """What keeps mail from leaving; None when it flows.

    `asked_for`: of a link that somebody asks for, which leaves also while sending is held.
    """
    status = status or MailStatus.get()
    if status.held_at and not asked_for:
        return Obstacle("Sending of invitations is paused", status.held_why)
    if status.unknowns >= UNKNOWNS_IN_A_ROW and status.look_again_at:
        again = f"One mail is tried again at {exact(status.look_again_at)}."
        broken = f"The mail server broke off {status.unknowns} mails in a row without an answer."
        return Obstacle("Mail waits", f"{broken} {again}")
    if status.waiting_since:
        since = f"No mail has left since {exact(status.waiting_since)}."
        return Obstacle("Mail waits", f"{since} {status.waiting_why.rstrip('.')}.")
    if status.reached_at is None and delivery.is_smtp():
        return Obstacle("Mail waits", "The mail server has not been reached yet.")
    return None


@dataclass(frozen=True)
class Promise:
    """What may be said of a mail that was planned just now."""

    flows: bool
    words: str


def promise(what: str, to: str, *, within: str, asked_for: bool = True) -> Promise:
    """Say of `what`, such as "A link", that it is on its way `to` an address, or that it waits, and why.

    `within`: how long it may wait, in words such as "two hours".
    """
    found = obstacle(asked_for=asked_for)
    if found is None:
        return Promise(True, f"{what} is on its way to {to}.")
    later = f"It is sent automatically if that changes within {within}."
    return Promise(False, f"{what} for {to} waits. {found.words} {later}")
