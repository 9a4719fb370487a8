"""The queue's entry points of the outreach room. Each only says "look in the database"."""

from celery import shared_task

from outreach.domain import bounce_mailbox


@shared_task(name="outreach.read_bounces", acks_late=True, reject_on_worker_lost=True)
def read_bounces() -> None:
    """Read what has come back to the bounce address."""
    bounce_mailbox.read_mailbox()
