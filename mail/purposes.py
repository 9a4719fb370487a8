"""What a room declares of a kind of mail: when it may leave, what it says, and what follows when it has left.

    class Welcome(Purpose):
        key, label, rank, latest = "welcome", "Welcome", 40, timedelta(days=7)

        def prepare(self, sends): ...

    purposes.register(Welcome.key, Welcome())  # in the room's AppConfig.ready()

The ledger claims, hands over, settles and sweeps; all it knows of a mail it asks here.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.core.mail import EmailMultiAlternatives
from django.utils import timezone

if TYPE_CHECKING:
    from mail.models import Send


@dataclass(frozen=True)
class Prepared:
    """A mail that may leave, and what the archive keeps of it: the same, with secrets blacked out."""

    message: EmailMultiAlternatives
    sender: str
    subject: str
    text: str
    html: str = ""


Answer = Prepared | str | datetime


class Purpose(ABC):
    """One kind of mail. Registered once, under its key, which stands in the ledger for good."""

    key: str
    label: str
    rank: int  # lower ranks leave first
    latest: timedelta  # how long after it was planned it may still leave
    pauses: tuple[timedelta, ...] = ()  # how long after coming back it is tried again: the first time, the second, …
    asked_for = False  # a link that somebody waits for leaves also while sending is held

    @abstractmethod
    def prepare(self, sends: Sequence["Send"]) -> dict[int, Answer]:
        """By key of each mail: the mail that leaves, in words why it must not leave any more, or until when it waits.

        Runs in the transaction that holds the rows; every rule is checked again, for it was planned earlier.
        """

    @abstractmethod
    def hold(self, send: "Send") -> None:
        """Lock the person, who is always locked before their mails, until the transaction ends."""

    def accepted(self, send: "Send", at: datetime, *, first: bool) -> None:
        """What follows when a mail server has the mail. Runs in the transaction that settles the row.

        `first`: it has not been accepted before. One that came back is sent again, and accepted again.
        """
        return

    def report_problem(self, sends: Sequence["Send"], sentence: str) -> None:
        """Say where people look that these mails did not go as wanted."""
        return

    def too_late(self, send: "Send") -> bool:
        """Whether the mail has waited so long that it should not leave any more."""
        return timezone.now() - send.created_at > self.latest


class Unregistered(Purpose):
    """Stands for a purpose that no room registers any more, as after a downgrade. Its mails wait."""

    key, label, rank, latest = "", "", 50, timedelta(0)

    def prepare(self, sends: Sequence["Send"]) -> dict[int, Answer]:
        """Never asked: such mails are not claimed."""
        return {}

    def hold(self, send: "Send") -> None:
        """Nothing follows for the person, so there is nobody to lock."""
        return
