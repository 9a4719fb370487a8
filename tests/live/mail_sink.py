"""A real SMTP server that records every message it accepts: the independent count of what was sent."""

import asyncio
import email
import email.policy
import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from email.message import EmailMessage

import pytest
from aiosmtpd.controller import Controller


@dataclass(frozen=True)
class Received:
    """A message the sink accepted: the envelope and the parsed message."""

    sender: str
    recipients: tuple[str, ...]
    message: EmailMessage
    at: float = field(default_factory=time.monotonic)

    @property
    def to(self) -> str:
        """The only recipient; most tests send to one person at a time."""
        (recipient,) = self.recipients
        return recipient

    @property
    def subject(self) -> str:
        """The decoded subject."""
        return str(self.message["Subject"])

    @property
    def text(self) -> str:
        """The plain text part."""
        return self.message.get_body(("plain",)).get_content().replace("\r\n", "\n")

    @property
    def html(self) -> str:
        """The HTML part."""
        return self.message.get_body(("html",)).get_content().replace("\r\n", "\n")


class MailSink:
    """Accepts mail on a free loopback port; misbehaves when told to.

    `answer`: what to say after DATA instead of accepting, such as "421 busy" or "554 no".
    `drop_after_data`: accept and record the next N messages, then close the connection without an answer.
    `delay`: seconds to wait before the answer.
    """

    def __init__(self):
        self.answer: str | None = None
        self.drop_after_data = 0
        self.delay = 0.0
        self._messages: list[Received] = []
        self._lock = threading.Lock()
        self._controller: Controller | None = None
        self.port = 0

    @property
    def url(self) -> str:
        """The EMAIL_URL that leads here."""
        return f"smtp://127.0.0.1:{self.port}"

    @property
    def messages(self) -> list[Received]:
        """A copy of what has been accepted so far, oldest first."""
        with self._lock:
            return list(self._messages)

    def to(self, address: str) -> list[Received]:
        """Return what was accepted for one address."""
        return [message for message in self.messages if address in message.recipients]

    def clear(self) -> None:
        """Forget all messages and behave again."""
        with self._lock:
            self._messages.clear()
        self.answer, self.drop_after_data, self.delay = None, 0, 0.0

    def wait_for(self, count: int = 1, *, to: str | None = None, seconds: float = 30) -> list[Received]:
        """Return the messages (to one address) once there are `count`; else fail the test."""
        read: Callable = (lambda: self.to(to)) if to else (lambda: self.messages)
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            found = read()
            if len(found) >= count:
                return found
            time.sleep(0.05)
        return pytest.fail(f"{len(read())} of {count} messages arrived within {seconds} s.")

    def start(self) -> None:
        """Listen; after a stop, on the same port again."""
        logging.getLogger("mail.log").setLevel(logging.WARNING)  # a line for each word of a dialogue otherwise
        self._controller = _PlainController(self, hostname="127.0.0.1", port=self.port)
        self._controller.start()
        self.port = self._controller.server.sockets[0].getsockname()[1]

    def stop(self) -> None:
        """Stop listening: connections are refused from now on."""
        if self._controller:
            self._controller.stop(no_assert=True)
            self._controller = None

    async def handle_DATA(self, server, session, envelope):
        """Record the message, or do the mischief that was asked for."""
        if self.delay:
            await asyncio.sleep(self.delay)
        if self.answer:
            return self.answer
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        with self._lock:
            self._messages.append(Received(envelope.mail_from, tuple(envelope.rcpt_tos), message))
            drop = self.drop_after_data > 0
            self.drop_after_data -= drop
        if drop:
            server.transport.abort()
        return "250 accepted"


class _PlainController(Controller):
    """aiosmtpd's controller, which cannot check a port it has not chosen yet."""

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@pytest.fixture(scope="session")
def session_mail_sink():
    """The SMTP server of the live application, for the whole session."""
    sink = MailSink()
    sink.start()
    yield sink
    sink.stop()


@pytest.fixture
def mail_sink(session_mail_sink):
    """The SMTP server of the live application, empty and well-behaved."""
    session_mail_sink.clear()
    yield session_mail_sink
    session_mail_sink.clear()


@pytest.fixture
def smtp(mail_sink, settings):
    """The real SMTP sink as the mail server of this process."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", mail_sink.port, 1
    yield mail_sink
    mail_sink.start() if mail_sink._controller is None else None
