"""What a file may be at most that somebody imports, and how they are told that it cannot be read."""

COLUMNS_AT_MOST = 200
CELL_AT_MOST = 10_000
ROWS_AT_MOST = 1_000_000


class Unreadable(Exception):
    """The file cannot be read; the text tells its owner why and what to do."""
