"""Telephone numbers: the one reader of them for forms, files, CRMs and the portal, and how they are shown."""

import re
import unicodedata
from dataclasses import dataclass

import phonenumbers
from phonenumbers import PhoneNumber, PhoneNumberFormat, ValidationResult

from contacts.domain.countries import region_of

EXAMPLE = "for example +1 212 555 0123"
NOT_DIALLED = f"Give a phone number that can be dialled, {EXAMPLE}."
WITH_LETTERS = f"Give the phone number in digits only, {EXAMPLE}."
WITHOUT_AREA = f"Give the phone number with its area code, {EXAMPLE}."
A_FAX = "This is the number of a fax. Give one that can be called."
NO_COUNTRY = f"Give the phone number with + and its country code, {EXAMPLE}: the country of the address is not known."
SEVERAL_NUMBERS = "Give one phone number, not several."
WITH_EXTENSION = "Give the extension in its own field."

# What people write beside a number to say what kind it is. Anything else with letters is no number: phonenumbers
# takes three or more letters for keys of the dial ("030 23125 010 fax" would become another subscriber's number).
_LABEL = re.compile(
    r"[(\[]?(?<![^\W\d_])(?:(?P<fax>tele?fax|fax|f)|cell(?:ular)?(?: phone)?|mobile(?: phone)?|mobil|mob|handy|home|"
    r"privat|private|work|business|office|büro|direct|main|landline|telephone|telefon|tel|phone|ph|[cmhwop])"
    r"(?![^\W\d_])\.?[)\]]?:?",
    re.IGNORECASE,
)
_EXTENSION = re.compile(r"[\s,;(]*(?<![^\W\d_])(?:extension|extn|ext|x|#)[\s.:=]*(\d{1,7})\)?$", re.IGNORECASE)
# Between numbers; what may also stand within one ("030/23125010") only where the text is none as a whole.
_BETWEEN = re.compile(r"\s*[;|\n&]\s*|\s+/\s+|,\s+|\s+(?:or|and)\s+", re.IGNORECASE)
_PERHAPS_BETWEEN = re.compile(r"\s*[/,]\s*")
_MARK = "\0"  # stands where a label stood
# Digits on both sides of a label, more than a country code before it, are of two numbers: "030 2312 mobil 0171 1234".
_TWO = re.compile(rf"(?:\d[^\d{_MARK}]*){{4}}{_MARK}.*\d", re.DOTALL)
_PLAIN_US = re.compile(r"(?:\+?1[ .-]?)?\(?([2-9]\d{2})\)?[ .-]?([2-9]\d{2})[ .-]?(\d{4})", re.ASCII)
_NORTH_AMERICAN = re.compile(r"[2-9]\d{2}[2-9]\d{6}")  # NANP, as its administrator numbers it: NXX-NXX-XXXX


