"""Handing over the pushes that are due: claimed with a lease, asked again, recorded before they leave and after.

planned → claimed → sending → sent. A worker that dies while it sends leaves the row there, and the sweep makes it
unknown: shown to admins, never sent again. `attempts` is the fencing token. As in the mail ledger, see decision 37.
"""

import logging
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from itertools import groupby
from typing import NamedTuple

from django.db import connection, transaction
from django.utils import timezone

from accounts.models import Firm
from core.mailing import restore_guard
from core.queueing import call_worker
from notifications.domain import push_service
from notifications.domain.alerting import alert_of_refusal
from notifications.domain.choosing import decide
from notifications.domain.push_service import Verdict, deliver, payload
from notifications.domain.quiet import wait_until
from notifications.domain.subscribing import drop, is_current
from notifications.domain.vapid import is_set_up
from notifications.models import Push, PushSubscription
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
BROKEN_TYPE = "Whether it is still due could not be found out; the log of the worker says why."

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
    while is_set_up() and restore_guard.check():
        claims = _claim()
        for start in range(0, len(claims), AT_ONCE):
            _hand_over(claims[start : start + AT_ONCE])
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


class Prepared(NamedTuple):
    """Pushes that are about to leave, each with what it says; and keys of devices that are not theirs any more."""

    leaving: list[tuple[Push, bytes]]
    ended: set[int]


def _hand_over(claims: Sequence[tuple[int, int]]) -> None:
    """Send the claimed pushes and record each answer separately.

    Devices are removed before and after in separate transactions, so an error there rolls back no answer.
    """
    prepared = _prepare(claims)
    _end_devices(dict.fromkeys(prepared.ended, ENDED))
    gone: dict[int, str] = {}
    refused: list[PushSubscription] = []
    for push, verdict in _send(prepared.leaving):
        try:
            _record(push, verdict)
        except Exception:  # the others have answers too; the sweep calls this one unknown
            logger.exception("The answer to push %s could not be recorded.", push.pk)
        if verdict.outcome in (push_service.GONE, push_service.REFUSED):
            gone[push.subscription_id] = verdict.reason
        if verdict.outcome == push_service.REFUSED:
            refused.append(push.subscription)
    _end_devices(gone)
    for subscription in refused:
        try:
            alert_of_refusal(subscription)
        except Exception:
            logger.exception("Admins could not be alerted of a refused key.")


def _end_devices(reasons: Mapping[int, str]) -> None:
    """Remove devices, by key, each for its reason. One that stays ends with its next push."""
    for reason in sorted(set(reasons.values())):
        try:
            drop([pk for pk in reasons if reasons[pk] == reason], reason)
        except Exception:
            logger.exception("Devices could not be removed: %s", reason)


@transaction.atomic
def _prepare(claims: Sequence[tuple[int, int]]) -> Prepared:
    """Ask every rule again of what was claimed, and mark what is about to leave.

    A type whose rule fails holds up no other: its pushes are tried again later, and given up after some attempts.
    """
    tokens, firm, now = dict(claims), Firm.get(), timezone.now()
    rows = Push.objects.select_for_update(of=("self",)).select_related("subscription__user", "user").order_by("pk")
    held = [one for one in rows.filter(pk__in=tokens, state="claimed") if one.attempts == tokens[one.pk]]
    stale = {one.subscription_id for one in held if one.subscription is not None and not is_current(one.subscription)}
    waiting = wait_until({one.user for one in held}, Channel.PUSH, now, firm)
    prepared = Prepared([], stale)
    for key, group in groupby(sorted(held, key=lambda one: one.type), key=lambda one: one.type):
        pushes = [*group]
        try:
            with transaction.atomic():
                prepared.leaving.extend(_ask(key, pushes, waiting, firm, now))
        except Exception:
            logger.exception("Pushes of the type %s could not be prepared.", key)
            for one in pushes:
                _try_again(one, BROKEN_TYPE)
    leaving = [one.pk for one, _ in prepared.leaving]
    Push.objects.filter(pk__in=leaving).update(state="sending", lease_until=now + LEASE)
    return prepared


