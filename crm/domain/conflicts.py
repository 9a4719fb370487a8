"""Whether a contact is still as somebody saw it when they chose what to apply of the CRM's differences.

The page carries, signed, what it showed: the record's digest and the contact's values. The operation carries only
fingerprints of the values, which say nothing to whoever reads its parameters, and is asked again under the lock.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.core import signing
from django.utils.crypto import salted_hmac

from contacts.models import Contact
from crm.domain.differences import Difference
from crm.models import Record

SALT = "crm.update.seen"


@dataclass(frozen=True)
class Seen:
    """What a page showed of one contact: the record's digest, and by field the value here."""

    digest: str
    here: dict[str, Any]

    def moved(self, found: Iterable[Difference], wanted: Iterable[str]) -> dict[str, Any]:
        """The wanted fields that are not as they were shown, or were locked since, with the value shown; None for none.

        One that says by now what the CRM says is no conflict: nothing of it would be overwritten.
        """
        chosen = set(wanted)
        return {
            one.field: self.here.get(one.field)
            for one in found
            if one.field in chosen and (one.locked or self.here.get(one.field, ...) != one.here)
        }

    def fingerprints(self, wanted: Iterable[str]) -> dict[str, str]:
        """Of the wanted fields that were shown, for the operation's parameters."""
        return {name: fingerprint(self.here[name]) for name in wanted if name in self.here}


def seen_now(contact: Contact, record: Record, found: Iterable[Difference]) -> str:
    """What a page shows at this moment, signed, for its hidden field."""
    here = {one.field: one.here for one in found}
    return signing.dumps({"contact": contact.pk, "digest": record.digest, "here": here}, salt=SALT, compress=True)


def read_seen(text: str, contact: Contact) -> Seen | None:
    """What the page showed of this contact, or None when that cannot be trusted."""
    try:
        given = signing.loads(text, salt=SALT)
    except signing.BadSignature:
        return None
    return Seen(given["digest"], given["here"]) if given["contact"] == contact.pk else None


def fingerprint(value: Any) -> str:
    """A short sign by which the same value is known again, and from which it cannot be read or guessed."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=False)
    return salted_hmac(SALT, text, algorithm="sha256").hexdigest()[:32]


def changed_since(seen: dict[str, str], found: Iterable[Difference], wanted: Iterable[str]) -> list[str]:
    """Labels of the wanted fields whose fingerprint is another by now, or that were locked since."""
    chosen = set(wanted)
    return [
        one.label
        for one in found
        if one.field in chosen and (one.locked or seen.get(one.field) != fingerprint(one.here))
    ]
