"""From rows of Salesforce to our records, field by field."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from crm.adapters.salesforce.profiles import Profile
from crm.adapters.salesforce.soql import ID
from crm.reading import day, moment, rows, text
from crm.records import SEVERAL, Address, BadRecord, Email, Gone, Phone, RemoteContact, RemoteOwner, is_sensitive

PHONES = (("Phone", "Business"), ("MobilePhone", "Mobile"), ("HomePhone", "Home"), ("OtherPhone", "Other"))
PLACES = ("Street", "City", "State", "PostalCode", "Country")
STANDARD = (
    "Id FirstName MiddleName LastName Salutation Suffix Email Title Birthdate OwnerId AccountId CreatedDate "
    "SystemModstamp HasOptedOutOfEmail IsPersonAccount Phone MobilePhone HomePhone OtherPhone"
).split() + [f"{kind}{place}" for kind in ("Mailing", "Other") for place in PLACES]
LINES = 3
# Compound, binary or concealed values that are no plain text.
UNREADABLE = {"address", "base64", "location", "encryptedstring", "reference", "anyType", "complexvalue"}


@dataclass(frozen=True)
class Wanted:
    """What to make of a row.

    `groups`: accounts that are households, in the core model. `category`: the field that tells clients from prospects,
    or a path such as `RecordType.Name`. `custom`: chosen fields. `several`: fields that hold several values, with
    these in the firm's order. `site`: where records are looked at.
    """

    profile: Profile
    groups: frozenset[str] | None
    category: str
    custom: tuple[str, ...]
    several: Mapping[str, list[str]]
    site: str


def owner(row: Mapping) -> RemoteOwner | None:
    """A user; None for a row without an id."""
    remote_id, email = text(row.get("Id")), text(row.get("Email"))
    if not remote_id:
        return None
    return RemoteOwner(remote_id, text(row.get("Name")) or email, email, row.get("IsActive") is not False)


def contact(row: Mapping, wanted: Wanted) -> RemoteContact | Gone | BadRecord:
    """A row of Contact."""
    remote_id = text(row.get("Id"))
    if not ID.fullmatch(remote_id):
        return BadRecord(remote_id[:40] if remote_id.isalnum() else "", "The record has no id.")
    if row.get("IsDeleted") is True:
        return Gone(remote_id, text(row.get("MasterRecordId")))
    given = {name: text(row.get(name)) for name in STANDARD}
    household = wanted.profile.household(row, wanted.groups)
    employer = "" if household or row.get("IsPersonAccount") is True else _employer(row, given)
    born = day(row.get("Birthdate"))
    return RemoteContact(
        remote_id,
        prefix=given["Salutation"],
        first_name=given["FirstName"],
        middle_name=given["MiddleName"],
        last_name=given["LastName"],
        suffix=given["Suffix"],
        company=employer,
        job_title=given["Title"],
        emails=(Email(given["Email"], primary=True),) if given["Email"] else (),
        phones=_phones(given),
        addresses=_addresses(row),
        birth_date=born,
        category=_words(at(row, wanted.category), wanted.several.get(wanted.category)) if wanted.category else "",
        owner_id=given["OwnerId"],
        household=household,
        custom={name: _custom(row.get(name), wanted.several.get(name)) for name in wanted.custom},
        do_not_contact=row.get("HasOptedOutOfEmail") is True,
        odd=("birth_date",) if given["Birthdate"] and born is None else (),
        created_at=moment(row.get("CreatedDate")),
        updated_at=moment(row.get("SystemModstamp")),
        url=f"{wanted.site}/{remote_id}",
    )


def at(row: Mapping, path: str) -> object:
    """The value at a path such as `RecordType.Name`."""
    found: object = row
    for name in path.split("."):
        found = found.get(name) if isinstance(found, Mapping) else None
    return found


def is_choosable(field: Mapping) -> bool:
    """Whether a field of describe is the firm's own, plain, not sensitive, and changes with its record.

    A formula (`calculated`) may change with another record, or with the day, and moves no stamp.
    """
    name, label = text(field.get("name")), text(field.get("label"))
    plain = field.get("type") not in UNREADABLE and re.fullmatch(r"[A-Za-z]\w*__\w+", name)
    own = field.get("custom") is True and field.get("calculated") is not True
    return bool(own and plain and not is_sensitive(name, label))


def choices(field: Mapping) -> list[str]:
    """The values that a picklist of describe offers, in the firm's order."""
    return [word for one in rows(field.get("picklistValues")) if (word := text(one.get("value")))]


def _employer(row: Mapping, given: Mapping[str, str]) -> str:
    """The account's name, unless that is the person's own, as where each client is an account for themselves."""
    name = text(at(row, "Account.Name"))
    own = Counter(_in_words(f"{given['FirstName']} {given['LastName']}"))
    beside = Counter(_in_words(f"{given['Salutation']} {given['MiddleName']} {given['Suffix']}"))
    left = Counter(_in_words(name)) - own
    return "" if not own - Counter(_in_words(name)) and not left - beside else name


def _in_words(value: str) -> list[str]:
    return re.findall(r"\w+", value.casefold())


def _words(value: object, order: list[str] | None) -> str:
    """One value, or several separated by semicolons, always in the order of the list so that equal ones are equal."""
    if order is None:
        return text(value)
    found = [word for one in text(value).split(";") if (word := one.strip())]
    place = {word: at for at, word in enumerate(order)}
    return SEVERAL.join(sorted(dict.fromkeys(found), key=lambda one: (place.get(one, len(place)), one)))


def _custom(value: object, order: list[str] | None) -> str | int | float | bool:
    return value if isinstance(value, bool | int | float) else _words(value, order)


def _phones(given: Mapping[str, str]) -> tuple[Phone, ...]:
    found = [(given[name], label) for name, label in PHONES if given[name]]
    return tuple(Phone(number, label=label, primary=not at) for at, (number, label) in enumerate(found))


def _addresses(row: Mapping) -> tuple[Address, ...]:
    """The two addresses, as far as there is anything in them."""
    found: list[Address] = []
    for kind in ("Mailing", "Other"):
        street = str(row.get(f"{kind}Street") or "").splitlines()
        lines = tuple(filter(None, map(text, street)))
        lines = (*lines[: LINES - 1], " ".join(lines[LINES - 1 :])) if len(lines) > LINES else lines
        city, region, code, country = (text(row.get(f"{kind}{place}")) for place in PLACES[1:])
        if lines or city or region or code or country:
            found.append(Address(lines, city, region, code, country, label=kind, primary=not found))
    return tuple(found)