def _ask(
    key: str, pushes: Sequence[Push], waiting: Mapping[int, datetime], firm: Firm, now: datetime
) -> list[tuple[Push, bytes]]:
    """Those of one type that may leave, with what they say; the others are settled or wait until quiet hours end."""
    kind, allowed = notification_types[key], []
    decision = decide(key, Channel.PUSH, [one.user_id for one in pushes])
    for one in pushes:
        if why := _why_not(one, now) or decision.why_not(one.user_id):
            _settle(one, Push.State.DROPPED, why)
        elif one.user_id in waiting:
            _postpone(one, waiting[one.user_id], "Quiet hours.")
        else:
            allowed.append(one)
    paths = kind.leads_to(allowed) if allowed else {}
    for one in allowed:
        if one.pk not in paths:
            _settle(one, Push.State.DROPPED, NO_LONGER_DUE)
    return [(one, payload(kind.sentence, firm.name, paths[one.pk])) for one in allowed if one.pk in paths]


def _why_not(push: Push, now: datetime) -> str:
    """Why a push must not leave, whatever its type says; empty when it may."""
    device = push.subscription  # None also where it was removed while the push was planned
    if device is None or device.user_id != push.user_id or not is_current(device):
        return ENDED
    latest = max(push.created_at, push.not_before) + notification_types[push.type].latest
    return TOO_LATE if now > latest else ""


def _send(leaving: Sequence[tuple[Push, bytes]]) -> Iterator[tuple[Push, Verdict]]:
    """Let them leave, a few at a time; each with what became of it."""
    if not leaving:
        return
    with ThreadPoolExecutor(len(leaving)) as pool:
        verdicts = pool.map(lambda one: _delivered(*one), leaving)
        yield from zip((push for push, _ in leaving), verdicts, strict=True)


def _delivered(push: Push, content: bytes) -> Verdict:
    """What became of one; an error of our own is no reason to leave the others without an answer."""
    try:
        return deliver(push, content)
    except Exception:
        logger.exception("Push %s could not be handed over.", push.pk)
        return Verdict(push_service.UNKNOWN, "The push could not be handed over; the log of the worker says why.")


@transaction.atomic
def _record(push: Push, verdict: Verdict) -> None:
    """Settle one that was handed over, or have it tried again."""
    if verdict.outcome == push_service.LATER:
        _try_again(push, verdict.reason, verdict.retry_at)
        return
    state = {
        push_service.SENT: Push.State.SENT,
        push_service.GONE: Push.State.DROPPED,
        push_service.UNKNOWN: Push.State.UNKNOWN,
    }.get(verdict.outcome, Push.State.FAILED)
    _settle(push, state, verdict.reason)


def _try_again(push: Push, reason: str, until: datetime | None = None) -> None:
    """Have another attempt made at a moment, or after a pause that grows; after so many the push has failed."""
    if push.attempts >= TRIES:
        _settle(push, Push.State.FAILED, reason)
    else:
        _postpone(push, until or timezone.now() + FIRST_PAUSE * 2 ** (push.attempts - 1), reason)


def _settle(push: Push, state: str, reason: str) -> None:
    """The push has come to an end. A late answer is the truth also for one that the sweep has called unknown."""
    rows = Push.objects.filter(pk=push.pk, attempts=push.attempts, state__in=["claimed", "sending", "unknown"])
    rows.update(state=state, reason=reason[:200], settled_at=timezone.now(), lease_until=None)


def _postpone(push: Push, until: datetime, reason: str) -> None:
    """Try again at a moment."""
    rows = Push.objects.filter(pk=push.pk, attempts=push.attempts, state__in=["claimed", "sending"])
    rows.update(state="planned", not_before=until, reason=reason[:200], lease_until=None)
