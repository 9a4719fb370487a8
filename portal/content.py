"""What a contact sees, resolved in one place: the own template beats the experience's, and only what is live counts."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Prefetch, Q, QuerySet

from contacts.models import Assignment, Contact
from contacts.querysets import fold
from core.listing.searching import words_of
from experiences.models import Card, Category, CategoryResource, Resource
from portal.feed import posted_resources, sent_resources
from portal.items import item_resources


@dataclass
class Shelf:
    """A category of the library with what can be opened today, and its subcategories."""

    category: Category
    resources: list[Resource]
    below: list["Shelf"] = field(default_factory=list)
    hidden: int = 0

    @property
    def count(self) -> int:
        """Resources here and below, those cut off included."""
        return len(self.resources) + self.hidden + sum(shelf.count for shelf in self.below)

    def cut(self, most: int) -> None:
        """Keep the first `most` resources here and below, and count the rest."""
        for part in (self, *self.below):
            keep = part.resources[:most]
            self.hidden += len(part.resources) - len(keep)
            most -= len(keep)
            part.resources = keep


def open_assignment(contact: Contact) -> Assignment | None:
    """What the contact has now, with its experience."""
    assignment = Assignment.objects.filter(contact=contact, ended_at=None).select_related("experience").first()
    if assignment:
        assignment.contact = contact
    return assignment


def cards_of(assignment: Assignment, today: date) -> list[Card]:
    """The cards shown on a day, in order."""
    template = assignment.card_template_id or assignment.experience.card_template_id
    return list(
        Card.objects.filter(
            Q(visible_from=None) | Q(visible_from__lte=today),
            Q(visible_to=None) | Q(visible_to__gte=today),
            template=template,
        )
    )


def featured_of(assignment: Assignment) -> list[Resource]:
    """The pinned resources that can be opened today, in order."""
    return list(_featured(assignment).order_by("pinned__position", "pinned__pk"))


def shelves_of(assignment: Assignment, query: str = "") -> list[Shelf]:
    """The library by category, empty shelves left out; with `query`, what holds all of its words."""
    placements = CategoryResource.objects.filter(resource__in=Resource.objects.published())
    categories = Category.objects.filter(template=_library(assignment)).prefetch_related(
        Prefetch("placements", placements.select_related("resource"))
    )
    words = words_of(fold(query))
    shelves = {}
    for category in categories:
        found = [placed.resource for placed in category.placements.all()]
        shelves[category.pk] = Shelf(category, [one for one in found if _matches(one, category, words)])
    for shelf in shelves.values():
        if shelf.category.parent_id in shelves:
            shelves[shelf.category.parent_id].below.append(shelf)
    for shelf in shelves.values():
        shelf.below = [part for part in shelf.below if part.count]
    return [shelf for shelf in shelves.values() if shelf.category.parent_id is None and shelf.count]


def resource_for(assignment: Assignment, pk: int) -> Resource | None:
    """The resource, if it is live and held by the contact's templates, or came by a post, an item or a message."""
    held = (
        Q(placements__category__template=_library(assignment))
        | Q(pk__in=_featured(assignment).values("pk"))
        | Q(pk__in=posted_resources(assignment.contact))
        | Q(pk__in=item_resources(assignment.contact))
        | Q(pk__in=sent_resources(assignment.contact))
    )
    return Resource.objects.published().filter(held, pk=pk).distinct().first()


def _library(assignment: Assignment) -> int:
    """The resource template: the contact's own, else the experience's."""
    return assignment.resource_template_id or assignment.experience.resource_template_id


def _featured(assignment: Assignment) -> QuerySet[Resource]:
    """The pinned resources that can be opened today."""
    template = assignment.featured_template_id or assignment.experience.featured_template_id
    return Resource.objects.published().filter(pinned__template=template)


def _matches(resource: Resource, category: Category, words: Iterable[str]) -> bool:
    """Whether every word stands in the resource's name or description, or its category's title."""
    text = fold(f"{resource.name} {resource.description} {category.title}")
    return all(word in text for word in words)
