"""The queue's entry points of the accounts room. Each only says "look in the database"."""

from celery import shared_task

from accounts.domain import password_links


@shared_task(name="accounts.mail_password_links", acks_late=True, reject_on_worker_lost=True)
def mail_password_links() -> None:
    """Mail the links that the staff asked for."""
    password_links.mail_links()
