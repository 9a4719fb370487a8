"""What the CRM says otherwise than the contact: by field, with who changed it here and what ticking it would do."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from typing import Any

from accounts.models import User
from contacts.domain.phone import readable
from contacts.models import Contact, ContactType
from crm.domain import no_contact
from crm.domain.authors import last_changes, written_by_imports
from crm.domain.households import household_change
from crm.domain.tags import tag_change
from crm.models import Record

# Columns of the contact that are compared value by value; tags and household have rules of their own.
PLAIN = {
    "first_name": "First name",
    "last_name": "Last name",
    "preferred_name": "Preferred name",
    "email": "Email",
    "phone": "Phone",
    "phone_extension": "Phone extension",
    "contact_type": "Type",
    "primary_advisor": "Primary advisor",
    "gender": "Gender",
    "date_of_birth": "Date of birth",
    "address_1": "Address",
    "address_2": "Address, second line",
    "city": "City",
    "state": "State",
    "postal_code": "Postal code",
    "country": "Country",
    "custom_data": "Data from the CRM",
}
LABELS = PLAIN | no_contact.LABELS | {"tags": "Tags", "household": "Household"}
REQUIRED = {"first_name", "last_name", "email", "phone", "contact_type", "primary_advisor"}
NOTES = {"email": "They sign in with the new address, and links mailed to the old one stop working."}
AT_ONCE = 500
COLUMNS = ["id", "locked_fields", *PLAIN, *no_contact.ALL_COLUMNS]


@dataclass(frozen=True)
class Difference:
    """One field of one contact. `by_hand`: it was changed here since it last came from the CRM.

    `writes` is what taking it over writes and `came` what the record remembers then; both are `there` for a plain
    field. `note` says what taking over does where the two values do not show it. `empties`: nothing would be left here.
    `beside`: further plain fields and values that are written with it, for they make no sense apart.
    """

    field: str
    here: Any
    there: Any
    locked: bool
    by_hand: bool
    writes: Any = None
    came: Any = None
    note: str = ""
    empties: bool = False
    changed_by: str = ""
    changed_at: datetime | None = None
    beside: tuple[tuple[str, Any], ...] = ()

    @property
    def label(self) -> str:
        """What people call the field."""
        return LABELS[self.field]

    @property
    def ticked(self) -> bool:
        """Whether it is proposed to be taken over: nothing is overwritten or emptied unless somebody asks for it."""
        return not (self.locked or self.by_hand or self.empties)


def here_value(contact: Contact, name: str) -> Any:
    """A contact's value as a record holds it."""
    if name == "tags":
        return [tag.name for tag in contact.tags.all()]
    if name == "household":
        home = contact.household
        return _home(home.name, contact.household_role, home.head_id == contact.pk) if home else None
    if name in no_contact.COLUMNS:
        return no_contact.here(contact, name)
    value = contact.primary_advisor_id if name == "primary_advisor" else getattr(contact, name)
    return value.isoformat() if hasattr(value, "isoformat") else value


def there_value(record: Record, name: str) -> Any:
    """What the record says of a field, in the same shape; a household with its name."""
    value = record.values.get(name)
    return _home(record.household_name, value["role"], value["head"]) if name == "household" and value else value


def differences(record: Record, contact: Contact) -> list[Difference]:
    """All fields in which the two differ. What the CRM leaves empty empties nothing that is required.

    The record comes from `Record.objects.compared()`. A value here is held to be changed by hand when it is not the one
    that last came from the CRM, so what was emptied here counts as well; `compare` knows besides what imports wrote. Of
    a contact that was linked later nothing came yet: there all that is filled in here counts, and what the history
    knows to have been emptied (see `crm.domain.linking`). For tags and households see their modules.
    """
    found = []
    for name in (name for name in PLAIN if name not in record.left_out):
        here, there = here_value(contact, name), record.values.get(name)
        there = there if there is not None else ({} if name == "custom_data" else "")
        here = here if here is not None else ""
        if here == there or (there in ("", {}) and (name in REQUIRED or name not in record.applied)):
            continue
        by_hand = name != "custom_data" and here != (record.applied.get(name) or "")
        locked, empties = name in contact.locked_fields, there in ("", {})
        note = NOTES.get(name, "") if here and there else ""
        found.append(Difference(name, here, there, locked, by_hand, there, there, note, empties))
    found = _with_extension(record, contact, found)
    belonging = (
        *(_no_contact(record, contact, name) for name in no_contact.COLUMNS),
        _tags(record, contact),
        _household(record, contact),
    )
    return found + [one for one in belonging if one is not None and one.field not in record.left_out]


def compare(pairs: Iterable[tuple[Record, Contact]]) -> Iterator[tuple[Record, Contact, list[Difference]]]:
    """All differences of many records and their contacts, some hundred at a time.

    What only an import wrote here is not held to be changed by hand (`crm.domain.authors`): two queries for each
    batch in which anything differs from what came, one where no import wrote any of it.
    """
    pairs = iter(pairs)
    while batch := list(islice(pairs, AT_ONCE)):
        found = {record.pk: differences(record, contact) for record, contact in batch}
        doubtful = {
            contact.pk: fields
            for record, contact in batch
            if (fields := {one.field for one in found[record.pk] if one.by_hand})
        }
        imported = written_by_imports(doubtful)
        for record, contact in batch:
            names = imported.get(contact.pk, ())
            yield (
                record,
                contact,
                [replace(one, by_hand=False) if one.field in names else one for one in found[record.pk]],
            )


