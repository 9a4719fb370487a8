"""Everything that leaves for a contact."""

from outreach.models.archive import ArchivedMessage
from outreach.models.invitation import Invitation, Link, ScheduledInvitation
from outreach.models.send import Bounce, LinkRequest, Pace, Send, Suppression

__all__ = [
    "ArchivedMessage",
    "Bounce",
    "Invitation",
    "Link",
    "LinkRequest",
    "Pace",
    "ScheduledInvitation",
    "Send",
    "Suppression",
]
