"""When a list reads the contacts' listing instead of the contacts: as far as that knows all it asks for."""

from django.http import QueryDict

from contacts.filters import ANY, ContactFilter
from contacts.models import Listing
from contacts.querysets import ScopedQuerySet
from core.listing import in_use

GIVEN = {"experience", "campaign"}
KNOWN = {*GIVEN, "team", "advisor", "advisor_name", "type", "status"}


def knows(query: QueryDict, filterset_class: type[ContactFilter]) -> bool:
    """Whether listings have all that a query string narrows contacts by."""
    return in_use(filterset_class, query).keys() <= KNOWN


def listing_rows(
    user, query: QueryDict, order: list[str], filterset_class: type[ContactFilter] = ContactFilter
) -> ScopedQuerySet | None:
    """The listings that a list can page through, before its filters; None where they cannot answer.

    They can if it is about what contacts were given: sorted by it, or narrowed to one experience or campaign, and by
    nothing that a listing does not know. Of several values each has an order of its own, which is none together.
    `order` are the columns it is sorted by, "-" before what goes downwards; none: the contacts' own order, by name.
    """
    if not knows(query, filterset_class):
        return None
    wanted = in_use(filterset_class, query)
    sorts = [name.lstrip("-") for name in order] or ["name"]
    if len(sorts) == 1 and sorts[0] in GIVEN:
        return Listing.objects.visible_to(user)
    single = [name for name, values in wanted.items() if name in GIVEN and len(values) == 1 and values != [ANY]]
    if not single or sorts != ["name"]:
        return None
    # What is the same in all rows comes first, so that the order is the index's also for those who have none.
    sign = "-" if order and order[0].startswith("-") else ""
    return Listing.objects.visible_to(user).order_by(f"{sign}{single[0]}_id")
