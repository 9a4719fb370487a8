"""Tags of contacts: made when first used, put on and taken off for a set."""

from collections.abc import Iterable

from django.db import connection

from contacts.models import Contact, Tag

NAME_AT_MOST = Tag._meta.get_field("name").max_length


def split_tags(text: str) -> list[str]:
    """The names in "golf, Key client": trimmed, each once whatever its case, in alphabetical order."""
    found: dict[str, str] = {}
    for part in text.split(","):
        name = " ".join(part.split())
        if name:
            found.setdefault(name.lower(), name)
    return sorted(found.values(), key=str.lower)


def known_tags(names: Iterable[str]) -> dict[str, int]:
    """The keys of those of these tags that there are, by the names as they were given; case does not count.

    PostgreSQL folds both sides, as it does to keep names unique. Python has another lower case for some letters, a
    dotted İ or the sigma that ends a Greek word: what one side folds is not looked for with what the other folded.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT given.name, tag.id FROM unnest(%s::text[]) AS given (name)"
            " JOIN contacts_tag AS tag ON lower(tag.name) = lower(given.name)",
            [list(names)],
        )
        return dict(cursor.fetchall())


def tags_named(names: Iterable[str]) -> dict[str, int]:
    """The keys of these tags, by the names as they were given; those that do not exist yet are made."""
    names = list(names)
    Tag.objects.bulk_create([Tag(name=name) for name in names], ignore_conflicts=True)
    return known_tags(names)


def set_tags(contact: Contact, names: Iterable[str]) -> None:
    """Make these the contact's tags, and no others."""
    contact.tags.set(tags_named(names).values())
