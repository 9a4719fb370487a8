"""What the mail provider reports later: delivered, bounced, marked as spam."""

from datetime import timedelta

from anymail.signals import tracking
from django.db import transaction
from django.dispatch import receiver
from django.utils import timezone

from core.keys import read_key
from outreach.domain.sending import note_trouble
from outreach.models import Send, Suppression
from outreach.models.send import LEFT

RECENT = timedelta(days=14)
STATES = {
    "delivered": Send.State.DELIVERED,
    "bounced": Send.State.BOUNCED,
    "complained": Send.State.COMPLAINED,
    "unsubscribed": Send.State.COMPLAINED,
    "rejected": Send.State.FAILED,
    "failed": Send.State.FAILED,
}
SENTENCES = {
    Send.State.BOUNCED: "Mail to {} bounced",
    Send.State.COMPLAINED: "Mail to {} was marked as spam",
    Send.State.FAILED: "Mail to {} could not be delivered",
}
SUPPRESSING = {Send.State.BOUNCED: "Bounced", Send.State.COMPLAINED: "Marked as spam"}


@receiver(tracking, dispatch_uid="outreach.tracking")
def on_report(sender, event, esp_name: str, **kwargs) -> None:
    """A report of the provider, already checked against the webhook's secret by anymail."""
    state = STATES.get(event.event_type)
    if state:
        reason = event.description or event.reject_reason or ""
        note(state, event.recipient or "", str(event.message_id or ""), _number(event.metadata), reason)


@transaction.atomic
def note(state: str, recipient: str, message_id: str = "", send_id: int | None = None, reason: str = "") -> None:
    """Write a report into the ledger, show it on the contact, and send nothing more to an address that is dead.

    Reports come late, twice and out of order: delivered never overwrites something worse.
    """
    if state in SUPPRESSING and recipient:
        known = Suppression.objects.with_email(recipient).exists()
        if not known:
            words = f"{SUPPRESSING[state]}: {reason}" if reason else SUPPRESSING[state]
            Suppression.objects.bulk_create(
                [Suppression(email=recipient.lower(), reason=words[:200])], ignore_conflicts=True
            )
    send = _send_of(recipient, message_id, send_id)
    if send is None or send.state == state:
        return
    if state == Send.State.DELIVERED and send.state not in {Send.State.ACCEPTED, Send.State.HANDED_OVER}:
        return
    Send.objects.filter(pk=send.pk).update(state=state, reason=reason[:300], settled_at=timezone.now())
    if state in SENTENCES:
        sentence = SENTENCES[state].format(send.recipient)
        note_trouble([send.contact_id], f"{sentence}: {reason}" if reason else sentence)


def _send_of(recipient: str, message_id: str, send_id: int | None) -> Send | None:
    """The mail that a report is about: by our own key, by the message's, else the latest to the address."""
    rows = Send.objects.select_for_update().filter(state__in=LEFT)
    if send_id:
        return rows.to_address(recipient).filter(pk=send_id).first()
    if message_id and (found := rows.filter(message_id=message_id).first()):
        return found
    return rows.to_address(recipient).filter(created_at__gt=timezone.now() - RECENT).first()


def _number(metadata) -> int | None:
    """Our own key in what the provider hands back."""
    return read_key(str((metadata or {}).get("send", "")))
