"""What is asked again when a mail is about to leave: time has passed since it was planned."""

from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from contacts.models import Contact
from outreach.models import Invitation, Send, Suppression

# A link to a forgotten password is of no use tomorrow; an invitation is not sent weeks late from a restored backup.
LATEST = {
    Send.Purpose.INVITATION: timedelta(days=7),
    Send.Purpose.NEW_LINK: timedelta(hours=2),
    Send.Purpose.PASSWORD: timedelta(hours=2),
}


def too_late(send: Send) -> bool:
    """Whether the mail has waited so long that it should not leave any more."""
    return timezone.now() - send.created_at > LATEST[Send.Purpose(send.purpose)]


def why_not(send: Send) -> str:
    """Why a claimed mail must not leave now; empty when it may. Reads the contact as it is at this moment."""
    contact = send.contact
    if too_late(send):
        return "It waited too long to be sent."
    if contact.deleted_at or contact.deactivated_at:
        return "The contact was deactivated or deleted meanwhile."
    if contact.email.lower() != send.recipient.lower():
        return "The email address was changed meanwhile."
    if Suppression.objects.filter(Q(email__iexact=send.recipient)).exists():
        return "The address gets no mail: it bounced, or its owner complained."
    if send.purpose == Send.Purpose.PASSWORD:
        return (
            "" if Contact.objects.open_to_portal().filter(pk=contact.pk).exists() else "The portal is closed to them."
        )
    if contact.start_at:
        return "The contact has signed in meanwhile."
    if not contact.experience_id:
        return "The contact has no experience any more."
    if not Invitation.objects.filter(pk=send.subject_id, accepted_at=None, revoked_at=None).exists():
        return "The invitation was revoked meanwhile."
    return ""
