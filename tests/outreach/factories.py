"""Rows of the outreach room."""

from mail.models import ArchivedMessage, Send


def archived(contact, *, subject="x", text="x", recipient="", state="accepted") -> ArchivedMessage:
    """A message to the contact, as it was archived when it left, or was about to."""
    number = Send.objects.filter(contact=contact).count() + 1
    send = Send.objects.create(
        purpose="password",
        subject_id=contact.pk,
        contact=contact,
        recipient=recipient or contact.email,
        number=number,
        state=state,
    )
    return ArchivedMessage.objects.create(
        send=send, sender="Firm", recipient=send.recipient, subject=subject, text=text, html=text
    )
