"""Which contacts a bulk action is about: the ticked ones, or all that match a filter.

The selection bar posts `ids` ("3,7,12"), or `all` ("1") with `query` (the list's query string). Whatever is
posted, only what the user may change (or see) comes out, and a filter that cannot be read selects nothing.
"""

from dataclasses import dataclass

from django.http import HttpRequest, QueryDict

from contacts.filters import ContactFilter
from contacts.models import Contact
from contacts.querysets import ContactQuerySet
from core.listing import chips, filtered

IDS_AT_MOST = 100_000


@dataclass(frozen=True)
class Selection:
    """Chosen contacts, the choice in words, and how many of the ticked rows are not among them any more."""

    contacts: ContactQuerySet
    words: str
    gone: int = 0


def chosen_contacts(
    request: HttpRequest, *, for_reading: bool = False, posted: QueryDict | None = None
) -> ContactQuerySet:
    """The contacts chosen in `posted`, by default `request.POST`: those the user may change, or see `for_reading`."""
    posted = request.POST if posted is None else posted
    scope = _scope(request, for_reading)
    if posted.get("all") == "1":
        query = QueryDict(posted.get("query", ""))
        return filtered(ContactFilter, query, scope, request)[1].order_by()
    return scope.filter(pk__in=ticked_ids(posted)).order_by()


def selection(request: HttpRequest, *, for_reading: bool = False, posted: QueryDict | None = None) -> Selection:
    """As `chosen_contacts`, with the choice in words for people to read."""
    posted = request.POST if posted is None else posted
    contacts = chosen_contacts(request, for_reading=for_reading, posted=posted)
    if posted.get("all") == "1":
        return Selection(contacts, filter_words(request, QueryDict(posted.get("query", ""))))
    ids = ticked_ids(posted)
    gone = len(ids) - contacts.count()
    words = f"{len(ids)} ticked contact{'' if len(ids) == 1 else 's'}"
    return Selection(contacts, f"{words}, {gone} no longer there" if gone else words, gone)


def _scope(request: HttpRequest, for_reading: bool) -> ContactQuerySet:
    """What the user may choose from."""
    rows = Contact.objects
    return rows.visible_to(request.user) if for_reading else rows.editable_by(request.user)


def ticked_ids(posted: QueryDict) -> set[int]:
    """The ticked ids; anything that is not a list of whole numbers is no choice at all."""
    try:
        found = {int(part) for part in posted.get("ids", "").split(",") if part.strip()}
    except ValueError:
        return set()
    return found if len(found) <= IDS_AT_MOST and all(0 < one < 2**63 for one in found) else set()


def filter_words(request: HttpRequest, query: QueryDict) -> str:
    """The filters of "all that match", as their chips say it."""
    filterset = ContactFilter(query, queryset=Contact.objects.none(), request=request)
    words = "; ".join(chip.label for chip in chips(filterset, query, request.path))
    return f"All that match {words}"[:500] if words else "All contacts"
