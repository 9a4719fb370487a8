"""var/env: what `script/server` generated, so that `manage.py` in another window finds the same servers."""

import base64
import io
import os
import secrets
from collections.abc import Callable
from pathlib import Path

from dotenv import dotenv_values

BEGIN = "# --- below: written by script/server while it runs, removed when it stops ---"
END = "# --- end of what script/server wrote ---"


def new_push_key() -> str:
    """A private key for web push as VAPID_PRIVATE_KEY takes it: 32 bytes on the curve P-256, in base64url."""
    from cryptography.hazmat.primitives.asymmetric import ec

    number = ec.generate_private_key(ec.SECP256R1()).private_numbers().private_value
    return base64.urlsafe_b64encode(number.to_bytes(32, "big")).decode().rstrip("=")


class EnvironmentFile:
    """var/env: lines a person keeps there, keys that were made, and a block that lives as long as the server."""

    def __init__(self, path: Path):
        self.path = path

    def kept(self) -> dict[str, str]:
        """Return the settings that outlive a run: those of a person, and the keys that were made."""
        values = dotenv_values(stream=io.StringIO(self._kept_text()), interpolate=False)
        return {name: value for name, value in values.items() if value is not None}

    def ensure_secret_key(self) -> None:
        """Add a random secret key, once; without a stable one each restart would sign everybody out."""
        self._ensure("SECRET_KEY", lambda: secrets.token_urlsafe(64))

    def ensure_push_key(self) -> None:
        """Add a key for web push, once; with another one browsers would have to subscribe again."""
        self._ensure("VAPID_PRIVATE_KEY", new_push_key)

    def _ensure(self, name: str, make: Callable[[], str]) -> None:
        if not self.kept().get(name):
            self._write(self._kept_text() + f"{name}='{make()}'\n")

    def show(self, values: dict[str, str]) -> None:
        """Replace the block by `values`."""
        lines = [BEGIN, *(f"{name}='{value}'" for name, value in values.items()), END]
        self._write(self._kept_text() + "\n".join(lines) + "\n")

    def hide(self) -> None:
        """Remove the block, also one that a crashed run left."""
        if self.path.exists():
            self._write(self._kept_text())

    def _kept_text(self) -> str:
        try:
            text = self.path.read_text()
        except FileNotFoundError:
            return ""
        before, begin, rest = text.partition(BEGIN)
        after = rest.partition(END)[2].lstrip("\n") if begin else ""
        kept = before + after
        return kept if not kept or kept.endswith("\n") else kept + "\n"

    def _write(self, text: str) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        fresh = self.path.with_name(self.path.name + ".new")
        fresh.unlink(missing_ok=True)
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(text)
        fresh.replace(self.path)
