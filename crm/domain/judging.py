"""What a contact made of a record would be, and why it cannot be made.

One rule for the sync, for mending and for the import itself. `judge` is written for a set: a constant number
of queries, whatever the number of records.
"""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import connection
from django.db.models import Min
from django.db.models.functions import Lower

from accounts.models import Firm, User
from contacts.domain.phone import SEVERAL_NUMBERS, NotAPhone, read, region_for
from contacts.imports.fields import Bad, read_email
from contacts.models import Contact
from core.emails import canonical
from crm.domain.households import read_household
from crm.domain.no_contact import read_no_contact
from crm.domain.tags import read_tags
from crm.models import Category, Connection, Owner, Reason, Record
from crm.records import SEVERAL, digest

# Fields of a contact that come from the CRM, with their longest texts. `custom_data` is shown, never compared by field.
LENGTHS = {
    "first_name": 100,
    "last_name": 100,
    "preferred_name": 100,
    "gender": 30,
    "address_1": 200,
    "address_2": 200,
    "city": 100,
    "state": 100,
    "postal_code": 20,
    "country": 100,
}
# What has no field of its own here and is shown among the custom data, under these names.
BESIDE = (
    ("prefix", "Prefix"),
    ("middle_name", "Middle name"),
    ("suffix", "Suffix"),
    ("company", "Company"),
    ("job_title", "Job title"),
    ("client_since", "Client since"),
)
EXTENSION_AT_MOST = 7
MENDABLE = ("first_name", "last_name", "email", "phone", "contact_type", "primary_advisor")


# By the index of names: the function that makes the sorted column makes what is looked for as well.
ALIKE = """
    SELECT wanted.first, wanted.last, wanted.born, one.id
    FROM unnest(%s::text[], %s::text[], %s::date[]) AS wanted (first, last, born)
    JOIN contacts_contact AS one ON one.sort_name = contacts_sort_name(wanted.last, wanted.first) COLLATE "C"
        AND one.date_of_birth = wanted.born
        AND lower(one.first_name) = lower(wanted.first) AND lower(one.last_name) = lower(wanted.last)
    WHERE one.deleted_at IS NULL AND NOT EXISTS (SELECT 1 FROM crm_record WHERE crm_record.contact_id = one.id)
    ORDER BY one.id DESC
"""


@dataclass
class Meanings:
    """What a connection's owners and categories mean here, read once for many records."""

    connection: Connection
    owners: dict[str, int | None] = field(default_factory=dict)
    types: dict[str, str] = field(default_factory=dict)
    advisors: set[int] = field(default_factory=set)
    country: str = "US"

    def type_of(self, category: str) -> str:
        """The type that a category means; "" for none. Several values mean what all of them mean that mean any."""
        if found := self.types.get(category):
            return found
        meant = {self.types.get(one, "") for one in category.split(SEVERAL)} - {""}
        return meant.pop() if len(meant) == 1 else ""

    @classmethod
    def of(cls, connection: Connection) -> "Meanings":
        """Read them."""
        return cls(
            connection=connection,
            owners=dict(Owner.objects.filter(connection=connection).values_list("remote_id", "user_id")),
            types=dict(Category.objects.filter(connection=connection).values_list("value", "contact_type")),
            advisors=set(User.objects.possible_advisors().values_list("pk", flat=True)),
            country=Firm.get().default_country,
        )


def judge(records: list[Record], meanings: Meanings) -> None:
    """Set values, state, reasons, advisor, match and digest on records; saves nothing."""
    for record in records:
        _read(record, meanings)
    _set_reasons_of_others([record for record in records if record.contact_id is None])
    trashed = _in_trash([record.contact_id for record in records if record.contact_id])
    for record in records:
        if record.contact_id:
            record.reasons = [Reason.DELETED_HERE] if record.contact_id in trashed else []
        elif record.gone_at is not None:
            record.reasons.append(Reason.GONE)
        record.reasons = sorted(set(record.reasons))
        fine = Record.State.LINKED if record.contact_id else Record.State.READY
        record.state = Record.State.CANNOT if record.reasons else fine


JUDGED = (
    "values", "digest", "name", "email", "category", "owner_id_there", "other_owners_there", "advisor",
    "other_advisors", "state", "reasons", "match",
)  # fmt: skip


def save_judged(records: list[Record]) -> None:
    """Write what `judge` set."""
    Record.objects.write(records, JUDGED)


