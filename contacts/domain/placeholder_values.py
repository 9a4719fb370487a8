"""What the placeholders in the firm's texts stand for, for one contact."""

from accounts.models import Firm
from contacts.models import Contact


def values_for(contact: Contact, firm: Firm) -> dict[str, str]:
    """The value of each of `experiences.domain.placeholders.PLACEHOLDERS`; reads the primary advisor.

    `outreach.domain.steps.texts.VALUES` says the same in SQL, for many; a test compares the two.
    """
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
