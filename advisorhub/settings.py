"""AdvisorHub's settings, all from the environment, with defaults that are safe.

`script/server` writes what it generated (secret key, addresses of the embedded servers) to `var/env`;
a real environment variable always wins over that file. Every setting is listed in docs/operating/settings.md.
"""

import os
from pathlib import Path

import dj_database_url
import dj_email_url
import pghistory
from celery.schedules import crontab
from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from environs import Env
from kombu import Exchange, Queue

from advisorhub import queues

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = BASE_DIR / "var"

env = Env()
if (VAR_DIR / "env").is_file():
    env.read_env(str(VAR_DIR / "env"), recurse=False)

DEBUG = env.bool("DEBUG", False)
# The demo set-up shows its sign-ins on the sign-in page and its mail in a mailbox page. Never for real data.
DEMO = env.bool("DEMO", False)
# Plain http on this machine: cookies without the Secure flag. Set by script/server, never in production.
INSECURE_HTTP = env.bool("INSECURE_HTTP", False)

SECRET_KEY = env.str("SECRET_KEY", "")
if len(SECRET_KEY) < 50 or len(set(SECRET_KEY)) < 10:
    raise ImproperlyConfigured(
        "SECRET_KEY is missing or weak. Set it to 50 or more random characters, for example with: "
        "python -c 'import secrets; print(secrets.token_urlsafe(64))'"
    )

# Secrets of before, still good for opening what was sealed or signed with them.
SECRET_KEY_FALLBACKS: list[str] = env.list("SECRET_KEY_FALLBACKS", [])

BASE_URL = env.str("BASE_URL", "http://localhost:8000").rstrip("/")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", [BASE_URL])

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.postgres",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_htmx",
    "template_partials",
    "django_tables2",
    "django_filters",
    "csp",
    "anymail",
    "pgtrigger",
    "pghistory",
    "core",
    "mail",
    "accounts",
    "experiences",
    "contacts",
    "notifications",
    "todos",
    "messaging",
    "outreach",
    "crm",
    "reports",
    "portal",
    "demo",
]

MIDDLEWARE = [
    "core.middleware.HealthMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "core.middleware.ReadableFormMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "core.middleware.PersonalPagesMiddleware",
    "core.middleware.NoNulMiddleware",  # after the check against forgery, which reads forms
    "accounts.session_age.SessionAgeMiddleware",  # after it: the key of a session comes from a cookie
    "accounts.middleware.ViewerTimeZoneMiddleware",
    "core.middleware.GoneMeanwhileMiddleware",
    "core.middleware.HistoryContextMiddleware",
    "accounts.known_browsers.KnownBrowserMiddleware",
    "accounts.middleware.AccountLimitsMiddleware",
    "advisorhub.error_pages.RefusedMethodMiddleware",
]

ROOT_URLCONF = "advisorhub.urls"
WSGI_APPLICATION = "advisorhub.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "loaders": [
                (
                    "template_partials.loader.Loader",
                    [
                        (
                            "django.template.loaders.cached.Loader",
                            ["core.template_loading.Loader", "django.template.loaders.app_directories.Loader"],
                        )
                    ],
                )
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "accounts.context_processors.firm",
                "core.context_processors.shell",
            ],
            "builtins": [
                "core.templatetags.ui",
                "core.templatetags.components",
                "contacts.templatetags.contact_ui",
                "template_partials.templatetags.partials",
            ],
        },
    },
]

FORM_RENDERER = "core.forms.rendering.FormRenderer"

DATABASE_URL = env.str("DATABASE_URL", "")
if not DATABASE_URL:
    raise ImproperlyConfigured(
        "DATABASE_URL is missing. Set it to postgresql://user:password@host/name, or use script/server, "
        "which brings a PostgreSQL of its own."
    )
DATABASES = {"default": dj_database_url.parse(DATABASE_URL, conn_max_age=60, conn_health_checks=True)}
if DATABASES["default"]["ENGINE"] != "django.db.backends.postgresql":
    raise ImproperlyConfigured("DATABASE_URL must name a PostgreSQL database.")
