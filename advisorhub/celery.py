"""The Celery application: worker and scheduler start from here."""

import logging
import os

from celery import Celery
from celery.signals import beat_init

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
