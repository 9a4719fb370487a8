"""The Celery application: worker and scheduler start from here."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "advisorhub.settings")
app = Celery("advisorhub")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
