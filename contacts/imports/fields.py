"""What a file may bring, by which headings it is known, and how each cell is read."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from contacts.domain.phone import NotAPhone, read
from contacts.domain.tagging import NAME_AT_MOST, split_tags
from contacts.models import Contact, ContactType, Household
from core.emails import canonical


class Bad(Exception):
    """A cell that cannot be taken; the text is the reason, in words."""


@dataclass(frozen=True)
class Field:
    """A field of a contact. `known_as`: headings of common CRMs and mail programs, folded; `read(text, lookup)`."""

    name: str
    label: str
    known_as: str
    read: Callable[[str, Any], Any] | None = None
    required: bool = False

    @cached_property
    def length(self) -> int | None:
        """The longest text it holds; of tags, which are many, none: each is measured as it is read."""
        stored = Household._meta.get_field("name") if self.name == "household" else Contact._meta.get_field(self.name)
        return getattr(stored, "max_length", None)

    @cached_property
    def is_column(self) -> bool:
        """Whether it is a column of the contact."""
        return self.name not in {"household", "tags"}


_PLAIN_EMAIL = re.compile(r"\w+(?:[.+-]\w+)*@(?:[a-z0-9]+(?:-[a-z0-9]+)*\.)+[a-z]{2,20}", re.ASCII | re.IGNORECASE)


def read_email(text: str, lookup) -> str:
    """In its one form; plain addresses take a short way with the same result."""
    if len(text) < 60 and _PLAIN_EMAIL.fullmatch(text):
        return text.lower()
    try:
        validate_email(text)
    except ValidationError:
        raise Bad(f"“{text[:60]}” is not an email address.") from None
    return canonical(text)


@dataclass(frozen=True)
class PhoneRegion:
    """As of which country phone numbers are read: an ISO 3166 code, None for one that is not known."""

    country: str | None


def read_phone(text: str, where: PhoneRegion) -> str:
    """E.164, without the extension."""
    try:
        phone = read(text, where.country)
    except NotAPhone as error:
        raise Bad(f"“{text[:40]}” cannot be used as a phone number. {error}") from None
    if phone.others:
        raise Bad(f"“{text[:80]}” is more than one phone number. Keep one of them.")
    return phone.number


def extension_beside(text: str, where: PhoneRegion) -> str:
    """The extension that stands beside a number that `read_phone` has read, empty for none."""
    return read(text, where.country).extension


def read_extension(text: str, lookup) -> str:
    """Digits only; a spreadsheet may have kept them as a number."""
    digits = re.sub(r"(?i)^(?:extension|extn?|x|#)[\s.:]*|\.0$", "", text)
    if not (digits.isascii() and digits.isdigit()):
        raise Bad(f"“{text[:40]}” is not an extension. Use digits only.")
    return digits


_TYPES = frozenset(ContactType.values)


def read_type(text: str, lookup) -> str:
    """Client, prospect or lead."""
    word = text.strip().lower()
    if word in _TYPES:
        return word
    raise Bad(f"“{text[:40]}” is no type. Use Client, Prospect or Lead.")


def read_advisor(text: str, lookup) -> int:
    """By email, or by name where only one has it."""
    found = lookup.advisors.get(" ".join(canonical(text).split()))
    if found is None:
        raise Bad(f"No advisor is called “{text[:60]}”.")
    if found == 0:
        raise Bad(f"Several advisors are called “{text[:60]}”. Give the email address.")
    return found


def read_date(text: str, lookup) -> str:
    """ISO, or as people of the firm's country write it. Kept as ISO text."""
    local = "%m/%d/%Y" if lookup.country == "US" else "%d/%m/%Y"
    for form in ("%Y-%m-%d", local, "%d.%m.%Y", "%Y-%m-%d %H:%M:%S"):
        try:
            day = datetime.strptime(text, form).date()
        except ValueError:
            continue
        if date(1900, 1, 1) <= day <= date.today():
            return day.isoformat()
        raise Bad(f"“{text}” is not a date between 1900 and today.")
    raise Bad(f"“{text[:30]}” is not a date. Write it as 1980-12-31.")


def read_zone(text: str, lookup) -> str:
    """An IANA zone."""
    if text not in lookup.zones:
        raise Bad(f"“{text[:40]}” is not a time zone such as America/New_York.")
    return text


def read_tags(text: str, lookup) -> list[str]:
    """Names separated by commas or semicolons."""
    names = split_tags(text.replace(";", ","))
    if any(len(name) > NAME_AT_MOST for name in names):
        raise Bad(f"A tag is longer than {NAME_AT_MOST} characters.")
    return names


FIELDS = [
    Field("first_name", "First name", "first name|firstname|given name|forename|vorname|prenom", required=True),
    Field("last_name", "Last name", "last name|lastname|surname|family name|nachname|nom", required=True),
    Field("preferred_name", "Preferred name", "preferred name|nickname|known as|goes by|familiar name"),
    Field(
        "email",
        "Email",
        "email|e mail|email address|e mail address|primary email|email 1 value|personal email|e mail 1 value",
        read_email,
        required=True,
    ),
    Field(
        "phone",
        "Phone",
        "phone|phone number|mobile|mobile phone|cell|cell phone|primary phone|telephone|home phone|phone 1 value",
        read_phone,
        required=True,
    ),
    Field("phone_extension", "Phone extension", "phone extension|extension|ext|phone ext", read_extension),
    Field("contact_type", "Type", "type|contact type|client type|category|record type|status type", read_type, True),
    Field(
        "primary_advisor",
        "Primary advisor",
        "primary advisor|advisor|adviser|owner|assigned to|contact owner|servicing advisor|advisor email",
        read_advisor,
        required=True,
    ),
    Field("gender", "Gender", "gender|sex"),
    Field("date_of_birth", "Date of birth", "date of birth|dob|birthday|birth date|birthdate", read_date),
    Field("address_1", "Address", "address|address 1|address line 1|street|street address|mailing street|home street"),
    Field("address_2", "Address, second line", "address second line|address 2|address line 2|street 2|suite|unit"),
    Field("city", "City", "city|town|mailing city|home city"),
    Field("state", "State", "state|province|region|state region|mailing state|home state"),
    Field("postal_code", "Postal code", "postal code|zip|zip code|postcode|mailing zip|home postal code"),
    Field("country", "Country", "country|country region|mailing country|home country region"),
    Field("time_zone", "Time zone", "time zone|timezone", read_zone),
    Field("household", "Household", "household|household name|family"),
    Field("household_role", "Household role", "household role|role in household|household title"),
    Field("tags", "Tags", "tags|tag|labels|categories|keywords", read_tags),
]
BY_NAME = {field.name: field for field in FIELDS}
REQUIRED = [field.name for field in FIELDS if field.required]
