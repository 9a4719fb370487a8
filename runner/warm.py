"""Import what web, worker and scheduler are going to import, so that it is compiled when they start.

On a first start this runs beside the preparations, which leave a core idle: the packages come uncompiled. It
touches neither database nor queue, and whether it succeeds matters to nobody.
"""

import importlib.util
import os
import sys
from pathlib import Path

MODULES = (
    "gunicorn.app.wsgiapp",
    "gunicorn.workers.gthread",
    "celery.apps.worker",
    "celery.beat",
    "celery.bin.worker",
    "celery.concurrency.prefork",
    "celery.concurrency.thread",
    "kombu.transport.redis",
    "advisorhub.celery",
    "advisorhub.wsgi",  # sets Django up
    "advisorhub.urls",
)


def main() -> int:
    """Import all of it; 0 unless something is missing."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "advisorhub.settings")
    for name in MODULES:
        importlib.import_module(name)
    return 0


def is_needed() -> bool:
    """Whether the programs have never been compiled by this Python."""
    found = importlib.util.find_spec("gunicorn.app.wsgiapp")
    return found is None or found.cached is None or not Path(found.cached).exists()


if __name__ == "__main__":
    sys.exit(main())
