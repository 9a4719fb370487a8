"""What a saved reply says to one contact."""

from accounts.models import Firm
from contacts.domain.placeholder_values import values_for
from contacts.models import Contact
from experiences.domain.placeholders import fill
from messaging.models import SavedReply


def text_for(reply: SavedReply, contact: Contact, firm: Firm) -> str:
    """The text with its placeholders filled for `contact`. It may be longer than a message: it is not sent yet."""
    return fill(reply.text, values_for(contact, firm))
