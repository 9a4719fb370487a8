"""Everything that leaves for a contact."""

from outreach.models.campaign_pause import CampaignPause
from outreach.models.invitation import Invitation, Link, ScheduledInvitation
from outreach.models.linked_contact import LinkedContact
from outreach.models.purpose import Purpose
from outreach.models.returned import Bounce, BounceMailbox, Suppression
from outreach.models.step_run import StepClock, StepRun

__all__ = [
    "Bounce",
    "BounceMailbox",
    "CampaignPause",
    "Invitation",
    "Link",
    "LinkedContact",
    "Purpose",
    "ScheduledInvitation",
    "StepClock",
    "StepRun",
    "Suppression",
]
