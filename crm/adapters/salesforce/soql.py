"""Questions in SOQL, built from names and values that are checked here: nothing else is ever put into one."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime

from crm.errors import WillNotWork

NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z][A-Za-z0-9_]*){0,3}")
ID = re.compile(r"[A-Za-z0-9]{15}([A-Za-z0-9]{3})?")
WORD = re.compile(r"[A-Za-z0-9_]+")


def name(value: str) -> str:
    """The name of a field or object. Raises WillNotWork for anything else."""
    if not NAME.fullmatch(value):
        raise WillNotWork("The name of a Salesforce field or object is not one.")
    return value


def key(value: str) -> str:
    """A record's id as a literal. Raises WillNotWork for anything else."""
    if not ID.fullmatch(value):
        raise WillNotWork("Salesforce named a record by something that is not an id.")
    return f"'{value}'"


def keys(values: Iterable[str]) -> str:
    """Several ids as a list for IN."""
    return f"({', '.join(map(key, values))})"


def words(values: Iterable[str]) -> str:
    """Several plain words as a list for IN. Raises WillNotWork for one that is not plain."""
    found = list(values)
    if not found or not all(WORD.fullmatch(one) for one in found):
        raise WillNotWork("Record types are named by letters, digits and underscores, separated by commas.")
    return f"({', '.join(repr(one) for one in found)})"


def time(when: datetime) -> str:
    """A moment as a literal; milliseconds are kept, as `SystemModstamp` has them."""
    return when.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def select(fields: Iterable[str], table: str, *conditions: str, order: str = "", limit: int = 0) -> str:
    """A whole question, or one within another; conditions are joined by AND, empty ones left out."""
    parts = ["SELECT", ", ".join(fields), "FROM", table]
    where = " AND ".join(one for one in conditions if one)
    parts += ["WHERE", where] if where else []
    parts += ["ORDER BY", order] if order else []
    parts += ["LIMIT", str(limit)] if limit else []
    return " ".join(parts)
