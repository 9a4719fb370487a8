"""Wealthbox's contacts as ours.

Relied on (dev.wealthbox.com, "Contacts"): the keys read below, dates as `YYYY-MM-DD`, moments as
`2026-05-24 10:00 AM -0400` to the minute. Nothing else of a contact is touched: identity documents, money, suitability
and compliance dates stay out. Not verified against a live tenant: the address of a contact's page.
"""

import re
from collections.abc import Collection, Iterable, Iterator
from datetime import UTC, date, datetime
from typing import Any

from crm.reading import as_dict, day, moment, role, rows, split_name, text
from crm.records import (
    Address,
    BadRecord,
    Email,
    HouseholdLink,
    Kind,
    Listed,
    Member,
    Phone,
    RemoteContact,
    RemoteHousehold,
    RemoteOwner,
    is_sensitive,
)

_MOMENT = re.compile(r"(\d{4}-\d\d-\d\d) (\d{1,2}):(\d\d)(?::\d\d)? ?([AP])M ?([+-]\d\d):?(\d\d)", re.IGNORECASE)
_KINDS: dict[str, Kind] = {
    "": "person",
    "person": "person",
    "household": "household",
    "organization": "organisation",
    "trust": "trust",
}


def when(value: Any) -> datetime | None:
    """A moment as Wealthbox writes it, or in ISO form; None when it is neither."""
    found = _MOMENT.fullmatch(text(value))
    if not found:
        return moment(value)
    on, hour, minute, half, zone_hour, zone_minute = found.groups()
    hours = int(hour) % 12 + (12 if half.upper() == "P" else 0)
    try:
        return datetime.fromisoformat(f"{on}T{hours:02d}:{minute}:00{zone_hour}:{zone_minute}").astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def row_id(row: Any) -> str:
    """The id of a row; empty when it has none."""
    return text(row.get("id")) if isinstance(row, dict) else ""


def _kind(row: dict) -> Kind:
    """What a row is."""
    return _KINDS.get(text(row.get("type")).lower(), "other")


def listed(found: Iterable[Any]) -> Iterator[Listed]:
    """That rows are there, households left out."""
    for row in found:
        if row_id(row) and _kind(row) != "household":
            yield Listed(row_id(row), when(row.get("updated_at")))


def contact(row: Any, fields: Collection[str]) -> RemoteContact | BadRecord:
    """A contact, with the custom fields that were chosen."""
    if not row_id(row):
        return BadRecord("", "The record has no id.")
    odd: list[str] = []
    return RemoteContact(
        remote_id=row_id(row),
        kind=_kind(row),
        **_names(row),
        gender=text(row.get("gender")),
        emails=_emails(row),
        phones=_phones(row),
        addresses=_addresses(row),
        birth_date=_date(row, "birth_date", "birth_date", odd),
        client_since=_date(row, "client_since", "client_since", odd),
        deceased=bool(text(row.get("date_of_death"))),
        deceased_on=_date(row, "date_of_death", "deceased_on", odd),
        status=text(row.get("status")),
        category=text(row.get("contact_type")),
        owner_id=text(row.get("assigned_to")),
        other_owner_ids=_roles(row),
        household=_household(row),
        tags=tuple(name for one in rows(row.get("tags")) if (name := text(one.get("name")))),
        custom=_custom(row, fields),
        odd=tuple(odd),
        created_at=when(row.get("created_at")),
        updated_at=when(row.get("updated_at")),
        url=f"https://app.crmworkspace.com/contacts/{row_id(row)}" if row_id(row).isdigit() else "",
    )


def _names(row: dict) -> dict[str, Any]:
    """What they are called, and where they work; a person who has but one name in all is split."""
    first, last = text(row.get("first_name")), text(row.get("last_name"))
    if _kind(row) == "person" and not (first or last):
        first, last = split_name(text(row.get("name")))
    same = ("prefix", "middle_name", "suffix", "nickname", "job_title")
    told = {name: text(row.get(name)) for name in same} | {"first_name": first, "last_name": last}
    return told | {"full_name": text(row.get("name")), "company": text(row.get("company_name"))}


def household(row: Any) -> RemoteHousehold | None:
    """A household with its members; None for another row, and for one that names nobody, which may say too little."""
    if not row_id(row) or _kind(row) != "household":
        return None
    parts = ((row_id(one), role(one.get("title"))) for one in rows(row.get("members")))
    members = tuple(Member(contact_id, part, part == "head") for contact_id, part in parts if contact_id)
    return RemoteHousehold(row_id(row), text(row.get("name")), members) if members else None


def owner(row: dict) -> RemoteOwner:
    """A user."""
    status = text(row.get("status")).lower()
    address = text(row.get("email"))
    return RemoteOwner(row_id(row), text(row.get("name")) or address, address, status not in ("inactive", "legacy"))


def _date(row: dict, key: str, name: str, odd: list[str]) -> date | None:
    found = day(row.get(key))
    if row.get(key) and found is None:
        odd.append(name)
    return found


def _emails(row: dict) -> tuple[Email, ...]:
    return tuple(
        Email(value, text(one.get("kind")), one.get("principal") is True)
        for one in rows(row.get("email_addresses"))
        if (value := text(one.get("address")))
    )


def _phones(row: dict) -> tuple[Phone, ...]:
    return tuple(
        Phone(value, text(one.get("extension")), text(one.get("kind")), one.get("principal") is True)
        for one in rows(row.get("phone_numbers"))
        if (value := text(one.get("address")))
    )


def _addresses(row: dict) -> tuple[Address, ...]:
    found = (
        Address(
            lines=tuple(line for key in ("street_line_1", "street_line_2") if (line := text(one.get(key)))),
            city=text(one.get("city")),
            region=text(one.get("state")),
            postal_code=text(one.get("zip_code")),
            country=text(one.get("country")),
            label=text(one.get("kind")),
            primary=one.get("principal") is True,
        )
        for one in rows(row.get("street_addresses"))
    )
    return tuple(one for one in found if one.lines or one.city or one.region or one.postal_code)


def _roles(row: dict) -> tuple[str, ...]:
    """The users who have a role for the contact beside the one they are assigned to, each once; teams are none."""
    held = [one.get("assigned_to") for one in rows(row.get("contact_roles"))]
    users = [row_id(one) for one in held if isinstance(one, dict) and text(one.get("type")).lower() == "user"]
    return tuple(dict.fromkeys(one for one in users if one and one != text(row.get("assigned_to"))))


def _household(row: dict) -> HouseholdLink | None:
    home = as_dict(row.get("household"))
    if not row_id(home) or row_id(home) == row_id(row):
        return None
    part = role(home.get("title"))
    return HouseholdLink(row_id(home), text(home.get("name")), part, part == "head")


def _custom(row: dict, fields: Collection[str]) -> dict:
    """The values of chosen fields; one that may hold what must stay out is left out even when chosen."""
    values = {text(one.get("name")): one.get("value") for one in rows(row.get("custom_fields"))}
    chosen = {name: values[name] for name in fields if name in values and not is_sensitive(name)}
    return {name: value if isinstance(value, bool | int | float) else text(value) for name, value in chosen.items()}
