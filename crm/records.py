"""The records an adapter speaks in: normalised, allow-listed, typed, the same for every CRM.

Adapters build them field by field from what they know (never from all that is there), so a field nobody asked for
cannot come in. Values are cleaned by the functions of `crm.reading`.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

Kind = Literal["person", "household", "organisation", "trust", "other"]
SEVERAL = "; "  # between the values of a field that holds several, such as a category
Role = Literal["head", "spouse_partner", "child", "parent", "other", ""]

_SENSITIVE = re.compile(
    r"ssn|\bsin\b|social.?(?:security|insurance)|tax.?(?:id|payer|number|ref)|\b[ei]?tin\b|passport|driver|licen[cs]e"
    r"|green.?card|national.?(?:id|insurance)|government.?id|account.?(?:no|num)|routing|iban|card.?(?:no|num)|cvv|password|secret",
    re.IGNORECASE,
)
_LOOKS_LIKE_SSN = re.compile(r"(?<!\d)\d{3}[- ]\d{2}[- ]\d{4}(?!\d)")


def is_sensitive(*names: str) -> bool:
    """Whether a field by any of these names or labels holds what must never be brought in."""
    spread = [re.sub(r"[_\s]+", " ", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)) for name in names]
    return any(_SENSITIVE.search(name) for name in (*names, *spread))


@dataclass(frozen=True, slots=True)
class Email:
    """An address; `label` in the CRM's words."""

    value: str
    label: str = ""
    primary: bool = False


@dataclass(frozen=True, slots=True)
class Phone:
    """A number as written in the CRM; it is read into E.164 when staged."""

    value: str
    extension: str = ""
    label: str = ""
    primary: bool = False


@dataclass(frozen=True, slots=True)
class Address:
    """A postal address; `region` is the state or province."""

    lines: tuple[str, ...] = ()
    city: str = ""
    region: str = ""
    postal_code: str = ""
    country: str = ""
    label: str = ""
    primary: bool = False


@dataclass(frozen=True, slots=True)
class HouseholdLink:
    """The household a contact belongs to, and as what."""

    remote_id: str
    name: str = ""
    role: Role = ""
    head: bool = False


@dataclass(frozen=True, slots=True)
class RemoteContact:
    """A record of the CRM. All but `remote_id` may be unknown.

    `status` and `category` are the CRM's own words; categories are mapped to our types by the connection, a status such
    as "Deceased" says what `deceased` does. A category of several values has them joined by `SEVERAL`. `deceased_on` is
    the date of death where the CRM holds one. `owner_id` is a `RemoteOwner.remote_id`, that of whoever is first
    responsible; `other_owner_ids` are those who see the record besides. `custom` holds only fields the firm chose.
    `odd` names fields of this class whose value made no sense: people are told that it could not be read. `prefix`,
    `middle_name` and `suffix` are shown among the custom data.
    """

    remote_id: str
    kind: Kind = "person"
    prefix: str = ""
    first_name: str = ""
    middle_name: str = ""
    last_name: str = ""
    suffix: str = ""
    nickname: str = ""
    full_name: str = ""
    company: str = ""
    job_title: str = ""
    gender: str = ""
    emails: tuple[Email, ...] = ()
    phones: tuple[Phone, ...] = ()
    addresses: tuple[Address, ...] = ()
    birth_date: date | None = None
    client_since: date | None = None
    status: str = ""
    category: str = ""
    owner_id: str = ""
    other_owner_ids: tuple[str, ...] = ()
    household: HouseholdLink | None = None
    tags: tuple[str, ...] = ()
    custom: Mapping[str, str | int | float | bool | None] = field(default_factory=dict)
    do_not_contact: bool = False
    deceased: bool = False
    deceased_on: date | None = None
    odd: tuple[str, ...] = ()
    created_at: datetime | None = None
    updated_at: datetime | None = None
    url: str = ""


@dataclass(frozen=True, slots=True)
class Member:
    """One of a household's members."""

    contact_id: str
    role: Role = ""
    head: bool = False


@dataclass(frozen=True, slots=True)
class RemoteHousehold:
    """A household with all its members; for adapters whose households come on pages of their own."""

    remote_id: str
    name: str
    members: tuple[Member, ...] = ()


@dataclass(frozen=True, slots=True)
class RemoteOwner:
    """A user of the CRM to whom records can be assigned."""

    remote_id: str
    name: str
    email: str = ""
    active: bool = True


@dataclass(frozen=True, slots=True)
class RemoteField:
    """A custom field of the CRM."""

    name: str
    label: str


@dataclass(frozen=True, slots=True)
class Gone:
    """A record that was deleted, or merged into another."""

    remote_id: str
    merged_into: str = ""


@dataclass(frozen=True, slots=True)
class BadRecord:
    """A record that could not be read at all; `reason` holds no personal data."""

    remote_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class Listed:
    """That a record is there, without what it says. `updated_at`: that of its `RemoteContact`, if the list tells it."""

    remote_id: str
    updated_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """A piece of a run, saved in one transaction together with `next_state`. `total`: records of the run, if known.

    `listed` is for the pages of `Adapter.listing`: records that are there, of which nothing is told.
    """

    next_state: Mapping[str, str | int | bool]
    contacts: tuple[RemoteContact, ...] = ()
    households: tuple[RemoteHousehold, ...] = ()
    gone: tuple[Gone, ...] = ()
    bad: tuple[BadRecord, ...] = ()
    listed: tuple[Listed, ...] = ()
    total: int | None = None
    last: bool = False


# What tells nothing about the person: a change of these alone is no change.
_VOLATILE = frozenset({"remote_id", "created_at", "updated_at", "url"})


def payload(contact: RemoteContact) -> dict:
    """The contact as JSON, without what is empty. What is stored, compared and hashed."""
    return {name: _plain(value) for name in _NAMES if (value := getattr(contact, name))}


def digest(contact_payload: Mapping) -> str:
    """A fingerprint of what a payload says; equal payloads, however ordered, have equal ones."""
    text = json.dumps(contact_payload, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


_NAMES = tuple(name for name in RemoteContact.__dataclass_fields__ if name not in _VOLATILE)


def _plain(value):
    """A value as JSON knows it, without empty parts; SSN-shaped text is struck out wherever it stands."""
    if isinstance(value, str):
        return _LOOKS_LIKE_SSN.sub("···", value) if any(map(str.isdigit, value)) else value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    if isinstance(value, Mapping):
        return {key: _plain(one) for key, one in value.items()}
    if hasattr(value, "__dataclass_fields__"):
        return {name: _plain(one) for name in value.__dataclass_fields__ if (one := getattr(value, name))}
    return value
