"""Handing one mail to the mail server, and what its answer means."""

import smtplib
from dataclasses import dataclass
from email.utils import make_msgid, parseaddr

from anymail.exceptions import AnymailAPIError, AnymailError, AnymailRecipientsRefused
from django.conf import settings
from django.core.mail import EmailMessage, get_connection

ACCEPTED, TEMPORARY, PERMANENT, UNKNOWN = "accepted", "temporary", "permanent", "unknown"


@dataclass(frozen=True)
class Verdict:
    """What became of a mail: accepted, worth another try, refused for good, or not known."""

    outcome: str
    reason: str = ""
    message_id: str = ""


class MailServer:
    """One connection, kept for a batch and opened again after an error."""

    def __init__(self) -> None:
        self._backend = get_connection()
        self._open = False
        self._data_begun = False

    def __enter__(self) -> "MailServer":
        return self

    def __exit__(self, *exception) -> None:
        self.close()

    def open(self) -> Verdict | None:
        """Connect, if that has not been done. Returns a verdict when it fails: nothing was handed over then."""
        if self._open:
            return None
        try:
            self._backend.open()
        except (OSError, smtplib.SMTPException) as error:
            self.close()
            return Verdict(TEMPORARY, _words("The mail server cannot be reached", error))
        self._open = True
        self._watch_data()
        return None

    def close(self) -> None:
        """Hang up; a line that is broken already is no error."""
        self._open = False
        try:
            self._backend.close()
        except (OSError, smtplib.SMTPException):
            pass
        if hasattr(self._backend, "connection"):
            self._backend.connection = None

    def hand_over(self, message: EmailMessage) -> Verdict:
        """Send one message, which carries `new_headers()`, and say what became of it.

        Never raises for what the server or the line does.
        """
        self._data_begun = False
        try:
            self._backend.send_messages([message])
        except Exception as error:  # also the errors of providers' own backends: each has a verdict
            self.close()
            return self._judge(error)
        status = getattr(message, "anymail_status", None)
        provider_id = getattr(status, "message_id", None)
        return Verdict(ACCEPTED, message_id=str(provider_id or message.extra_headers["Message-ID"]))

    def _watch_data(self) -> None:
        """Notice when a mail's content begins to flow: a line that breaks before that has carried nothing."""
        smtp = getattr(self._backend, "connection", None)
        if not isinstance(smtp, smtplib.SMTP):
            self._data_begun = True
            return
        data = smtp.data

        def watched(content):
            self._data_begun = True
            return data(content)

        smtp.data = watched

    def _judge(self, error: Exception) -> Verdict:
        """What an error says about the mail. When in doubt: unknown, which a person decides."""
        if isinstance(error, smtplib.SMTPRecipientsRefused):
            code, text = next(iter(error.recipients.values()))
            return _by_code(code, text)
        if isinstance(error, smtplib.SMTPResponseException):
            return _by_code(error.smtp_code, error.smtp_error)
        if isinstance(error, smtplib.SMTPServerDisconnected | OSError):
            if self._data_begun or not _is_smtp(self._backend):
                return Verdict(UNKNOWN, _words("The line broke before the mail server answered", error))
            return Verdict(TEMPORARY, _words("The line to the mail server broke", error))
        if isinstance(error, AnymailRecipientsRefused):
            return Verdict(PERMANENT, _words("The provider refused the address", error))
        if isinstance(error, AnymailAPIError):
            return _by_api_status(error)
        if isinstance(error, AnymailError | ValueError | smtplib.SMTPNotSupportedError):
            return Verdict(PERMANENT, _words("The mail could not be made", error))
        return Verdict(UNKNOWN, _words("Something unforeseen happened while sending", error))


def sender_address() -> str:
    """The bare address that all mail comes from."""
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1]


def new_headers() -> dict[str, str]:
    """What every message carries: an id of its own, and that no person wrote it, so that no robot answers."""
    domain = sender_address().rpartition("@")[2]
    return {"Message-ID": make_msgid(domain=domain), "Auto-Submitted": "auto-generated"}


def _by_code(code: int, text: bytes | str) -> Verdict:
    """The verdict that an SMTP answer stands for."""
    words = text.decode("utf-8", "replace") if isinstance(text, bytes) else str(text)
    answer = f"The mail server answered {code} {words}"[:300]
    return Verdict(TEMPORARY if 400 <= code < 500 else PERMANENT, answer)


def _by_api_status(error: AnymailAPIError) -> Verdict:
    """The verdict that a provider's HTTP status stands for; its own trouble may have come after accepting."""
    status = getattr(error, "status_code", None)
    if status == 429:
        return Verdict(TEMPORARY, _words("The provider asks to wait", error))
    if status and 400 <= status < 500:
        return Verdict(PERMANENT, _words("The provider refused the mail", error))
    return Verdict(UNKNOWN, _words("The provider did not answer", error))


def _is_smtp(backend) -> bool:
    """Whether mail goes over SMTP, where it is known how far a mail came."""
    return hasattr(backend, "connection_class")


def _words(sentence: str, error: Exception) -> str:
    """A reason that fits the ledger."""
    first_line = (str(error).splitlines() or [""])[0]
    return f"{sentence}: {first_line or type(error).__name__}"[:300]
