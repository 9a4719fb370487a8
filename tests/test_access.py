"""Who may open what: generated from the addresses, so that a new view cannot be forgotten."""

import re

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from accounts.models import Role
from contacts.models import FileImport, ImportRow
from core.models import Operation
from experiences.models import Card, Category
from tests.factories import (
    AssignmentFactory,
    CampaignFactory,
    CardTemplateFactory,
    FeaturedTemplateFactory,
    NoteFactory,
    ResourceFactory,
    ResourceTemplateFactory,
    TeamFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
# Addresses that are not ours to guard: Django admin has its own door, the mail provider's reports their secret.
FOREIGN = ("django-admin/", "outreach/tracking/", "anymail/")
GUARDS = {"anyone", "staff", "editors", "admins", "overseers", "contacts"}
CLOSED = {302, 403, 404, 405}


def patterns(resolver=None, prefix=""):
    """Route, view and name of every address."""
    for one in (resolver or get_resolver()).url_patterns:
        route = prefix + str(one.pattern)
        if isinstance(one, URLResolver):
            if not route.startswith(FOREIGN):
                yield from patterns(one, route)
        elif isinstance(one, URLPattern) and not route.startswith(FOREIGN):
            yield route, one.callback, one.name


ROUTES = {route: view for route, view, _ in patterns()}


def test_every_view_says_who_may_use_it():
    unguarded = [route for route, view in ROUTES.items() if getattr(view, "access", None) not in GUARDS]
    assert unguarded == []


@pytest.fixture
def world(db):
    """An advisor's contact with everything around it, and a stranger to all of it."""
    owner = UserFactory()
    contact = AssignmentFactory(contact__primary_advisor=owner).contact
    note = NoteFactory(contact=contact)
    file_import = FileImport.objects.create(owner=owner, file_name="a.csv", state="checked")
    row = ImportRow.objects.create(file_import=file_import, number=2, values={}, verdict="create")
    operation = Operation.objects.create(kind="contacts.delete", title="x", owner=owner, state="finished")
    card = Card.objects.create(template=CardTemplateFactory(), title="x", url="https://example.com")
    library = ResourceTemplateFactory()
    category = Category.objects.create(template=library, title="x")
    CampaignFactory(), FeaturedTemplateFactory(), ResourceFactory(), TeamFactory()
    keys = {
        "contacts/import/": file_import.pk,
        "contacts/": contact.pk,
        "operations/": operation.pk,
        "users/": owner.pk,
        "portal/preview/": contact.pk,
    }
    named = {"note_pk": note.pk, "row_pk": row.pk, "card_pk": card.pk, "category_pk": category.pk}
    return {"owner": owner, "keys": keys, "named": named}


def address(route, world):
    """The route with keys of things that exist, as far as they are known; others are 1."""

    def key(found):
        converter, _, name = found.group(1).rpartition(":")
        if name == "pk":
            return str(next((pk for start, pk in world["keys"].items() if route.startswith(start)), 1))
        if converter == "int" or name.endswith("pk"):
            return str(world["named"].get(name, 1))
        return "information" if name == "section" else "x"

    return "/" + re.sub(r"<([^>]+)>", key, route).replace("^", "").replace("$", "")


def answers(user, routes, world, method="get"):
    """Status by route for a user; None is a stranger."""
    client = Client(raise_request_exception=False)
    if user is not None:
        backend = "PortalBackend" if user.role == Role.CONTACT else "StaffBackend"
        client.force_login(user, backend=f"accounts.backends.{backend}")
    return {route: getattr(client, method)(address(route, world)).status_code for route in routes}


@pytest.mark.parametrize("method", ["get", "post"])
def test_strangers_and_clients_get_no_page_of_the_staff(world, method):
    guarded = [route for route, view in ROUTES.items() if view.access not in {"anyone", "contacts"}]
    for user in (None, UserFactory(role=Role.CONTACT)):
        opened = {route: code for route, code in answers(user, guarded, world, method).items() if code not in CLOSED}
        assert opened == {}


def test_staff_get_no_page_of_the_clients(world):
    guarded = [route for route, view in ROUTES.items() if view.access == "contacts"]
    assert set(answers(UserFactory(), guarded, world).values()) <= CLOSED


@pytest.mark.parametrize("role", [Role.ADVISOR, Role.SUPPORT, Role.COMPLIANCE])
def test_only_admins_get_what_is_for_admins(world, role):
    guarded = [route for route, view in ROUTES.items() if view.access == "admins"]
    assert set(answers(UserFactory(role=role), guarded, world).values()) <= {404, 405}


def test_compliance_changes_nothing(world):
    guarded = [route for route, view in ROUTES.items() if view.access == "editors"]
    assert set(answers(UserFactory(role=Role.COMPLIANCE), guarded, world, "post").values()) <= {404, 405}


@pytest.mark.parametrize("role", [Role.ADVISOR, Role.SUPPORT])
@pytest.mark.parametrize("method", ["get", "post"])
def test_what_is_not_ones_own_is_not_there(world, role, method):
    own = ("contacts/<int:pk>", "contacts/import/<int:pk>", "operations/<int:pk>", "portal/preview/<int:pk>")
    routes = [route for route in ROUTES if route.startswith(own)]
    assert len(routes) > 20
    opened = {
        route: code
        for route, code in answers(UserFactory(role=role), routes, world, method).items()
        if code not in {404, 405}
    }
    assert opened == {}


@pytest.mark.parametrize("role", ["owner", Role.ADMIN, Role.COMPLIANCE, Role.SUPPORT, None])
def test_no_address_breaks(world, role):
    user = world["owner"] if role == "owner" else UserFactory(role=role) if role else None
    broken = {route: code for route, code in answers(user, ROUTES, world).items() if code >= 500 and code != 503}
    assert broken == {}
