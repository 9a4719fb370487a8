"""What a room declares of a type of notification: who it is for, by which channels, what a push of it says.

    class ClientMessage(NotificationType):
        key, label, audience = "message", "New message", Audience.CLIENT
        sentence = "You have a message."

        def leads_to(self, pushes): ...

    notification_types.register(ClientMessage.key, ClientMessage())  # in the room's AppConfig.ready()

The room plans: its mails in the mail ledger, its pushes with `notifications.domain.planning.plan_pushes`.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import models

if TYPE_CHECKING:
    from notifications.models import Push


class Channel(models.TextChoices):
    """How somebody is told."""

    MAIL = "mail", "Mail"
    PUSH = "push", "Push"


class Audience(models.TextChoices):
    """Who is told."""

    CLIENT = "client", "Clients"
    STAFF = "staff", "Staff"


class NotificationType(ABC):
    """One type of notification. Registered once, under its key, which stands in settings and in the ledger for good."""

    key: str  # at most 20 characters
    label: str
    audience: Audience
    sentence: str  # all that a push says: never a name, never what was written
    channels: tuple[Channel, ...] = (Channel.MAIL, Channel.PUSH)
    defaults: frozenset[Channel] = frozenset(Channel)  # on, unless the firm says otherwise
    in_digest = False  # the daily summary stands in for its mails
    latest = timedelta(days=1)  # how long after it was planned a push may still leave

    @abstractmethod
    def leads_to(self, pushes: Sequence["Push"]) -> dict[int, str]:
        """By key of each push that is still due for its person: the path of the page that it opens.

        Asked when they are about to leave; those left out do not leave. A path names no person.
        """
