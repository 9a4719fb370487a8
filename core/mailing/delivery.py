"""Handing one mail to the mail server, and what its answer means."""

import smtplib
from email.utils import make_msgid, parseaddr

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import EmailMessage, get_connection

from core.emails import deliverable
from core.mailing import provider_answers
from core.mailing.verdicts import ACCEPTED, PERMANENT, TEMPORARY, UNKNOWN, Verdict, reason_of

# RFC 4954: the server wants us to sign in, or to do it otherwise. That is no fault of the mail.
SIGN_IN = {530, 534, 535, 538}


class MailServer:
    """One connection, kept for a batch and opened again after an error."""

    def __init__(self) -> None:
        self._backend = None
        self._open = False
        self._data_begun = False
        self._envelope_id = ""

    def __enter__(self) -> "MailServer":
        return self

    def __exit__(self, *exception) -> None:
        self.close()

    def open(self) -> Verdict | None:
        """Connect, if that has not been done. Returns a verdict when it fails: nothing was handed over then."""
        if self._open:
            return None
        try:
            self._backend = self._backend or get_connection()
            self._backend.open()
        except (ImproperlyConfigured, ImportError) as error:
            return Verdict(TEMPORARY, reason_of("Sending mail is not set up rightly", error))
        except Exception as error:  # also those of providers' own backends: nothing has left in any case
            self.close()
            return Verdict(TEMPORARY, reason_of("The mail server cannot be reached", error))
        self._open = True
        self._watch_data()
        return None

    def close(self) -> None:
        """Hang up; a line that is broken already is no error."""
        self._open = False
        if self._backend is None:
            return
        try:
            self._backend.close()
        except (OSError, smtplib.SMTPException):
            pass
        if hasattr(self._backend, "connection"):
            self._backend.connection = None

    def hand_over(self, message: EmailMessage) -> Verdict:
        """Send one message, which carries `new_headers()` and has one recipient, and say what became of it.

        To be called after `open()` has returned None. Never raises for what the server or the line does. Over SMTP
        its attribute `return_path`, if any, is where reports of failure go, and `envelope_id` what they name it by.
        """
        self._data_begun = False
        message.to = [deliverable(address) for address in message.to]
        self._address(message)
        try:
            self._backend.send_messages([message])
        except Exception as error:  # also the errors of providers' own backends: each has a verdict
            self.close()
            return self._judge(error)
        if hasattr(message, "anymail_status"):
            return provider_answers.verdict_of(message)
        return Verdict(ACCEPTED, message_id=str(message.extra_headers["Message-ID"]), answered=True)

    def _watch_data(self) -> None:
        """Notice when a mail's content begins to flow: a line that breaks before that has carried nothing."""
        smtp = getattr(self._backend, "connection", None)
        if not isinstance(smtp, smtplib.SMTP):
            self._data_begun = True
            return
        data, mail = smtp.data, smtp.mail

        def watched(content):
            self._data_begun = True
            return data(content)

        def named(sender, options=()):
            dsn = [f"ENVID={self._envelope_id}", "RET=HDRS"] if self._envelope_id and smtp.has_extn("dsn") else []
            return mail(sender, [*options, *dsn])

        smtp.data, smtp.mail = watched, named

    def _address(self, message: EmailMessage) -> None:
        """Write on the envelope where reports go and what they name (RFC 3461); the From that people see stays."""
        return_path = getattr(message, "return_path", "") if _is_smtp(self._backend) else ""
        self._envelope_id = getattr(message, "envelope_id", "") if return_path else ""
        if return_path:
            message.extra_headers["From"] = message.from_email
            message.from_email = return_path

    def _judge(self, error: Exception) -> Verdict:
        """What an error says about the mail. When in doubt: unknown, which a person decides."""
        if isinstance(error, smtplib.SMTPRecipientsRefused):
            code, text = next(iter(error.recipients.values()))
            return _by_code(code, text)
        if isinstance(error, smtplib.SMTPResponseException):
            return _by_code(error.smtp_code, error.smtp_error)
        if provider_answers.is_providers(error):
            return provider_answers.verdict_of_error(error)
        if isinstance(error, smtplib.SMTPServerDisconnected | OSError):
            if self._data_begun or not _is_smtp(self._backend):
                return Verdict(UNKNOWN, reason_of("The line broke before the mail server answered", error))
            return Verdict(TEMPORARY, reason_of("The line to the mail server broke", error))
        if isinstance(error, ValueError | smtplib.SMTPNotSupportedError):
            return Verdict(PERMANENT, reason_of("The mail could not be made", error))
        return Verdict(UNKNOWN, reason_of("Something unforeseen happened while sending", error))


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
    if code in SIGN_IN:
        return Verdict(TEMPORARY, answer)
    return Verdict(TEMPORARY if 400 <= code < 500 else PERMANENT, answer, answered=True)


def is_smtp() -> bool:
    """Whether mail goes over SMTP: only then connecting shows whether anybody is there."""
    try:
        return _is_smtp(get_connection())
    except (ImproperlyConfigured, ImportError):  # sending says so in its verdict
        return False


def _is_smtp(backend) -> bool:
    """Whether mail goes over SMTP, where it is known how far a mail came."""
    return hasattr(backend, "connection_class")
