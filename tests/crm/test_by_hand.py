"""What somebody changed or emptied here is not overwritten by an update from the CRM unless they ask for it."""

import pytest
from django.urls import reverse

from accounts.models import Firm, Role
from contacts.models import Contact
from core.models import Operation
from crm.domain.differences import compare
from crm.models import Record
from portal.forms import ProfileForm
from tests.contacts.test_undoing import undo
from tests.contacts.test_undoing_imports import bring
from tests.crm.conftest import tie
from tests.factories import AssignmentFactory, ContactFactory, HouseholdFactory, UserFactory

CAME = {"city": "Boston", "preferred_name": "Bo", "date_of_birth": "1970-05-14"}


@pytest.fixture
def contact(office) -> Contact:
    return ContactFactory(primary_advisor=office["one"], **CAME)


def ticked(client, contact: Contact) -> dict[str, bool]:
    """Which of the differences are ticked on the page."""
    page = client.get(reverse("crm:update_one", args=[contact.pk]))
    return {one.field: tick for one, *_, tick in page.context["rows"]}


@pytest.fixture
def another_number(demo, office) -> Contact:
    """Their number with an extension came from the CRM, which has another number by now, without one."""
    contact = ContactFactory(primary_advisor=office["one"], phone="+12125550105", phone_extension="45")
    tie(demo, contact, {"phone_extension": "45"}, {"phone": "+13125550177"})
    return contact


def edit(client, contact: Contact, **changes) -> None:
    """Save the contact's form."""
    url = reverse("contacts:edit", args=[contact.pk])
    form = client.get(url).context["form"]
    data = {name: form[name].value() or "" for name in form.fields} | changes
    assert client.post(url, data).status_code == 302


def update_all(client, fields: list[str], **options) -> dict[str, object]:
    """Update all contacts by the pages of the bulk action; the context of the preview."""
    begun = client.post(reverse("contacts:bulk", args=["crm.update"]), {"all": "1", "query": ""})
    draft = begun.url.partition("draft=")[2]
    confirm = client.post(
        reverse("contacts:bulk", args=["crm.update"]), {"draft": draft, "fields_wanted": fields, **options}
    )
    preview = client.get(confirm.url)
    client.post(reverse("contacts:bulk", args=["crm.update"]), preview.context["hidden"])
    return preview.context


def test_what_staff_emptied_does_not_come_back_with_the_next_update(as_user, demo, office, contact):
    tie(demo, contact, CAME, {**CAME, "city": "Springfield", "preferred_name": "Bob"})
    client = as_user(office["one"])
    edit(client, contact, city="", date_of_birth="")
    assert ticked(client, contact) == {"city": False, "date_of_birth": False, "preferred_name": True}
    update_all(client, ["city", "date_of_birth", "preferred_name"])
    contact.refresh_from_db()
    assert (contact.city, contact.date_of_birth, contact.preferred_name) == ("", None, "Bob")
    update_all(client, ["city"], by_hand="on")
    contact.refresh_from_db()
    assert contact.city == "Springfield"


def test_what_a_client_emptied_in_the_portal_does_not_come_back(as_user, demo, office, contact):
    tie(demo, contact, CAME, {**CAME, "city": "Springfield"})
    contact.user = UserFactory(email=contact.email, role=Role.CONTACT)
    contact.save()
    AssignmentFactory(contact=contact)
    form = ProfileForm(instance=contact, firm=Firm.get())
    data = {name: form[name].value() or "" for name in form.fields} | {"city": ""}
    assert as_user(contact.user).post(reverse("portal:profile"), data).status_code == 302
    contact.refresh_from_db()
    assert (contact.city, ticked(as_user(office["one"]), contact)) == ("", {"city": False})


def test_what_was_never_here_is_filled_in(as_user, demo, office, contact):
    tie(demo, contact, CAME, {**CAME, "gender": "Female"})
    assert ticked(as_user(office["one"]), contact) == {"gender": True}


def test_what_was_emptied_before_linking_counts_as_by_hand(as_user, demo, office, contact):
    client = as_user(office["one"])
    edit(client, contact, city="")
    record = tie(
        demo, ContactFactory(email="other@example.com"), {}, CAME | {"gender": "Female", "email": contact.email}
    )
    Record.objects.filter(pk=record.pk).update(contact=None, state="cannot", advisor=office["one"])
    client.post(reverse("crm:link_one", args=[contact.pk]), {"record": record.pk})
    found = ticked(client, contact)
    assert (found["city"], found["gender"]) == (False, True)


