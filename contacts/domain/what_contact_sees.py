"""What a contact finds in the portal: the one place that resolves it, for the contact and for staff who preview.

The contact's own card, resource or featured template beats the experience's. Only published resources that
have not expired, and cards within their dates, count; days are the contact's own. Without an open assignment
there are no cards and no resources. Each part is asked for once and only when used: a page with cards,
featured resources and the team takes six queries, the library two more.
"""

import re
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from django.db.models import Q

from accounts.models import User
from contacts.domain.local_days import local_today
from contacts.models import Assignment, Contact
from experiences.models import Card, Category, CategoryResource, FeaturedResource, Resource, Team

PLACEHOLDER = re.compile(r"\{([a-z_]+(?:\.[A-Za-z0-9_ -]+)?)\}")
# What a data card may say of the contact, by placeholder; `custom.FIELD` is looked up in their CRM data.
PLACEHOLDERS = {
    "first_name": lambda contact: contact.first_name,
    "last_name": lambda contact: contact.last_name,
    "preferred_name": lambda contact: contact.greeting_name,
    "advisor_name": lambda contact: contact.primary_advisor.name,
    "city": lambda contact: contact.city,
}


@dataclass
class Shelf:
    """A category with what is on it, in order. Subcategories are shelves on a shelf, one level deep."""

    category: Category
    resources: list[Resource] = field(default_factory=list)
    subshelves: list["Shelf"] = field(default_factory=list)

    @property
    def all_resources(self) -> list[Resource]:
        """Its own resources and those of its subcategories, each once."""
        nested = [one for shelf in self.subshelves for one in shelf.resources]
        return list({one.pk: one for one in [*self.resources, *nested]}.values())


class WhatContactSees:
    """What `contact` sees today. Make one per request."""

    def __init__(self, contact: Contact) -> None:
        self.contact = contact

    @cached_property
    def today(self) -> date:
        """The day where the contact lives."""
        return local_today(self.contact.time_zone)

    @cached_property
    def assignment(self) -> Assignment | None:
        """The open assignment with its experience and campaign, if any."""
        rows = Assignment.objects.filter(contact=self.contact, ended_at=None)
        return rows.select_related("experience", "campaign").first()

    @cached_property
    def cards(self) -> list[Card]:
        """The carousel in order; `.shown_title` and `.shown_text` have the contact's own data filled in."""
        template_id = self._template_id("card_template")
        if template_id is None:
            return []
        begun = Q(visible_from=None) | Q(visible_from__lte=self.today)
        not_over = Q(visible_to=None) | Q(visible_to__gte=self.today)
        cards = list(Card.objects.filter(begun, not_over, template=template_id))
        for card in cards:
            is_data = card.kind == Card.Kind.DATA
            card.shown_title = fill_in(card.title, self.contact) if is_data else card.title
            card.shown_text = fill_in(card.text, self.contact) if is_data else card.text
        return cards

    @cached_property
    def featured(self) -> list[Resource]:
        """The resources pinned to the home page, in order."""
        template_id = self._template_id("featured_template")
        if template_id is None:
            return []
        placed = FeaturedResource.objects.filter(template=template_id, resource__in=self._open_resources())
        return [placement.resource for placement in placed.select_related("resource")]

    @cached_property
    def shelves(self) -> list[Shelf]:
        """The library: categories in order, empty ones left out."""
        template_id = self._template_id("resource_template")
        if template_id is None:
            return []
        shelves = {one.pk: Shelf(one) for one in Category.objects.filter(template=template_id)}
        placed = CategoryResource.objects.filter(category__template=template_id, resource__in=self._open_resources())
        for placement in placed.select_related("resource"):
            shelves[placement.category_id].resources.append(placement.resource)
        for shelf in shelves.values():
            if shelf.category.parent_id and shelf.resources:
                shelves[shelf.category.parent_id].subshelves.append(shelf)
        top = [shelf for shelf in shelves.values() if shelf.category.parent_id is None]
        return [shelf for shelf in top if shelf.resources or shelf.subshelves]

    def resource(self, pk: int) -> Resource | None:
        """The resource of that key if this contact may open it now, else None. The one check before serving it."""
        library, pinned = self._template_id("resource_template"), self._template_id("featured_template")
        if library is None or pinned is None:
            return None
        places = Q(placements__category__template=library) | Q(pinned__template=pinned)
        return self._open_resources().filter(places, pk=pk).distinct().first()

    @cached_property
    def team(self) -> Team | None:
        """The contact's team. Its `reach` says how the client may get in touch; Off means not at all."""
        return self.contact.team

    @cached_property
    def team_members(self) -> list[User]:
        """The active people to show: the primary advisor first, then the team in its order, each once."""
        advisor = self.contact.primary_advisor
        found = [advisor] if advisor.is_active else []
        if self.contact.team_id:
            members = User.objects.filter(memberships__team=self.contact.team_id, is_active=True)
            found += members.exclude(pk=advisor.pk).order_by("memberships__position", "pk")
        return found

    def _template_id(self, name: str) -> int | None:
        """The key of the effective template: the contact's own, else the experience's; None without an assignment."""
        if self.assignment is None:
            return None
        own = getattr(self.assignment, f"{name}_id")
        return own or getattr(self.assignment.experience, f"{name}_id")

    def _open_resources(self):
        """Resources that a client may open on the contact's today."""
        return Resource.objects.published(self.today)


def fill_in(text: str, contact: Contact) -> str:
    """`text` with the placeholders of data cards replaced; an unknown one, or one without a value, leaves nothing."""

    def value(match: re.Match) -> str:
        name = match.group(1)
        if name.startswith("custom."):
            data = contact.custom_data if isinstance(contact.custom_data, dict) else {}
            found = data.get(name.removeprefix("custom."), "")
            return "" if found is None or isinstance(found, dict | list) else str(found)
        known = PLACEHOLDERS.get(name)
        return str(known(contact)) if known else ""

    return PLACEHOLDER.sub(value, text)
