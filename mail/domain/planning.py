"""Writing mails into the ledger. A worker hands them to the mail server; a queue out of reach is only a delay."""

from datetime import datetime

from django.db.models import Max

from core.queueing import call_worker
from mail.models import Send
from mail.registry import purposes


def plan(
    purpose: str,
    *,
    subject_id: int,
    recipient: str,
    contact=None,
    user=None,
    by=None,
    not_before: datetime | None = None,
) -> Send:
    """Plan one mail to a contact or to one of the staff, numbered after those before it, and tell a worker to look.

    It leaves no sooner than `not_before`; None is at once. Runs in the caller's transaction, which must hold the
    person's row: numbers are given one at a time. Raises KeyError for a purpose that nobody has registered.
    """
    before = Send.objects.to_address(recipient).filter(purpose=purpose, subject_id=subject_id)
    number = (before.aggregate(highest=Max("number"))["highest"] or 0) + 1
    send = Send.objects.create(
        purpose=purpose,
        rank=purposes[purpose].rank,
        subject_id=subject_id,
        contact=contact,
        user=user,
        recipient=recipient,
        number=number,
        requested_by=by,
        not_before=not_before,
    )
    look_soon()
    return send


def look_soon() -> None:
    """Tell a worker that there is mail to send."""
    call_worker("mail.send_due")
