"""Tryton's parties as our records. A party has one name, and may be a company: Tryton does not tell which it is."""

from collections.abc import Mapping

from crm.adapters.tryton.client import moment
from crm.reading import rows, split_name, text
from crm.records import Address, BadRecord, Email, Gone, Phone, RemoteContact

FIELDS = (
    *("name", "active", "create_date", "write_date", "replaced_by.id", "categories.name"),
    *(
        "contact_mechanisms.type",
        "contact_mechanisms.value",
        "contact_mechanisms.name",
        "contact_mechanisms.write_date",
    ),
    *("addresses.street", "addresses.city", "addresses.postal_code", "addresses.country.name"),
    *("addresses.subdivision.name", "addresses.write_date"),
)
PHONES = {"phone": "Phone", "mobile": "Mobile"}


def party(row: Mapping) -> RemoteContact | Gone | BadRecord:
    """A row as a contact; an inactive one is gone, into the party that replaced it if there is one."""
    remote_id = text(row.get("id"))
    if not remote_id:
        return BadRecord("", "The record has no id.")
    heir = row.get("replaced_by")
    if not row.get("active", True) or heir:
        return Gone(remote_id, text(heir.get("id")) if isinstance(heir, dict) else text(heir))
    name = text(row.get("name"))
    first, last = split_name(name)
    means, places = rows(row.get("contact_mechanisms")), rows(row.get("addresses"))
    tags = tuple(filter(None, (text(one.get("name")) for one in rows(row.get("categories")))))
    moments = [moment(one.get("write_date")) for one in (row, *means, *places)]
    return RemoteContact(
        remote_id=remote_id,
        first_name=first,
        last_name=last,
        full_name=name,
        emails=_emails(means),
        phones=_phones(means),
        addresses=tuple(_address(one, at == 0) for at, one in enumerate(places)),
        category=tags[0] if tags else "",
        tags=tags,
        created_at=moment(row.get("create_date")),
        updated_at=max(filter(None, moments), default=None),
    )


def _emails(means: list[dict]) -> tuple[Email, ...]:
    """Mechanisms that are addresses; the first is the main one."""
    found = [one for one in means if one.get("type") == "email" and text(one.get("value"))]
    return tuple(Email(text(one["value"]), text(one.get("name")), not at) for at, one in enumerate(found))


def _phones(means: list[dict]) -> tuple[Phone, ...]:
    """Mechanisms that are numbers; the first is the main one."""
    found = [one for one in means if one.get("type") in PHONES and text(one.get("value"))]
    return tuple(
        Phone(text(one["value"]), label=text(one.get("name")) or PHONES[one["type"]], primary=not at)
        for at, one in enumerate(found)
    )


def _address(row: Mapping, primary: bool) -> Address:
    """One address."""
    street = row.get("street")
    lines = tuple(text(line) for line in street.splitlines() if line.strip()) if isinstance(street, str) else ()
    names = {key: row[key] for key in ("country", "subdivision") if isinstance(row.get(key), dict)}
    region, country = (text(names.get(key, {}).get("name")) for key in ("subdivision", "country"))
    return Address(lines, text(row.get("city")), region, text(row.get("postal_code")), country, "", primary)
