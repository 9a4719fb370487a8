"""Adding and editing a contact by hand."""

import pytest
from django.urls import reverse

from contacts.models import Contact
from core.models import Activity
from tests.factories import ContactFactory, HouseholdFactory, TagFactory, TeamFactory

ADD = "/contacts/add/"


def given(advisor, **other):
    """What the form posts for a contact of the advisor."""
    return {
        "first_name": "Nora",
        "last_name": "North",
        "email": "Nora@Example.com",
        "phone": "(212) 555-0123",
        "contact_type": "client",
        "primary_advisor": advisor.pk,
        **other,
    }


def as_shown(client, url):
    """What a browser posts back from the form at `url` when nothing is touched."""
    form = client.get(url).context["form"]
    values = {bound.name: form[bound.name].value() for bound in form}
    values["tag_names"] = ", ".join(values["tag_names"])
    return {name: value for name, value in values.items() if value is not None}


def edit(contact):
    return reverse("contacts:edit", args=[contact.pk])


def test_an_advisor_adds_a_contact(as_user, advisor):
    ContactFactory(primary_advisor=advisor, household=HouseholdFactory(name="Norths"))
    response = as_user(advisor).post(ADD, given(advisor, tag_names="Golf, vip, golf", household_name="norths"))
    contact = Contact.objects.get(last_name="North")
    assert (response.status_code, contact.email, contact.phone) == (302, "nora@example.com", "+12125550123")
    assert (contact.household.name, contact.source, contact.status) == ("Norths", "manual", "not_invited")
    assert {tag.name for tag in contact.tags.all()} == {"Golf", "vip"}
    assert Activity.objects.get(subject_id=contact.pk).sentence == "Added by hand"


def test_nobody_gets_into_a_household_they_do_not_see(as_user, advisor, colleague):
    theirs = ContactFactory(primary_advisor=colleague, household=HouseholdFactory(name="Norths"))
    as_user(advisor).post(ADD, given(advisor, household_name="Norths"))
    assert Contact.objects.get(last_name="North").household != theirs.household


@pytest.mark.parametrize("field", ["first_name", "last_name", "email", "phone", "contact_type", "primary_advisor"])
def test_what_is_required_is_asked_for(as_user, advisor, field):
    response = as_user(advisor).post(ADD, given(advisor) | {field: ""})
    assert (response.status_code, list(response.context["form"].errors)) == (422, [field])


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("phone", "call me"),
        ("phone", "+1 212 555 0123 ext. 7"),
        ("email", "nora@"),
        ("primary_advisor", "999999"),
        ("contact_type", "friend"),
        ("team", "x"),
        ("date_of_birth", "2999-01-01"),
        ("time_zone", "Mars/Olympus"),
        ("tag_names", "t" * 41),
    ],
)
def test_bad_input_is_named(as_user, advisor, field, value):
    response = as_user(advisor).post(ADD, given(advisor) | {field: value})
    assert (response.status_code, list(response.context["form"].errors)) == (422, [field])


def test_a_taken_address_leads_to_whoever_has_it_if_one_may_see_them(as_user, advisor, colleague):
    mine = ContactFactory(primary_advisor=advisor, email="mine@example.com")
    theirs = ContactFactory(primary_advisor=colleague, email="theirs@example.com", last_name="Secret")
    client = as_user(advisor)
    page = client.post(ADD, given(advisor, email="MINE@example.com")).content.decode()
    assert f'<a href="/contacts/{mine.pk}/' in page
    page = client.post(ADD, given(advisor, email="theirs@example.com")).content.decode()
    assert ("A contact of a colleague" in page, theirs.last_name in page) == (True, False)


def test_the_address_of_a_deleted_contact_is_free(as_user, advisor):
    ContactFactory(primary_advisor=advisor, email="nora@example.com", deleted_at="2026-01-01T00:00Z")
    assert as_user(advisor).post(ADD, given(advisor)).status_code == 302


