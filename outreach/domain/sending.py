"""Handing over what is due: claimed with a lease, checked again, recorded before it leaves and after.

planned → claimed → handed over → accepted. A worker that dies after handing over leaves the row there, and the
sweep makes it unknown: shown to a person, never sent again by itself. The number of claims (`attempts`) is the
fencing token: who has lost a claim changes nothing any more.
"""

import time
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from accounts.models import Firm
from core.domain import mail_flow, mail_mark, mail_server
from core.domain.mail_server import MailServer, Verdict
from core.domain.recording import record
from outreach.domain import links
from outreach.domain.claim_rules import Beside, too_late, why_not
from outreach.domain.ledger import look_soon
from outreach.domain.mail_text import MailText, changed_at, compose, message_for, values_for
from outreach.domain.pace import wait_for_moment
from outreach.models import ArchivedMessage, Link, Send

FORGOTTEN = "/portal/forgotten/"  # where a contact asks for a link; fixed, because it stands in mails
BATCH = 50
BATCH_SECONDS = 5  # how long a batch takes at the firm's pace, so that its checks are fresh
LEASE = timedelta(seconds=60)
WORK_SECONDS = 45
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=30), timedelta(minutes=15)
ASKED_FOR = [Send.Purpose.NEW_LINK, Send.Purpose.PASSWORD]  # leave also while sending is held
SETTLED_BY_SERVER = [Send.State.HANDED_OVER, Send.State.UNKNOWN]

CLAIM = """
UPDATE outreach_send SET state = 'claimed', attempts = attempts + 1, lease_until = %(until)s
WHERE id IN (
    SELECT id FROM outreach_send
    WHERE state = 'planned' AND (not_before IS NULL OR not_before <= %(now)s) AND purpose = ANY(%(purposes)s)
    ORDER BY purpose DESC, id LIMIT %(batch)s FOR UPDATE SKIP LOCKED
)
RETURNING purpose, id, attempts
"""

# The contact is held first, as by everything that changes contacts and their mails: no two ways of locking.
ACCEPT = """
WITH person AS (
    SELECT id FROM contacts_contact WHERE id = %(contact)s FOR NO KEY UPDATE
), earlier AS (
    SELECT (sent_at IS NOT NULL)::int AS times FROM outreach_send WHERE id = %(send)s
), settled AS (
    UPDATE outreach_send SET state = 'accepted', reason = '', sent_at = %(at)s, settled_at = %(at)s,
        message_id = %(message_id)s, lease_until = NULL
    FROM person
    WHERE outreach_send.id = %(send)s AND contact_id = person.id AND attempts = %(token)s
        AND state IN ('handed_over', 'unknown')
    RETURNING contact_id, operation_id
), stamped AS (
    UPDATE contacts_contact SET first_invited_at = coalesce(first_invited_at, %(at)s), last_invited_at = %(at)s,
        invitations_sent = invitations_sent + 1 - earlier.times
    FROM settled, earlier WHERE contacts_contact.id = settled.contact_id AND %(is_invitation)s
)
INSERT INTO core_activity (actor_id, verb, subject_type, subject_id, sentence, data, operation_id)
SELECT %(actor)s, %(verb)s, 'contact', contact_id, %(sentence)s, jsonb_build_object('send', %(send)s), operation_id
FROM settled
"""


def send_due() -> None:
    """Work through what is due for less than a minute; what is left over is for the next look."""
    started = time.monotonic()
    while due().exists():
        firm = Firm.get()
        # A moment is reserved before anything is claimed: a slow pace claims one mail at a time.
        if not wait_for_moment(firm.sends_per_minute):
            return
        if not _send_batch(firm):
            return
        if time.monotonic() - started > WORK_SECONDS:
            look_soon()
            return


def due() -> QuerySet:
    """What may be claimed now. While sending is held after a restored backup, only links that people ask for."""
    now = timezone.now()
    rows = Send.objects.filter(Q(not_before=None) | Q(not_before__lte=now), state=Send.State.PLANNED)
    return rows if mail_mark.check() else rows.filter(purpose__in=ASKED_FOR)


