"""Searching by words, the same in every list: each word narrows; what people paste around a name does not matter."""

import re
from collections.abc import Callable

from django.db.models import Q, QuerySet

WORDS_AT_MOST = 40
_BETWEEN = re.compile(r'[\s,;<>()\[\]"“”„«»]+')


def words_of(text: str) -> list[str]:
    """The words of a search, each once: of `"Baker, Felix" <felix@example.com>;` Baker, Felix and the address."""
    return list(dict.fromkeys(filter(None, (part.strip("'‘’`") for part in _BETWEEN.split(text)))))


def narrow(rows: QuerySet, text: str, condition: Callable[[str], Q]) -> QuerySet:
    """The rows that meet the condition of every word of `text`; all of them where it is blank.

    None where it holds no word, or more than `WORDS_AT_MOST`: looking for some of them would find too many.
    """
    words = words_of(text)
    if text.strip() and not 0 < len(words) <= WORDS_AT_MOST:
        return rows.none()
    for word in words:
        rows = rows.filter(condition(word))
    return rows