def _read(record: Record, meanings: Meanings) -> None:
    """The values that the payload and the mends make, each on its own, and what is missing or malformed."""
    payload, mends = record.payload, record.mends
    reasons: list[str] = []
    values = _plain_values(payload, meanings.connection.field_labels)
    values |= {name: mends[name] for name in ("first_name", "last_name") if mends.get(name)}
    for name, reason in (("first_name", Reason.NO_FIRST_NAME), ("last_name", Reason.NO_LAST_NAME)):
        if not values.get(name):
            reasons.append(reason)
    _read_email(mends.get("email") or _main(payload.get("emails")).get("value", ""), values, reasons)
    _read_phone(record, values, reasons, meanings.country)
    record.category, record.owner_id_there = payload.get("category", "")[:200], payload.get("owner_id", "")
    _read_type(record, values, reasons, meanings)
    _read_advisor(record, values, reasons, meanings)
    values |= read_household(record)
    values |= read_no_contact(payload)
    for name in meanings.connection.left_out:
        values.pop(name, None)
    if payload.get("kind", "person") != "person":
        reasons.append(Reason.NOT_A_PERSON)
    record.values, record.reasons, record.match = values, reasons, None
    record.digest = digest(values)
    name = f"{values.get('first_name', '')} {values.get('last_name', '')}".strip()
    record.name = (name or payload.get("full_name") or payload.get("company") or "")[:400]
    record.email = values.get("email", "")
    record.advisor_id = values.get("primary_advisor")
    record.other_owners_there = sorted(set(payload.get("other_owner_ids", [])) - {record.owner_id_there})
    others = {meanings.owners.get(one) for one in record.other_owners_there} & meanings.advisors
    record.other_advisors = sorted(others - {record.advisor_id})


def _plain_values(payload: dict, labels: dict[str, str]) -> dict[str, Any]:
    """The values that need no looking up; custom fields under the `labels` that people know them by."""
    address = next((one for one in payload.get("addresses", []) if one.get("primary")), None)
    address = address or next(iter(payload.get("addresses", [])), {})
    lines = address.get("lines", [])
    found = {
        "first_name": payload.get("first_name"),
        "last_name": payload.get("last_name"),
        "preferred_name": payload.get("nickname"),
        "gender": payload.get("gender"),
        "address_1": lines[0] if lines else "",
        "address_2": ", ".join(lines[1:]),
        "city": address.get("city"),
        "state": address.get("region"),
        "postal_code": address.get("postal_code"),
        "country": address.get("country"),
    }
    values: dict[str, Any] = {name: text[: LENGTHS[name]] for name, text in found.items() if text}
    born = payload.get("birth_date")
    if born and "1900-01-01" <= born <= date.today().isoformat():
        values["date_of_birth"] = born
    told = {name: value for name, value in payload.get("custom", {}).items() if value not in (None, "")}
    custom = {labels.get(name, name): value for name, value in told.items()}
    for name, label in BESIDE:
        if payload.get(name):
            custom[label] = payload[name]
    tags = read_tags(payload.get("tags", []))
    return values | ({"custom_data": custom} if custom else {}) | ({"tags": tags} if tags else {})


def _main(entries: list[dict] | None) -> dict:
    """The primary of several emails or phones, else the first; empty for none."""
    entries = entries or []
    return next((one for one in entries if one.get("primary")), entries[0] if entries else {})


def _read_email(text: str, values: dict, reasons: list[str]) -> None:
    if not text:
        reasons.append(Reason.NO_EMAIL)
        return
    try:
        values["email"] = read_email(text.strip(), None)
    except Bad:
        reasons.append(Reason.BAD_EMAIL)


def _read_phone(record: Record, values: dict, reasons: list[str], country: str) -> None:
    """The main phone as of the country of the address, else of the firm; of several in one field the first."""
    main = {"value": record.mends["phone"]} if record.mends.get("phone") else _main(record.payload.get("phones"))
    if not main.get("value"):
        reasons.append(Reason.NO_PHONE)
        return
    try:
        phone = read(main["value"], region_for(values.get("country", ""), country))
    except NotAPhone:
        reasons.append(Reason.BAD_PHONE)
        return
    values["phone"] = phone.number
    extension = phone.extension or main.get("extension", "")
    if extension.isdecimal() and len(extension) <= EXTENSION_AT_MOST:
        values["phone_extension"] = extension


