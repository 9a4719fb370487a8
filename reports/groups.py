"""The experience report's groups: how many contacts each has, in every status, and where each number leads."""

from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property
from urllib.parse import urlencode

from django.db.models import Count, QuerySet
from django.http import QueryDict
from django.urls import reverse

from accounts.models import User
from contacts.filters import NONE
from contacts.models import Status
from core.listing.pages import in_use
from experiences.models import Campaign, Experience, Team
from reports.filters import REPORT_ONLY, ExperienceFilter

STATUSES = (Status.ASSIGNED, Status.INVITED, Status.ACTIVE, Status.DEACTIVATED)
# By parameter of the URL: heading, column, whose key it holds, columns of the name.
GROUPINGS = {
    "experience": ("Experience", "experience_id", Experience, ("name",)),
    "campaign": ("Campaign", "campaign_id", Campaign, ("name",)),
    "advisor": ("Primary advisor", "primary_advisor_id", User, ("first_name", "last_name")),
    "team": ("Team", "team_id", Team, ("name",)),
}
# More rows nobody reads; those with the most contacts are shown, the rest on request.
GROUPS_SHOWN = 12


@dataclass(frozen=True)
class Number:
    """A count of contacts, and the address that opens them."""

    label: str
    value: int
    url: str


@dataclass(frozen=True)
class Group:
    """Contacts that have something in common, counted by status, and where each number leads once it is shown."""

    name: str
    counts: dict[str, int]
    query: QueryDict
    narrowed: dict[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """All of its contacts."""
        return contacts_url(self.query, self.narrowed)

    @cached_property
    def total(self) -> int:
        """How many there are."""
        return sum(self.counts.values())

    @property
    def numbers(self) -> list[Number]:
        """How many there are in every status."""
        return [
            Number(
                status.label,
                self.counts.get(status, 0),
                contacts_url(self.query, self.narrowed | {"status": status.value}),
            )
            for status in STATUSES
        ]

    @property
    def percent(self) -> int:
        """The share that is active, rounded down."""
        return self.counts.get(Status.ACTIVE, 0) * 100 // self.total if self.total else 0


def groups(matching: QuerySet, by: str, query: QueryDict) -> list[Group]:
    """All groups of `matching`, the largest first. `query` is the report's own query string.

    Counted by key alone, in one pass over the contacts; joined with the names, each contact would have to be sorted.
    """
    _, column, model, columns = GROUPINGS[by]
    counted: dict[int | None, dict[str, int]] = {}
    for key, status, number in matching.order_by().values_list(column, "status").annotate(number=Count("pk")):
        counted.setdefault(key, {})[status] = number
    named = model.objects.order_by().filter(pk__among=[key for key in counted if key])
    names = {row[0]: " ".join(row[1:]).strip() or "Unnamed" for row in named.values_list("pk", *columns)}
    names[None] = f"No {by}"
    found = [Group(names[key], counts, query, {by: str(key or NONE)}) for key, counts in counted.items()]
    return sorted(found, key=lambda group: (-group.total, group.name.lower()))


def whole(found: list[Group], query: QueryDict) -> Group:
    """All groups as one."""
    counts = sum((Counter(group.counts) for group in found), Counter())
    return Group("All", counts, query)


def contacts_url(query: QueryDict, narrowed: dict[str, str]) -> str:
    """Where the contacts behind a number are: in the contact list, ready for a bulk action.

    A filter that only the report knows leads into the report itself, so that the number always holds.
    """
    parameters = in_use(ExperienceFilter, query) | {name: [value] for name, value in narrowed.items()}
    if any(name in parameters for name in REPORT_ONLY):
        return f"{reverse('reports:experience')}?{urlencode(parameters, doseq=True)}"
    parameters.setdefault("experience", ["any"])
    return f"{reverse('contacts:list')}?{urlencode(parameters, doseq=True)}"
