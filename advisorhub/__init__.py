"""The project: settings, URLs, and the embedded servers."""

from advisorhub.celery import app as celery_app

__all__ = ["celery_app"]
