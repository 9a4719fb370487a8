"""Email addresses in their one form, so that one mailbox is one address everywhere.

Kept and shown: lower case, composed characters (NFC), the domain in Unicode as people write it ("ann@müller.example").
Sent: the domain as mail servers know it ("ann@xn--mller-kva.example"). Browsers send that form from email fields, files
and CRMs the other; both are read. The rule for domains is IDNA 2008 after the mapping of UTS 46, by the `idna` package:
Python's own codec follows IDNA 2003 and would turn "straße.example" into the domain of somebody else.
"""

import unicodedata

import idna


def canonical(address: str) -> str:
    """The form in which an address is kept and compared. What is no address comes back trimmed and in lower case."""
    address = address.strip()
    if address.isascii() and "xn--" not in (low := address.lower()):
        return low
    local, at, domain = address.rpartition("@")
    return unicodedata.normalize("NFC", local).lower() + at + _in_unicode(domain)


def deliverable(address: str) -> str:
    """The form in which mail is sent to a canonical address: its domain in ASCII."""
    local, at, domain = address.rpartition("@")
    return address if domain.isascii() else local + at + _in_ascii(domain)


def _in_unicode(domain: str) -> str:
    """A domain as people write it; one that no registry could have as it is, in lower case."""
    try:
        return idna.decode(_in_ascii(domain))
    except (idna.IDNAError, UnicodeError):
        return unicodedata.normalize("NFC", domain).lower()


def _in_ascii(domain: str) -> str:
    """A domain as the DNS knows it; one that no registry could have as it is."""
    try:
        return idna.encode(domain, uts46=True).decode("ascii")
    except (idna.IDNAError, UnicodeError):
        return domain
