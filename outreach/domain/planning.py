"""Planning one mail to a contact."""

from datetime import datetime

from contacts.models import Contact
from mail.domain import planning
from mail.models import Send


def plan_one(purpose: str, contact: Contact, subject_id: int, *, by=None, not_before: datetime | None = None) -> Send:
    """Plan one mail to the contact's address. Runs in the caller's transaction, which must hold the contact's row.

    It leaves no sooner than `not_before`; None is at once.
    """
    return planning.plan(
        purpose, subject_id=subject_id, recipient=contact.email, contact=contact, by=by, not_before=not_before
    )
