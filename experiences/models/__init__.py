"""What can be given to a contact."""

from experiences.models.campaigns import Campaign, Touchpoint
from experiences.models.cards import Card, CardTemplate
from experiences.models.experience import Experience
from experiences.models.resources import (
    Category,
    CategoryResource,
    FeaturedResource,
    FeaturedTemplate,
    Resource,
    ResourceTemplate,
)
from experiences.models.teams import Team, TeamMember

__all__ = [
    "Campaign",
    "Card",
    "CardTemplate",
    "Category",
    "CategoryResource",
    "Experience",
    "FeaturedResource",
    "FeaturedTemplate",
    "Resource",
    "ResourceTemplate",
    "Team",
    "TeamMember",
    "Touchpoint",
]