def test_a_household_role_emptied_here_does_not_come_back(as_user, demo, office, contact):
    home = HouseholdFactory()
    demo.households.create(remote_id="H", household=home)
    member = {"household": {"id": "H", "role": "Child", "head": False}}
    record = tie(demo, contact, member, member)
    Record.objects.filter(pk=record.pk).update(household_id_there="H", household_role="child")
    Contact.objects.filter(pk=contact.pk).update(household=home, household_role="")
    assert ticked(as_user(office["one"]), contact) == {"household": False}


COLUMNS = "Email,First name,Last name,Phone,Type,Advisor,City,Preferred name"


def brought(by, *addresses: str, city: str = "Lagos") -> Operation:
    """Import a file with these people to the end; its operation."""
    lines = [f"{one},Nia,New,2125550101,client,advisor@demo.example.com,{city},Ni" for one in addresses]
    return bring("\n".join([COLUMNS, *lines]), by).apply_operation


@pytest.fixture
def imported(demo, office):
    """A contact made by an import whose record says something else of three fields, and the import."""
    operation = brought(office["admin"], "nia@example.com")
    contact = Contact.objects.get(email="nia@example.com")
    tie(demo, contact, {}, {"city": "Boston", "preferred_name": "Bo", "gender": "Female"})
    return contact, operation


def test_what_only_an_import_wrote_is_not_by_hand(as_user, office, imported):
    contact, _ = imported
    client = as_user(office["one"])
    assert ticked(client, contact) == {"city": True, "preferred_name": True, "gender": True}
    edit(client, contact, city="Accra")
    assert ticked(client, contact) == {"city": False, "preferred_name": True, "gender": True}
    preview = update_all(client, ["city", "preferred_name"])
    contact.refresh_from_db()
    assert (contact.city, contact.preferred_name) == ("Accra", "Bo"), preview


def test_a_later_import_over_what_was_typed_is_not_by_hand_and_undone_it_is(as_user, office, imported):
    contact, _ = imported
    client = as_user(office["one"])
    edit(client, contact, city="Accra")
    again = brought(office["admin"], "nia@example.com", city="Cairo")
    assert ticked(client, contact)["city"] is True
    undoing, _ = undo(as_user(office["admin"]), again)
    contact.refresh_from_db()
    assert (contact.city, ticked(client, contact)["city"]) == ("Accra", False)
    undo(as_user(office["admin"]), undoing)
    contact.refresh_from_db()
    assert (contact.city, ticked(client, contact)["city"]) == ("Cairo", True)


def test_reading_who_wrote_the_values_takes_four_queries_however_many(
    office, imported, demo, django_assert_num_queries
):
    brought(office["admin"], *(f"p{number}@example.com" for number in range(20)))
    people = list(Contact.objects.filter(email__startswith="p"))
    for one in people:
        tie(demo, one, {}, {"city": "Boston"})
    records = list(Record.objects.filter(contact__in=people).select_related("contact").compared())
    with django_assert_num_queries(4):
        found = [one.by_hand for _, _, some in compare((one, one.contact) for one in records) for one in some]
    assert found == [False] * 20


def test_a_new_number_comes_without_the_extension_of_the_old_one(as_user, office, another_number):
    client, url = as_user(office["one"]), reverse("crm:update_one", args=[another_number.pk])
    page = client.get(url)
    assert [row[1:3] for row in page.context["rows"]] == [("+1 212-555-0105 ext. 45", "+1 312-555-0177")]
    client.post(url, {"seen": page.context["seen"], "field": ["phone"]})
    another_number.refresh_from_db()
    assert (another_number.phone, another_number.phone_extension) == ("+13125550177", "")
    assert ticked(client, another_number) == {}
    edit(client, another_number, phone="212-555-0105", phone_extension="46")
    assert ticked(client, another_number) == {"phone": False}


def test_an_update_of_many_takes_numbers_with_their_extensions(as_user, office, another_number):
    client = as_user(office["admin"])
    update_all(client, ["phone"])
    another_number.refresh_from_db()
    assert (another_number.phone, another_number.phone_extension) == ("+13125550177", "")
    undo(client, Operation.objects.get(kind="crm.update"))
    another_number.refresh_from_db()
    assert (another_number.phone, another_number.phone_extension) == ("+12125550105", "45")


def test_an_extension_given_here_keeps_its_number(as_user, office, another_number):
    client = as_user(office["one"])
    edit(client, another_number, phone_extension="46")
    assert ticked(client, another_number) == {"phone": False}
    update_all(as_user(office["admin"]), ["phone"])
    another_number.refresh_from_db()
    assert (another_number.phone, another_number.phone_extension) == ("+12125550105", "46")
