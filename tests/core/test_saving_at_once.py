"""Two people with the same form open: the second to save is told what changed, and nothing of either is lost."""

from datetime import timedelta
from io import BytesIO
from zoneinfo import ZoneInfo

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from PIL import Image

from accounts.models import Firm, Role, User
from contacts.models import SavedView
from crm.models import Category, Connection, Owner, Record
from outreach.models import ScheduledInvitation, Suppression
from tests.factories import HouseholdFactory, TagFactory, UserFactory
from tests.forms import as_answered, as_shown

pytestmark = pytest.mark.django_db

# Each form: what the first changes, what the second changes beside it, and what the second makes of the same instead.
# Forms of one field have nothing to change beside.
FORMS = {
    "settings": ({"phone": "+1 212 555 0100"}, {"website": "https://example.com/"}, {"phone": "+1 212 555 0111"}),
    "mail text": ({"invitation_subject": "Theirs"}, {"invitation_text": "Mine"}, {"invitation_subject": "Mine"}),
    "re-invites": ({"days": "4, 8"}, {"reinvite_gap_hours": "48"}, {"days": "5, 9"}),
    "user": ({"job_title": "Planner"}, {"last_name": "Other"}, {"job_title": "Partner"}),
    "role": ({"role": "support"}, {"last_name": "Other"}, {"role": "compliance"}),
    "note": ({"text": "Theirs"}, {"pinned": "on"}, {"text": "Mine"}),
    "saved view": ({"name": "Theirs"}, {}, {"name": "Mine"}),
    "experience": ({"name": "Theirs"}, {"description": "Mine"}, {"name": "Mine"}),
    "card template": ({"name": "Theirs"}, {"description": "Mine"}, {"name": "Mine"}),
    "resource template": ({"name": "Theirs"}, {"description": "Mine"}, {"name": "Mine"}),
    "featured": ({"name": "Theirs"}, {"description": "Mine"}, {"name": "Mine"}),
    "resource": ({"name": "Theirs"}, {"description": "Mine"}, {"name": "Mine"}),
    "team": ({"reach": "off"}, {"name": "Mine"}, {"reach": "group"}),
    "campaign": ({"length_days": "40"}, {"name": "Mine"}, {"length_days": "50"}),
    "card": ({"title": "Theirs"}, {"text": "Mine"}, {"title": "Mine"}),
    "category": ({"title": "Theirs"}, {"description": "Mine"}, {"title": "Mine"}),
    "step": ({"text": "One\r\nTwo"}, {"day": "2"}, {"text": "Three"}),
    "CRM users": ({"owner_0": "user"}, {"owner_1": "user"}, {"owner_0": "other"}),
    "CRM categories": ({"category_0": "lead"}, {"category_1": "client"}, {"category_0": "prospect"}),
    "CRM fields": ({"ours": ["gender"]}, {"fields_wanted": ["Risk profile"]}, {"ours": ["tags"]}),
    "CRM connection": ({"size": "5"}, {"name": "Mine"}, {"size": "6"}),
    "CRM record": ({"first_name": "Theirs"}, {"last_name": "Mine"}, {"first_name": "Mine"}),
    "scheduled": ({"at": 30}, {}, {"at": 40}),
    "admin: firm": ({"phone": "+1 212 555 0100"}, {"undo_days": "9"}, {"phone": "+1 212 555 0111"}),
    "admin: household": ({"name": "Theirs"}, {}, {"name": "Mine"}),
    "admin: tag": ({"name": "Theirs"}, {}, {"name": "Mine"}),
    "admin: suppression": ({"email": "theirs@example.com"}, {"reason": "complaint"}, {"email": "mine@example.com"}),
    "admin: scheduled": ({"at_1": "10:00:00"}, {}, {"at_1": "11:00:00"}),
}


ONES_OWN = {"note", "saved view"}  # changed by their author alone: here in two windows


@pytest.fixture
def scene(world, admin):
    """`scene(form)`: the browsers of the two, and the form's address."""

    def of(form):
        people = (world.owner, world.owner) if form in ONES_OWN else (admin, UserFactory(role=Role.ADMIN))
        browsers = [Client(), Client()]
        for browser, person in zip(browsers, people, strict=True):
            browser.force_login(person, backend="accounts.backends.StaffBackend")
        return *browsers, address_of(form, world)

    return of


