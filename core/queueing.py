"""Telling a worker to look in the database."""

import logging

from celery import Task, current_app
from django.db import transaction

logger = logging.getLogger(__name__)


def call_worker(name: str, *args) -> None:
    """Have a worker run the task of this name, once the transaction commits.

    A missing queue is only a delay: the sweep looks too. Tasks call domains, so domains know tasks by name alone.
    Raises KeyError when no room has such a task.
    """
    task = _task(name)

    def send() -> None:
        try:
            task.apply_async(args, retry=False)
        except Exception:  # any broker's own error types; the sweep finds the work anyway
            logger.warning("The queue is unreachable; %s%s waits for the sweep.", name, args)

    transaction.on_commit(send)


def _task(name: str) -> Task:
    """The task of this name; those of all rooms are read when the first is called, as a worker does at its start."""
    if name not in current_app.tasks:
        current_app.loader.import_default_modules()
    return current_app.tasks[name]
