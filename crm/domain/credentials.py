"""Credentials at rest: encrypted with a key made of the deployment's secret, opened only to talk to the CRM."""

import base64
import json

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from crm.errors import SignInAgain
from crm.models import Connection


def seal(secrets: dict[str, str]) -> str:
    """Secrets as text that only this deployment can open."""
    return _box().encrypt(json.dumps(secrets).encode()).decode()


def unseal(connection: Connection) -> dict[str, str]:
    """The connection's secrets. Raises SignInAgain when the deployment's secret has changed since."""
    if not connection.secrets:
        return {}
    try:
        return json.loads(_box().decrypt(connection.secrets.encode()))
    except InvalidToken:
        raise SignInAgain("The stored credentials cannot be opened any more. Enter them again.") from None


def _box() -> MultiFernet:
    """Seals with today's key, opens with those of before as well."""
    return MultiFernet([_key(secret) for secret in [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]])


def _key(secret: str) -> Fernet:
    derived = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=b"advisorhub crm credentials")
    return Fernet(base64.urlsafe_b64encode(derived.derive(secret.encode())))
