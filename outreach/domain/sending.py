"""Handing over what is due: claimed with a lease, checked again, recorded before it leaves and after.

planned → claimed → handed over → accepted. A worker that dies after handing over leaves the row there, and the
sweep makes it unknown: shown to a person, never sent again by itself. The number of claims (`attempts`) is the
fencing token: who has lost a claim changes nothing any more.
"""

import logging
import time
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import F
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts.models import Firm
from contacts.models import Contact
from core.domain.recording import record
from outreach.domain import links, mail_server
from outreach.domain.claim_rules import too_late, why_not
from outreach.domain.ledger import look_soon
from outreach.domain.mail_server import MailServer, Verdict, message_for
from outreach.domain.mail_text import MailText, compose, values_for
from outreach.domain.pace import wait_for_moment
from outreach.models import ArchivedMessage, Invitation, Link, Send

logger = logging.getLogger(__name__)

BATCH = 50
LEASE = timedelta(seconds=60)
WORK_SECONDS = 45
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=30), timedelta(minutes=15)
SETTLED_BY_SERVER = [Send.State.HANDED_OVER, Send.State.UNKNOWN]

CLAIM = """
UPDATE outreach_send SET state = 'claimed', attempts = attempts + 1, lease_until = %(until)s
WHERE id IN (
    SELECT id FROM outreach_send
    WHERE state = 'planned' AND (not_before IS NULL OR not_before <= %(now)s)
    ORDER BY purpose DESC, id LIMIT %(batch)s FOR UPDATE SKIP LOCKED
)
RETURNING purpose, id, attempts
"""


def send_due() -> None:
    """Work through what is due for less than a minute; what is left over is for the next look."""
    started = time.monotonic()
    while claims := _claim():
        if not _work(claims):
            return
        if time.monotonic() - started > WORK_SECONDS:
            look_soon()
            return


def _claim() -> list[tuple[int, int]]:
    """Take some mails for this worker: key and fencing token of each, new passwords first."""
    now = timezone.now()
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, {"now": now, "until": now + LEASE, "batch": BATCH})
        rows = cursor.fetchall()
    urgent_first = sorted(rows, key=lambda row: row[1])
    urgent_first.sort(key=lambda row: row[0], reverse=True)
    return [(pk, token) for _, pk, token in urgent_first]


def _work(claims: list[tuple[int, int]]) -> bool:
    """Send a batch over one connection. False when the rest must wait: no server, or the pace is reached."""
    firm = Firm.get()
    with MailServer() as server:
        for position, (pk, token) in enumerate(claims):
            if not wait_for_moment(firm.sends_per_minute):
                _release(claims[position:])
                return False
            if failure := server.open():
                _postpone(pk, token, failure.reason)
                _release(claims[position + 1 :])
                return False
            _send_one(pk, token, server, firm)
    return True


def _send_one(pk: int, token: int, server: MailServer, firm: Firm) -> None:
    """Record that the mail is about to leave, let it leave, record what the server said."""
    prepared = _prepare(pk, token, firm)
    if prepared is None:
        return
    send, mail = prepared
    verdict = server.hand_over(message_for(mail, send.recipient, firm, send.pk))
    _settle(send, token, verdict)


@transaction.atomic
def _prepare(pk: int, token: int, firm: Firm) -> tuple[Send, MailText] | None:
    """Check once more, make the link, archive the text and mark the row handed over. None when it does not leave."""
    rows = Send.objects.select_for_update(of=("self",)).select_related("contact__primary_advisor", "operation")
    send = rows.filter(pk=pk, state=Send.State.CLAIMED, attempts=token).first()
    if send is None:
        return None
    refusal = why_not(send)
    if refusal:
        _suppress(send, refusal)
        return None
    url, secret = _link(send)
    mail = compose(send.purpose, values_for(send.contact, firm), firm, url)
    _archive(send, mail.without(secret), firm)
    send.state = Send.State.HANDED_OVER
    Send.objects.filter(pk=pk).update(state=send.state, reason="", lease_until=timezone.now() + LEASE)
    return send, mail


def _link(send: Send) -> tuple[str, str]:
    """A new link for this mail: its address, and the token in it."""
    purpose = Link.Purpose.PASSWORD if send.purpose == Send.Purpose.PASSWORD else Link.Purpose.INVITATION
    invitation = Invitation.objects.get(pk=send.subject_id) if purpose == Link.Purpose.INVITATION else None
    token = links.issue(send.contact, purpose, invitation)
    return links.url_for(token, purpose), token


def _archive(send: Send, mail: MailText, firm: Firm) -> None:
    """Keep what leaves, before it does; another try with the same words is kept once."""
    if not ArchivedMessage.objects.filter(send=send, subject=mail.subject[:300], text=mail.text).exists():
        ArchivedMessage.objects.create(
            send=send,
            sender=firm.name,
            recipient=send.recipient,
            subject=mail.subject[:300],
            text=mail.text,
            html=mail.html,
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


@transaction.atomic
def accept(send: Send, *, at: datetime, message_id: str = "", token: int | None = None, by=None) -> bool:
    """The mail server has it: settle the row, make the contact Invited, note it. False when it was settled before.

    A late answer is the truth also for a row that the sweep has called unknown meanwhile.
    """
    rows = Send.objects.filter(pk=send.pk, state__in=SETTLED_BY_SERVER)
    if token is not None:
        rows = rows.filter(attempts=token)
    settled = rows.update(
        state=Send.State.ACCEPTED, reason="", sent_at=at, settled_at=at, message_id=message_id, lease_until=None
    )
    if not settled:
        return False
    again = send.number > 1
    if send.purpose == Send.Purpose.INVITATION:
        _stamp(send, at)
        verb, sentence = ("reinvited", "Invitation sent again") if again else ("invited", "Invitation sent")
    elif send.purpose == Send.Purpose.NEW_LINK:
        verb, sentence = "new_link", "New invitation link sent"
    else:
        verb, sentence = "password_link_sent", "Link to choose a new password sent"
    record(
        verb,
        f"{sentence} to {send.recipient}",
        subject_ids=[send.contact_id],
        actor=by or send.requested_by,
        operation=send.operation,
        data={"send": send.pk},
    )
    return True


def _stamp(send: Send, at: datetime) -> None:
    """Note the invitation on the contact, which makes them Invited."""
    Contact.objects.filter(pk=send.contact_id).update(
        first_invited_at=Coalesce(F("first_invited_at"), at),
        last_invited_at=at,
        invitations_sent=F("invitations_sent") + 1,
    )


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
