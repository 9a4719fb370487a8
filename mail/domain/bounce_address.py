"""The address that mail comes back to when it goes over SMTP, with our key in it (VERP).

The key names the mail and the try, and is signed: whoever could guess it could have anybody's address called dead.
It is written in lower case, because servers (Exim among them) fold the case of addresses.
"""

import re

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

from core.keys import read_key as read_number

KEY = re.compile(r"(?<![0-9a-z])(\d{1,19})-(\d{1,9})-([0-9a-f]{16})(?![0-9a-z])", re.IGNORECASE)


def key_of(send_id: int, attempt: int) -> str:
    """The key of one try of one mail: at most 46 characters, fit for an address and for an envelope's id."""
    return f"{send_id}-{attempt}-{_signature(send_id, attempt, settings.SECRET_KEY)}"


def return_path(key: str) -> str:
    """The bounce address with a key: in place of `{key}`, else behind a plus. Empty where none is set up."""
    address = settings.BOUNCE_ADDRESS
    if "{key}" in address or not address:
        return address.replace("{key}", key)
    local, _, domain = address.rpartition("@")
    return f"{local}+{key}@{domain}"


def find_key(text: str) -> tuple[int, int] | None:
    """The mail and the try that the first true key in a text names; None without one."""
    for found in KEY.finditer(text):
        send_id, attempt = read_number(found[1]), read_number(found[2])
        secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
        if (
            send_id
            and attempt is not None
            and any(constant_time_compare(_signature(send_id, attempt, secret), found[3].lower()) for secret in secrets)
        ):
            return send_id, attempt
    return None


def _signature(send_id: int, attempt: int, secret: str) -> str:
    """64 bits that only we can make."""
    return salted_hmac("outreach.bounce", f"{send_id}-{attempt}", secret, algorithm="sha256").hexdigest()[:16]
