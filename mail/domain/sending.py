"""Handing over what is due: claimed with a lease, checked again, recorded before it leaves and after.

planned → claimed → handed over → accepted. A worker that dies after handing over leaves the row there, and the
sweep makes it unknown: shown to a person, never sent again automatically. The number of claims (`attempts`) is the
fencing token: a worker that has lost its claim changes nothing any more.
"""

import logging
import time
from datetime import datetime, timedelta
from itertools import groupby

from django.core.mail import EmailMultiAlternatives
from django.db import connection, transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from core.mailing import delivery, restore_guard, server_status
from core.mailing.delivery import MailServer, Verdict
from mail.domain import bounce_address
from mail.domain.pace import per_minute, wait_for_moment
from mail.domain.planning import look_soon
from mail.domain.reporting import report_problem
from mail.models import ArchivedMessage, Send
from mail.purposes import Answer, Prepared, Purpose
from mail.registry import purpose_of, purposes

logger = logging.getLogger(__name__)

BATCH = 50
BATCH_SECONDS = 5  # how long a batch takes at the firm's pace, so that its checks are fresh
LEASE = timedelta(seconds=60)
WORK_SECONDS = 45
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=30), timedelta(minutes=15)
NOT_WRITTEN = "The mail could not be written; the log of the worker says why."
SETTLED_BY_SERVER = [Send.State.HANDED_OVER, Send.State.UNKNOWN]

CLAIM = """
UPDATE mail_send SET state = 'claimed', attempts = attempts + 1, lease_until = %(until)s
WHERE id IN (
    SELECT id FROM mail_send
    WHERE state = 'planned' AND (not_before IS NULL OR not_before <= %(now)s) AND purpose = ANY(%(purposes)s)
    ORDER BY rank, id LIMIT %(batch)s FOR UPDATE SKIP LOCKED
)
RETURNING rank, id, attempts
"""
# Three statements run for each mail; written out, they take a fifth of the time that putting them together would.
HAND_OVER = """
UPDATE mail_send SET state = 'handed_over', reason = '', lease_until = %(until)s
WHERE id = %(send)s AND state = 'claimed' AND attempts = %(token)s
"""
ACCEPT = """
UPDATE mail_send AS send SET state = 'accepted', reason = '', sent_at = %(at)s, settled_at = %(at)s,
    message_id = %(message_id)s, lease_until = NULL
FROM (SELECT id, sent_at FROM mail_send WHERE id = %(send)s FOR NO KEY UPDATE) AS before
WHERE send.id = before.id AND send.attempts = %(token)s AND send.state IN ('handed_over', 'unknown')
RETURNING before.sent_at
"""


def send_due() -> None:
    """Work through what is due for less than a minute; what is left over is for the next look."""
    started = time.monotonic()
    while due().exists():
        pace = per_minute()
        # A moment is reserved before anything is claimed: a slow pace claims one mail at a time.
        if not wait_for_moment(pace):
            return
        if not _send_batch(pace):
            return
        if time.monotonic() - started > WORK_SECONDS:
            look_soon()
            return


def due() -> QuerySet:
    """What may be claimed now. While sending is held after a restored backup, only links that people ask for."""
    now = timezone.now()
    rows = Send.objects.filter(Q(not_before=None) | Q(not_before__lte=now), state=Send.State.PLANNED)
    return rows.filter(purpose__in=_allowed(restore_guard.check()))


def _allowed(free: bool) -> list[str]:
    """The purposes whose mail may leave, `free` or while sending is held; mail of no registered purpose waits."""
    return [*purposes.keys()] if free else asked_for()


def asked_for() -> list[str]:
    """The purposes that somebody waits for, who has just asked."""
    return [purpose.key for purpose in purposes if purpose.asked_for]


