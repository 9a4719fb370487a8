"""Which contacts a bulk action is about: the ticked ones, or all that match a filter.

The selection bar posts `ids` ("3,7,12"), or `all` ("1") and `without` (those that were unticked after choosing all),
and always `query` (the list's query string, with its order). Whatever is posted, only what the user may change (or
see) comes out, and a filter that cannot be read selects nothing.
"""

from dataclasses import dataclass

from django.db.models import QuerySet
from django.http import HttpRequest, QueryDict
from django.utils.http import urlencode

from contacts.filters import ContactFilter
from contacts.models import Contact
from contacts.querysets import ContactQuerySet
from core.listing.pages import ListFilter, chips, filtered, in_use, narrowing
from core.words import counted

IDS_AT_MOST = 100_000


@dataclass(frozen=True)
class Selection:
    """Chosen contacts, the choice in words, and the filter when all that match it were chosen."""

    contacts: ContactQuerySet
    words: str
    query: str = ""


def selection(request: HttpRequest, *, for_reading: bool = False, posted: QueryDict | None = None) -> Selection:
    """What is chosen in `posted`, by default `request.POST`: contacts the user may change, or see `for_reading`."""
    rows = Contact.objects
    scope = rows.visible_to(request.user) if for_reading else rows.editable_by(request.user)
    return choose(request, scope, ContactFilter, request.POST if posted is None else posted)


def choose(
    request: HttpRequest, scope: ContactQuerySet, filterset_class: type[ListFilter], posted: QueryDict
) -> Selection:
    """The contacts of `scope` that are chosen in `posted`; `filterset_class` is that of the list they come from."""
    query = QueryDict(posted.get("query", ""))
    matching = filtered(filterset_class, query, scope, request)[1].order_by()
    if posted.get("all") == "1":
        kept = urlencode(narrowing(query), doseq=True) if in_use(filterset_class, query) else ""
        matching, without = but_unticked(matching, posted)
        return Selection(matching, f"{filter_words(request, query, filterset_class)}{without}", kept)
    ids = ticked_ids(posted)
    chosen = scope.filter(pk__in=ids).order_by()
    there = chosen.count()
    parts = [counted(len(ids), "selected contact")]
    if len(ids) > there:
        parts.append(f"{len(ids) - there:,} no longer there")
    outside = there - chosen.filter(pk__in=matching.values("pk")).count() if in_use(filterset_class, query) else 0
    if outside:
        parts.append(f"{outside:,} not in the current filter")
    return Selection(chosen, ", ".join(parts))


def but_unticked(rows: QuerySet, posted: QueryDict) -> tuple[QuerySet, str]:
    """`rows`, all that match, but those unticked after all were chosen; and what to add to the choice in words.

    Where those cannot be read nothing is chosen: it must not be more than was shown.
    """
    without = read_ids(posted.get("without", ""))
    if without is None:
        return rows.none(), ""
    if not without:
        return rows, ""
    return rows.exclude(pk__among=sorted(without)), f", without {len(without):,} deselected"


def ticked_ids(posted: QueryDict) -> set[int]:
    """The ticked ids; anything that is not a list of whole numbers is no choice at all."""
    return read_ids(posted.get("ids", "")) or set()


def read_ids(text: str) -> set[int] | None:
    """The keys in "3,7,12"; None for anything that is not a list of whole numbers, or too long a one."""
    try:
        found = {int(part) for part in text.split(",") if part.strip()}
    except ValueError:
        return None
    return found if len(found) <= IDS_AT_MOST and all(0 < one < 2**63 for one in found) else None


def filter_words(request: HttpRequest, query: QueryDict, filterset_class: type[ListFilter] = ContactFilter) -> str:
    """The filters of "all that match", as their chips say it."""
    filterset = filterset_class(query, queryset=Contact.objects.none(), request=request)
    words = "; ".join(chip.label for chip in chips(filterset, query, request.path))
    return f"All that match {words}"[:400] if words else "All contacts"