DATABASES["default"]["ENGINE"] = "core.postgresql"  # signs what the history triggers write
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.str("REDIS_URL", "redis://127.0.0.1:6379/0")
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "advisorhub",
        "OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 1},
    }
}
# History is read by the row it belongs to. Indexes on what else stands in an entry cost every change, and serve nobody.
PGHISTORY_FOREIGN_KEY_FIELD = pghistory.ForeignKey(db_index=False)
PGHISTORY_OBJ_FIELD = pghistory.ObjForeignKey(db_index=True)

# Sessions live in PostgreSQL: a flushed Redis signs nobody out.
SESSION_ENGINE = "accounts.session_store"
# Messages go with their session: in a cookie they would greet whoever signs in next in the same browser.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
SESSION_COOKIE_AGE = env.int("SESSION_HOURS", 12) * 3600
SESSION_IDLE_MINUTES = env.int("SESSION_IDLE_MINUTES", 60)
PORTAL_IDLE_MINUTES = env.int("PORTAL_IDLE_MINUTES", 30)

CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_DEFAULT_QUEUE = queues.QUICK
# What takes minutes has workers of its own, so that mail and the search for what is due never wait for it.
CELERY_TASK_QUEUES = [Queue(name, Exchange(name), routing_key=name) for name in (queues.QUICK, queues.OPERATIONS)]
CELERY_TASK_ROUTES = {
    "core.run_operation": {"queue": queues.OPERATIONS},
    "core.operations_beat": {"queue": queues.OPERATIONS},
    "core.daily": {"queue": queues.OPERATIONS},
}
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 300,
    "socket_connect_timeout": 3,
    "socket_timeout": 10,
    "max_retries": 2,
    "interval_start": 0.1,
    "interval_step": 0.2,
}
CELERY_TIMEZONE = "UTC"
# The queue only says "look in the database": what is due is decided there.
CELERY_BEAT_SCHEDULE = {
    "sweep": {"task": "core.sweep", "schedule": env.float("SWEEP_SECONDS", 20.0)},
    "operations-beat": {"task": "core.operations_beat", "schedule": env.float("SWEEP_SECONDS", 20.0)},
    "daily": {"task": "core.daily", "schedule": crontab(hour=3, minute=10)},
}
# The most rows that an operation changes in one transaction; to be changed only while no import runs.
OPERATION_ROWS = env.int("OPERATION_ROWS", 5000)
# How long an operation waits for a worker that has fallen silent before another goes on with it.
OPERATION_LEASE_SECONDS = env.float("OPERATION_LEASE_SECONDS", 60.0)
CELERY_BEAT_SCHEDULE_FILENAME = env.str("BEAT_FILE", str(VAR_DIR / "beat-schedule"))

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "accounts.backends.StaffBackend",
    "accounts.backends.PortalBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 15},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "accounts.domain.password_rules.GuessableValidator"},
]
LOGIN_URL = "accounts:sign_in"
LOGIN_REDIRECT_URL = "/"
PASSWORD_RESET_TIMEOUT = 60 * 60 * 2
# What is too often; see core/limits.py. Those of single accounts and networks: accounts/domain/guessing.py.
WRONG_PASSWORDS_PER_HOUR = env.int("WRONG_PASSWORDS_PER_HOUR", 1000)
EXPORTS_PER_HOUR = env.int("EXPORTS_PER_HOUR", 60)
IMPORTS_PER_HOUR = env.int("IMPORTS_PER_HOUR", 60)
SEARCHES_PER_MINUTE = env.int("SEARCHES_PER_MINUTE", 240)
# How many proxies of the firm's own stand before the web processes; each adds an address to X-Forwarded-For.
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", 0)

# Links typed without a scheme are https; Django 6 does so by itself.
FORMS_URLFIELD_ASSUME_HTTPS = True
LANGUAGE_CODE = "en-us"
USE_I18N = False
TIME_ZONE = "UTC"
USE_TZ = True

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = env.path("STATIC_ROOT", VAR_DIR / "staticfiles")
MEDIA_ROOT = env.path("MEDIA_ROOT", VAR_DIR / "media")
# How far mail has been sent, beside the database: a restored backup is noticed by it. Never to be restored with one.
MAIL_MARK_FILE: Path | None = env.path("MAIL_MARK_FILE", Path(MEDIA_ROOT) / "mail-mark.json")
MEDIA_URL = "/media/"  # never served from here: each file goes through a view that checks who asks
STORAGES = {
    "default": {"BACKEND": "core.files.storage.FileStorage"},
    "staticfiles": {"BACKEND": "core.files.bundles.BundledStaticFilesStorage"},
}
FILE_UPLOAD_PERMISSIONS, FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o600, 0o700  # clients' files are nobody else's to read
# With less room than this for files, /readyz says so.
DISK_FREE_BYTES = env.int("DISK_FREE_MB", 512) * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000
# Hosts a CRM connection may call although they are private or without TLS, such as a CRM in the firm's own network.
CRM_PRIVATE_HOSTS: list[str] = env.list("CRM_PRIVATE_HOSTS", [])
# A PEM file of authorities whose certificates CRMs may show besides those that everybody trusts.
CRM_CA_BUNDLE = env.str("CRM_CA_BUNDLE", "")
UPLOAD_MAX_BYTES = env.int("UPLOAD_MAX_MB", 100) * 1024 * 1024

