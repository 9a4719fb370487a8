"""What nobody means to send: every page gets it under every name that any page reads, and none of them breaks."""

import re

import pytest
from django.urls import reverse

from accounts.models import Role
from core.listing.pages import PAGE_PARAMETERS, ListFilter
from runner.embedded import BASE_DIR
from tests import routing
from tests.factories import UserFactory
from tests.routing import ROUTES

pytestmark = pytest.mark.django_db

ROOMS = (
    "accounts", "contacts", "core", "crm", "experiences", "messaging", "notifications", "outreach", "portal", "reports",
    "todos",
)  # fmt: skip
NO_DIGIT, TOO_MANY_DIGITS, LAST_DAY, NUL = "²", "9" * 4400, "9999-12-31", "\0"
ON_PAGES = (NO_DIGIT, TOO_MANY_DIGITS, LAST_DAY, "0001-01-01T00:00:00+23:00", NUL)
IN_FILTERS = (NO_DIGIT, TOO_MANY_DIGITS, LAST_DAY, "0001-01-01", "x " * 1000)
IN_SELECTIONS = ("advisor=²&connection=²", "login_to=9999-12-31", "q=%ed%a0%80", "q=%00", "q=" + "x+" * 2000)


def filtersets(base=ListFilter):
    """Every filterset there is."""
    for one in base.__subclasses__():
        yield one
        yield from filtersets(one)


def read_by_views() -> set[str]:
    """The names that views read off an address or a form without a form of Django's, as their source says."""
    found = set()
    for room in ROOMS:
        for path in (BASE_DIR / room).rglob("*.py"):
            found |= set(re.findall(r"""\b(?:GET|POST)(?:\.get|\.getlist)?[\[(]"(\w+)["]""", path.read_text()))
    return found


NAMES = {*PAGE_PARAMETERS, *read_by_views(), *(name for one in filtersets() for name in one.base_filters)}
LISTS = {
    view.view_class.filterset_class: route
    for route, view in ROUTES.items()
    if getattr(getattr(view, "view_class", None), "filterset_class", None)
}


def people(world):
    """Whom pages open for, each with the pages."""
    yield UserFactory(role=Role.ADMIN), [route for route, view in ROUTES.items() if view.access not in {"contacts"}]
    yield world.contact.user, [route for route, view in ROUTES.items() if view.access == "contacts"]
    yield None, [route for route, view in ROUTES.items() if view.access == "anyone"]


def broken(found):
    """Routes that fell over; what is not ready in a test is an answer."""
    return {route: answer.status_code for route, answer in found if answer.status_code >= 500 != 503}


def beginning(value):
    """A name for a case."""
    return ascii(value[:20])


def test_the_names_are_found():
    assert {"draft", "query", "find", "before", "sync", "next", "advisor", "connection", "login_to", "tag"} <= NAMES
    assert len(LISTS) >= 15


@pytest.mark.parametrize("value", ON_PAGES, ids=beginning)
@pytest.mark.parametrize("method", ["get", "post"])
def test_no_page_breaks_whatever_stands_under_all_names(world, method, value):
    everything = dict.fromkeys([*NAMES, "q[]"], value)
    for user, routes in people(world):
        assert broken(routing.answers(user, routes, world, method, everything)) == {}


@pytest.mark.parametrize("value", IN_FILTERS, ids=beginning)
def test_no_filter_breaks_a_list_by_itself(world, value):
    """One that cannot be read selects nothing, and so hides what the others would do."""
    admin = UserFactory(role=Role.ADMIN)
    for filterset, route in LISTS.items():
        for name in filterset.base_filters:
            assert broken(routing.answers(admin, [route], world, "get", {name: value})) == {}, name


@pytest.mark.parametrize("query", IN_SELECTIONS, ids=beginning)
def test_no_selection_by_filter_breaks(world, query):
    admin = UserFactory(role=Role.ADMIN)
    routes = [reverse(name).lstrip("/") for name in ("contacts:export", "crm:import", "crm:mend")]
    routes += [route for route in ROUTES if route.startswith("contacts/bulk/")]
    assert broken(routing.answers(admin, routes, world, "post", {"all": "1", "query": query, "format": "csv"})) == {}
