"""Writing mails into the send ledger. A worker hands them to the mail server; a queue out of reach is only a delay."""

import logging

from django.db import transaction
from django.db.models import Max

from outreach.models import Send

logger = logging.getLogger(__name__)


def plan_one(purpose: str, contact, subject_id: int, *, by=None) -> Send:
    """Plan one mail to the contact's address, numbered after those before it, and tell a worker to look.

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
    )
    look_soon()
    return send


def look_soon() -> None:
    """Tell a worker, once the transaction commits, that there is mail to send. The sweep looks too."""
    from outreach.tasks import send_due

    def poke() -> None:
        try:
            send_due.apply_async(retry=False)
        except Exception:  # any broker's own error types; the sweep finds the mail anyway
            logger.warning("The queue is unreachable; mail waits for the sweep.")

    transaction.on_commit(poke)
