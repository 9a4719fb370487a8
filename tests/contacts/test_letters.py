"""Names whose lower case Python and PostgreSQL write differently are found again all the same."""

import re

import pytest

from contacts.domain.households import folded
from contacts.models import Contact, Household
from tests.contacts.test_bulk import choose, confirm
from tests.contacts.test_imports import HEADINGS, verdicts
from tests.factories import ContactFactory, TagFactory

pytestmark = pytest.mark.django_db

NAMES = ["ΟΔΟΣ", "İzmir"]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    ("how", "left"), [("set", {"{}"}), ("add", {"golf", "{}"}), ("remove", {"golf"})], ids=["set", "add", "remove"]
)
def test_a_tag_is_given_to_many_and_taken_off(as_user, advisor, contact, name, how, left):
    contact.tags.add(TagFactory(name="golf"))
    if how == "remove":
        contact.tags.add(TagFactory(name=name))
    client = as_user(advisor)
    draft = re.search(r"draft=(\d+)", choose(client, "edit", [contact]))[1]
    form = {f"{field}_how": "leave" for field in ("contact_type", "primary_advisor", "team")}
    response = client.post("/contacts/bulk/contacts.edit/", form | {"tags_how": how, "tags": name, "draft": draft})
    assert client.get(response.url).context["preview"].will == 1
    confirm(client, response.url)
    assert {tag.name for tag in contact.tags.all()} == {one.format(name) for one in left}
    again = choose(client, "edit", [contact])
    form |= {"tags_how": how, "tags": name, "draft": re.search(r"draft=(\d+)", again)[1]}
    assert client.get(client.post("/contacts/bulk/contacts.edit/", form).url).context["preview"].will == 0


@pytest.mark.parametrize("name", NAMES)
def test_a_tag_is_given_on_the_contacts_page(as_user, advisor, contact, name):
    client, address = as_user(advisor), f"/contacts/{contact.pk}/sections/information/"
    initial = client.get(address).context["form"].initial
    values = {key: value for key, value in initial.items() if value is not None}
    assert client.post(address, values | {"tag_names": f"golf, {name}"}).status_code == 302
    assert {tag.name for tag in contact.tags.all()} == {"golf", name}


@pytest.mark.parametrize("name", NAMES)
def test_a_file_brings_them_once_and_the_same_file_changes_nothing(admin, advisor, bring, apply, monkeypatch, name):
    monkeypatch.setattr("contacts.operations.importing.BATCH", 1)
    known = ContactFactory(primary_advisor=advisor, household=Household.objects.create(name=name))
    lines = "".join(f"N,N,n{n}@example.com,2125550101,client,{advisor.email},{name},{name}\n" for n in range(2))
    text = f"{HEADINGS},Household\n{lines}"
    assert apply(admin, bring(admin, text)).state == "applied"
    brought = Contact.objects.exclude(pk=known.pk)
    assert [(row.household, [tag.name for tag in row.tags.all()]) for row in brought] == [(known.household, [name])] * 2
    assert set(verdicts(bring(admin, text)).values()) == {"unchanged"}


@pytest.mark.parametrize("name", NAMES)
def test_a_file_that_writes_a_tag_in_lower_case_changes_nothing(admin, advisor, contact, bring, name):
    contact.tags.add(TagFactory(name=name))
    lower = folded([name])[name]
    assert verdicts(bring(admin, f"Email,Tags\n{contact.email},{lower}\n")) == {2: "unchanged"}