def test_nobody_adds_a_contact_out_of_their_own_sight(as_user, advisor, colleague, support):
    assert as_user(advisor).post(ADD, given(colleague)).status_code == 422
    team = TeamFactory(members=[advisor, support])
    assert as_user(advisor).post(ADD, given(colleague, team=team.pk)).status_code == 302
    assert as_user(support).post(ADD, given(advisor, email="b@example.com")).status_code == 422
    assert as_user(support).post(ADD, given(advisor, email="b@example.com", team=team.pk)).status_code == 302


def test_only_those_who_may_change_a_contact_open_its_form(
    as_user, admin, advisor, colleague, compliance, support, contact
):
    users = (admin, advisor, colleague, compliance, support)
    assert [as_user(user).get(edit(contact)).status_code for user in users] == [200, 200, 404, 404, 404]
    assert [as_user(user).post(edit(contact), {}).status_code for user in users] == [422, 422, 404, 404, 404]
    assert [as_user(user).get(ADD).status_code for user in users] == [200, 200, 200, 404, 200]


def test_an_edit_is_saved_and_recorded(as_user, advisor, contact):
    client = as_user(advisor)
    values = as_shown(client, edit(contact))
    response = client.post(edit(contact), values | {"city": "Boston", "tag_names": "golf"})
    contact.refresh_from_db()
    assert (response.status_code, contact.city, contact.tags.get().name) == (302, "Boston", "golf")
    assert Activity.objects.get(subject_id=contact.pk).sentence == "Edited tags, city"


def test_saving_untouched_records_nothing(as_user, advisor, contact):
    client = as_user(advisor)
    assert client.post(edit(contact), as_shown(client, edit(contact))).status_code == 302
    assert Activity.objects.count() == 0


def test_of_two_who_edit_the_second_is_told(as_user, admin, advisor, contact):
    client = as_user(advisor)
    mine = as_shown(client, edit(contact))
    client = as_user(admin)
    client.post(edit(contact), as_shown(client, edit(contact)) | {"city": "Boston", "gender": "Female"})
    client = as_user(advisor)
    response = client.post(edit(contact), mine | {"city": "Austin"})
    contact.refresh_from_db()
    assert (response.status_code, contact.city) == (422, "Boston")
    error = str(response.context["form"].errors["city"])
    assert "Changed to “Boston” by" in error
    again = {**mine, "city": "Austin", "gender": "Female", "seen": response.context["form"].data["seen"]}
    assert client.post(edit(contact), again).status_code == 302
    contact.refresh_from_db()
    assert (contact.city, contact.gender) == ("Austin", "Female")


def test_what_others_changed_elsewhere_in_the_form_is_kept(as_user, admin, advisor, contact):
    client = as_user(advisor)
    mine = as_shown(client, edit(contact))
    client = as_user(admin)
    client.post(edit(contact), as_shown(client, edit(contact)) | {"tag_names": "vip"})
    as_user(advisor).post(edit(contact), mine | {"city": "Austin"})
    contact.refresh_from_db()
    assert (contact.city, contact.tags.get().name) == ("Austin", "vip")


def test_a_contact_given_away_leaves_ones_list(as_user, advisor, colleague, contact):
    client = as_user(advisor)
    response = client.post(edit(contact), as_shown(client, edit(contact)) | {"primary_advisor": colleague.pk})
    assert (response.status_code, response.url) == (302, "/contacts/")


def test_a_contact_with_long_tags_can_be_edited(as_user, advisor):
    contact = ContactFactory(primary_advisor=advisor)
    names = [f"A tag of which there are many: number {number}" for number in range(60)]
    contact.tags.set([TagFactory(name=name) for name in names])
    client = as_user(advisor)
    tags = client.get(edit(contact)).context["form"]["tag_names"].value()
    assert len(tags) > 2000
    shown = as_shown(client, edit(contact)) | {"tag_names": tags}
    assert client.post(edit(contact), shown | {"city": "Springfield"}).status_code == 302
    contact.refresh_from_db()
    assert (contact.city, contact.tags.count()) == ("Springfield", 60)
