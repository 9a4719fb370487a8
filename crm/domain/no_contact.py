"""Whom the CRM says not to contact, or to have died: read of a record, compared with the contact, written to columns.

Each is one field with a text as its value: empty for no, "yes", or in the case of the deceased the date of death as
far as it is known. From whom the wish not to be contacted came is the connection, since when the day it was applied:
CRMs tell neither.
"""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils import timezone

from contacts.models import Contact

YES = "yes"
DO_NOT_CONTACT, DECEASED = "do_not_contact", "deceased"
LABELS = {DO_NOT_CONTACT: "Do not contact", DECEASED: "Deceased"}
NOTES = {
    DO_NOT_CONTACT: "They get no invitation and no other mail that they did not ask for.",
    DECEASED: "Closes their portal, ends mailed links, and nothing is sent any more.",
}
COLUMNS = {
    DO_NOT_CONTACT: ("do_not_contact_since", "do_not_contact_from"),
    DECEASED: ("deceased", "deceased_on"),
}
ALL_COLUMNS = [column for columns in COLUMNS.values() for column in columns]
# Words that may stand beside "deceased" in a status; with others ("spouse deceased") it may be said of somebody else.
_BESIDE = {"deceased", "client", "prospect", "lead", "contact", "former", "inactive", "closed", "is"}


def says_deceased(status: str) -> bool:
    """Whether a status of the CRM means that the person has died."""
    words = set(re.findall(r"[^\W_]+", status.casefold()))
    return "deceased" in words and words <= _BESIDE


def read_no_contact(payload: Mapping[str, Any]) -> dict[str, str]:
    """What a record's payload says, by field; nothing of what it does not say."""
    found = {DO_NOT_CONTACT: YES} if payload.get("do_not_contact") else {}
    died = payload.get("deceased_on") or ""
    if "1900-01-01" <= died <= timezone.localdate().isoformat():
        found[DECEASED] = died
    elif died or payload.get("deceased") or says_deceased(payload.get("status", "")):
        found[DECEASED] = YES
    return found


def here(contact: Contact, field: str) -> str:
    """The contact's value of a field as a record holds it."""
    if field == DO_NOT_CONTACT:
        return YES if contact.do_not_contact_since else ""
    return (contact.deceased_on.isoformat() if contact.deceased_on else YES) if contact.deceased else ""


def columns(field: str, value: str, connection_name: str) -> dict[str, Any]:
    """What is written to the contact for a value that is applied now."""
    if field == DO_NOT_CONTACT:
        since = timezone.localdate().isoformat() if value else None
        return dict(zip(COLUMNS[field], (since, connection_name[:200] if value else ""), strict=True))
    return dict(zip(COLUMNS[field], (bool(value), value if value not in ("", YES) else None), strict=True))


def columns_of(values: Mapping[str, Any], connection_name: str) -> dict[str, Any]:
    """What is written to a contact that is made of a record with these values."""
    return {
        name: value
        for field in COLUMNS
        for name, value in columns(field, values.get(field, ""), connection_name).items()
    }


def shown(value: str) -> str:
    """A value as people read it."""
    return "Yes" if value == YES else date.fromisoformat(value).strftime("%B %-d, %Y") if value else ""
