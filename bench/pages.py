"""Server time of the pages people look at all day: the contact list, a contact, the report, the portal's home."""

from collections.abc import Iterator
from urllib.parse import urlencode

from django.test import Client
from django.urls import reverse

from bench import people
from bench.figures import Figure, counted_queries, milliseconds, p50, p95
from contacts.models import Contact, Household, Tag
from experiences.models import Campaign, Experience, Team
from reports.engagement import VIEWS

ORDER = 10
QUERIES = 12
LIST_MS, LIST_P95_MS = 40, 120
ADVISOR_MS, ADVISOR_P95_MS = 30, 60
SEARCH_MS, SEARCH_P95_MS = 100, 150
SUMMARY_MS = 30
SORTS = ("name", "advisor", "type", "status", "last_login", "experience")
REPORT_SORTS = ("status", "experience", "campaign", "progress", "started", "sign_ins", "opened")


def list_states() -> dict[str, str]:
    """Query strings of the contact list, by name: every sort both ways, every filter, near and far pages."""
    advisor = people.advisor()
    states = {f"sort={sign}{name}": urlencode({"sort": f"{sign}{name}"}) for name in SORTS for sign in ("", "-")}
    filters = {
        "advisor": advisor.pk,
        "type": "prospect",
        "status": "invited",
        "experience": Experience.objects.earliest("pk").pk,
        "campaign": Campaign.objects.earliest("pk").pk,
        "team": Team.objects.earliest("pk").pk,
        "tag": Tag.objects.earliest("pk").pk,
        "household": Household.objects.earliest("pk").name.split()[0],
        "name": "An",
        "has_login": "no",
        "login_from": "2000-01-01",
        "created_to": "2099-12-31",
    }
    states |= {f"filter={name}": urlencode({name: value}) for name, value in filters.items()}
    states["filter=status,sort=-last_login"] = "status=active&sort=-last_login"
    states["filter=team,sort=experience"] = urlencode({"team": filters["team"], "sort": "experience"})
    states |= {f"page={share}": f"page={share}" for share in ("2", "100", "900", "999999")}
    states["page=900,sort=-status"] = "page=900&sort=-status"
    return {"first": ""} | states


def searches() -> dict[str, str]:
    """What people type: common and rare, short and long, a number, an address, nothing that is there."""
    someone = Contact.objects.visible_to(people.admin()).order_by("pk").first()
    words = {
        "two_letters": "an",
        "common": someone.last_name,
        "two_words": f"{someone.first_name} {someone.last_name}",
        "rare": someone.email.split("@")[0],
        "email": someone.email,
        "phone": someone.phone[-7:],
        "everywhere": "example",
        "nothing": "zzyzx",
    }
    states = {name: urlencode({"q": text}) for name, text in words.items()}
    states["common,sort=-last_login"] = urlencode({"q": someone.last_name, "sort": "-last_login"})
    return states


def contact_list() -> Iterator[Figure]:
    """Every state of the list, for an admin, for an advisor with a book, and for a member of a big team."""
    for who, user, budget, most in (
        ("admin", people.admin(), LIST_MS, LIST_P95_MS),
        ("advisor", people.advisor(), ADVISOR_MS, ADVISOR_P95_MS),
        ("team", people.team_advisor(), LIST_MS, LIST_P95_MS),
    ):
        yield from _states(f"list.{who}", user, list_states(), budget, most)


def search() -> Iterator[Figure]:
    """Searching the list."""
    for who, user in (("admin", people.admin()), ("advisor", people.advisor()), ("team", people.team_advisor())):
        yield from _states(f"search.{who}", user, searches(), SEARCH_MS, SEARCH_P95_MS)


def summary() -> Iterator[Figure]:
    """The summary page of a contact."""
    for who, user in (("admin", people.admin()), ("advisor", None)):
        contact = people.contact()
        viewer = user or contact.primary_advisor
        address = reverse("contacts:detail", args=[contact.pk])
        yield from _page(f"summary.{who}", people.signed_in(viewer), address, SUMMARY_MS, 120)


def report() -> Iterator[Figure]:
    """The experience report over all contacts, in every grouping and a few filters."""
    address = reverse("reports:experience")
    states = {
        "first": "",
        **{f"view={by}": f"view={by}" for by in ("experience", "campaign", "advisor", "team")},
        "filter=status": "status=active",
        "filter=team": urlencode({"team": Team.objects.earliest("pk").pk}),
        **{f"sort={sign}{name}": f"sort={sign}{name}" for name in REPORT_SORTS for sign in ("", "-")},
        "page=900": "page=900",
    }
    for who, user in (("admin", people.admin()), ("team", people.team_advisor())):
        client = people.signed_in(user)
        for name, query in states.items():
            yield from _page(f"report.{who}.{name}", client, f"{address}?{query}", 500, 500, repetitions=6)


def engagement() -> Iterator[Figure]:
    """The engagement report over all contacts, in every grouping."""
    address = reverse("reports:engagement")
    for who, user in (("admin", people.admin()), ("team", people.team_advisor())):
        client = people.signed_in(user)
        for by in VIEWS:
            yield from _page(f"engagement.{who}.{by}", client, f"{address}?view={by}", 500, 500, repetitions=6)


def portal() -> Iterator[Figure]:
    """The portal's home for a contact with everything."""
    client = people.signed_in(people.contact().user, people.PORTAL)
    yield from _page("portal.home", client, reverse("portal:home"), 40, 120)


def _states(name: str, user, states: dict[str, str], budget: float, most: float) -> Iterator[Figure]:
    """p50 and p95 of each state, the slowest of all, and the largest number of queries."""
    client, address = people.signed_in(user), reverse("contacts:list")
    middles, queries = [], []
    for state, query in states.items():
        target = f"{address}?{query}"
        with counted_queries() as sent:
            people.page(client, target)
        queries.append(len(sent))
        taken = milliseconds(lambda target=target: people.page(client, target))
        middles.append(p50(taken))
        yield Figure(f"{name}.{state}.p50", middles[-1], "ms", budget)
        yield Figure(f"{name}.{state}.p95", p95(taken), "ms", most)
    yield Figure(f"{name}.slowest.p50", max(middles), "ms", budget)
    yield Figure(f"{name}.queries", max(queries), "queries", QUERIES)


def _page(
    name: str, client: Client, address: str, budget: float, most: float, repetitions: int = 40
) -> Iterator[Figure]:
    """p50, p95 and queries of one page."""
    with counted_queries() as sent:
        people.page(client, address)
    taken = milliseconds(lambda: people.page(client, address), repetitions)
    yield Figure(f"{name}.p50", p50(taken), "ms", budget)
    yield Figure(f"{name}.p95", p95(taken), "ms", most)
    yield Figure(f"{name}.queries", len(sent), "queries")


BENCHMARKS = {
    "list": contact_list,
    "search": search,
    "summary": summary,
    "report": report,
    "engagement": engagement,
    "portal": portal,
}
