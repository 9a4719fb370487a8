"""Types, Django's deployment checks and the search for missing migrations, as production would see this code."""

import os
import secrets
import subprocess
import sys

from runner.embedded import BASE_DIR, VAR_DIR, EmbeddedServers

# Warnings are errors, but for the one about a setting that takes up Django 6's behaviour early.
WARNINGS = ("-W", "error", "-W", "ignore:The FORMS_URLFIELD_ASSUME_HTTPS")
COMMANDS = (
    ("-m", "mypy"),  # here, because django-stubs reads the settings
    (*WARNINGS, "manage.py", "check", "--deploy", "--fail-level", "WARNING", "--database", "default"),
    (*WARNINGS, "manage.py", "makemigrations", "--check", "--dry-run"),
)


def main() -> int:
    """Run the commands with production's settings; the exit code is the first failure."""
    wanted = {"postgres": not os.environ.get("DATABASE_URL"), "valkey": False}
    servers = EmbeddedServers(VAR_DIR / "test", disposable=True, **wanted)
    servers.start()
    try:
        environment = os.environ | servers.environment() | _production()
        for command in COMMANDS:
            result = subprocess.run(  # noqa: S603  (our own commands)
                [sys.executable, *command],
                env=environment,
                cwd=BASE_DIR,
                check=False,
            )
            if result.returncode != 0:
                return result.returncode
    finally:
        servers.stop()
    return 0


def _production() -> dict[str, str]:
    return {
        "SECRET_KEY": secrets.token_urlsafe(64),
        "BASE_URL": "https://advisorhub.example.com",
        "ALLOWED_HOSTS": "advisorhub.example.com",
        "DEBUG": "0",
        "DEMO": "0",
        "INSECURE_HTTP": "0",
        "EMAIL_URL": "smtp://mail.example.com:587",
    }


if __name__ == "__main__":
    sys.exit(main())
