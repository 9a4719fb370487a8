"""The Celery application: worker and scheduler start from here.

A worker with `--with-scheduler` is the scheduler as well, in a thread of its own: a process less to load everything.
"""

import gc
import logging
import os
import signal
from threading import Thread

import click
from celery import Celery, bootsteps
from celery.beat import Service
from celery.signals import beat_init, worker_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "advisorhub.settings")
app = Celery("advisorhub")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
logger = logging.getLogger(__name__)


@beat_init.connect
def sweep_at_once(**kwargs) -> None:
    """Ask for a sweep and a sign of life when the scheduler starts: nobody waits a whole round for the first."""
    try:
        for name in ("core.sweep", "core.operations_beat"):
            app.send_task(name, expires=60, retry=False)
    except Exception:  # any broker's own error types; the schedule asks again
        logger.warning("The queue is unreachable; the first sweep comes with the schedule.")


@worker_init.connect
def share_what_is_loaded(**kwargs) -> None:
    """Leave what is loaded out of the search for garbage before children are forked: they keep sharing its pages."""
    gc.collect()
    gc.freeze()


class SchedulerThread(Thread):
    """The scheduler beside a worker. Should it end by an error, the worker ends too, and both are started again."""

    def __init__(self) -> None:
        super().__init__(name="scheduler", daemon=True)
        self.service = Service(app, max_interval=1, schedule_filename=app.conf.beat_schedule_filename)

    def run(self) -> None:
        """Send what is due until `stop`."""
        try:
            self.service.start()
        except BaseException:
            logger.exception("The scheduler ended; its worker ends with it, to be started again.")
            os.kill(os.getpid(), signal.SIGTERM)

    def stop(self) -> None:
        """Let the scheduler end, and write down what it last sent."""
        self.service.stop(wait=False)


class SchedulerStep(bootsteps.StartStopStep):
    """Starts and stops the scheduler with a worker that was asked for it."""

    requires = ("celery.worker.components:Pool",)

    def __init__(self, parent, with_scheduler: bool = False, **options) -> None:
        super().__init__(parent, **options)
        self.enabled = with_scheduler

    def create(self, parent) -> SchedulerThread:
        """The thread; Celery starts it after the pool, and stops it before."""
        return SchedulerThread()


app.user_options["worker"].add(
    click.Option(["--with-scheduler"], is_flag=True, help="Run the scheduler in a thread of this worker.")
)
app.steps["worker"].add(SchedulerStep)
