"""What a file may be at most that somebody imports, and how they are told that it cannot be read."""

from django.conf import settings

from core.limits import Limit

IMPORTS = Limit("imports", settings.IMPORTS_PER_HOUR, 3600, "imports in an hour")
COLUMNS_AT_MOST = 200
CELL_AT_MOST = 10_000
ROWS_AT_MOST = 1_000_000


class Unreadable(Exception):
    """The file cannot be read; the text tells its owner why and what to do."""
