"""What a list about an experience or a campaign reads its keys and totals from: see docs/decisions/0024-listings.md."""

from django.db.models import Q
from django.http import QueryDict

from contacts.filters import ANY, ContactFilter
from contacts.models import Listing
from contacts.querysets import ContactQuerySet, ScopedQuerySet
from core.listing.pages import in_use

GIVEN = {"experience", "campaign"}
KNOWN = {*GIVEN, "team", "advisor", "advisor_name", "type", "status"}
FEW = 5_000  # of a million, of whom the fifty for a page come after 10,000 others


def knows(query: QueryDict, filterset_class: type[ContactFilter]) -> bool:
    """Whether listings have all that a query string narrows contacts by."""
    return in_use(filterset_class, query).keys() <= KNOWN


def narrow_rows(
    rows: ContactQuerySet, filterset: ContactFilter, query: QueryDict, order: list[str], *, given: Q | None = None
) -> ScopedQuerySet | None:
    """What finds the keys of a list sooner than `rows`, both before the filters; None where nothing does.

    `order` are the columns it is sorted by, "-" before what goes downwards; none: the contacts' own order, by name.
    `given` is what holds of the experience or the campaign of all `rows`.

    Listings do where they know all that is asked, and the list is sorted by experience or campaign, or by name within
    one of them: of several each has an order of its own, which is none together. Of any other list, contacts do who
    are found through their listings, as long as few have what is asked for. Of many the next ones are never far, and
    a statement with both conditions would be planned as if neither said anything of the other.
    """
    wanted = in_use(type(filterset), query)
    if wanted and not filterset.is_valid():
        return None
    listings = Listing.objects.seen_as(rows).filter(given or Q())
    sorts = [name.lstrip("-") for name in order] or ["name"]
    single = [name for name, values in wanted.items() if name in GIVEN and len(values) == 1 and values != [ANY]]
    if wanted.keys() <= KNOWN and len(sorts) == 1 and (sorts[0] in GIVEN or (sorts[0] == "name" and single)):
        if sorts[0] in GIVEN:
            return listings
        # What is the same in all rows comes first, so that the order is the index's also for those who have none.
        return listings.order_by(f"-{single[0]}_id" if order == ["-name"] else f"{single[0]}_id")
    asked = GIVEN & wanted.keys()
    if not asked and given is None:
        return None
    for name in asked:
        listings = filterset.filters[name].filter(listings, filterset.form.cleaned_data[name])
    keys = listings.values("pk")
    return rows.filter(pk__in=keys) if keys[:FEW].count() < FEW else None
