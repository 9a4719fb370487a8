"""Telling a worker to look in the database."""

import logging

from celery import Task
from django.db import transaction

logger = logging.getLogger(__name__)


def call_worker(task: Task, *args) -> None:
    """Have a worker run `task`, once the transaction commits. A missing queue is only a delay: the sweep looks too."""

    def send() -> None:
        try:
            task.apply_async(args, retry=False)
        except Exception:  # any broker's own error types; the sweep finds the work anyway
            logger.warning("The queue is unreachable; %s%s waits for the sweep.", task.name, args)

    transaction.on_commit(send)
