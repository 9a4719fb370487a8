"""What is told later of mail that has left: delivered, come back for now or for good, marked as spam.

Reports come from the provider (here, through django-anymail) or as mail to the bounce address. They come late, twice
and out of order. A mail that came back for now is tried again, later and later; see docs/decisions/0028.
"""

from datetime import timedelta

from anymail.signals import tracking
from django.db import transaction
from django.dispatch import receiver
from django.utils import timezone

from mail.domain.reporting import report_problem
from mail.domain.sending import accept
from mail.models import Send
from mail.registry import purpose_of
from outreach.domain import provider_reports, suppressing
from outreach.domain.claim_rules import was_asked_for
from outreach.domain.fates import Fate, Report
from outreach.models import Bounce, Suppression

RECENT = timedelta(days=14)
WAITING = [Send.State.PLANNED, Send.State.CLAIMED]
UNSURE = [Send.State.HANDED_OVER, Send.State.UNKNOWN]
GOOD = [Send.State.ACCEPTED, Send.State.DELIVERED]
STATES = {
    Fate.DEAD: Send.State.BOUNCED,
    Fate.REFUSED: Send.State.FAILED,
    Fate.COMPLAINED: Send.State.COMPLAINED,
    Fate.UNSUBSCRIBED: Send.State.COMPLAINED,
}
SENTENCES = {
    Fate.DEAD: "Mail to {} bounced",
    Fate.REFUSED: "Mail to {} could not be delivered",
    Fate.COMPLAINED: "Mail to {} was marked as spam",
    Fate.UNSUBSCRIBED: "The owner of {} unsubscribed",
}
SUPPRESSING = {
    Fate.DEAD: Suppression.Kind.DEAD,
    Fate.COMPLAINED: Suppression.Kind.COMPLAINED,
    Fate.UNSUBSCRIBED: Suppression.Kind.UNSUBSCRIBED,
}


@receiver(tracking, dispatch_uid="outreach.tracking")
def on_report(sender, event, esp_name: str, **kwargs) -> None:
    """A report of the provider, already checked against the webhook's secret by anymail."""
    if report := provider_reports.read(event, esp_name):
        note(report)


@transaction.atomic
def note(report: Report) -> bool:
    """Write a report into the ledger, show it on the contact, and act on it. False when it is about no mail of ours.

    The person is held before the mail, as by everything that changes people and their mails.
    """
    found = _mail_of(report)
    if found is None:
        if report.recipient and report.fate in SUPPRESSING:
            suppressing.suppress(report.recipient, SUPPRESSING[report.fate], report.reason)
        return False
    purpose_of(found.purpose).hold(found)
    send = Send.objects.select_for_update(of=("self",), no_key=True).get(pk=found.pk)
    if send.state in UNSURE and _is_of_this_try(send, report):  # whatever is told of it, it has left
        accept(send, at=timezone.now(), message_id=report.message_id or send.message_id)
        send.refresh_from_db()
    if report.fate == Fate.DELIVERED:
        _note_delivery(send)
    elif report.fate == Fate.DELAYED:
        _note_delay(send, report)
    elif report.fate == Fate.RETURNED:
        _note_return(send, report)
    else:
        _note_end(send, report)
    return True


def _note_delivery(send: Send) -> None:
    """It arrived after all: another try is not needed. Never overwrites something worse."""
    suppressing.note_arrival(send.recipient)
    if send.state in {Send.State.ACCEPTED, *WAITING}:
        _settle(send, Send.State.DELIVERED, "")


def _note_delay(send: Send, report: Report) -> None:
    """The server tries on by itself; staff see what it waits for."""
    if send.state == Send.State.ACCEPTED:
        Send.objects.filter(pk=send.pk).update(reason=f"Delayed: {report.reason}"[:300])


def _note_return(send: Send, report: Report) -> None:
    """It came back for now: try again later, as often as its purpose allows, and as long as it is of use."""
    is_new = _keep(send, report, permanent=False)
    if send.state not in GOOD or not is_new or not _is_of_this_try(send, report):
        return
    tries = send.bounces.count()
    purpose = purpose_of(send.purpose)
    pauses = purpose.pauses
    enough = suppressing.bounces_again_and_again(send.recipient)
    if enough:
        suppressing.suppress(send.recipient, Suppression.Kind.REPEATED, report.reason)
    again = timezone.now() + pauses[tries - 1] if tries <= len(pauses) else None
    too_late = again is None or again > send.created_at + purpose.latest
    if too_late or (enough and not was_asked_for(send)):
        _settle(send, Send.State.BOUNCED, f"Given up. {report.reason}")
        _tell(send, "Mail to {} bounced", report.reason)
        return
    Send.objects.filter(pk=send.pk).update(
        state=Send.State.PLANNED,
        reason=f"Came back and is tried again: {report.reason}"[:300],
        not_before=again,
        lease_until=None,
    )
    _tell(send, "Mail to {} came back and is tried again", report.reason)


def _note_end(send: Send, report: Report) -> None:
    """It is over for this mail, and mostly for the address."""
    if kind := SUPPRESSING.get(report.fate):
        suppressing.suppress(send.recipient, kind, report.reason)
    if report.fate == Fate.DEAD:
        _keep(send, report, permanent=True)
    state = STATES[report.fate]
    if send.state == state or send.state == Send.State.COMPLAINED:
        return
    _settle(send, state, report.reason)
    _tell(send, SENTENCES[report.fate], report.reason)


def _is_of_this_try(send: Send, report: Report) -> bool:
    """Whether the report is about the mail as it was sent last, and not about an earlier try.

    One without our key is taken to be, unless the mail is being sent again at this moment.
    """
    if report.attempt:
        return report.attempt == send.attempts
    return send.state in GOOD or send.sent_at is None


def _keep(send: Send, report: Report, *, permanent: bool) -> bool:
    """Keep the report; False when this try of the mail had been reported before."""
    attempt = report.attempt or send.attempts
    earlier = Bounce.objects.filter(send=send, attempt=attempt)
    if earlier.exists():
        if permanent:
            earlier.update(permanent=True, reason=report.reason[:300])
        return False
    Bounce.objects.create(
        send=send,
        attempt=attempt,
        email=send.recipient,
        permanent=permanent,
        reason=report.reason[:300],
        at=timezone.now(),
    )
    return True


def _settle(send: Send, state: str, reason: str) -> None:
    """The ledger's last word on a mail that is held; whoever has claimed it for another try changes nothing."""
    Send.objects.filter(pk=send.pk).update(
        state=state, reason=reason[:300], settled_at=timezone.now(), not_before=None, lease_until=None
    )


def _tell(send: Send, sentence: str, reason: str) -> None:
    """Say it where people look."""
    sentence = sentence.format(send.recipient)
    report_problem([send], f"{sentence}: {reason}" if reason else sentence)


def _mail_of(report: Report) -> Send | None:
    """The mail that a report is about: by our own key, by the message's, else the latest to the address."""
    rows = Send.objects.left()
    if report.send_id:  # another deployment may report through the same account, hence the address as well
        rows = rows.to_address(report.recipient) if report.recipient else rows
        return rows.filter(pk=report.send_id).first()
    if report.message_id and (found := rows.filter(message_id=report.message_id).first()):
        return found
    if not report.recipient:
        return None
    return rows.to_address(report.recipient).filter(created_at__gt=timezone.now() - RECENT).first()
