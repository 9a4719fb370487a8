"""What is in a template, as its page shows it, in a few queries."""

from itertools import groupby

from django.db.models import Model, Prefetch

from experiences.models import (
    Campaign,
    CardTemplate,
    CategoryResource,
    Experience,
    FeaturedTemplate,
    Resource,
    ResourceTemplate,
    Team,
)


def content_of(template: Model) -> dict:
    """Context of the page of one template."""
    return {
        Experience: _experience,
        CardTemplate: _cards,
        ResourceTemplate: _library,
        FeaturedTemplate: _featured,
        Resource: _resource,
        Team: _team,
        Campaign: _campaign,
    }[type(template)](template)


def _experience(template: Experience) -> dict:
    return {
        "cards": template.card_template.cards.all(),
        "shelves": _shelves(template.resource_template),
        "pinned": template.featured_template.placements.select_related("resource"),
    }


def _cards(template: CardTemplate) -> dict:
    return {"cards": template.cards.all(), "used_in": template.experiences.all()}


def _library(template: ResourceTemplate) -> dict:
    return {"shelves": _shelves(template), "used_in": template.experiences.all()}


def _featured(template: FeaturedTemplate) -> dict:
    return {"pinned": template.placements.select_related("resource"), "used_in": template.experiences.all()}


def _resource(template: Resource) -> dict:
    shelves = template.placements.select_related("category__template")
    return {"shelves": shelves, "featured": template.pinned.select_related("template")}


def _team(template: Team) -> dict:
    return {"members": template.memberships.select_related("user")}


def _campaign(template: Campaign) -> dict:
    steps = template.touchpoints.select_related("resource")
    return {"days": [(day, list(found)) for day, found in groupby(steps, key=lambda step: step.day)]}


def _shelves(template: ResourceTemplate) -> list:
    """Top categories in order; each with `.below`, its subcategories, and the placements of all of them."""
    placements = Prefetch("placements", CategoryResource.objects.select_related("resource"))
    categories = list(template.categories.prefetch_related(placements))
    for category in categories:
        category.below = [one for one in categories if one.parent_id == category.pk]
    return [one for one in categories if one.parent_id is None]
