"""Bring database and static files up to date and load the demo firm once.

One process for all of it, because starting Django is what takes the time.
"""

import gc
import hashlib
import os
import sys
from pathlib import Path


def main(sign_ins: str | None = None) -> int:
    """Prepare for the environment's settings; the exit code says whether it worked.

    `sign_ins` names a file for the demo's sign-ins; outside of a demo none is written.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "advisorhub.settings")
    import django
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import CommandError
    from django.db import OperationalError

    try:
        django.setup()
        collect_garbage_seldom()
        migrate()
        collect_static_files()
        load_demo_firm()
        note_sign_ins(sign_ins)
    except (ImproperlyConfigured, CommandError) as error:
        print(error, file=sys.stderr)
        return 1
    except OperationalError as error:
        print(f"The database does not answer: {error}", file=sys.stderr)
        return 1
    return 0


def collect_garbage_seldom() -> None:
    """Let garbage pile up: migrating makes thousands of classes, and looking after them takes a fifth of its time."""
    gc.freeze()
    gc.set_threshold(100_000, 50, 50)


def migrate() -> None:
    """Apply the migrations that are missing, unless the database is of an earlier build: core/checks.py."""
    from django.core.management import call_command

    call_command("check", databases=["default"], tags=["database"])
    call_command("migrate", interactive=False, verbosity=0)


def collect_static_files() -> None:
    """Collect the static files into STATIC_ROOT when one of them has changed since the last time."""
    from django.conf import settings
    from django.core.management import call_command

    root = Path(settings.STATIC_ROOT)
    stamp = root.parent / f"{root.name}.fingerprint"
    fingerprint = static_fingerprint()
    if stamp.is_file() and root.is_dir() and stamp.read_text() == fingerprint:
        return
    stamp.unlink(missing_ok=True)
    call_command("collectstatic", interactive=False, clear=True, verbosity=0)
    stamp.write_text(fingerprint)


def static_fingerprint() -> str:
    """Return a digest of the name, size and time of every static file."""
    from django.contrib.staticfiles.finders import get_finders

    digest = hashlib.sha256()
    for finder in get_finders():
        for name, storage in finder.list(ignore_patterns=None):
            found = Path(storage.path(name)).stat()
            digest.update(f"{name}\0{found.st_size}\0{found.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def load_demo_firm() -> None:
    """Load the demo firm into an empty database, in the demo set-up only."""
    from django.conf import settings
    from django.core.management import call_command, get_commands

    if settings.DEMO and "load_demo" in get_commands():
        call_command("load_demo", "--if-empty")


def note_sign_ins(path: str | None) -> None:
    """Write who can sign in to the demo into the file at `path`."""
    from django.conf import settings
    from django.core.management import call_command, get_commands

    if path and settings.DEMO and "demo_sign_ins" in get_commands():
        with Path(path).open("w") as file:
            call_command("demo_sign_ins", stdout=file)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
