"""Who may open what: generated from the addresses, so that a new view cannot be forgotten."""

import re

import pytest
from django.test import Client

from accounts.models import Role
from contacts.domain.signing_in import give_password
from runner.embedded import BASE_DIR
from tests import routing
from tests.factories import PASSWORD, AssignmentFactory, TeamFactory, UserFactory
from tests.routing import ROUTES

pytestmark = pytest.mark.django_db
GUARDS = {"anyone", "staff", "editors", "admins", "overseers", "contacts"}
CLOSED = {302, 403, 404, 405}
# What belongs to a contact or to one of the staff, by how the route begins. The firm's content is everybody's.
PERSONAL = (
    "contacts/", "messages/", "operations/", "outreach/", "portal/preview/", "campaigns/contact/", "tasks/",
    "crm/records/", "crm/update/", "crm/link/", "crm/unlink/",
)  # fmt: skip
# Pages that exist only in the demo set-up.
DEMO = "outreach/mailbox/"

OF_ONE_PERSON = [route for route in ROUTES if route.startswith(PERSONAL) and "<" in route and DEMO not in route]


def guarded(*accesses):
    """The routes whose views are guarded so."""
    return [route for route, view in ROUTES.items() if view.access in accesses]


@pytest.fixture
def other_contact(world):
    """A contact with a portal of their own, who shares nothing with the world's."""
    contact = AssignmentFactory(contact__team=TeamFactory(members=[UserFactory()])).contact
    give_password(contact, PASSWORD)
    contact.refresh_from_db()
    return contact


def answers(user, routes, world, method="get"):
    """Status by route for a user; None is a stranger."""
    return {route: answer.status_code for route, answer in routing.answers(user, routes, world, method)}


def outside(statuses, found):
    """Routes that answered with another status."""
    return {route: code for route, code in found.items() if code not in statuses}


def test_every_view_says_who_may_use_it():
    unguarded = [route for route, view in ROUTES.items() if getattr(view, "access", None) not in GUARDS]
    assert unguarded == []


def test_who_may_use_a_view_stands_on_the_view():
    """Not in the addresses, where another address of the same view could forget it."""
    classes = {view.view_class for view in ROUTES.values() if hasattr(view, "view_class")}
    assert len(classes) > 30
    # The portal's views are opened twice, to the contact and as a preview to the staff: its addresses say which.
    unguarded = {one for one in classes if not hasattr(one.dispatch, "access")}
    assert {one.__qualname__ for one in unguarded} == set()
    around = re.compile(r"\b(?:staff|editors|admins|overseers|contacts)_only\(")
    addresses = [path for path in BASE_DIR.glob("*/*urls.py") if around.search(path.read_text())]
    assert addresses == []


def test_a_route_whose_objects_are_unknown_is_an_error_that_says_what_to_add(world):
    for route in ("invoices/<int:pk>/", "contacts/<int:pk>/gifts/<int:gift_pk>/", "experiences/gifts/<int:pk>/"):
        with pytest.raises(LookupError, match=r"tests/world\.py"):
            world.address(route)


@pytest.mark.parametrize("method", ["get", "post"])
def test_strangers_and_clients_get_no_page_of_the_staff(world, method):
    routes = guarded("staff", "editors", "admins", "overseers")
    for user in (None, world.contact.user):
        assert outside(CLOSED, answers(user, routes, world, method)) == {}


def test_staff_get_no_page_of_the_clients(world):
    assert outside(CLOSED, answers(world.owner, guarded("contacts"), world)) == {}


@pytest.mark.parametrize("role", [Role.ADVISOR, Role.SUPPORT, Role.COMPLIANCE])
def test_only_admins_get_what_is_for_admins(world, role):
    assert outside({404, 405}, answers(UserFactory(role=role), guarded("admins"), world)) == {}


@pytest.mark.parametrize("role", [Role.ADVISOR, Role.SUPPORT])
def test_only_admins_and_compliance_get_the_archive(world, role):
    assert outside({404, 405}, answers(UserFactory(role=role), guarded("overseers"), world)) == {}


def test_compliance_changes_nothing(world):
    user = UserFactory(role=Role.COMPLIANCE)
    assert outside({404, 405}, answers(user, guarded("editors"), world, "post")) == {}


@pytest.mark.parametrize("role", [Role.ADVISOR, Role.SUPPORT])
@pytest.mark.parametrize("method", ["get", "post"])
def test_what_is_not_ones_own_is_not_there(world, role, method):
    assert len(OF_ONE_PERSON) > 40
    assert outside({404, 405}, answers(UserFactory(role=role), OF_ONE_PERSON, world, method)) == {}


def test_what_is_ones_own_is_there(world):
    """So that the 404 of the others means something."""
    routes = [route for route in guarded("staff", "editors") if not route.startswith(DEMO)]
    missing = [route for route, code in answers(world.owner, routes, world).items() if code not in {200, 302, 405}]
    assert missing == []


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_contact_never_reaches_what_is_another_contacts(world, other_contact, method):
    routes = [route for route in guarded("contacts") if "<" in route]
    assert len(routes) >= 8
    assert outside({404, 405}, answers(other_contact.user, routes, world, method)) == {}


def test_a_contact_reaches_what_is_their_own(world):
    found = answers(world.contact.user, guarded("contacts"), world)
    # The world's resource is a file: it is not watched, and leads to no other site.
    for page in ("watch", "leave"):
        assert found.pop(f"portal/resources/<int:resource_pk>/{page}/") == 404
    assert outside({200, 302, 405}, found) == {}
    opened = answers(world.contact.user, ["portal/resources/<int:resource_pk>/open/"], world, "post")
    assert set(opened.values()) == {303}


def test_no_page_shows_a_contact_what_is_another_contacts(world, other_contact):
    """Lists and pages without a key in their address: nothing of the world's contact stands in them."""
    client = Client()
    client.force_login(other_contact.user, backend="accounts.backends.PortalBackend")
    for route in (route for route in guarded("contacts") if "<" not in route):
        page = client.get("/" + route).content.decode()
        for secret in (world.contact.email, world.contact.last_name, world.owner.email, world.owner.last_name):
            assert secret not in page, route


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("role", ["owner", "contact", Role.ADMIN, Role.COMPLIANCE, Role.SUPPORT, None])
def test_no_address_breaks(world, role, method):
    people = {"owner": world.owner, "contact": world.contact.user, None: None}
    user = people[role] if role in people else UserFactory(role=role)
    found = answers(user, ROUTES, world, method)
    assert {route: code for route, code in found.items() if code >= 500 and code != 503} == {}
