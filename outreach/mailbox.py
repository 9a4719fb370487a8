"""The mailbox of the demo set-up: mail is kept as files and shown on a page, so that links can be clicked."""

import email
import email.policy
import re
import time
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

from django.conf import settings
from django.core.mail.backends.base import BaseEmailBackend

KEPT = 1000
KEY = re.compile(r"^\d{20}-[0-9a-f]{8}$")


@dataclass(frozen=True)
class StoredMail:
    """One mail of the mailbox."""

    key: str
    at: datetime
    message: EmailMessage

    @property
    def to(self) -> str:
        """Whom it was for."""
        return str(self.message["To"])

    @property
    def subject(self) -> str:
        """The subject."""
        return str(self.message["Subject"])

    @property
    def text(self) -> str:
        """The plain form."""
        return self._part("plain")

    @property
    def html(self) -> str:
        """The HTML form; empty without one."""
        return self._part("html")

    def _part(self, kind: str) -> str:
        body = self.message.get_body((kind,))
        return body.get_content() if body else ""


class MailboxBackend(BaseEmailBackend):
    """Keeps each message as a file; the latest KEPT of them."""

    def send_messages(self, email_messages) -> int:
        """Store the messages, each whole or not at all."""
        folder = _folder()
        for message in email_messages:
            key = f"{time.time_ns():020d}-{uuid.uuid4().hex[:8]}"
            unfinished = folder / f"{key}.part"
            unfinished.write_bytes(message.message().as_bytes())
            unfinished.rename(folder / f"{key}.eml")
        for old in _files()[KEPT:]:
            old.unlink(missing_ok=True)
        return len(email_messages)


def latest(count: int = 100, to: str = "") -> list[StoredMail]:
    """The latest mails, newest first; with `to`, those whose address contains it."""
    found = []
    for path in _files():
        mail = read(path.stem)
        if mail and to.lower() in mail.to.lower():
            found.append(mail)
        if len(found) == count:
            break
    return found


def read(key: str) -> StoredMail | None:
    """The mail of this key, or None."""
    path = _folder() / f"{key}.eml"
    if not KEY.match(key) or not path.is_file():
        return None
    message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    return StoredMail(key, datetime.fromtimestamp(int(key[:20]) / 1e9, tz=UTC), message)


def _folder() -> Path:
    folder = Path(settings.MAILBOX_DIR)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _files() -> list[Path]:
    """All stored mails, newest first."""
    return sorted(_folder().glob("*.eml"), reverse=True)