def _send_batch(pace: int) -> bool:
    """Claim some mails and send them, the mark raised before and after. False when the rest must wait."""
    batch = server_status.may_try(max(1, min(BATCH, pace * BATCH_SECONDS // 60)))
    if not batch:
        return False
    allowed = _allowed(restore_guard.raise_mark())
    try:
        return _work(_claim(batch, allowed), pace)
    finally:
        restore_guard.raise_mark()


def _claim(batch: int, allowed: list[str]) -> list[tuple[int, int]]:
    """Take some mails for this worker: key and fencing token of each, those of the lowest rank first."""
    now = timezone.now()
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, {"now": now, "until": now + LEASE, "batch": batch, "purposes": allowed})
        return [(pk, token) for _, pk, token in sorted(cursor.fetchall())]


def _work(claims: list[tuple[int, int]], pace: int) -> bool:
    """Send a batch over one connection. False when the rest must wait: for the server, or for the firm's pace."""
    prepared = prepare(claims)
    with MailServer() as server:
        for position, (send, message) in enumerate(prepared):
            rest = [(left.pk, left.attempts) for left, _ in prepared[position:]]
            if position and not wait_for_moment(pace):
                _release(rest)
                return False
            if failure := server.open():
                server_status.note(failure)
                _postpone(send.pk, send.attempts, failure.reason)
                _release(rest[1:])
                return False
            if not _send_one(send, message, server):
                _release(rest[1:])
                return False
    return True


def _send_one(send: Send, message: EmailMultiAlternatives, server: MailServer) -> bool:
    """Record that the mail is about to leave, let it leave, record what the server said. False: no more for now."""
    with connection.cursor() as cursor:
        cursor.execute(HAND_OVER, {"send": send.pk, "token": send.attempts, "until": timezone.now() + LEASE})
        if not cursor.rowcount:
            return True
    verdict = server.hand_over(message)
    _settle(send, send.attempts, verdict)
    return server_status.note(verdict)


@transaction.atomic
def prepare(claims: list[tuple[int, int]]) -> list[tuple[Send, EmailMultiAlternatives]]:
    """Have their purposes check once more what was claimed, and archive the texts: what may leave.

    A mail that its purpose cannot write is tried again later.
    """
    tokens = dict(claims)
    rows = Send.objects.select_for_update(of=("self",))
    found = rows.filter(pk__in=tokens, state=Send.State.CLAIMED).order_by("pk").in_bulk()
    sends = [found[pk] for pk, token in claims if pk in found and found[pk].attempts == token]
    answers: dict[int, Answer] = {}
    for purpose, group in groupby(sorted(sends, key=lambda send: send.purpose), key=lambda send: send.purpose):
        answers |= _ask(purposes[purpose], [*group])
    leaving = [(send, answer) for send in sends if isinstance(answer := answers.get(send.pk), Prepared)]
    for send in sends:
        answer = answers.get(send.pk)
        if isinstance(answer, str):
            _suppress(send, answer)
        elif isinstance(answer, datetime):
            again = {"state": Send.State.PLANNED, "not_before": answer, "lease_until": None}
            Send.objects.filter(pk=send.pk).update(**again)  # the row is held
        elif answer is None:
            _postpone(send.pk, send.attempts, NOT_WRITTEN)
    _archive(leaving)
    return [(send, _with_key(answer.message, send)) for send, answer in leaving]


def _ask(purpose: Purpose, sends: list[Send]) -> dict[int, Answer]:
    """What the purpose says of these mails; of each alone when it fails, so that one keeps no other from leaving."""
    try:
        with transaction.atomic():
            return purpose.prepare(sends)
    except Exception:  # whatever a room's own code raises
        if len(sends) == 1:
            logger.exception("Mail %s could not be written.", sends[0].pk)
            return {}
    return {pk: answer for send in sends for pk, answer in _ask(purpose, [send]).items()}


def _with_key(message: EmailMultiAlternatives, send: Send) -> EmailMultiAlternatives:
    """The message with our key for this try, by which reports find back to the ledger."""
    message.metadata = {"send": str(send.pk), "try": str(send.attempts)}
    message.envelope_id = bounce_address.key_of(send.pk, send.attempts)
    message.return_path = bounce_address.return_path(message.envelope_id)
    return message


def _archive(leaving: list[tuple[Send, Prepared]]) -> None:
    """Keep what leaves, before it does; another try with the same words is kept once, unless the first one left."""
    tried = ArchivedMessage.objects.filter(send__in=[send.pk for send, _ in leaving])
    not_left = tried.filter(Q(send__sent_at=None) | Q(at__gt=F("send__sent_at")))
    kept = set(not_left.values_list("send", "subject", "text"))
    ArchivedMessage.objects.bulk_create(
        ArchivedMessage(
            send=send,
            sender=mail.sender,
            recipient=send.recipient,
            subject=mail.subject[:300],
            text=mail.text,
            html=mail.html,
        )
        for send, mail in leaving
        if (send.pk, mail.subject[:300], mail.text) not in kept
    )


def _settle(send: Send, token: int, verdict: Verdict) -> None:
    """Record what became of a mail that was handed over."""
    if verdict.outcome == delivery.ACCEPTED:
        accept(send, at=timezone.now(), message_id=verdict.message_id, token=token)
    elif verdict.outcome == delivery.TEMPORARY and not purposes[send.purpose].too_late(send):
        _postpone(send.pk, token, verdict.reason, answered=True)
    elif verdict.outcome == delivery.UNKNOWN:
        _end(send, token, Send.State.UNKNOWN, verdict.reason, "It is not known whether the mail left")
    else:
        _end(send, token, Send.State.FAILED, verdict.reason, "The mail could not be sent")


@transaction.atomic
def accept(send: Send, *, at: datetime, message_id: str = "", token: int | None = None) -> bool:
    """The mail server has it: settle the row and do what follows for its purpose. False when it was settled before.

    The person is held first, then the mail. A late answer is the truth also for a row that the sweep has called
    unknown meanwhile.
    """
    purpose = purpose_of(send.purpose)
    purpose.hold(send)
    values = {
        "send": send.pk,
        "token": send.attempts if token is None else token,
        "at": at,
        "message_id": message_id[:200],
    }
    with connection.cursor() as cursor:
        cursor.execute(ACCEPT, values)
        before = cursor.fetchone()
    if before is None:
        return False
    purpose.accepted(send, at, first=before[0] is None)
    return True


@transaction.atomic
def _end(send: Send, token: int, state: str, reason: str, sentence: str) -> None:
    """The mail has come to an end other than the good one."""
    rows = Send.objects.filter(pk=send.pk, attempts=token, state__in=SETTLED_BY_SERVER)
    if rows.update(state=state, reason=reason[:300], settled_at=timezone.now(), lease_until=None):
        report_problem([send], f"{sentence} ({send.purpose_label.lower()}): {reason}")


def _suppress(send: Send, reason: str) -> None:
    """The mail does not leave, because something has changed since it was planned."""
    Send.objects.filter(pk=send.pk).update(
        state=Send.State.SUPPRESSED, reason=reason[:300], settled_at=timezone.now(), lease_until=None
    )
    report_problem([send], f"{send.purpose_label} not sent: {reason}")


def _postpone(pk: int, token: int, reason: str, *, answered: bool = False) -> None:
    """Try again later; the pause doubles. What has waited too long has failed.

    `answered`: the mail server has turned this very mail away for now, so it has certainly not left.
    """
    send = Send.objects.filter(pk=pk).first()
    if send is None:
        return
    if purposes[send.purpose].too_late(send):
        Send.objects.filter(pk=pk, attempts=token, state=Send.State.CLAIMED).update(state=Send.State.HANDED_OVER)
        _end(send, token, Send.State.FAILED, f"Given up. {reason}", "The mail could not be sent")
        return
    pause = min(FIRST_PAUSE * 2 ** min(token - 1, 10), LONGEST_PAUSE)
    held = Send.objects.filter(pk=pk, attempts=token, state__in=[Send.State.CLAIMED, Send.State.HANDED_OVER])
    again = {"state": Send.State.PLANNED, "not_before": timezone.now() + pause}
    if not held.update(reason=reason[:300], lease_until=None, **again) and answered:
        # Called unknown meanwhile: somebody may have asked for another since, so it is not tried again.
        _end(send, token, Send.State.FAILED, reason, "The mail could not be sent")


def _release(claims: list[tuple[int, int]]) -> None:
    """Give claimed mails back, as they were."""
    for pk, token in claims:
        Send.objects.filter(pk=pk, attempts=token, state=Send.State.CLAIMED).update(
            state=Send.State.PLANNED, lease_until=None
        )
