"""What a person decides about a mail of which nobody knows whether it left."""

from django.db import transaction
from django.utils import timezone

from contacts.models import Contact
from core.domain.recording import record
from outreach.domain.ledger import plan_one
from outreach.domain.sending import accept
from outreach.models import Send


@transaction.atomic
def mark_as_sent(send: Send, *, by) -> bool:
    """It did leave: count it as sent. False when somebody else has decided already."""
    return accept(send, at=send.settled_at or timezone.now(), by=by)


@transaction.atomic
def send_again(send: Send, *, by) -> Send | None:
    """It may not have left: plan it once more, as a mail of its own. None when somebody has decided already."""
    contact = Contact.objects.select_for_update(of=("self",), no_key=True).get(pk=send.contact_id)
    settled = Send.objects.filter(pk=send.pk, state=Send.State.UNKNOWN).update(
        state=Send.State.FAILED, reason=f"Not known whether it left; {by.name} had it sent again."
    )
    if not settled:
        return None
    record("sent_again", "A mail of unknown fate is sent again", subject_ids=[contact.pk], actor=by)
    return plan_one(send.purpose, contact, send.subject_id, by=by)
