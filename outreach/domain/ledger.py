"""Writing mails into the send ledger. A worker hands them to the mail server; a queue out of reach is only a delay."""

from datetime import datetime

from django.db.models import Max

from core.domain.calling import call_worker
from outreach.models import Send


def plan_one(purpose: str, contact, subject_id: int, *, by=None, not_before: datetime | None = None) -> Send:
    """Plan one mail to the contact's address, numbered after those before it, and tell a worker to look.

    It leaves no sooner than `not_before`; None is at once.
    Runs in the caller's transaction, which must hold the contact's row: numbers are given one at a time.
    """
    before = Send.objects.to_address(contact.email).filter(purpose=purpose, subject_id=subject_id)
    number = (before.aggregate(highest=Max("number"))["highest"] or 0) + 1
    send = Send.objects.create(
        purpose=purpose,
        subject_id=subject_id,
        contact=contact,
        recipient=contact.email,
        number=number,
        requested_by=by,
        not_before=not_before,
    )
    look_soon()
    return send


def look_soon() -> None:
    """Tell a worker that there is mail to send."""
    from outreach.tasks import send_due

    call_worker(send_due)
