"""How many contacts each template reaches today, and what of the past holds on to it."""

from collections import Counter
from collections.abc import Callable
from typing import NamedTuple

from django.db.models import Count, Q
from django.urls import NoReverseMatch, reverse

from contacts.models import Assignment, Listing, ResourceView
from experiences.models import CategoryResource, Experience, FeaturedResource
from experiences.registry import TemplateReach, template_reach


class Pattern(NamedTuple):
    """What a group of contacts has in effect, own templates counted in."""

    card_template: int
    resource_template: int
    featured_template: int


TEMPLATES = Pattern._fields


def on_contacts(column: str) -> Callable[[list[int]], dict[int, int]]:
    """Counts for what stands on the contact itself: experience, campaign, team."""

    def counts(pks: list[int]) -> dict[int, int]:
        rows = Listing.objects.filter(deleted_at=None, **{f"{column}__in": pks})
        return dict(rows.order_by().values_list(column).annotate(Count("pk")))

    return counts


def effective(column: str) -> Callable[[list[int]], dict[int, int]]:
    """Counts for a template of the experience that the contact's own may beat."""

    def counts(pks: list[int]) -> dict[int, int]:
        found: Counter[int] = Counter()
        for pattern, number in patterns().items():
            found[getattr(pattern, column)] += number
        return {pk: found[pk] for pk in pks if found[pk] > 0}

    return counts


def patterns() -> dict[Pattern, int]:
    """How many contacts have which three templates in effect.

    Counted by experience, which an index answers, and corrected by the few assignments with templates of their own.
    """
    has = Listing.objects.filter(deleted_at=None, experience__isnull=False)
    by_experience = dict(has.order_by().values_list("experience").annotate(Count("pk")))
    given = {
        pk: Pattern(*templates)
        for pk, *templates in Experience.objects.filter(pk__in=by_experience).values_list(
            "pk", *(f"{name}_id" for name in TEMPLATES)
        )
    }
    any_own = Q(card_template__isnull=False) | Q(resource_template__isnull=False) | Q(featured_template__isnull=False)
    special = (
        Assignment.objects.filter(any_own, ended_at=None, contact__deleted_at=None)
        .order_by()
        .values_list("experience", *(f"{name}_id" for name in TEMPLATES))
        .annotate(Count("pk"))
    )
    found: Counter[Pattern] = Counter()
    for experience, *own, number in special:
        by_experience[experience] = by_experience.get(experience, 0) - number
        base = given.get(experience)
        if base:
            found[Pattern(*(mine or theirs for mine, theirs in zip(own, base, strict=True)))] += number
    for experience, number in by_experience.items():
        found[given[experience]] += number
    return found


def resource_counts(pks: list[int]) -> dict[int, int]:
    """Counts for resources: contacts who find one in their library or among their featured resources."""
    shelves = dict[int, set[int]]()
    for template, resource in CategoryResource.objects.filter(resource__in=pks).values_list(
        "category__template", "resource"
    ):
        shelves.setdefault(resource, set()).add(template)
    pinned = dict[int, set[int]]()
    for template, resource in FeaturedResource.objects.filter(resource__in=pks).values_list("template", "resource"):
        pinned.setdefault(resource, set()).add(template)
    found: Counter[int] = Counter()
    if shelves or pinned:
        for pattern, number in patterns().items():
            for pk in pks:
                on_shelf = pattern.resource_template in shelves.get(pk, ())
                if on_shelf or pattern.featured_template in pinned.get(pk, ()):
                    found[pk] += number
    return {pk: number for pk, number in found.items() if number > 0}


def contacts_who_have(column: str) -> Callable[[int], list[tuple[str, str]]]:
    """Uses of what stands on the contact, and of past assignments where those have such a column."""

    def uses(pk: int) -> list[tuple[str, str]]:
        now = Listing.objects.filter(**{column: pk}).count()
        found = [(_people(now, "has it", "have it"), _list_address(column, pk))] if now else []
        return found if column == "team" else found + _past(column, pk)

    return uses


def own_template(column: str) -> Callable[[int], list[tuple[str, str]]]:
    """Uses of a template as the contact's own, today and in the past."""

    def uses(pk: int) -> list[tuple[str, str]]:
        now = Assignment.objects.filter(ended_at=None, **{column: pk}).count()
        found = [(_people(now, "has it as their own", "have it as their own"), "")] if now else []
        return found + _past(column, pk)

    return uses


def resource_uses(pk: int) -> list[tuple[str, str]]:
    """That contacts opened it is a record to be kept."""
    seen = ResourceView.objects.filter(resource=pk).count()
    return [(f"Opened {seen:,} time{'' if seen == 1 else 's'} by contacts, which reports show", "")] if seen else []


def _past(column: str, pk: int) -> list[tuple[str, str]]:
    """Assignments that ended: the history of contacts."""
    ended = Assignment.objects.filter(ended_at__isnull=False, **{column: pk}).count()
    return [(_people(ended, "had it in the past", "had it in the past"), "")] if ended else []


def _people(number: int, one: str, many: str) -> str:
    return f"1 contact {one}" if number == 1 else f"{number:,} contacts {many}"


def _list_address(column: str, pk: int) -> str:
    """The contact list, narrowed to those who have it; empty without a list."""
    try:
        return f"{reverse('contacts:list')}?{column}={pk}"
    except NoReverseMatch:
        return ""


def register() -> None:
    """Tell the experiences room how far its templates reach."""
    for column in ("experience", "campaign", "team"):
        template_reach.register(column, TemplateReach(on_contacts(column), contacts_who_have(column)))
    for column in TEMPLATES:
        entry = TemplateReach(effective(column), own_template(column))
        template_reach.register(column.replace("_", ""), entry)
    template_reach.register("resource", TemplateReach(resource_counts, resource_uses))
