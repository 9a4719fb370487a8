"""The kinds of template that staff build, declared once: lists, pages, forms, tabs and addresses follow from it."""

from dataclasses import dataclass

from django.db.models import Model
from django.urls import reverse

from experiences.models import (
    Campaign,
    CardTemplate,
    Experience,
    FeaturedTemplate,
    Resource,
    ResourceTemplate,
    Team,
)


@dataclass(frozen=True)
class TemplateKind:
    """One kind: `one` and `many` name its pages (`experiences:card_template`, `experiences:card_templates`)."""

    model: type[Model]
    one: str
    many: str
    path: str
    noun: str
    title: str
    tab: str
    icon: str
    subtitle: str
    empty: tuple[str, str]

    @property
    def list_url(self) -> str:
        """The list of all."""
        return reverse(f"experiences:{self.many}")

    @property
    def new_url(self) -> str:
        """Where one is made."""
        return reverse(f"experiences:{self.one}_new")

    def url(self, pk: int, verb: str = "") -> str:
        """The page of one, or of something done to it ("edit", "delete")."""
        return reverse(f"experiences:{self.one}{f'_{verb}' if verb else ''}", args=[pk])


EXPERIENCE = TemplateKind(
    Experience,
    "experience",
    "experiences",
    "experiences/",
    "experience",
    "Experiences",
    "Experiences",
    "layers",
    "What a client finds in the portal: cards, a library and featured resources, given as one.",
    ("No experiences yet", "An experience joins cards, a library and featured resources. Build those three first."),
)
CARDS = TemplateKind(
    CardTemplate,
    "card_template",
    "card_templates",
    "experiences/cards/",
    "card template",
    "Card templates",
    "Cards",
    "layout-grid",
    "Tiles of the carousel on a client's home page, in their order.",
    ("No card templates yet", "A card template is an ordered set of tiles: shortcuts, links, a client's own data."),
)
LIBRARIES = TemplateKind(
    ResourceTemplate,
    "resource_template",
    "resource_templates",
    "experiences/libraries/",
    "resource template",
    "Resource templates",
    "Libraries",
    "library",
    "How resources are arranged for clients: categories, subcategories and what is in them.",
    ("No resource templates yet", "A resource template arranges resources in categories: the client's library."),
)
FEATURED = TemplateKind(
    FeaturedTemplate,
    "featured_template",
    "featured_templates",
    "experiences/featured/",
    "featured resource template",
    "Featured resources",
    "Featured",
    "pin",
    "Resources pinned to a client's home page, in their order.",
    ("No featured sets yet", "A featured set pins a few resources to the client's home page."),
)
RESOURCES = TemplateKind(
    Resource,
    "resource",
    "resources",
    "experiences/resources/",
    "resource",
    "Resource library",
    "Resources",
    "book-open",
    "The firm's stock of files, links and videos.",
    ("No resources yet", "Resources are what clients read and watch. Add the first file, link or video."),
)
TEAMS = TemplateKind(
    Team,
    "team",
    "teams",
    "experiences/teams/",
    "team",
    "Teams",
    "Teams",
    "heart-handshake",
    "Who looks after a client together, and how the client may reach them.",
    ("No teams yet", "A team is a few of your staff who look after clients together."),
)
CAMPAIGNS = TemplateKind(
    Campaign,
    "campaign",
    "campaigns",
    "campaigns/",
    "campaign",
    "Campaigns",
    "Campaigns",
    "megaphone",
    "Day plans: what a client gets on which day of their journey. Clients never see a campaign's name.",
    ("No campaigns yet", "A campaign is a plan of messages, posts, reminders and action items by day."),
)
KINDS = (EXPERIENCE, CARDS, LIBRARIES, FEATURED, RESOURCES, TEAMS, CAMPAIGNS)
# Campaigns have a place of their own in the rail.
TABS = (EXPERIENCE, CARDS, LIBRARIES, FEATURED, RESOURCES, TEAMS)


def kind_of(template: Model) -> TemplateKind:
    """The kind that a template is of."""
    return next(kind for kind in KINDS if kind.model is type(template))
