"""Everything that leaves for a contact."""

from outreach.models.archive import ArchivedMessage
from outreach.models.invitation import Invitation, Link, ScheduledInvitation
from outreach.models.send import Bounce, BounceMailbox, LinkRequest, Pace, Send, Suppression

__all__ = [
    "ArchivedMessage",
    "Bounce",
    "BounceMailbox",
    "Invitation",
    "Link",
    "LinkRequest",
    "Pace",
    "ScheduledInvitation",
    "Send",
    "Suppression",
]
