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


def is_set_up() -> bool:
    """Whether there are keys, and so web push."""
    return bool(settings.VAPID_PRIVATE_KEY)


def public_key() -> str:
    """The public key as browsers take it: base64url without padding. Raises ValueError for a key that is none."""
    return _keys(settings.VAPID_PRIVATE_KEY)[1]


def subject() -> str:
    """Whom a push service can write to about us."""
    return settings.VAPID_SUBJECT or f"mailto:{parseaddr(settings.DEFAULT_FROM_EMAIL)[1]}"


def signed_for(endpoint: str) -> str:
    """The Authorization header for a push service: our claim, signed for its origin and nobody else's."""
    signer, _ = _keys(settings.VAPID_PRIVATE_KEY)
    parts = urlsplit(endpoint)
    claims = {"aud": f"{parts.scheme}://{parts.netloc}", "sub": subject(), "exp": int(time.time()) + LASTS}
    return signer.sign(claims)["Authorization"]


@lru_cache(maxsize=4)
def _keys(private: str) -> tuple[Any, str]:
    """What signs, and the public key. Imported late: only what pushes needs it."""
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
    from py_vapid import Vapid02
    from py_vapid.utils import b64urlencode

    signer = Vapid02.from_string(private)
    point = signer.public_key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return signer, b64urlencode(point)