def address_of(form, world):
    """Where a form is, over a row of the world."""
    if form.startswith("admin: "):
        return "/django-admin/{}/{}/change/".format(*row_of(form.removeprefix("admin: ")))
    connection = Connection.objects.get().pk
    return {
        "settings": lambda: "/settings/",
        "mail text": lambda: "/outreach/text/",
        "re-invites": lambda: "/outreach/reinvites/",
        "user": lambda: f"/users/{world.owner.pk}/",
        "role": lambda: f"/users/{UserFactory().pk}/",
        "note": lambda: f"/contacts/{world.contact.pk}/notes/{world.contact.notes.get().pk}/",
        "saved view": lambda: f"/contacts/views/{SavedView.objects.get().pk}/",
        "experience": lambda: world.address("experiences/<int:pk>/edit/"),
        "card template": lambda: world.address("experiences/cards/<int:pk>/edit/"),
        "resource template": lambda: world.address("experiences/libraries/<int:pk>/edit/"),
        "featured": lambda: world.address("experiences/featured/<int:pk>/edit/"),
        "resource": lambda: world.address("experiences/resources/<int:pk>/edit/"),
        "team": lambda: world.address("experiences/teams/<int:pk>/edit/"),
        "campaign": lambda: world.address("campaigns/<int:pk>/edit/"),
        "card": lambda: world.address("experiences/cards/card/<int:pk>/edit/"),
        "category": lambda: world.address("experiences/libraries/category/<int:pk>/edit/"),
        "step": lambda: world.address("campaigns/touchpoint/<int:pk>/edit/"),
        "CRM users": lambda: f"/crm/{connection}/owners/",
        "CRM categories": lambda: f"/crm/{connection}/categories/",
        "CRM fields": lambda: f"/crm/{connection}/fields/",
        "CRM connection": lambda: f"/crm/{connection}/settings/",
        "CRM record": lambda: f"/crm/records/{Record.objects.get(contact=None).pk}/",
        "scheduled": lambda: f"/outreach/scheduled/{ScheduledInvitation.objects.get().pk}/time/",
    }[form]()


def row_of(model):
    """A row of Django admin: its address and key."""
    return {
        "firm": lambda: ("accounts/firm", 1),
        "household": lambda: ("contacts/household", HouseholdFactory().pk),
        "tag": lambda: ("contacts/tag", TagFactory().pk),
        "suppression": lambda: (
            "outreach/suppression",
            Suppression.objects.create(email="a@example.com", reason="bounce").pk,
        ),
        "scheduled": lambda: ("outreach/scheduledinvitation", ScheduledInvitation.objects.get().pk),
    }[model]()


def typed(changes):
    """The changes as a browser sends them: with the keys of rows, and hours from now as a date and time."""
    found = {}
    for name, value in changes.items():
        kind, _, number = name.partition("_")
        if number.isdigit() and kind in {"owner", "category"}:
            model = {"owner": Owner, "category": Category}[kind]
            name = (
                f"{kind}_{model.objects.get_or_create(connection=Connection.objects.get(), **OF[kind](number))[0].pk}"
            )
        if value in {"user", "other"} if isinstance(value, str) else False:
            value = User.objects.get_or_create(email=f"{value}@example.com", role=Role.ADVISOR)[0].pk
        if name == "at":
            there = (timezone.now() + timedelta(hours=value)).astimezone(ZoneInfo(Firm.get().time_zone))
            value = there.strftime("%Y-%m-%dT%H:%M")
        found[name] = value
    return found


OF = {"owner": lambda number: {"remote_id": number}, "category": lambda number: {"value": number}}


def post(browser, address, data):
    """Press Save and confirm whom it reaches. A CRM record's form stands on the record's page, and goes elsewhere."""
    data = data | {"reach_confirmed": "on"}
    return browser.post(f"{address}mend/" if address.startswith("/crm/records/") else address, data, follow=True)


def shows(browser, address, changes):
    """The values that the form at an address shows now, of those that were changed, as text; and those expected."""

    def text(value):
        values = value if isinstance(value, list | tuple) else [value]
        return sorted(str(one).replace("\r\n", "\n") for one in values)

    shown = as_shown(browser, address)
    return {name: text(shown.get(name)) for name in changes}, {name: text(value) for name, value in changes.items()}


@pytest.mark.parametrize("form", FORMS)
def test_changes_of_different_fields_are_both_kept_and_the_second_is_told(scene, form):
    ada, bob, address = scene(form)
    theirs, mine, _ = map(typed, FORMS[form])
    opened = as_shown(bob, address, **mine)
    assert post(ada, address, as_shown(ada, address, **theirs)).redirect_chain
    answer = post(bob, address, opened)
    assert answer.redirect_chain, answer.context["form"].errors
    assert "meanwhile; that has been kept" in answer.content.decode()
    now, meant = shows(ada, address, theirs | mine)
    assert now == meant


@pytest.mark.parametrize("form", FORMS)
def test_a_change_of_the_same_field_is_asked_about(scene, form):
    ada, bob, address = scene(form)
    theirs, _, mine = map(typed, FORMS[form])
    opened = as_shown(bob, address, **mine)
    post(ada, address, as_shown(ada, address, **theirs))
    refused = post(bob, address, opened)
    assert "while you were editing" in refused.content.decode()
    now, meant = shows(ada, address, theirs)
    assert now == meant, "what was saved first stands until somebody decides"
    assert post(bob, address, as_answered(refused)).redirect_chain
    now, meant = shows(ada, address, mine)
    assert now == meant


