"""What an update would empty, or change of the sign-in, is said before, and done only on request."""

import pytest
from django.urls import reverse

from contacts.models import Contact, Tag
from core.models import Operation
from tests.crm.conftest import tie
from tests.crm.test_by_hand import CAME, ticked, update_all
from tests.factories import ContactFactory, HouseholdFactory

NEW = "They sign in with the new address, and links mailed to the old one stop working."


@pytest.fixture
def contact(office) -> Contact:
    return ContactFactory(first_name="Carla", last_name="Empty", primary_advisor=office["one"], **CAME)


def report(client) -> str:
    """The report of the latest operation, as a file."""
    url = reverse("core:operation_report", args=[Operation.objects.latest("pk").pk])
    return b"".join(client.get(url, {"format": "csv"}).streaming_content).decode()


def test_the_page_says_what_would_be_emptied_and_does_not_tick_it(as_user, demo, office, contact):
    tie(demo, contact, CAME, {"preferred_name": "Bob"})
    client = as_user(office["one"])
    page = client.get(reverse("crm:update_one", args=[contact.pk])).content.decode()
    assert page.count("Would be emptied") == 2
    assert ticked(client, contact) == {"city": False, "date_of_birth": False, "preferred_name": True}


def test_tags_and_household_that_would_be_emptied_are_not_ticked(as_user, demo, office, contact):
    home = HouseholdFactory()
    demo.households.create(remote_id="H", household=home)
    tie(demo, contact, CAME | {"tags": ["Gold"], "household": {"id": "H", "role": "", "head": False}}, CAME)
    contact.tags.add(Tag.objects.create(name="Gold"))
    Contact.objects.filter(pk=contact.pk).update(household=home)
    client = as_user(office["one"])
    assert ticked(client, contact) == {"tags": False, "household": False}
    assert client.get(reverse("crm:update_one", args=[contact.pk])).content.decode().count("Would be emptied") == 2


def test_a_tag_among_others_that_goes_empties_nothing(as_user, demo, office, contact):
    tie(demo, contact, CAME | {"tags": ["Gold"]}, CAME)
    contact.tags.add(Tag.objects.create(name="Gold"), Tag.objects.create(name="Own"))
    assert ticked(as_user(office["one"]), contact) == {"tags": True}


def test_many_are_not_emptied_unless_it_is_asked_for_and_preview_and_report_say_so(as_user, demo, office, contact):
    tie(demo, contact, CAME, {"preferred_name": "Bob"})
    client = as_user(office["one"])
    begun = client.post(reverse("contacts:bulk", args=["crm.update"]), {"all": "1", "query": ""})
    summary = {one.field: one.emptied for one in client.get(begun.url).context["summary"]}
    assert summary == {"city": 1, "date_of_birth": 1, "preferred_name": 0}
    preview = update_all(client, ["city", "preferred_name"])["preview"]
    contact.refresh_from_db()
    assert (preview.words, contact.city, contact.preferred_name) == ([], "Boston", "Bob")
    preview = update_all(client, ["city"], emptying="on")["preview"]
    contact.refresh_from_db()
    assert (preview.words, contact.city) == (["City would be emptied for 1 contact."], "")
    assert "Emptied: City." in report(client)


def test_what_is_ticked_on_the_page_is_emptied_and_the_answer_says_so(as_user, demo, office, contact):
    tie(demo, contact, CAME, {"preferred_name": "Bob"})
    client, url = as_user(office["one"]), reverse("crm:update_one", args=[contact.pk])
    page = client.post(url, {"seen": client.get(url).context["seen"], "field": ["city"]}, follow=True)
    contact.refresh_from_db()
    assert (contact.city, contact.preferred_name) == ("", "Bo")
    assert "was updated from the CRM. Emptied: City." in page.content.decode()


def test_a_new_email_says_that_it_changes_the_sign_in_and_ends_links(as_user, demo, office, contact):
    tie(demo, contact, CAME, CAME | {"email": "new@example.com"})
    client, url = as_user(office["one"]), reverse("crm:update_one", args=[contact.pk])
    assert NEW in client.get(url).content.decode()
    words = update_all(client, ["email"])["preview"].words
    contact.refresh_from_db()
    assert (words, contact.email) == ([f"1 contact would get a new email address. {NEW}"], "new@example.com")
    assert "links mailed to the old one have stopped working" in report(client)


def test_editing_an_email_by_hand_says_the_same_before(as_user, office, contact):
    form = as_user(office["one"]).get(reverse("contacts:edit", args=[contact.pk])).context["form"]
    assert "A new address ends the links mailed to the old one, but not their password" in form["email"].help_text