def _send_batch(firm: Firm) -> bool:
    """Claim some mails and send them, the mark raised before and after. False when the rest must wait."""
    batch = mail_flow.may_try(max(1, min(BATCH, firm.sends_per_minute * BATCH_SECONDS // 60)))
    if not batch:
        return False
    purposes = list(Send.Purpose) if mail_mark.raise_mark() else ASKED_FOR
    try:
        return _work(_claim(batch, purposes), firm)
    finally:
        mail_mark.raise_mark()


def _claim(batch: int, purposes: list[str]) -> list[tuple[int, int]]:
    """Take some mails for this worker: key and fencing token of each, new passwords first."""
    now = timezone.now()
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, {"now": now, "until": now + LEASE, "batch": batch, "purposes": purposes})
        rows = cursor.fetchall()
    rows.sort(key=lambda row: row[1])
    rows.sort(key=lambda row: row[0], reverse=True)
    return [(pk, token) for _, pk, token in rows]


def _work(claims: list[tuple[int, int]], firm: Firm) -> bool:
    """Send a batch over one connection. False when the rest must wait: for the server, or for the firm's pace."""
    prepared = prepare(claims, firm)
    with MailServer() as server:
        for position, (send, mail) in enumerate(prepared):
            rest = [(left.pk, left.attempts) for left, _ in prepared[position:]]
            if position and not wait_for_moment(firm.sends_per_minute):
                _release(rest)
                return False
            if failure := server.open():
                mail_flow.note(failure)
                _postpone(send.pk, send.attempts, failure.reason)
                _release(rest[1:])
                return False
            if not _send_one(send, mail, server, firm):
                _release(rest[1:])
                return False
    return True


def _send_one(send: Send, mail: MailText, server: MailServer, firm: Firm) -> bool:
    """Record that the mail is about to leave, let it leave, record what the server said. False: no more for now."""
    held = Send.objects.filter(pk=send.pk, state=Send.State.CLAIMED, attempts=send.attempts)
    if not held.update(state=Send.State.HANDED_OVER, reason="", lease_until=timezone.now() + LEASE):
        return True
    verdict = server.hand_over(message_for(mail, send.recipient, firm, send))
    _settle(send, send.attempts, verdict)
    return mail_flow.note(verdict)


@transaction.atomic
def prepare(claims: list[tuple[int, int]], firm: Firm) -> list[tuple[Send, MailText]]:
    """Check what was claimed once more, make the links and archive the texts: what may leave, in a few statements."""
    tokens = dict(claims)
    rows = Send.objects.select_for_update(of=("self",)).select_related("contact__primary_advisor")
    found = rows.filter(pk__in=tokens, state=Send.State.CLAIMED).order_by("pk").in_bulk()
    sends = [found[pk] for pk, token in claims if pk in found and found[pk].attempts == token]
    beside = Beside.of(sends)
    leaving = []
    for send in sends:
        if refusal := why_not(send, beside):
            _suppress(send, refusal)
        else:
            leaving.append(send)
    mails, made, archived = [], [], []
    for send in leaving:
        if send.purpose == Send.Purpose.SECURITY:
            told = values_for(send.contact, firm) | {"changed_at": changed_at(send.created_at, send.contact, firm)}
            mail = compose(send.purpose, told, firm, settings.BASE_URL + FORGOTTEN)
            archived.append((send, mail))
            mails.append((send, mail))
            continue
        purpose = Link.Purpose.PASSWORD if send.purpose == Send.Purpose.PASSWORD else Link.Purpose.INVITATION
        invitation_id = send.subject_id if purpose == Link.Purpose.INVITATION else None
        token, link = links.make(send.contact_id, purpose, invitation_id, firm)
        mail = compose(send.purpose, values_for(send.contact, firm), firm, links.url_for(token, purpose))
        made.append(link)
        archived.append((send, mail.without(token)))
        mails.append((send, mail))
    Link.objects.bulk_create(made)
    _archive(archived, firm)
    return mails


def _archive(mails: list[tuple[Send, MailText]], firm: Firm) -> None:
    """Keep what leaves, before it does; another try with the same words is kept once, unless the first one left."""
    tried = ArchivedMessage.objects.filter(send__in=[send.pk for send, _ in mails])
    not_left = tried.filter(Q(send__sent_at=None) | Q(at__gt=F("send__sent_at")))
    kept = set(not_left.values_list("send", "subject", "text"))
    ArchivedMessage.objects.bulk_create(
        ArchivedMessage(
            send=send,
            sender=firm.name,
            recipient=send.recipient,
            subject=mail.subject[:300],
            text=mail.text,
            html=mail.html,
        )
        for send, mail in mails
        if (send.pk, mail.subject[:300], mail.text) not in kept
    )


def _settle(send: Send, token: int, verdict: Verdict) -> None:
    """Record what became of a mail that was handed over."""
    if verdict.outcome == mail_server.ACCEPTED:
        accept(send, at=timezone.now(), message_id=verdict.message_id, token=token)
    elif verdict.outcome == mail_server.TEMPORARY and not too_late(send):
        _postpone(send.pk, token, verdict.reason)
    elif verdict.outcome == mail_server.UNKNOWN:
        _end(send, token, Send.State.UNKNOWN, verdict.reason, "It is not known whether the mail left")
    else:
        _end(send, token, Send.State.FAILED, verdict.reason, "The mail could not be sent")


def accept(send: Send, *, at: datetime, message_id: str = "", token: int | None = None) -> bool:
    """The mail server has it: settle the row, make the contact Invited, note it. False when it was settled before.

    One statement, so it happens whole or not at all. A late answer is the truth also for a row that the sweep has
    called unknown meanwhile.
    """
    again = send.number > 1 or send.sent_at is not None
    verb, sentence = {
        Send.Purpose.INVITATION: ("reinvited", "Invitation sent again") if again else ("invited", "Invitation sent"),
        Send.Purpose.NEW_LINK: ("new_link", "New invitation link sent"),
        Send.Purpose.SECURITY: ("password_notice_sent", "Told that the password was changed: mail sent"),
        Send.Purpose.PASSWORD: ("password_link_sent", "Link to choose a new password sent"),
    }[Send.Purpose(send.purpose)]
    values = {
        "send": send.pk,
        "contact": send.contact_id,
        "token": send.attempts if token is None else token,
        "at": at,
        "message_id": message_id[:200],
        "is_invitation": send.purpose == Send.Purpose.INVITATION,
        "verb": verb,
        "sentence": f"{sentence} to {send.recipient}",
        "actor": send.requested_by_id,
    }
    with connection.cursor() as cursor:
        cursor.execute(ACCEPT, values)
        return cursor.rowcount == 1


@transaction.atomic
def _end(send: Send, token: int, state: str, reason: str, sentence: str) -> None:
    """The mail has come to an end other than the good one."""
    rows = Send.objects.filter(pk=send.pk, attempts=token, state__in=SETTLED_BY_SERVER)
    if rows.update(state=state, reason=reason[:300], settled_at=timezone.now(), lease_until=None):
        note_trouble([send.contact_id], f"{sentence} ({send.get_purpose_display().lower()}): {reason}")


def _suppress(send: Send, reason: str) -> None:
    """The mail does not leave, because something has changed since it was planned."""
    Send.objects.filter(pk=send.pk).update(
        state=Send.State.SUPPRESSED, reason=reason[:300], settled_at=timezone.now(), lease_until=None
    )
    note_trouble([send.contact_id], f"{send.get_purpose_display()} not sent: {reason}")


def _postpone(pk: int, token: int, reason: str) -> None:
    """Try again later; the pause doubles. What has waited too long has failed."""
    send = Send.objects.filter(pk=pk).first()
    if send is None:
        return
    if too_late(send):
        Send.objects.filter(pk=pk, state=Send.State.CLAIMED).update(state=Send.State.HANDED_OVER)
        _end(send, token, Send.State.FAILED, f"Given up. {reason}", "The mail could not be sent")
        return
    pause = min(FIRST_PAUSE * 2 ** min(token - 1, 10), LONGEST_PAUSE)
    held = Send.objects.filter(pk=pk, attempts=token, state__in=[Send.State.CLAIMED, Send.State.HANDED_OVER])
    held.update(state=Send.State.PLANNED, reason=reason[:300], not_before=timezone.now() + pause, lease_until=None)


def _release(claims: list[tuple[int, int]]) -> None:
    """Give claimed mails back, as they were."""
    for pk, token in claims:
        Send.objects.filter(pk=pk, attempts=token, state=Send.State.CLAIMED).update(
            state=Send.State.PLANNED, lease_until=None
        )


def note_trouble(contact_ids: list[int], sentence: str) -> None:
    """Put on the timeline that a mail did not go as wanted."""
    record("mail_trouble", sentence, subject_ids=contact_ids)
