"""Settings for the tests: the real ones, on the servers that tests/conftest.py starts."""

from advisorhub import embedded

embedded.provide_test_environment()

from advisorhub.settings import *  # noqa: E402, F403  (the servers must be up before settings are read)

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # fast; nothing here is a secret
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
STATIC_ROOT = BASE_DIR / "static"  # noqa: F405 - a folder that exists; tests need no collected files
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
CELERY_TASK_ALWAYS_EAGER = True  # a task sent on commit runs at once; the fault tests use real workers