# In the demo set-up mail is kept as files and shown in a mailbox page, unless EMAIL_URL says otherwise.
EMAIL_URL = env.str("EMAIL_URL", "")
MAILBOX_DIR = VAR_DIR / "mailbox"
if EMAIL_URL:
    vars().update(dj_email_url.parse(EMAIL_URL))
elif DEMO:
    EMAIL_BACKEND = "outreach.mailbox.MailboxBackend"
else:
    EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
EMAIL_BACKEND = env.str("EMAIL_BACKEND", EMAIL_BACKEND)  # a provider's own: anymail.backends.….EmailBackend
# Every variable ANYMAIL_… is a setting of django-anymail; ANYMAIL_WEBHOOK_SECRET opens /outreach/reports/.
ANYMAIL: dict[str, str | bool] = {
    name.removeprefix("ANYMAIL_"): value for name, value in os.environ.items() if name.startswith("ANYMAIL_")
}
# Not every provider takes our headers and our key. A mail without them is better than none: MailerSend takes neither.
ANYMAIL.setdefault("IGNORE_UNSUPPORTED_FEATURES", True)
EMAIL_TIMEOUT = env.int("EMAIL_TIMEOUT", 20)
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", "AdvisorHub <advisorhub@example.com>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
# Where mail over SMTP comes back to, and the mailbox in which such reports are read: docs/operating/bounces.md
BOUNCE_ADDRESS = env.str("BOUNCE_ADDRESS", "")
BOUNCE_MAILBOX_URL = env.str("BOUNCE_MAILBOX_URL", "")

# Web push: a key of our own (VAPID), without which there is none, and whom push services can write to about us.
VAPID_PRIVATE_KEY = env.str("VAPID_PRIVATE_KEY", "")
VAPID_SUBJECT = env.str("VAPID_SUBJECT", "")
# Hosts of push services that may be called although they are private or without TLS.
PUSH_PRIVATE_HOSTS: list[str] = env.list("PUSH_PRIVATE_HOSTS", [])

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "worker-src": [SELF],
        "media-src": [SELF],
        "frame-src": [SELF, "https://www.youtube-nocookie.com", "https://player.vimeo.com"],
        "frame-ancestors": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
    }
}
X_FRAME_OPTIONS = "SAMEORIGIN"  # the staff preview shows the portal in a frame
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
CSRF_COOKIE_HTTPONLY = False
CSRF_FAILURE_VIEW = "advisorhub.error_pages.csrf_failure"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
KNOWN_BROWSER_COOKIE = "known" if INSECURE_HTTP else "__Host-known"  # see accounts/known_browsers.py
if not INSECURE_HTTP:
    SESSION_COOKIE_NAME = "__Host-session"
    CSRF_COOKIE_NAME = "__Host-csrf"
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
    SECURE_SSL_REDIRECT = env.bool("SSL_REDIRECT", True)
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = env.int("HSTS_SECONDS", 31_536_000)
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True

DJANGO_TABLES2_TEMPLATE = "core/table.html"
SILENCED_SYSTEM_CHECKS = [
    "security.W019",  # frames of our own pages are meant: see X_FRAME_OPTIONS
    "auth.W004",  # email is unique per side (staff, portal): two conditional constraints, two backends
]

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "plain": {
            "class": "advisorhub.logs.WithoutTokens",
            "format": "%(asctime)s %(levelname)s %(name)s: %(message)s",
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", "INFO")},
    "loggers": {"celery": {"level": "WARNING"}},
}
