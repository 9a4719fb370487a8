"""SQL functions and trigger bodies, each in a file of its own: `<room>/sql/<name>.sql`."""

from importlib.resources import files


def read_sql(room: str, name: str) -> str:
    """The text of `<room>/sql/<name>.sql`, without the comment lines at its head.

    A function that a migration has made is never edited: a new file and a new migration replace it. The body of a
    trigger may be, for `makemigrations` notices.
    """
    lines = (files(room) / "sql" / f"{name}.sql").read_text(encoding="utf-8").splitlines()
    while lines and lines[0].startswith("--"):
        del lines[0]
    return "\n".join(lines)
