"""Which column means what: remembered from the last time, else guessed from headings and cells."""

import hashlib
import json
import re

from contacts.imports.fields import FIELDS
from contacts.models import ColumnMapping
from contacts.querysets import fold

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+\Z")
_PHONE = re.compile(r"\+?[\d ().-]{7,20}\Z")


def fingerprint(headings: list[str]) -> str:
    """The same for the same headings, whatever their case."""
    return hashlib.sha256(json.dumps([fold(heading) for heading in headings]).encode()).hexdigest()


def plain(heading: str) -> str:
    """A heading as it is compared: folded, words only."""
    return " ".join(re.sub(r"[^a-z0-9]+", " ", fold(heading)).split())


def suggest(headings: list[str], sample: list[list[str]], user) -> dict[str, str]:
    """Field by column number (as text, for JSON). Each field is given once."""
    kept = ColumnMapping.objects.filter(owner=user, fingerprint=fingerprint(headings)).first()
    if kept:
        return kept.mapping
    found: dict[str, str] = {}
    taken: set[str] = set()
    names = [plain(heading) for heading in headings]
    for field in FIELDS:  # the first synonym counts most: "Email" before "Primary email"
        for synonym in field.known_as.split("|"):
            if synonym in names and str(names.index(synonym)) not in found:
                found[str(names.index(synonym))] = field.name
                taken.add(field.name)
                break
    for name, pattern in (("email", _EMAIL), ("phone", _PHONE)):
        for index in range(len(headings)):
            cells = [row[index] for row in sample if index < len(row) and row[index]]
            if name not in taken and str(index) not in found and cells and all(map(pattern.match, cells)):
                found[str(index)] = name
                taken.add(name)
    return found


def remember(headings: list[str], mapping: dict[str, str], user) -> None:
    """Keep the mapping for the next file with these headings."""
    ColumnMapping.objects.update_or_create(owner=user, fingerprint=fingerprint(headings), defaults={"mapping": mapping})
