"""What templates consist of, declared once: cards, categories, steps, and the places of resources and members."""

from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import Model, QuerySet

from experiences import kinds
from experiences.forms.parts import CardForm, CategoryForm, TouchpointForm
from experiences.kinds import TemplateKind
from experiences.models import Card, Category, CategoryResource, FeaturedResource, TeamMember, Touchpoint


@dataclass(frozen=True)
class PartKind:
    """One kind of part. `owner(part)` is its template, `siblings(part)` those it is ordered among.

    `form` is None for parts that are only placed: they are added from a list.
    """

    model: type[Model]
    one: str
    noun: str
    kind: TemplateKind
    owner: Callable[[Model], Model]
    siblings: Callable[[Model], QuerySet]
    owner_field: str = "template"
    form: type | None = None
    ordered: bool = True


CARD = PartKind(
    Card,
    "card",
    "card",
    kinds.CARDS,
    owner=lambda card: card.template,
    siblings=lambda card: Card.objects.filter(template=card.template_id),
    form=CardForm,
)
CATEGORY = PartKind(
    Category,
    "category",
    "category",
    kinds.LIBRARIES,
    owner=lambda category: category.template,
    siblings=lambda category: Category.objects.filter(template=category.template_id, parent=category.parent_id),
    form=CategoryForm,
)
TOUCHPOINT = PartKind(
    Touchpoint,
    "touchpoint",
    "step",
    kinds.CAMPAIGNS,
    owner=lambda step: step.campaign,
    siblings=lambda step: Touchpoint.objects.filter(campaign=step.campaign_id),
    owner_field="campaign",
    form=TouchpointForm,
    ordered=False,
)
SHELVED = PartKind(
    CategoryResource,
    "shelved",
    "resource",
    kinds.LIBRARIES,
    owner=lambda placed: placed.category.template,
    siblings=lambda placed: CategoryResource.objects.filter(category=placed.category_id),
)
PINNED = PartKind(
    FeaturedResource,
    "pinned",
    "resource",
    kinds.FEATURED,
    owner=lambda placed: placed.template,
    siblings=lambda placed: FeaturedResource.objects.filter(template=placed.template_id),
)
MEMBER = PartKind(
    TeamMember,
    "member",
    "member",
    kinds.TEAMS,
    owner=lambda member: member.team,
    siblings=lambda member: TeamMember.objects.filter(team=member.team_id),
    owner_field="team",
)
PARTS = (CARD, CATEGORY, TOUCHPOINT, SHELVED, PINNED, MEMBER)
