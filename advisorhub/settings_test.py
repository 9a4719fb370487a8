"""Settings for the tests: the real ones, on the servers that tests/conftest.py starts."""

import os

from runner import embedded

embedded.provide_test_environment()
# Each process of a parallel run has a Redis database of its own (and, by pytest-django, a PostgreSQL one).
if process := os.environ.get("PYTEST_XDIST_WORKER"):
    server, _, number = os.environ["REDIS_URL"].rpartition("/")
    os.environ["REDIS_URL"] = f"{server}/{int(number) + 1 + int(process.removeprefix('gw'))}"

from advisorhub.settings import *  # noqa: E402, F403  (the servers must be up before settings are read)

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # fast; nothing here is a secret
STORAGES = {
    "default": {"BACKEND": "tests.storage.MemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
STATIC_ROOT = BASE_DIR / "static"  # noqa: F405 - a folder that exists; tests need no collected files
SILENCED_SYSTEM_CHECKS = [*SILENCED_SYSTEM_CHECKS, "staticfiles.E002"]  # noqa: F405 - nothing is collected into it
MAILBOX_DIR = MEDIA_ROOT = embedded.VAR_DIR / "test" / "nowhere"  # tests that keep files name a folder of their own
VAPID_PRIVATE_KEY = ""  # script/server keeps one in var/env; tests of web push bring their own
MAIL_MARK_FILE = None  # tests end with a rollback: to the mark, each would have gone back to a backup
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
CELERY_TASK_ALWAYS_EAGER = True  # a task sent on commit runs at once; the fault tests use real workers
