"""Update from CRM: field by field, locks and hands respected, nothing of what was given is touched."""

from datetime import date

import pytest

from contacts.domain.what_is_gone import ADDRESS_TAKEN
from contacts.models import Assignment, Contact
from contacts.operations import undoing
from core.models import Activity, Operation
from core.operations import running, selecting
from crm.domain.differences import differences, summary, with_authors
from crm.domain.importing import import_records
from crm.models import Record
from tests.crm.conftest import move_on
from tests.factories import AssignmentFactory, ContactFactory, TeamFactory

ALL = [
    "first_name",
    "last_name",
    "email",
    "phone",
    "contact_type",
    "primary_advisor",
    "city",
    "state",
    "postal_code",
    "custom_data",
    "tags",
    "household",
]


@pytest.fixture
def imported(demo, office, sync):
    """All ready records are contacts, and time has passed in the CRM."""
    sync(demo, office["admin"])
    ids = Record.objects.filter(state="ready").values_list("pk", flat=True)
    import_records(list(ids), office["admin"])
    move_on(demo, 20)
    sync(demo, office["admin"])
    return demo


def update(by, fields=ALL, **params) -> Operation:
    """Update all contacts, as the page does."""
    operation = Operation.objects.create(
        kind="crm.update", title="Update", owner=by, params={"fields": fields, **params}
    )
    selecting.freeze(operation, Contact.objects.visible_to(by).values_list("pk", flat=True))
    operation = running.start(operation)
    told = Activity.objects.filter(operation=operation, subject_type="contact").values_list("subject_id", flat=True)
    kept = operation.lines.exclude(before=None).values_list("subject_id", flat=True)
    assert set(kept) <= set(told), "by their events a purge finds the values kept"
    return operation


def newer() -> list[Record]:
    """Records that say something new, as the page compares them."""
    return list(Record.objects.filter(contact__crm_mark="newer").select_related("contact").compared())


def test_contacts_whose_record_is_newer_are_marked(imported):
    assert newer()
    assert all(record.is_newer for record in newer())
    for record in newer():
        assert {one.field for one in differences(record, record.contact)} <= {
            "city",
            "state",
            "postal_code",
            "phone",
            "custom_data",
            "tags",
            "household",
        }


def test_chosen_fields_are_taken_over_and_the_mark_goes(imported, office):
    records = newer()
    operation = update(office["admin"])
    assert operation.done == len(records)
    assert Contact.objects.filter(crm_mark="newer").count() == 0
    for record in Record.objects.filter(pk__in=[one.pk for one in records]).select_related("contact").compared():
        assert differences(record, record.contact) == []


def test_a_field_that_is_not_chosen_stays(imported, office):
    record = next(one for one in newer() if one.contact.city != one.values["city"])
    update(office["admin"], ["phone"])
    after = Contact.objects.get(pk=record.contact_id)
    assert (after.city, after.phone) == (record.contact.city, record.values["phone"])


def test_locked_fields_and_those_changed_by_hand_stay(imported, office):
    first, second = [one for one in newer() if one.contact.city != one.values["city"]][:2]
    Contact.objects.filter(pk=first.contact_id).update(locked_fields=["city"])
    Contact.objects.filter(pk=second.contact_id).update(city="By hand")
    update(office["admin"], ["city"])
    cities = dict(Contact.objects.filter(pk__in=[first.contact_id, second.contact_id]).values_list("pk", "city"))
    assert cities == {first.contact_id: first.contact.city, second.contact_id: "By hand"}
    update(office["admin"], ["city"], by_hand=True)
    cities = dict(Contact.objects.filter(pk__in=cities).values_list("pk", "city"))
    assert cities == {first.contact_id: first.contact.city, second.contact_id: second.values["city"]}


def test_what_was_given_is_not_touched(imported, office):
    team = TeamFactory()
    for record in newer()[:5]:
        AssignmentFactory(contact=record.contact)
        Contact.objects.filter(pk=record.contact_id).update(team=team)
    columns = "id team_id experience_id campaign_id status start_at first_invited_at user_id".split()

    def given() -> list:
        contacts = list(Contact.objects.order_by("pk").values_list(*columns))
        return [contacts, list(Assignment.objects.order_by("pk").values())]

    before = given()
    assert update(office["admin"]).done > 5
    assert given() == before


def test_it_can_be_undone(imported, office):
    from contacts.operations.undoing import refusal

    before = list(Contact.objects.order_by("pk").values_list("pk", "city", "phone", "postal_code"))
    operation = update(office["admin"])
    assert list(Contact.objects.order_by("pk").values_list("pk", "city", "phone", "postal_code")) != before
    assert not refusal(operation, office["admin"])


def test_an_address_that_somebody_else_has_by_now_is_not_given_back(imported, office):
    first, second = newer()[:2]
    Record.objects.filter(pk=first.pk).update(values=first.values | {"email": "fresh@example.com"})
    operation = update(office["admin"], ["email", "phone", "city"])
    had = first.contact.email
    assert Contact.objects.get(pk=first.contact_id).email == "fresh@example.com"
    ContactFactory(email=had.upper())
    undo = running.start(undoing.draft(operation, office["admin"]))
    reasons = dict(undo.lines.exclude(reason="").values_list("subject_id", "reason"))
    assert (undo.state, reasons) == ("finished", {first.contact_id: ADDRESS_TAKEN})
    assert Contact.objects.get(pk=second.contact_id).city == second.contact.city


def test_only_ones_own(imported, office):
    mine = {one.contact_id for one in newer() if one.contact.primary_advisor_id == office["one"].pk}
    operation = update(office["one"])
    assert operation.done == len(mine)


def test_who_changed_a_field_here_is_named(imported, office):
    import pghistory

    record = next(one for one in newer() if one.contact.city != one.values["city"])
    with pghistory.context(user=office["two"].pk):
        Contact.objects.filter(pk=record.contact_id).update(city="By hand")
    contact = Contact.objects.get(pk=record.contact_id)
    record = Record.objects.compared().get(pk=record.pk)
    found = {one.field: one for one in with_authors(contact, differences(record, contact))}
    assert (found["city"].by_hand, found["city"].ticked, found["city"].changed_by) == (True, False, "Ada Two")


def test_the_summary_counts_by_field(imported):
    counts = {one.field: one.count for one in summary(newer())}
    assert counts["city"] > 0
    assert set(counts) <= {"city", "state", "postal_code", "phone", "custom_data", "tags", "household"}


def test_a_date_of_birth_is_changed_and_taken_away(imported, office):
    first, second = Record.objects.filter(contact__isnull=False).order_by("pk")[:2]
    Record.objects.filter(pk=first.pk).update(values=first.values | {"date_of_birth": "1977-07-07"})
    without = {name: value for name, value in second.values.items() if name != "date_of_birth"}
    Record.objects.filter(pk=second.pk).update(values=without)
    operation = update(office["admin"], ["date_of_birth"], emptying=True)
    assert (operation.state, operation.done) == ("finished", 2)
    born = dict(Contact.objects.filter(crm_record__in=[first, second]).values_list("crm_record", "date_of_birth"))
    assert born == {first.pk: date(1977, 7, 7), second.pk: None}
