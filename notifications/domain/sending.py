"""Handing over the pushes that are due: claimed with a lease, asked again, recorded before they leave and after.

planned → claimed → sending → sent. A worker that dies while it sends leaves the row there, and the sweep makes it
unknown: shown to admins, never sent again. `attempts` is the fencing token. As in the mail ledger, see decision 37.
"""

import logging
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from itertools import groupby

from django.db import connection, transaction
from django.utils import timezone

from accounts.models import Firm
from core.domain import mail_mark
from core.domain.calling import call_worker
from notifications.domain import push_service
from notifications.domain.alerting import alert_of_refusal
from notifications.domain.choosing import decide
from notifications.domain.push_service import Verdict, deliver, payload
from notifications.domain.quiet import wait_until
from notifications.domain.subscribing import drop, is_current
from notifications.domain.vapid import is_set_up
from notifications.models import Push
from notifications.registry import notification_types
from notifications.types import Channel

logger = logging.getLogger(__name__)

BATCH = 24
AT_ONCE = 8  # under way at the same time; so many are unknown at most when a worker is killed
LEASE = timedelta(seconds=60)  # a batch takes 30 seconds at most
WORK_SECONDS = 45
TRIES = 5
FIRST_PAUSE = timedelta(minutes=1)
ENDED = "The device is not theirs any more."
TOO_LATE = "It waited too long to be sent."
NO_LONGER_DUE = "There is nothing to tell any more."

CLAIM = """
UPDATE notifications_push SET state = 'claimed', attempts = attempts + 1, lease_until = %(until)s
WHERE id IN (
    SELECT id FROM notifications_push WHERE state = 'planned' AND not_before <= %(now)s AND type = ANY(%(types)s)
    ORDER BY not_before, id LIMIT %(batch)s FOR UPDATE SKIP LOCKED
)
RETURNING id, attempts
"""


def send_due() -> None:
    """Work through what is due for less than a minute; what is left over is for the next look.

    While sending is held after a restored backup, and without keys, nothing leaves.
    """
    started = time.monotonic()
    while is_set_up() and mail_mark.check():
        claims = _claim()
        for start in range(0, len(claims), AT_ONCE):
            _send(_prepare(claims[start : start + AT_ONCE]))
        if len(claims) < BATCH:
            return
        if time.monotonic() - started > WORK_SECONDS:
            call_worker("notifications.push_due")
            return


def _claim() -> list[tuple[int, int]]:
    """Take some pushes for this worker: key and fencing token of each, the longest waiting first."""
    now = timezone.now()
    values = {"now": now, "until": now + LEASE, "batch": BATCH, "types": list(notification_types.keys())}
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, values)
        return sorted(cursor.fetchall())


@transaction.atomic
def _prepare(claims: Sequence[tuple[int, int]]) -> list[tuple[Push, bytes]]:
    """Ask every rule again of what was claimed, and mark what is about to leave: with what it says."""
    tokens, firm, now = dict(claims), Firm.get(), timezone.now()
    rows = Push.objects.select_for_update(of=("self",)).select_related("subscription__user", "user").order_by("pk")
    held = [one for one in rows.filter(pk__in=tokens, state="claimed") if one.attempts == tokens[one.pk]]
    waiting = wait_until({one.user for one in held}, Channel.PUSH, now, firm)
    leaving: list[tuple[Push, bytes]] = []
    for key, group in groupby(sorted(held, key=lambda one: one.type), key=lambda one: one.type):
        pushes, kind = [*group], notification_types[key]
        decision = decide(key, Channel.PUSH, [one.user_id for one in pushes])
        allowed = []
        for one in pushes:
            if why := _why_not(one, now) or decision.why_not(one.user_id):
                _settle(one, Push.State.DROPPED, why)
            elif one.user_id in waiting:
                _postpone(one, waiting[one.user_id], "Quiet hours.")
            else:
                allowed.append(one)
        paths = kind.leads_to(allowed) if allowed else {}
        for one in allowed:
            if one.pk in paths:
                leaving.append((one, payload(kind.sentence, firm.name, paths[one.pk])))
            else:
                _settle(one, Push.State.DROPPED, NO_LONGER_DUE)
    Push.objects.filter(pk__in=[one.pk for one, _ in leaving]).update(state="sending", lease_until=now + LEASE)
    return leaving


def _why_not(push: Push, now: datetime) -> str:
    """Why a push must not leave, whatever its type says; empty when it may. Drops a device that is no longer theirs."""
    if push.subscription is None or push.subscription.user_id != push.user_id:
        return ENDED
    if not is_current(push.subscription):
        drop([push.subscription_id], ENDED)
        return ENDED
    latest = max(push.created_at, push.not_before) + notification_types[push.type].latest
    return TOO_LATE if now > latest else ""


def _send(leaving: Sequence[tuple[Push, bytes]]) -> None:
    """Let them leave, a few at a time, and record what the services said."""
    if not leaving:
        return
    with ThreadPoolExecutor(len(leaving)) as pool:
        for (push, _), verdict in zip(leaving, pool.map(lambda one: _delivered(*one), leaving), strict=True):
            _record(push, verdict)


def _delivered(push: Push, content: bytes) -> Verdict:
    """What became of one; an error of our own is no reason to leave the others without an answer."""
    try:
        return deliver(push, content)
    except Exception:
        logger.exception("Push %s could not be handed over.", push.pk)
        return Verdict(push_service.UNKNOWN, "The push could not be handed over; the log of the worker says why.")


@transaction.atomic
def _record(push: Push, verdict: Verdict) -> None:
    """Settle one that was handed over, or have it tried again; end a subscription that is gone."""
    if verdict.outcome == push_service.LATER and push.attempts < TRIES:
        pause = FIRST_PAUSE * 2 ** (push.attempts - 1)
        _postpone(push, verdict.retry_at or timezone.now() + pause, verdict.reason)
        return
    state = {
        push_service.SENT: Push.State.SENT,
        push_service.GONE: Push.State.DROPPED,
        push_service.UNKNOWN: Push.State.UNKNOWN,
    }.get(verdict.outcome, Push.State.FAILED)
    _settle(push, state, verdict.reason)
    if verdict.outcome in (push_service.GONE, push_service.REFUSED):
        drop([push.subscription_id], verdict.reason)
    if verdict.outcome == push_service.REFUSED:
        alert_of_refusal(push.subscription)


def _settle(push: Push, state: str, reason: str) -> None:
    """The push has come to an end. A late answer is the truth also for one that the sweep has called unknown."""
    rows = Push.objects.filter(pk=push.pk, attempts=push.attempts, state__in=["claimed", "sending", "unknown"])
    rows.update(state=state, reason=reason[:200], settled_at=timezone.now(), lease_until=None)


def _postpone(push: Push, until: datetime, reason: str) -> None:
    """Try again at a moment."""
    rows = Push.objects.filter(pk=push.pk, attempts=push.attempts, state__in=["claimed", "sending"])
    rows.update(state="planned", not_before=until, reason=reason[:200], lease_until=None)
