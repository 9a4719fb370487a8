"""Who we are to the push services: a pair of keys (VAPID, RFC 8292), from the settings.

Without a private key there is no web push, and no page speaks of it.
"""

import time
from email.utils import parseaddr
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

LASTS = 12 * 3600  # seconds that a signature is good for; services take a day at most


class Unusable(Exception):
    """The settings of web push cannot work; the text says which."""


def is_set_up() -> bool:
    """Whether there are keys, and so web push."""
    return bool(settings.VAPID_PRIVATE_KEY)


def public_key() -> str:
    """The public key as browsers take it: base64url without padding. Raises Unusable for a key that is none."""
    return _keys(settings.VAPID_PRIVATE_KEY)[1]


def subject() -> str:
    """Whom a push service can write to about us."""
    return settings.VAPID_SUBJECT or f"mailto:{parseaddr(settings.DEFAULT_FROM_EMAIL)[1]}"


def signed_for(endpoint: str) -> str:
    """The Authorization header for a push service: our claim, signed for its origin and nobody else's.

    Raises Unusable where py_vapid takes the key or the subject for none: it knows no mailbox at a host without a dot.
    """
    from py_vapid import VapidException

    signer, _ = _keys(settings.VAPID_PRIVATE_KEY)
    parts = urlsplit(endpoint)
    claims = {"aud": f"{parts.scheme}://{parts.netloc}", "sub": subject(), "exp": int(time.time()) + LASTS}
    try:
        return signer.sign(claims)["Authorization"]
    except VapidException as error:
        raise Unusable(f"Web push cannot be signed. Check VAPID_SUBJECT ({subject()}): {error}") from None


@lru_cache(maxsize=4)
def _keys(private: str) -> tuple[Any, str]:
    """What signs, and the public key. Imported late: only what pushes needs it."""
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
    from py_vapid import Vapid02
    from py_vapid.utils import b64urlencode

    try:
        signer = Vapid02.from_string(private)
    except Exception:  # whatever its parsers raise
        raise Unusable("VAPID_PRIVATE_KEY is no private key on the curve P-256 in base64url.") from None
    point = signer.public_key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return signer, b64urlencode(point)
