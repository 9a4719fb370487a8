"""Days as people type them: HubSpot's date of birth is a line of text, not a date.

knowledge.hubspot.com ("Create workflows that center on a date": the default property is single-line text). What can
only be read in one way is read; where day and month could be either, the firm says which comes first.
"""

import re
from datetime import date

from crm.reading import day, text

ORDERS = (
    ("", "Only when day and month are clear"),
    ("month", "Month first, as 5/14/1970"),
    ("day", "Day first, as 14/5/1970"),
)
MONTHS = "january february march april may june july august september october november december".split()
EARLIEST = 1850
_ORDINAL = re.compile(r"(?<=\d)(st|nd|rd|th)\b")
_WORDS = re.compile(r"\d+|[a-z]+")
_WEEKDAY = re.compile(r"(mon|tues?|wed(nes)?|thu(rs)?|fri|sat(ur)?|sun)(day)?")


def birthday(value: object, order: str = "", today: date | None = None) -> date | None:
    """The day that a text names; None when it names none, could be either of two, or has not come yet.

    `order`: "month" or "day" for what comes first where both could be a month; "" leaves such days out. A year of two
    digits is the latest that is past. `today` is for tests.
    """
    today = today or date.today()
    written = text(value).lower()
    found = day(written) if re.match(r"\d{4}-\d\d-\d\d", written) else _typed(written, order, today)
    return found if found and found.year >= EARLIEST and found <= today else None


def _typed(written: str, order: str, today: date) -> date | None:
    """A day in another form than the standard's."""
    parts = [one for one in _WORDS.findall(_ORDINAL.sub("", written)) if not _WEEKDAY.fullmatch(one) and one != "of"]
    if len(parts) == 1 and re.fullmatch(r"(18|19|20)\d{6}", parts[0]):
        parts = [parts[0][:4], parts[0][4:6], parts[0][6:]]
    if len(parts) != 3 or sum(one.isalpha() for one in parts) > 1:
        return None
    named = [at for at, one in enumerate(parts) if one.isalpha()]
    if named:
        month = _month(parts.pop(named[0]))
        numbers = parts if len(parts[0]) <= 2 else parts[::-1]  # "1970 May 14" has the year first
        return _made(numbers[1], month, int(numbers[0]), today)
    if len(parts[0]) == 4:
        return _made(parts[0], int(parts[1]), int(parts[2]), today)
    first, second = int(parts[0]), int(parts[1])
    if first <= 12 and second <= 12 and first != second and not order:
        return None
    day_first = first > 12 or (second <= 12 and order == "day")
    month, on = (second, first) if day_first else (first, second)
    return _made(parts[2], month, on, today)


def _month(word: str) -> int:
    """The number of a month by its English name or the beginning of it; 0 for another word."""
    return next(
        (
            at
            for at, name in enumerate(MONTHS, 1)
            if len(word) >= 3 and name.startswith("sep" if word == "sept" else word)
        ),
        0,
    )


def _made(year: str, month: int, on: int, today: date) -> date | None:
    """The day of these numbers, if there is one."""
    if len(year) not in (2, 4):
        return None
    number = int(year)
    if len(year) == 2:
        number += today.year // 100 * 100
        number -= 100 if (number, month, on) > (today.year, today.month, today.day) else 0
    try:
        return date(number, month, on)
    except ValueError:
        return None
