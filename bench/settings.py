"""The real settings, as in production, with mail that goes nowhere and a queue nobody else listens to."""

from advisorhub.settings import *  # noqa: F403

EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
CELERY_TASK_DEFAULT_QUEUE = "advisorhub-bench"
LOGGING = LOGGING | {"root": {"handlers": ["console"], "level": "ERROR"}}  # noqa: F405
MAIL_MARK_FILE = ""  # each scratch database is a new one: what another has sent says nothing
SEARCHES_PER_MINUTE = EXPORTS_PER_HOUR = IMPORTS_PER_HOUR = 1_000_000_000  # what is measured is not limited
