"""Redtail's contacts as ours.

Relied on (types and recorded answers of public clients): the keys read below; moments in UTC with milliseconds; nested
rows with `deleted`. Ids of kinds of phone, status and category differ between databases: only their names are
used. `tax_id` and all else that is not named here is never touched.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from typing import Any

from crm.reading import as_dict, day, moment, role, rows, text
from crm.records import Address, BadRecord, Email, Gone, HouseholdLink, Kind, Listed, Phone, RemoteContact

_KINDS: dict[str, Kind] = {
    "": "person",
    "individual": "person",
    "business": "organisation",
    "association": "organisation",
    "union": "organisation",
    "trust": "trust",
}
Names = Callable[[str], dict[str, str]]  # the name of each id of a list


def row_id(row: Any) -> str:
    """The id of a row; empty when it has none."""
    return text(row.get("id")) if isinstance(row, dict) else ""


def listed(found: Iterable[Any]) -> Iterator[Listed]:
    """That rows are there, those left out that are marked as deleted."""
    for row in found:
        if row_id(row) and row.get("deleted") is not True:
            yield Listed(row_id(row), moment(row.get("updated_at")))


def contact(row: Any, names: Names) -> RemoteContact | Gone | BadRecord:
    """A contact; Gone when it is marked as deleted."""
    if not row_id(row):
        return BadRecord("", "The record has no id.")
    if row.get("deleted") is True:
        return Gone(row_id(row))
    odd: list[str] = []
    return RemoteContact(
        remote_id=row_id(row),
        kind=_KINDS.get(text(row.get("type")).rpartition("::")[2].lower(), "other"),
        prefix=text(row.get("salutation")),
        first_name=text(row.get("first_name")),
        middle_name=text(row.get("middle_name")),
        last_name=text(row.get("last_name")),
        suffix=text(row.get("suffix")),
        nickname=text(row.get("nickname")),
        full_name=text(row.get("full_name")),
        company=text(row.get("company_name")) or text(row.get("employer")),
        job_title=text(row.get("job_title")),
        gender=text(row.get("gender")),
        emails=_emails(row),
        phones=_phones(row),
        addresses=_addresses(row),
        birth_date=_date(row, "dob", "birth_date", odd),
        client_since=_date(row, "client_since", "client_since", odd),
        deceased=bool(text(row.get("death_date"))),
        deceased_on=_date(row, "death_date", "deceased_on", odd),
        status=_named(row, "status", "statuses", names),
        category=_named(row, "category", "categories", names),
        owner_id=text(row.get("servicing_advisor_id")),
        household=_household(row),
        tags=tuple(name for one in _kept(row, "tag_memberships") if (name := text(one.get("name")))),
        odd=tuple(odd),
        created_at=moment(row.get("created_at")),
        updated_at=moment(row.get("updated_at")),
    )


def _named(row: dict, name: str, listed_as: str, names: Names) -> str:
    """The name of a status or category: as the row says, else looked up by its id."""
    own, number = text(row.get(name)), text(row.get(f"{name}_id"))
    return own or (names(listed_as).get(number, "") if number else "")


def _date(row: dict, key: str, name: str, odd: list[str]) -> date | None:
    found = day(row.get(key))
    if row.get(key) and found is None:
        odd.append(name)
    return found


def _kept(row: dict, key: str) -> list[dict]:
    """Nested rows that are not deleted."""
    return [one for one in rows(row.get(key)) if one.get("deleted") is not True]


def _label(one: dict, key: str) -> str:
    return text(one.get("custom_type_title")) or text(one.get(f"{key}_type_description"))


def _emails(row: dict) -> tuple[Email, ...]:
    return tuple(
        Email(value, _label(one, "email"), one.get("is_primary") is True)
        for one in _kept(row, "emails")
        if (value := text(one.get("address")))
    )


def _phones(row: dict) -> tuple[Phone, ...]:
    return tuple(
        Phone(_dialled(one), text(one.get("extension")), _label(one, "phone"), one.get("is_primary") is True)
        for one in _kept(row, "phones")
        if text(one.get("number"))
    )


def _dialled(one: dict) -> str:
    """The number with its country's code, which stands beside it."""
    number, code = text(one.get("number")), text(one.get("country_code")).lstrip("+")
    return number if number.startswith("+") or not code.isdigit() else f"+{code} {number}"


def _addresses(row: dict) -> tuple[Address, ...]:
    found = (
        Address(
            lines=tuple(line for key in ("street_address", "secondary_address") if (line := text(one.get(key)))),
            city=text(one.get("city")),
            region=text(one.get("state")),
            postal_code=text(one.get("zip")),
            country=text(one.get("country")),
            label=_label(one, "address"),
            primary=one.get("is_primary") is True,
        )
        for one in _kept(row, "addresses")
    )
    return tuple(one for one in found if one.lines or one.city or one.region or one.postal_code)


def _household(row: dict) -> HouseholdLink | None:
    """The family, and what the contact is in it."""
    family = as_dict(row.get("family"))
    if not row_id(family) or family.get("deleted") is True:
        return None
    own = [one for one in rows(family.get("members")) if text(one.get("contact_id")) == row_id(row)]
    if own and all(one.get("deleted") is True for one in own):
        return None
    member = next((one for one in own if one.get("deleted") is not True), {})
    head = member.get("hoh") is True
    part = "head" if head else role(member.get("relationship_name"))
    return HouseholdLink(row_id(family), text(family.get("name")), part, head)
