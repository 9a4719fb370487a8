"""Tags of contacts: made when first used, put on and taken off for a set."""

from collections.abc import Iterable

from django.db.models.functions import Lower

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


def tags_named(names: Iterable[str]) -> list[Tag]:
    """The tags of these names; those that do not exist yet are made."""
    names = list(names)
    Tag.objects.bulk_create([Tag(name=name) for name in names], ignore_conflicts=True)
    wanted = [name.lower() for name in names]
    return list(Tag.objects.alias(low=Lower("name")).filter(low__in=wanted))


def set_tags(contact: Contact, names: Iterable[str]) -> None:
    """Make these the contact's tags, and no others."""
    contact.tags.set(tags_named(names))
