"""The queue's entry points of the accounts room."""

from celery import shared_task

from accounts.domain import password_links


@shared_task(name="accounts.mail_password_link", acks_late=True, reject_on_worker_lost=True)
def mail_password_link(email: str, welcome: bool = False) -> None:
    """Mail a password link, if the address is one of the staff. Known and unknown ones take this same way."""
    password_links.mail_link(email, welcome=welcome)