@pytest.mark.django_db(transaction=True)  # history has the moment of the transaction
def test_whoever_saves_is_told_who_was_faster(scene, admin):
    ada, bob, address = scene("settings")
    opened = as_shown(bob, address, phone="+1 212 555 0111")
    post(ada, address, as_shown(ada, address, phone="+1 212 555 0100"))
    words = f"Changed to “+1 212 555 0100” by {admin.name} while you were editing."
    assert words in post(bob, address, opened).content.decode()


@pytest.mark.parametrize("form", ["note", "card", "step", "saved view", "resource"])
def test_what_was_typed_into_a_form_about_something_deleted_meanwhile_comes_back(scene, form):
    _, bob, address = scene(form)
    _, _, mine = FORMS[form]
    opened = as_shown(bob, address, **mine)
    row = bob.get(address).context["form"].instance
    if form == "resource":
        row.placements.all().delete()
        row.pinned.all().delete()
    row.delete()
    answer = post(bob, address, opened)
    assert answer.status_code == 410
    (words,) = mine.values()
    assert words in answer.content.decode() and "Nothing was saved" in answer.content.decode()


def test_a_stranger_learns_nothing_from_a_form_that_they_never_opened(scene, advisor):
    _, _, address = scene("note")
    stranger = Client()
    stranger.force_login(advisor, backend="accounts.backends.StaffBackend")
    assert stranger.post(address, {"text": "x", "seen": "forged"}).status_code == 404


@pytest.mark.parametrize("form", ["note", "card", "step", "category"])
def test_what_was_changed_since_the_question_is_not_deleted_unseen(scene, form):
    ada, bob, address = scene(form)
    question = address.replace("/edit/", "/remove/") if "/edit/" in address else f"{address}delete/"
    hidden = bob.get(question).context["hidden"]
    row = ada.get(address).context["form"].instance
    theirs, _, _ = FORMS[form]
    post(ada, address, as_shown(ada, address, **theirs))
    again = bob.post(question, hidden)
    assert (again.status_code, type(row).objects.filter(pk=row.pk).exists()) == (409, True)
    assert "It was changed while this page was open" in again.content.decode()
    assert bob.post(question, again.context["hidden"]).status_code == 302
    assert not type(row).objects.filter(pk=row.pk).exists()


def upload(colour):
    """A picture of one colour."""
    written = BytesIO()
    Image.new("RGB", (9, 9), colour).save(written, "PNG")
    return SimpleUploadedFile("me.png", written.getvalue(), "image/png")


def test_a_photo_that_somebody_else_has_put_there_is_not_replaced_or_removed_unseen(scene, world):
    ada, bob, _ = scene("settings")
    address = f"/contacts/{world.contact.pk}/photo/edit/"
    replaced, removed = as_shown(bob, address, photo=upload("red")), as_shown(bob, address, remove="on")
    post(ada, address, as_shown(ada, address, photo=upload("blue")))
    world.contact.refresh_from_db()
    theirs = world.contact.photo.name
    for mine in (replaced, removed):
        refused = post(bob, address, mine)
        assert refused.status_code == 422 and "another file" in refused.content.decode()
    world.contact.refresh_from_db()
    assert world.contact.photo.name == theirs
    assert post(bob, address, as_answered(refused)).redirect_chain
    world.contact.refresh_from_db()
    assert not world.contact.photo


def test_a_cover_that_somebody_else_has_changed_is_kept_and_told(scene):
    ada, bob, address = scene("resource")
    resource = ada.get(address).context["form"].instance
    untouched, removed = as_shown(bob, address, description="Mine"), as_shown(bob, address, remove_cover="on")
    post(ada, address, as_shown(ada, address, cover=upload("blue")))
    assert "Cover was changed to another file" in post(bob, address, untouched).content.decode()
    assert post(bob, address, removed).status_code == 422
    was, resource = resource, type(resource).objects.get(pk=resource.pk)
    assert (resource.cover.name not in ("", was.cover.name), resource.description) == (True, "Mine")


def test_a_value_kept_from_somebody_else_is_no_change_of_ones_own(scene):
    ada, bob, address = scene("resource")
    resource = ada.get(address).context["form"].instance
    opened = as_shown(bob, address, description="Mine")
    post(ada, address, as_shown(ada, address) | {"kind": "link", "url": "https://example.com/new"})
    first = type(resource).objects.get(pk=resource.pk)
    assert post(bob, address, opened).redirect_chain
    second = type(resource).objects.get(pk=resource.pk)
    assert (second.url, second.description) == ("https://example.com/new", "Mine")
    assert second.version == first.version, "clients open what they opened before"


def test_rules_that_join_two_fields_hold_for_what_two_people_have_made_of_them(scene):
    ada, bob, address = scene("card")
    opened = as_shown(bob, address, visible_from="2026-12-10")
    post(ada, address, as_shown(ada, address, visible_to="2026-12-05"))
    refused = post(bob, address, opened)
    assert list(refused.context["form"].errors) == ["visible_to"]
    assert "It ends before it begins." in refused.content.decode()
