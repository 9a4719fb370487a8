"""The experience report's groups: how many contacts each has, in every status, and where each number leads."""

from dataclasses import dataclass, field
from urllib.parse import urlencode

from django.db.models import Count, Q, QuerySet
from django.http import QueryDict
from django.urls import reverse

from contacts.filters import NONE
from contacts.models import Status
from core.listing import narrowing
from reports.filters import REPORT_ONLY, ExperienceFilter

STATUSES = (Status.ASSIGNED, Status.INVITED, Status.ACTIVE, Status.DEACTIVATED)
# By parameter of the URL: heading, column, columns of the name.
GROUPINGS = {
    "experience": ("Experience", "experience_id", ("experience__name",)),
    "campaign": ("Campaign", "campaign_id", ("campaign__name",)),
    "advisor": ("Primary advisor", "primary_advisor_id", ("primary_advisor__first_name", "primary_advisor__last_name")),
    "team": ("Team", "team_id", ("team__name",)),
}
# More rows nobody reads; those with the most contacts are shown, the rest on request.
GROUPS_SHOWN = 12


@dataclass(frozen=True)
class Number:
    """A count of contacts, and the address that opens them."""

    label: str
    value: int
    url: str


@dataclass
class Group:
    """Contacts that have something in common, counted."""

    name: str
    url: str
    total: int
    numbers: list[Number] = field(default_factory=list)
    active: int = 0

    @property
    def percent(self) -> int:
        """The share that is active, rounded down."""
        return self.active * 100 // self.total if self.total else 0


def groups(matching: QuerySet, by: str, query: QueryDict) -> list[Group]:
    """All groups of `matching`, the largest first, in one query. `query` is the report's own query string."""
    _, key, names = GROUPINGS[by]
    counts = {status.value: Count("pk", filter=Q(status=status)) for status in STATUSES}
    rows = matching.order_by().values_list(key, *names).annotate(total=Count("pk"), **counts)
    found = [_group(by, row[0], row[1 : 1 + len(names)], row[1 + len(names) :], query) for row in rows]
    return sorted(found, key=lambda group: (-group.total, group.name.lower()))


def whole(found: list[Group], query: QueryDict) -> Group:
    """All groups as one."""
    counts = [sum(group.numbers[at].value for group in found) for at in range(len(STATUSES))]
    return _filled("All", sum(group.total for group in found), counts, query, {})


def _group(by: str, key: int | None, names: tuple, counts: tuple, query: QueryDict) -> Group:
    """One group from its row."""
    name = f"No {by}" if key is None else " ".join(names).strip() or "Unnamed"
    return _filled(name, counts[0], counts[1:], query, {by: str(key or NONE)})


def _filled(name: str, total: int, counts, query: QueryDict, narrowed: dict[str, str]) -> Group:
    group = Group(name, contacts_url(query, narrowed), total)
    group.numbers = [
        Number(status.label, count, contacts_url(query, narrowed | {"status": status.value}))
        for status, count in zip(STATUSES, counts, strict=True)
    ]
    group.active = group.numbers[STATUSES.index(Status.ACTIVE)].value
    return group


def contacts_url(query: QueryDict, narrowed: dict[str, str]) -> str:
    """Where the contacts behind a number are: in the contact list, ready for a bulk action.

    A filter that only the report knows leads into the report itself, so that the number always holds.
    """
    in_use = {name: values for name, values in narrowing(query).items() if name in ExperienceFilter.base_filters}
    parameters = in_use | {name: [value] for name, value in narrowed.items()}
    if any(name in parameters for name in REPORT_ONLY):
        return f"{reverse('reports:experience')}?{urlencode(parameters, doseq=True)}"
    parameters.setdefault("experience", ["any"])
    return f"{reverse('contacts:list')}?{urlencode(parameters, doseq=True)}"
