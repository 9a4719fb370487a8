"""Full disks: how they are known, what people are told, and how much room there still is."""

import errno
import os
import tempfile
from pathlib import Path

from django.conf import settings
from django.db import OperationalError
from psycopg2.errors import DiskFull

FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
WORDS = "The disk is full, so the file could not be written. Nothing of it was kept."
NEXT = "Ask whoever runs AdvisorHub to free space, then try again."
FEW_FILES = 1_000


def is_full(error: BaseException) -> bool:
    """Whether an error says that a disk, a quota or the database's disk has no room left."""
    if isinstance(error, OperationalError):
        return isinstance(error.__cause__, DiskFull)
    return isinstance(error, OSError) and error.errno in FULL


def room() -> str:
    """ "ok", or "nearly full" when the disk of the kept or of the passing files has less left than DISK_FREE_MB."""
    for folder in {_existing(Path(settings.MEDIA_ROOT)), Path(tempfile.gettempdir())}:
        found = os.statvfs(folder)
        few_files = found.f_files > 0 and found.f_favail < FEW_FILES
        if found.f_bavail * found.f_frsize < settings.DISK_FREE_BYTES or few_files:
            return "nearly full"
    return "ok"


def _existing(folder: Path) -> Path:
    """The folder, or the nearest above it that is there: it is made with the first file."""
    return next(one for one in (folder, *folder.parents) if one.exists())
