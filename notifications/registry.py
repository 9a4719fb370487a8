"""What rooms above bring: types of notifications, and lines of the staff's daily summary."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core.registry import Registry
from notifications.types import NotificationType


@dataclass(frozen=True)
class DigestLine:
    """One line of the summary: a sentence with a number, and the path of the page that shows them. No names."""

    sentence: str
    path: str


notification_types = Registry("notification_types")  # NotificationType by its key
# callable(user, since) -> DigestLine | None: what there is to say; `since` is when the last summary was made
digest_lines: Registry = Registry("digest_lines")

DigestSource = Callable[[Any, datetime], DigestLine | None]


def types_for(audience: str) -> list[NotificationType]:
    """The types for clients, or for the staff, in their order."""
    return [one for one in notification_types if one.audience == audience]
