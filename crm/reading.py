"""Reading what a CRM sends: tolerant, bounded, and never an exception for one odd value."""

import re
from datetime import UTC, date, datetime
from typing import Any

from crm.errors import StateExpired
from crm.records import Role

LONGEST = 500
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")


def text(value: Any, at_most: int = LONGEST) -> str:
    """Any scalar as one trimmed text without control characters, cut at `at_most`; "" for None and for structures."""
    if value is None or isinstance(value, dict | list | bool):
        return ""
    return _CONTROL.sub("", str(value)).strip()[:at_most].strip()


def day(value: Any) -> date | None:
    """A date from ISO text (also at the beginning of a date and time); None when it is none or before 1850."""
    try:
        found = date.fromisoformat(str(value or "").strip()[:10])
    except ValueError:
        return None
    return found if found.year >= 1850 else None


def moment(value: Any) -> datetime | None:
    """A moment in UTC from ISO 8601 text with or without offset (UTC then), or epoch milliseconds; None otherwise.

    None also for one before 1850 or near the end of time, by which some CRMs mean that there is none.
    """
    raw = str(value or "").strip()
    try:
        if raw.isdigit() and len(raw) >= 11:
            return datetime.fromtimestamp(int(raw) / 1000, UTC)
        found = datetime.fromisoformat(raw)
        found = (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return found if 1850 <= found.year < 9999 else None


def kept_moment(value: Any) -> datetime:
    """A moment that an adapter kept in its own state. Raises StateExpired where there is none: all is read again."""
    found = moment(value)
    if found is None:
        raise StateExpired("The place where the last run stopped cannot be read.")
    return found


def iso(when: datetime) -> str:
    """A moment as `2026-05-24T14:00:00.000Z`, the form every vendor takes; milliseconds are kept."""
    return when.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def as_dict(value: Any) -> dict:
    """A nested object as it came; an empty one where there is none, or something else."""
    return value if isinstance(value, dict) else {}


def rows(value: Any) -> list[dict]:
    """The objects of a list; anything else that may stand there is left out."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


_ROLES: dict[str, Role] = {
    "head": "head",
    "head of household": "head",
    "primary": "head",
    "client": "head",
    "spouse": "spouse_partner",
    "partner": "spouse_partner",
    "husband": "spouse_partner",
    "wife": "spouse_partner",
    "domestic partner": "spouse_partner",
    "child": "child",
    "son": "child",
    "daughter": "child",
    "dependent": "child",
    "other dependent": "child",
    "parent": "parent",
    "mother": "parent",
    "father": "parent",
}


def role(value: Any) -> Role:
    """A role in a household in our five words; the first known of several separated by semicolons."""
    words = [word.strip().lower() for word in text(value).split(";")]
    known = [_ROLES[word] for word in words if word in _ROLES]
    return known[0] if known else ("other" if any(words) else "")


def split_name(name: str) -> tuple[str, str]:
    """First and last name from one text: "Rivera, Sam" or "Sam Rivera"; a single word is the last name."""
    if "," in name:
        last, _, first = name.partition(",")
        return first.strip(), last.strip()
    first, _, last = name.strip().rpartition(" ")
    return first.strip(), last.strip()
