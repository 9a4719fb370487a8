"""What a CRM says of whom not to contact and who has died: staged, imported, compared and applied field by field."""

from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone

from contacts.models import Contact
from contacts.operations import undoing
from core.models import Operation
from core.operations import running
from crm.domain.importing import import_records
from crm.domain.judging import Meanings, judge
from crm.domain.no_contact import says_deceased
from crm.models import Record
from crm.records import RemoteContact, payload
from tests.crm.conftest import tie
from tests.crm.test_by_hand import ticked, update_all
from tests.factories import ContactFactory

FLAGS = ("do_not_contact_since", "do_not_contact_from", "deceased", "deceased_on")


@pytest.fixture
def contact(office) -> Contact:
    return ContactFactory(primary_advisor=office["one"])


def flags(contact: Contact) -> tuple:
    return Contact.objects.values_list(*FLAGS).get(pk=contact.pk)


def judged(demo, **says) -> dict:
    """The values that a record of the CRM makes."""
    record = Record(connection=demo, remote_id="1", payload=payload(RemoteContact("1", **says)))
    judge([record], Meanings.of(demo))
    return record.values


@pytest.mark.parametrize(
    ("status", "found"),
    [
        ("Deceased", True),
        ("CLIENT - DECEASED", True),
        ("Inactive (deceased)", True),
        ("Spouse deceased", False),
        ("Active", False),
        ("Dead lead", False),
        ("", False),
    ],
)
def test_a_status_means_deceased_only_where_it_says_so_of_the_person(status, found):
    assert says_deceased(status) is found


def test_the_values_of_a_record_say_both(demo):
    assert judged(demo) == {}
    assert judged(demo, do_not_contact=True, status="Deceased") == {"do_not_contact": "yes", "deceased": "yes"}
    assert judged(demo, deceased=True, deceased_on=date(2026, 2, 3)) == {"deceased": "2026-02-03"}
    assert judged(demo, deceased_on=date(2999, 1, 1)) == {"deceased": "yes"}
    demo.left_out = ["do_not_contact", "deceased"]
    assert judged(demo, do_not_contact=True, status="Deceased") == {}


def test_an_import_brings_both(demo, office, sync):
    sync(demo, office["admin"])
    first, second = Record.objects.filter(state="ready").order_by("pk")[:2]
    first.payload |= {"do_not_contact": True, "status": "Deceased"}
    first.save()
    done = import_records([first.pk, second.pk], office["admin"])
    assert flags(Contact(pk=done.contacts[first.pk])) == (timezone.localdate(), "Our CRM", True, None)
    assert flags(Contact(pk=done.contacts[second.pk])) == (None, "", False, None)


def test_an_update_brings_both_and_can_be_undone(as_user, demo, office, contact):
    tie(demo, contact, {}, {"do_not_contact": "yes", "deceased": "2026-02-03"})
    client = as_user(office["one"])
    assert ticked(client, contact) == {"do_not_contact": True, "deceased": True}
    page = client.get(reverse("crm:update_one", args=[contact.pk])).content.decode()
    assert "Closes their portal" in page and "February 3, 2026" in page
    update_all(client, ["do_not_contact", "deceased"])
    assert flags(contact) == (timezone.localdate(), "Our CRM", True, date(2026, 2, 3))
    operation = Operation.objects.latest("pk")
    assert undoing.refusal(operation, office["one"]) == ""
    running.start(undoing.draft(operation, office["one"]))
    assert flags(contact) == (None, "", False, None)
    assert ticked(client, contact) == {"do_not_contact": True, "deceased": True}


def test_what_the_crm_no_longer_says_is_lifted_only_on_request(as_user, demo, office, contact):
    tie(demo, contact, {"do_not_contact": "yes", "deceased": "yes"}, {})
    since = date(2026, 1, 5)
    Contact.objects.filter(pk=contact.pk).update(do_not_contact_since=since, do_not_contact_from="CRM", deceased=True)
    client = as_user(office["one"])
    assert ticked(client, contact) == {"do_not_contact": False, "deceased": False}
    update_all(client, ["do_not_contact", "deceased"])
    assert flags(contact) == (since, "CRM", True, None)
    update_all(client, ["do_not_contact"], emptying="on")
    assert flags(contact) == (None, "", True, None)


def test_what_was_lifted_by_hand_or_is_locked_stays(as_user, demo, office, contact):
    both = {"do_not_contact": "yes", "deceased": "yes"}
    tie(demo, contact, both, both)
    client = as_user(office["one"])
    assert ticked(client, contact) == {"do_not_contact": False, "deceased": False}
    other = ContactFactory(primary_advisor=office["one"], locked_fields=["deceased"])
    tie(demo, other, {}, both)
    assert ticked(client, other) == {"do_not_contact": True, "deceased": False}
    update_all(client, ["do_not_contact", "deceased"])
    assert (flags(contact)[0], flags(other)[2]) == (None, False)


def test_a_day_known_here_alone_is_no_difference_and_a_day_known_there_is(as_user, demo, office, contact):
    Contact.objects.filter(pk=contact.pk).update(deceased=True, deceased_on=date(2026, 2, 3))
    record = tie(demo, contact, {"deceased": "yes"}, {"deceased": "yes"})
    client = as_user(office["one"])
    assert ticked(client, contact) == {}
    Contact.objects.filter(pk=contact.pk).update(deceased_on=None)
    Record.objects.filter(pk=record.pk).update(values=record.values | {"deceased": "2026-02-03"})
    assert ticked(client, contact) == {"deceased": True}


def test_the_record_shows_the_status_as_the_crm_says_it(as_user, demo, office, contact):
    record = tie(demo, contact, {}, {})
    Record.objects.filter(pk=record.pk).update(payload={"status": "Retired"})
    page = as_user(office["one"]).get(reverse("crm:record", args=[record.pk])).content.decode()
    assert "<dt>Status</dt><dd>Retired</dd>" in page
