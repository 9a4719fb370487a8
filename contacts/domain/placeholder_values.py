"""What the placeholders of the firm's texts stand for, said to one contact."""

from accounts.models import Firm
from contacts.models import Contact


def values_for(contact: Contact, firm: Firm) -> dict[str, str]:
    """A value for each name in `experiences.domain.placeholders`; empty where nothing is known."""
    advisor = contact.primary_advisor
    return {
        "preferred_name": contact.greeting_name,
        "first_name": contact.first_name,
        "last_name": contact.last_name,
        "advisor_name": advisor.name,
        "advisor_email": advisor.email,
        "advisor_phone": advisor.phone or firm.phone,
        "firm_name": firm.name,
        "firm_phone": firm.phone,
    }