def _read_type(record: Record, values: dict, reasons: list[str], meanings: Meanings) -> None:
    found = record.mends.get("contact_type") or meanings.type_of(record.category)
    if not record.category:
        found = found or meanings.connection.default_type
    if found:
        values["contact_type"] = found
    else:
        reasons.append(Reason.UNKNOWN_TYPE if record.category else Reason.NO_TYPE)


def _read_advisor(record: Record, values: dict, reasons: list[str], meanings: Meanings) -> None:
    found = record.mends.get("primary_advisor") or meanings.owners.get(record.owner_id_there)
    if found in meanings.advisors:
        values["primary_advisor"] = found
    else:
        reasons.append(Reason.UNKNOWN_ADVISOR if record.owner_id_there else Reason.NO_ADVISOR)


def _set_reasons_of_others(records: list[Record]) -> None:
    """What speaks against records because of contacts that are here or were, or of other records."""
    emails = {record.email for record in records if record.email}
    here = _contacts_with(emails)
    shared = _first_with(emails)
    alike = _alike(records)
    former = [record.former_contact_id for record in records if record.former_contact_id]
    deleted = set(Contact.objects.filter(pk__in=former, deleted_at=None).values_list("pk", flat=True)) if former else ()
    for record in records:
        if record.former_contact_id and record.former_contact_id not in deleted:
            record.reasons.append(Reason.DELETED_HERE)
        if record.email in here:
            record.match_id = here[record.email]
            record.reasons.append(Reason.DUPLICATE_EMAIL)
        elif record.email and shared.setdefault(record.email, record.pk or id(record)) != (record.pk or id(record)):
            record.reasons.append(Reason.SHARED_EMAIL)
        elif not record.kept_apart and (found := alike.get(_likeness(record))):
            record.match_id = found
            record.reasons.append(Reason.POSSIBLE_MATCH)


def _in_trash(contacts: list[int]) -> set[int]:
    """Those of these contacts that lie in the trash."""
    if not contacts:
        return set()
    return set(Contact.objects.filter(pk__in=contacts, deleted_at__isnull=False).values_list("pk", flat=True))


def _contacts_with(emails: set[str]) -> dict[str, int]:
    """Contacts by address, whoever may see them: an address is unique."""
    if not emails:
        return {}
    found = Contact.objects.alias(low=Lower("email")).filter(low__in=emails, deleted_at=None)
    return {email.lower(): pk for pk, email in found.order_by().values_list("pk", "email")}


def _first_with(emails: set[str]) -> dict[str, int]:
    """The first record in staging with each address; those after it have to wait for another address."""
    rows = Record.objects.filter(email__in=emails, contact=None, gone_at=None, connection__removed_at=None)
    rows = rows.exclude(payload__kind__in=["household", "organisation", "trust", "other"])
    return dict(rows.order_by().values_list("email").annotate(first=Min("pk")))


def _likeness(record: Record) -> tuple[str, str, str]:
    """What makes two people look like one: name and date of birth."""
    values = record.values
    born = values.get("date_of_birth") or ""
    return values.get("first_name", ""), values.get("last_name", ""), born


def _alike(records: list[Record]) -> dict[tuple[str, str, str], int]:
    """Contacts that are not linked yet by name and date of birth, as far as a record has both."""
    wanted = {_likeness(record) for record in records}
    wanted = {one for one in wanted if all(one)}
    if not wanted:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(ALIKE, [list(column) for column in zip(*wanted, strict=True)])
        return {(first, last, born.isoformat()): pk for first, last, born, pk in cursor.fetchall()}


def mended_value(name: str, text: str, region: str | None) -> str:
    """A value given by hand for a field of a record, as it is kept. Raises ValidationError with words for people.

    A phone is read as of `region`; its extension stays beside it.
    """
    text = text.strip()
    if name == "email":
        validate_email(text)
        return canonical(text)
    if name == "phone":
        try:
            phone = read(text, region)
        except NotAPhone as error:
            raise ValidationError(str(error)) from None
        if phone.others:
            raise ValidationError(SEVERAL_NUMBERS)
        return f"{phone.number} x{phone.extension}" if phone.extension else phone.number
    if not text:
        raise ValidationError("Give a value.")
    return text[: LENGTHS[name]]
