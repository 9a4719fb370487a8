"""One button pressed three times at once makes one thing, and nobody sees an error of ours."""

import threading

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse

from accounts.models import Role, User
from contacts.models import Assignment, Contact, FileImport, Note, SavedView
from core.models import Press
from crm.models import Connection
from experiences.models import (
    Campaign,
    Card,
    CardTemplate,
    Category,
    CategoryResource,
    Experience,
    FeaturedResource,
    FeaturedTemplate,
    Resource,
    ResourceTemplate,
    Team,
    TeamMember,
    Touchpoint,
)
from mail.models import Send
from tests import world as worlds
from tests.factories import ContactFactory, ExperienceFactory, ResourceFactory, UserFactory
from tests.routing import patterns

TIMES = 3
PERSON = {"first_name": "Nia", "last_name": "New", "email": "nia@example.com"}


@pytest.fixture
def place(transactional_db):
    """A world, with an admin who may do everything in it."""
    made = worlds.build()
    return made, UserFactory(role=Role.ADMIN)


def at_once(user, address, data, token="t" * 64):
    """The answers to `TIMES` presses of one form that arrive together, each on a connection of its own."""
    gate, found = threading.Barrier(TIMES), []

    def press():
        client = Client(raise_request_exception=False)
        client.force_login(user, backend="accounts.backends.StaffBackend")
        files = {name: SimpleUploadedFile(*value) for name, value in data.items() if isinstance(value, tuple)}
        try:
            gate.wait()
            found.append(client.post(address, {"csrfmiddlewaretoken": token} | data | files))
        finally:
            connection.close()

    threads = [threading.Thread(target=press) for _ in range(TIMES)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def new(one, **more):
    """Making a template."""
    return reverse(f"experiences:{one}_new"), {"name": "New one", **more}


def contact_data(world):
    """A contact of the world's advisor."""
    return PERSON | {"phone": "2125550123", "contact_type": "client", "primary_advisor": world.owner.pk}


def three_templates(world):
    """What an experience is made of."""
    one = Experience.objects.get()
    return {name: getattr(one, f"{name}_id") for name in ("card_template", "resource_template", "featured_template")}


# What is pressed: which rows it makes, the address, and what is typed.
MAKES = {
    "note": (Note, lambda w: (f"/contacts/{w.contact.pk}/notes/", {"text": "Called."})),
    "card": (
        Card,
        lambda w: (
            w.address("experiences/cards/<int:owner_pk>/card/new/"),
            {
                "kind": "custom",
                "title": "New",
                "url": "https://example.com/",
                "icon": "star",
                "reach_confirmed": "on",
                "reach_seen": 9,
            },
        ),
    ),
    "category": (
        Category,
        lambda w: (
            w.address("experiences/libraries/<int:owner_pk>/category/new/"),
            {"title": "New", "reach_confirmed": "on", "reach_seen": 9},
        ),
    ),
    "step": (
        Touchpoint,
        lambda w: (
            w.address("campaigns/<int:owner_pk>/touchpoint/new/"),
            {"day": 1, "time_of_day": "09:00", "kind": "post", "title": "New"},
        ),
    ),
    "resource on a shelf": (
        CategoryResource,
        lambda w: (
            w.address("experiences/libraries/category/<int:pk>/add/"),
            {"pick": ResourceFactory().pk, "reach_confirmed": 1},
        ),
    ),
    "pinned resource": (
        FeaturedResource,
        lambda w: (
            w.address("experiences/featured/<int:pk>/add/"),
            {"pick": ResourceFactory().pk, "reach_confirmed": 1},
        ),
    ),
    "member": (
        TeamMember,
        lambda w: (w.address("experiences/teams/<int:pk>/add/"), {"pick": UserFactory().pk, "reach_confirmed": 1}),
    ),
    "staff invitation": (User, lambda w: ("/users/invite/", PERSON | {"role": "advisor"})),
    "its mail": (Send, lambda w: ("/users/invite/", PERSON | {"role": "advisor"})),
    "experience": (Experience, lambda w: new("experience", **three_templates(w))),
    "card template": (CardTemplate, lambda w: new("card_template")),
    "resource template": (ResourceTemplate, lambda w: new("resource_template")),
    "featured": (FeaturedTemplate, lambda w: new("featured_template")),
    "resource": (Resource, lambda w: new("resource", kind="link", url="https://example.com/", state="draft")),
    "team": (Team, lambda w: new("team", reach="both")),
    "campaign": (Campaign, lambda w: new("campaign", length_days=30)),
    "copy": (Campaign, lambda w: (w.address("campaigns/<int:pk>/duplicate/"), {})),
    "contact": (Contact, lambda w: ("/contacts/add/", contact_data(w))),
    "saved view": (SavedView, lambda w: ("/contacts/views/add/?type=lead", {"name": "Leads"})),
    "file import": (FileImport, lambda w: ("/contacts/import/", {"file": ("people.csv", b"First name\nNia\n")})),
    "CRM connection": (Connection, lambda w: ("/crm/add/demo/", {"name": "New", "size": "3", "token": "x"})),
    "assignment": (
        Assignment,
        lambda w: (
            f"/contacts/{ContactFactory(primary_advisor=w.owner).pk}/do/contacts.assign/",
            {"experience": ExperienceFactory().pk},
        ),
    ),
}


@pytest.mark.parametrize("thing", MAKES)
def test_three_presses_make_one(place, thing):
    world, admin = place
    model, pressed = MAKES[thing]
    address, data = pressed(world)
    before = model.objects.count()
    answers = at_once(admin, address, data)
    assert [answer.status_code for answer in answers] == [302] * TIMES, [
        a.context and a.context.get("form").errors for a in answers
    ]
    assert len({answer.url for answer in answers}) == 1, "each is led where the first is led"
    assert model.objects.count() == before + 1


def test_presses_of_a_page_without_a_token_make_one_too(place):
    world, admin = place
    answers = at_once(admin, f"/contacts/{world.contact.pk}/notes/", {"text": "Called."}, token="")
    assert [answer.status_code for answer in answers] == [302] * TIMES
    assert Note.objects.filter(text="Called.").count() == 1


# What is gone after the first press.
TAKES = {
    "note": lambda w: f"/contacts/{w.contact.pk}/notes/{w.contact.notes.get().pk}/delete/",
    "card": lambda w: w.address("experiences/cards/card/<int:pk>/remove/"),
    "saved view": lambda w: w.address("contacts/views/<int:pk>/delete/"),
    "template": lambda w: w.address("campaigns/<int:pk>/delete/"),
    "contact": lambda w: f"/contacts/{w.contact.pk}/do/contacts.delete/",
    "CRM connection": lambda w: w.address("crm/<int:pk>/remove/"),
    "link to a CRM": lambda w: w.address("crm/unlink/<int:pk>/"),
    "user": lambda w: f"/users/{UserFactory().pk}/deactivate/",
}


@pytest.mark.parametrize("thing", TAKES)
def test_what_is_deleted_by_three_presses_is_no_page_that_is_not_there(place, thing):
    world, admin = place
    who = world.owner if thing in {"note", "saved view", "contact"} else admin
    answers = at_once(who, TAKES[thing](world), {})
    assert [answer.status_code for answer in answers] == [302] * TIMES


@pytest.mark.parametrize(
    ("address", "data", "model"),
    [
        ("/users/invite/", PERSON | {"role": "advisor"}, User),
        ("/contacts/add/", {}, Contact),
        ("/campaigns/new/", {"name": "New one", "length_days": 30}, Campaign),
        ("/contacts/views/add/?type=lead", {"name": "Leads"}, SavedView),
    ],
)
def test_two_people_who_make_the_same_at_once_are_told_so(place, address, data, model):
    """They are no presses of one form: one is saved, and the other reads in words that it is there already."""
    world, admin = place
    data = data or contact_data(world)
    before, gate, found = model.objects.count(), threading.Barrier(2), []

    def press(token):
        client = Client(raise_request_exception=False)
        client.force_login(admin, backend="accounts.backends.StaffBackend")
        try:
            gate.wait()
            found.append(client.post(address, data | {"csrfmiddlewaretoken": token * 64}).status_code)
        finally:
            connection.close()

    threads = [threading.Thread(target=press, args=(token,)) for token in "ab"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (sorted(found), model.objects.count()) == ([302, 422], before + 1)


@pytest.mark.django_db
def test_the_same_text_typed_again_on_a_page_drawn_again_is_meant(as_user, advisor, contact):
    client, address = as_user(advisor), f"/contacts/{contact.pk}/notes/"
    for token in ("a" * 64, "a" * 64, "b" * 64):
        assert client.post(address, {"text": "Called.", "csrfmiddlewaretoken": token}).status_code == 302
    assert contact.notes.count() == 2


@pytest.mark.django_db
def test_other_text_from_the_same_page_is_meant(as_user, advisor, contact):
    client, address = as_user(advisor), f"/contacts/{contact.pk}/notes/"
    for text in ("", "Called.", "Called again."):
        client.post(address, {"text": text, "csrfmiddlewaretoken": "a" * 64})
    assert sorted(contact.notes.values_list("text", flat=True)) == ["Called again.", "Called."]


@pytest.mark.django_db
def test_nothing_of_what_was_typed_can_be_read_in_what_is_kept_of_presses(as_user, advisor, contact):
    from core.forms.presses import clear_presses

    as_user(advisor).post(f"/contacts/{contact.pk}/notes/", {"text": "Secret", "csrfmiddlewaretoken": "a" * 64})
    one = Press.objects.get()
    assert (len(one.key), one.location) == (64, f"/contacts/{contact.pk}/#notes")
    clear_presses()
    assert Press.objects.exists()
    Press.objects.update(at="2026-01-01T00:00Z")
    clear_presses()
    assert not Press.objects.exists()


MAKING = ("_new", "_add", "_invite", "_duplicate")  # how the names of such addresses end


def test_every_address_that_makes_something_answers_presses_once():
    making = {(route, view) for route, view, name in patterns() if name and (name.endswith(MAKING) or name == "add")}
    assert len(making) > 20
    assert sorted(route for route, view in making if not getattr(view, "once", False)) == []
