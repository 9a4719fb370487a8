"""The CRM's tags and those of a contact: what each side says, what taking over would change, and changing it for a set.

Tags of both sides live together. What was given here by hand is never taken off; what somebody took off here by
hand is not put on again unasked. Taking over

- puts on what the CRM has, and has not brought before;
- takes off what came from the CRM before, and has gone there.

Tags that came from the CRM and were taken off here are offered as a change by hand: unticked, and only when nothing
else about the tags is new. Which tags came from the CRM stands in the record's `applied`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import connection

from contacts.domain.tagging import NAME_AT_MOST, tags_named
from contacts.models import Contact


@dataclass(frozen=True)
class TagChange:
    """What taking over the CRM's tags would put on and take off, and which tags came from the CRM afterwards."""

    add: list[str]
    drop: list[str]
    by_hand: bool
    remembers: list[str]

    @property
    def words(self) -> str:
        """The change in a sentence or two."""
        adds = f"Adds {', '.join(self.add)}." if self.add else ""
        drops = f"Takes off {', '.join(self.drop)}, gone from the CRM." if self.drop else ""
        return f"{adds} {drops}".strip()


def read_tags(names: Iterable[str]) -> list[str]:
    """The CRM's tags as they would be here: trimmed, cut, each once whatever its case, in alphabetical order."""
    found: dict[str, str] = {}
    for raw in names:
        name = " ".join(raw.split())[:NAME_AT_MOST].strip()
        if name:
            found.setdefault(name.lower(), name)
    return [found[key] for key in sorted(found)]


def tag_change(here: Iterable[str], there: Iterable[str], came: Iterable[str]) -> TagChange | None:
    """The change that is to be offered, if any. `came`: those that came from the CRM before. Case does not count."""
    worn, says, known = ({name.lower(): name for name in names} for names in (here, there, came))
    fresh = says.keys() - worn.keys() - known.keys()
    gone = (known.keys() - says.keys()) & worn.keys()
    taken_off = (says.keys() & known.keys()) - worn.keys()
    if not (fresh or gone or taken_off):
        return None
    add = fresh if fresh or gone else taken_off
    remembered = (known.keys() & says.keys()) | fresh
    return TagChange(
        add=[says[key] for key in sorted(add)],
        drop=[worn[key] for key in sorted(gone)],
        by_hand=not (fresh or gone),
        remembers=[says[key] for key in sorted(remembered)],
    )


def put_on(wanted: dict[int, list[str]]) -> None:
    """Put tags on contacts, by key; those that do not exist yet are made."""
    names = dict.fromkeys(name for tags in wanted.values() for name in tags)
    if not names:
        return
    keys = tags_named(names)
    through: Any = Contact.tags.through
    through.objects.bulk_create(
        [through(contact_id=pk, tag_id=keys[name]) for pk, tags in wanted.items() for name in tags],
        ignore_conflicts=True,
        batch_size=2000,
    )


def take_off(unwanted: dict[int, list[str]]) -> None:
    """Take tags off contacts, by key, in one statement; the tags themselves stay."""
    pairs = [(pk, name) for pk, names in unwanted.items() for name in names]
    if not pairs:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM contacts_contact_tags AS worn USING contacts_tag AS tag,"
            " unnest(%s::bigint[], %s::text[]) AS unwanted (contact, name)"
            " WHERE worn.contact_id = unwanted.contact AND worn.tag_id = tag.id"
            " AND lower(tag.name) = lower(unwanted.name)",
            [list(column) for column in zip(*pairs, strict=True)],
        )