def _with_extension(record: Record, contact: Contact, found: list[Difference]) -> list[Difference]:
    """The same, where another number comes with its extension, or without one: the old one is of the old number."""
    number = next((one for one in found if one.field == "phone"), None)
    here, there = contact.phone_extension, record.values.get("phone_extension", "")
    if number is None or here == there:
        return found
    both = replace(
        number,
        here=_extended(number.here, here),
        there=_extended(number.there, there),
        locked=number.locked or "phone_extension" in contact.locked_fields,
        by_hand=number.by_hand or here != record.applied.get("phone_extension", ""),
        beside=(("phone_extension", there),),
    )
    return [both if one is number else one for one in found if one.field != "phone_extension"]


def _extended(number: str, extension: str) -> str:
    """A number and its extension as one value (RFC 3966)."""
    return f"{number};ext={extension}" if extension else number


def _no_contact(record: Record, contact: Contact, name: str) -> Difference | None:
    """As a plain field; but that a day is not known to the CRM is no difference."""
    here, there = no_contact.here(contact, name), record.values.get(name, "")
    if here == there or (here and there == no_contact.YES) or (not there and name not in record.applied):
        return None
    by_hand = here != record.applied.get(name, "")
    note = no_contact.NOTES[name] if there and not here else ""
    return Difference(name, here, there, name in contact.locked_fields, by_hand, there, there, note, not there)


def _tags(record: Record, contact: Contact) -> Difference | None:
    here, there = record.tags_here, record.values.get("tags", [])
    change = tag_change(here, there, record.applied.get("tags") or [])
    if change is None:
        return None
    locked, empties = "tags" in contact.locked_fields, not change.add and len(change.drop) == len(here)
    return Difference("tags", here, there, locked, change.by_hand, change, change.remembers, change.words, empties)


def _household(record: Record, contact: Contact) -> Difference | None:
    change = household_change(record)
    if change is None:
        return None
    here = _home(record.household_name_here, record.role_here, record.head_here) if record.household_here else None
    note = "" if there_value(record, "household") else "Leaves the household."
    return Difference(
        "household",
        here,
        there_value(record, "household"),
        "household" in contact.locked_fields,
        change.by_hand,
        change,
        record.values.get("household"),
        "Becomes the head of the household." if change.heads else note,
        empties=not there_value(record, "household"),
    )


def _home(name: str, role: str, head: bool) -> dict[str, Any]:
    return {"name": name, "role": role, "head": head}


def with_authors(contact: Contact, found: list[Difference]) -> list[Difference]:
    """The same with who changed each field here last, and when, as the history knows."""
    changes = last_changes(contact.pk, {one.field for one in found})
    return [
        replace(one, changed_by=name, changed_at=at)
        for one in found
        for name, at in [changes.get(one.field, ("", None))]
    ]


@dataclass(frozen=True)
class FieldSummary:
    """How many of a selection's contacts differ in a field; of those, how many are locked, were changed by hand, and
    would be emptied. Each counts under the first of these that applies.
    """

    field: str
    label: str
    count: int
    locked: int
    by_hand: int
    emptied: int


def summary(records: Iterable[Record]) -> list[FieldSummary]:
    """Counts by field over many records, compared ones, whose `contact` is loaded."""
    counts: dict[str, list[int]] = {}
    for _, _, found in compare((record, record.contact) for record in records):
        for one in found:
            entry = counts.setdefault(one.field, [0, 0, 0, 0])
            entry[0] += 1
            entry[1] += one.locked
            entry[2] += one.by_hand and not one.locked
            entry[3] += one.empties and not (one.locked or one.by_hand)
    return [FieldSummary(name, label, *counts[name]) for name, label in LABELS.items() if name in counts]


def shown(name: str, value: Any, advisors: dict[int, str]) -> str:
    """A value in words."""
    if name == "primary_advisor":
        return advisors.get(value, "somebody unknown") if value else ""
    if name == "contact_type":
        return str(dict(ContactType.choices).get(value, value))
    if name in no_contact.COLUMNS:
        return no_contact.shown(value or "")
    if name == "phone" and value:
        number, _, extension = value.partition(";ext=")
        return readable(number, extension)
    if name == "household" and value:
        roles = [value["role"], "head of the household" if value["head"] and value["role"] != "Head" else ""]
        return ", ".join(filter(None, [value["name"], *roles]))
    if isinstance(value, list):
        return ", ".join(value)
    if isinstance(value, dict):
        return "; ".join(f"{key}: {text}" for key, text in value.items())
    return "" if value is None else str(value)


def advisor_names() -> dict[int, str]:
    """Names of those who are or could be advisors."""
    return {user.pk: user.name for user in User.objects.staff().only("first_name", "last_name", "email")}


def taken_addresses(records: list[Record]) -> set[str]:
    """Addresses that the CRM says of contacts although other contacts have them, or it says them of two of these."""
    says = {record.contact_id: record.values.get("email", "") for record in records}
    seen: dict[str, int] = {}
    twice = {email for pk, email in says.items() if email and seen.setdefault(email, pk) != pk}
    theirs = Contact.objects.filter(pk__in=says).values_list("pk", "email")
    kept = {says[pk] for pk, email in theirs if email.lower() == says[pk]}
    return (Contact.objects.addresses_in_use(set(says.values()) - {""}) - kept) | twice
