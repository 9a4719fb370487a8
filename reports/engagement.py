"""The numbers of the engagement report: how far contacts have come, and when they signed in last.

Deactivated contacts are in none of them. Each number that the contact list can show has an address that opens it there.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from urllib.parse import urlencode

from django.db.models import Count, Q
from django.db.models.functions import TruncMonth
from django.urls import reverse
from django.utils import timezone

from contacts.filters import NONE, beginning_of, end_of
from contacts.models import Contact, Listing, Status
from reports.groups import GROUPINGS

MONTH, MONTHS_SHOWN = "month", 12
# By value of the URL: the heading of what groups the contacts.
VIEWS = {key: GROUPINGS[key][0] for key in ("advisor", "team", "experience")} | {MONTH: "Month of first invitation"}
# Each stage holds those of the stages after it.
STAGES = {
    "All contacts": (Status.NOT_INVITED, Status.ASSIGNED, Status.INVITED, Status.ACTIVE),
    "Assigned": (Status.ASSIGNED, Status.INVITED, Status.ACTIVE),
    "Invited": (Status.INVITED, Status.ACTIVE),
    "Active": (Status.ACTIVE,),
}
# Days since the last sign-in: from, to (both count); None: no end.
AGES = ((0, 6), (7, 29), (30, 89), (90, 179), (180, None))


@dataclass(frozen=True)
class Bar:
    """A number with its share of a whole in percent; `url` opens its contacts, empty where no list can show them."""

    label: str
    value: int
    percent: int
    url: str


@dataclass(frozen=True)
class Group:
    """What contacts with something in common have come to: `values` by stage, and where the contact list shows them.

    `narrowed`: the filter of the contact list that shows the group; None where it has none.
    """

    name: str
    values: dict[str, int]
    narrowed: dict[str, str] | None

    @property
    def total(self) -> int:
        """All of them."""
        return self.values["All contacts"]

    @cached_property
    def stages(self) -> list[Bar]:
        """A bar for each stage, as a share of all of the group; made when shown, as most groups are not."""
        return [
            Bar(label, value, _percent(value, self.total), self._contacts(label))
            for label, value in self.values.items()
        ]

    def _contacts(self, stage: str) -> str:
        if self.narrowed is None:
            return ""
        return _url(self.narrowed | {"status": [status.value for status in STAGES[stage]]})


def groups(user, by: str) -> list[Group]:
    """Contacts that `user` may see, by one of VIEWS: the largest group first, months in their order."""
    return _by_month(user) if by == MONTH else _by_key(user, by)


def whole(found: list[Group], *, linked: bool = True) -> Group:
    """All groups as one; of months, those that no month is known of are not in it, and nothing is linked."""
    sums = {stage: sum(group.values[stage] for group in found) for stage in STAGES}
    return Group("All", sums, {} if linked else None)


def ages(user) -> list[Bar]:
    """Active contacts by how long ago they signed in last, in days of the viewer's."""
    today = timezone.localdate()
    spans = [(today - timedelta(days=last) if last else None, today - timedelta(days=first)) for first, last in AGES]
    counts = {f"age_{number}": Count("pk", filter=_between(*span)) for number, span in enumerate(spans)}
    active = Contact.objects.visible_to(user).filter(status=Status.ACTIVE).order_by()
    found = active.aggregate(**counts, all=Count("*"))
    return [_age(AGES[number], span, found[f"age_{number}"], found["all"]) for number, span in enumerate(spans)]


def _between(since: date | None, until: date) -> Q:
    """Signed in last on a day from `since` to `until`, both included."""
    condition = Q(last_login_at__lt=end_of(until))
    return condition & Q(last_login_at__gte=beginning_of(since)) if since else condition


def _age(age: tuple[int, int | None], span: tuple[date | None, date], value: int, total: int) -> Bar:
    (first, last), (since, until) = age, span
    query = {"status": Status.ACTIVE.value, "login_to": until.isoformat()}
    if since:
        query["login_from"] = since.isoformat()
    label = f"{first} days and more" if last is None else f"{first} to {last} days"
    return Bar(label, value, _percent(value, total), _url(query))


def _by_key(user, by: str) -> list[Group]:
    _, column, model, columns = GROUPINGS[by]
    rows = Listing.objects.seen_as(Contact.objects.visible_to(user)).exclude(status=Status.DEACTIVATED).order_by()
    counted: dict[int | None, Counter] = {}
    for key, status, number in rows.values_list(column, "status").annotate(number=Count("*")):
        counted.setdefault(key, Counter())[status] = number
    named = model.objects.order_by().filter(pk__among=[key for key in counted if key])
    names = {row[0]: " ".join(row[1:]).strip() or "Unnamed" for row in named.values_list("pk", *columns)}
    names[None] = f"No {by}"
    found = [Group(names[key], _stages(counts), {by: str(key or NONE)}) for key, counts in counted.items()]
    return sorted(found, key=lambda group: (-group.total, group.name.lower()))


def _by_month(user) -> list[Group]:
    """The last twelve months in which anybody was invited first: what came of those invitations."""
    invited = Contact.objects.visible_to(user).filter(first_invited_at__isnull=False).order_by()
    rows = invited.exclude(status=Status.DEACTIVATED)
    latest = rows.order_by("-first_invited_at").values_list("first_invited_at", flat=True).first()
    if latest is None:
        return []
    last = timezone.localtime(latest).date().replace(day=1)
    since = beginning_of((last.replace(year=last.year - 1) + timedelta(days=31)).replace(day=1))
    monthly = rows.filter(first_invited_at__gte=since).annotate(month=TruncMonth("first_invited_at"))
    counted: dict[date, Counter] = {}
    for month, status, number in monthly.values_list("month", "status").annotate(number=Count("*")):
        counted.setdefault(timezone.localtime(month).date(), Counter())[status] = number
    return [Group(f"{month:%B %Y}", _stages(counts), None) for month, counts in sorted(counted.items())]


def _stages(counts: Counter) -> dict[str, int]:
    return {label: sum(counts[status] for status in statuses) for label, statuses in STAGES.items()}


def _percent(value: int, total: int) -> int:
    return value * 100 // total if total else 0


def _url(query: dict) -> str:
    return f"{reverse('contacts:list')}?{urlencode(query, doseq=True)}"
