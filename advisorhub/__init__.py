"""The Django project: settings, URLs, WSGI and Celery."""

from advisorhub.celery import app as celery_app

__all__ = ["celery_app"]
