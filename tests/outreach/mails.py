"""Invitations that have been mailed, without a mail server."""

from datetime import datetime, timedelta

from contacts.models import Contact
from mail.models import Send
from outreach.models import Invitation


def mailed(contact: Contact, at: datetime, *, number: int = 1, state: str = "accepted") -> Invitation:
    """The contact's open invitation, mailed `number` times: the latest `at`, each other an hour before the next."""
    invitation, made = Invitation.objects.get_or_create(contact=contact, accepted_at=None, revoked_at=None)
    moments = [at - timedelta(hours=left) for left in reversed(range(number))]
    if made:
        Invitation.objects.filter(pk=invitation.pk).update(created_at=moments[0])
    before = Send.objects.filter(purpose="invitation", subject_id=invitation.pk).count()
    for place, moment in enumerate(moments, start=before + 1):
        Send.objects.create(
            purpose="invitation",
            subject_id=invitation.pk,
            contact=contact,
            recipient=contact.email,
            number=place,
            state=state,
            created_at=moment,
            sent_at=moment,
            settled_at=moment,
        )
    held = Contact.objects.get(pk=contact.pk)
    Contact.objects.filter(pk=contact.pk).update(
        first_invited_at=held.first_invited_at or moments[0],
        last_invited_at=at,
        invitations_sent=held.invitations_sent + number,
    )
    return invitation
