"""Updating one contact from the CRM overwrites nothing that a colleague or the client saved meanwhile."""

import pytest
from django.db import connection
from django.urls import reverse

from contacts.models import Contact
from core.models import Activity, Operation
from crm.domain.linking import link
from crm.models import Record
from tests.crm.conftest import tie
from tests.crm.test_by_hand import CAME, edit
from tests.factories import ContactFactory


@pytest.fixture
def contact(demo, office) -> Contact:
    """Three fields differ from the CRM."""
    contact = ContactFactory(primary_advisor=office["one"], **CAME)
    tie(demo, contact, CAME, {"city": "Springfield", "preferred_name": "Bob", "date_of_birth": "1971-01-02"})
    return contact


@pytest.fixture
def opened(as_user, office, contact):
    """An advisor has the page open: the client, the address, and what the form would post."""
    client, url = as_user(office["one"]), reverse("crm:update_one", args=[contact.pk])
    return client, url, {"seen": client.get(url).context["seen"], "field": ["city", "preferred_name"]}


def test_a_colleagues_change_is_asked_about_with_all_three_values(as_user, office, contact, opened):
    client, url, data = opened
    edit(as_user(office["admin"]), contact, city="Worcester")
    asked = client.post(url, data)
    contact.refresh_from_db()
    assert (asked.status_code, contact.city, contact.preferred_name) == (409, "Worcester", "Bo")
    rows = {one.field: (here, there, was, tick) for one, here, there, was, tick in asked.context["rows"]}
    assert rows["city"] == ("Worcester", "Springfield", "Boston", False)
    assert rows["preferred_name"] == ("Bo", "Bob", "", True)
    assert "When you looked: Boston" in asked.content.decode()
    client.post(url, {"seen": asked.context["seen"], "field": ["city", "preferred_name"]})
    contact.refresh_from_db()
    assert (contact.city, contact.preferred_name) == ("Springfield", "Bob")


def test_a_field_that_is_not_ticked_may_have_changed(as_user, office, contact, opened):
    client, url, data = opened
    edit(as_user(office["admin"]), contact, date_of_birth="1969-09-09")
    assert client.post(url, data).status_code == 302
    contact.refresh_from_db()
    assert (contact.city, contact.date_of_birth.isoformat()) == ("Springfield", "1969-09-09")


def test_a_field_locked_meanwhile_is_asked_about(as_user, office, contact, opened):
    client, url, data = opened
    as_user(office["admin"]).post(reverse("crm:lock", args=[contact.pk]), {"lock": "city"})
    assert client.post(url, data).status_code == 409
    contact.refresh_from_db()
    assert (contact.city, contact.preferred_name) == ("Boston", "Bo")


def test_a_change_that_comes_between_asking_and_writing_is_noticed_under_the_lock(contact, opened):
    client, url, data = opened

    def saved_by_a_colleague(execute, sql, params, many, context):
        """Just before the operation takes the contact, somebody else's change is committed."""
        if not done and "FOR NO KEY UPDATE" in sql and '"contacts_contact"' in sql:
            done.append(True)
            Contact.objects.filter(pk=contact.pk).update(city="Worcester")
        return execute(sql, params, many, context)

    done: list[bool] = []
    with connection.execute_wrapper(saved_by_a_colleague):
        page = client.post(url, data, follow=True)
    contact.refresh_from_db()
    assert (done, contact.city, contact.preferred_name) == ([True], "Worcester", "Bo")
    assert "Changed or locked here after you looked: City." in page.content.decode()


def test_a_page_of_another_contact_or_without_a_signature_is_not_believed(demo, office, contact, opened):
    client, url, data = opened
    other = ContactFactory(primary_advisor=office["one"], **CAME)
    tie(demo, other, CAME, {"city": "Springfield"})
    seen = client.get(reverse("crm:update_one", args=[other.pk])).context["seen"]
    for forged in (seen, "", "x" + data["seen"]):
        assert client.post(url, data | {"seen": forged}).url == url
    contact.refresh_from_db()
    assert contact.city == "Boston"


def test_the_operation_keeps_no_values_of_what_was_seen(contact, opened):
    client, url, data = opened
    client.post(url, data)
    seen = Operation.objects.latest("pk").params["seen"]
    assert set(seen) == {"city", "preferred_name"}
    assert "Boston" not in str(seen)


def test_a_record_that_a_colleague_links_at_the_same_moment_is_linked_once(demo, office, contact):
    record = Record.objects.get(contact=contact)
    Record.objects.filter(pk=record.pk).update(contact=None, state="cannot")
    record.refresh_from_db()
    other = ContactFactory(primary_advisor=office["one"])
    assert (link(record, contact, office["one"]), link(record, other, office["two"])) == (True, False)
    assert link(Record.objects.create(connection=demo, remote_id="R"), contact, office["two"]) is False
    assert list(Record.objects.exclude(contact=None).values_list("contact", flat=True)) == [contact.pk]
    assert Activity.objects.filter(verb="crm_linked").count() == 1