class NotAPhone(ValueError):
    """The text is no telephone number; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Phone:
    """A number as E.164, its extension as digits, and the texts of further numbers that stood beside it."""

    number: str
    extension: str = ""
    others: tuple[str, ...] = ()

    @property
    def uri(self) -> str:
        """As a link to call it (RFC 3966)."""
        return f"tel:{self.number}{f';ext={self.extension}' if self.extension else ''}"


def read(text: str, region: str | None) -> Phone:
    """The first number of `text` that can be called. Numbers without a country code are read as of `region`.

    `region` is an ISO 3166 code, None where it is not known: then only numbers with + are taken. Words such as
    "cell" and an extension may stand beside a number. Raises NotAPhone for what cannot be a number: letters, one
    without its area code, one digit over and over, a fax; whether a number is in use is not looked up.
    """
    if region == "US" and (plain := _PLAIN_US.fullmatch(text)) and len(set("".join(plain.groups()))) > 1:
        return Phone("+1" + "".join(plain.groups()))
    text = unicodedata.normalize("NFKC", text).strip().removeprefix("tel:")
    text = re.sub(r"(?<=\d)\.0$", "", text)  # a number that a spreadsheet kept as one
    whole = _tried(text, region)
    for between in (_BETWEEN, _PERHAPS_BETWEEN):
        parts = between.split(text)
        apart = [_tried(part, region) for part in parts]
        certain = between is _BETWEEN and sum(_is_valid(phone) for phone in apart) > 1
        first = next((place for place, phone in enumerate(apart) if phone), None)
        if first is not None and len(parts) > 1 and (certain or whole is None):
            return Phone(apart[first].number, apart[first].extension, tuple(parts[:first] + parts[first + 1 :]))
    return whole or _read_one(text, region)


def e164(text: str, region: str | None) -> str:
    """`text` as E.164, for example +12125550123, where it holds one number and nothing else that would be lost.

    Raises NotAPhone as `read` does, and for several numbers or an extension.
    """
    phone = read(text, region)
    if phone.others:
        raise NotAPhone(SEVERAL_NUMBERS)
    if phone.extension:
        raise NotAPhone(WITH_EXTENSION)
    return phone.number


def region_for(country: str, default: str) -> str | None:
    """The region as of which numbers of somebody in `country` are read: `default` where no country is given.

    None for a country that is not known: its numbers must not be taken for those of the firm's.
    """
    return region_of(country) if country.strip() else default


def readable(number: str, extension: str = "") -> str:
    """A stored number as people write it: "+1 212-555-0123 ext. 45"; anything else as it is."""
    try:
        number = phonenumbers.format_number(phonenumbers.parse(number, None), PhoneNumberFormat.INTERNATIONAL)
    except phonenumbers.NumberParseException:
        pass
    return f"{number} ext. {extension}" if extension else number


def _tried(text: str, region: str | None) -> Phone | None:
    """The number, or None where there is none."""
    try:
        return _read_one(text, region)
    except NotAPhone:
        return None


def _is_valid(phone: Phone | None) -> bool:
    """Whether numbers of this beginning and length are given out."""
    return phone is not None and phonenumbers.is_valid_number(phonenumbers.parse(phone.number, None))


def _read_one(text: str, region: str | None) -> Phone:
    """One number with what may stand beside it. Raises NotAPhone."""
    labels = list(_LABEL.finditer(text))
    text = _LABEL.sub(_MARK, text).strip(f"{_MARK} ")
    extension = ""
    if found := _EXTENSION.search(text):
        text, extension = text[: found.start()].strip(f"{_MARK} "), found[1]
    if _TWO.search(text):
        raise NotAPhone(SEVERAL_NUMBERS)
    text = text.replace(_MARK, " ")
    if any(one.isalpha() for one in text):
        raise NotAPhone(WITH_LETTERS)
    if any(label["fax"] for label in labels):
        raise NotAPhone(A_FAX)
    if region is None and "+" not in text:
        raise NotAPhone(NO_COUNTRY)
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        raise NotAPhone(NOT_DIALLED) from None
    _check(number)
    extension = extension or number.extension or ""
    number.extension = None
    return Phone(phonenumbers.format_number(number, PhoneNumberFormat.E164), extension)


def _check(number: PhoneNumber) -> None:
    """Raise NotAPhone for what nobody can have.

    `is_possible_number` of phonenumbers would also hold for numbers that can be dialled only within their area.
    """
    found = phonenumbers.is_possible_number_with_reason(number)
    if found == ValidationResult.IS_POSSIBLE_LOCAL_ONLY:
        raise NotAPhone(WITHOUT_AREA)
    digits = phonenumbers.national_significant_number(number)
    north_american = number.country_code == 1
    if (
        found != ValidationResult.IS_POSSIBLE
        or len(set(digits)) == 1
        or (north_american and not _NORTH_AMERICAN.fullmatch(digits))
    ):
        raise NotAPhone(NOT_DIALLED)
