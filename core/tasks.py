"""The queue's entry points. Each only says "look in the database"."""

from celery import shared_task

from core import health, registry
from core.mailing import restore_guard, server_status
from core.operations import running, selecting


@shared_task(name="core.run_operation", acks_late=True, reject_on_worker_lost=True)
def run_operation(operation_id: int) -> None:
    """Run one operation to its end, if it is there to be claimed."""
    running.run(operation_id)


@shared_task(name="core.sweep", acks_late=True, reject_on_worker_lost=True, expires=60)
def sweep() -> None:
    """Find what is due or stuck, in every room. Sent by the scheduler, so both are alive."""
    # First of all: what follows plans mail, and the signs of life date a backup.
    running.run_each([restore_guard.check])
    health.beat("scheduler")
    health.beat("worker")
    running.resume_stuck()
    running.run_each([selecting.tell_untouched])
    running.run_each(registry.sweepers)


@shared_task(name="core.operations_beat", acks_late=True, reject_on_worker_lost=True, expires=60)
def operations_beat() -> None:
    """Record that operations have a worker."""
    health.beat("operations")


@shared_task(name="core.call_mail_server", acks_late=True, reject_on_worker_lost=True, expires=60)
def call_mail_server() -> None:
    """See whether the mail server answers."""
    server_status.call_server()


@shared_task(name="core.daily", acks_late=True, reject_on_worker_lost=True, expires=3600)
def daily() -> None:
    """Clean up once a day, in every room."""
    running.run_each(registry.daily_jobs)
