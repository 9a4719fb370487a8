"""The queue's entry points of the mail room. Each only says "look in the database"."""

from celery import shared_task

from mail.domain import requests, sending


@shared_task(name="mail.send_due", acks_late=True, reject_on_worker_lost=True)
def send_due() -> None:
    """Answer requests for links and hand over the mail that is due."""
    requests.answer_requests()
    sending.send_due()
