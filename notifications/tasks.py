"""The queue's entry point of notifications. It only says "look in the database"."""

from celery import shared_task

from notifications.domain import sending


@shared_task(name="notifications.push_due", acks_late=True, reject_on_worker_lost=True)
def push_due() -> None:
    """Hand over the pushes that are due."""
    sending.send_due()
