"""The queue's entry points of the outreach room. Each only says "look in the database"."""

from celery import shared_task

from outreach.domain import bounce_mailbox, passwords, sending


@shared_task(name="outreach.send_due", acks_late=True, reject_on_worker_lost=True)
def send_due() -> None:
    """Answer requests for links and hand over the mail that is due."""
    passwords.answer_requests()
    sending.send_due()


@shared_task(name="outreach.read_bounces", acks_late=True, reject_on_worker_lost=True)
def read_bounces() -> None:
    """Read what has come back to the bounce address."""
    bounce_mailbox.read_mailbox()
