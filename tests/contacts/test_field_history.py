"""What the timeline tells of a contact's columns and of what they were given, field by field."""

import pgtrigger
import pytest
from django.apps import apps
from django.db import transaction
from django.utils import timezone

from accounts.models import Firm
from contacts.domain.assigning import AssignmentSpec, Change, assign, change, unassign
from contacts.domain.timeline import timeline
from contacts.models import Assignment, Contact
from contacts.operations import undoing
from core.models import Operation
from core.operations import running, selecting
from tests.factories import CampaignFactory, CardTemplateFactory, ContactFactory, ExperienceFactory

# Each test commits for real, so that what happens one after the other has moments of its own.
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def firm(transactional_db):
    """Tests that commit for real empty every table."""
    Firm.objects.get_or_create(pk=1)


@pytest.fixture
def contact():
    return ContactFactory()


def give(verb, contact, *args):
    """One of the verbs, in a transaction of its own."""
    with transaction.atomic():
        verb([contact.pk], *args, by=None)


def changes(contact):
    """All changes that the timeline tells, oldest first: the entry's sentence and each field's before and after."""
    entries, _ = timeline(Contact.objects.get(pk=contact.pk))
    return [
        (entry.sentence, [(one.label, one.before, one.after) for one in entry.changes])
        for entry in reversed(entries)
        if entry.changes
    ]


def test_what_was_given_stands_under_its_event(contact):
    old, new = ExperienceFactory(name="Old"), ExperienceFactory(name="New")
    give(assign, contact, AssignmentSpec(old, CampaignFactory(name="Welcome")))
    give(change, contact, Change(campaign=None, card_template=CardTemplateFactory(name="Own card")))
    give(assign, contact, AssignmentSpec(new))
    give(unassign, contact)
    assert [told for _, told in changes(contact)] == [
        [("Experience", "", "Old"), ("Campaign", "", "Welcome")],
        [("Campaign", "Welcome", ""), ("Card template", "", "Own card")],
        [("Experience", "Old", "New"), ("Card template", "Own card", "")],
        [("Experience", "New", "")],
    ]
    assert all(sentence != "Changed" for sentence, _ in changes(contact))


@pytest.mark.parametrize("had_one", [True, False])
def test_an_undone_assignment_is_told_as_gone(contact, admin, had_one):
    before, given = ExperienceFactory(name="Before"), ExperienceFactory(name="Given")
    if had_one:
        give(assign, contact, AssignmentSpec(before))
    operation = Operation.objects.create(
        kind="contacts.assign", title="Assign", owner=admin, params={"experience": given.pk, "campaign": None}
    )
    selecting.freeze(operation, [contact.pk])
    running.start(operation)
    undo = running.start(undoing.draft(operation, admin))
    assert (undo.state, undo.done) == ("finished", 1)
    was = "Before" if had_one else ""
    told = [one for _, one in changes(contact)]
    assert told[-2:] == [[("Experience", was, "Given")], [("Experience", "Given", was)]]
    entries, _ = timeline(contact)
    assert entries[0].operation_id == undo.pk


def test_by_whatever_way_assignments_change_it_is_told(contact, advisor):
    first, second = ExperienceFactory(name="First"), ExperienceFactory(name="Second")
    assignment = Assignment.objects.create(contact=contact, experience=first)
    Assignment.objects.filter(pk=assignment.pk).update(experience=second)
    Assignment.objects.filter(pk=assignment.pk).update(ended_at=timezone.now())
    Assignment.objects.filter(pk=assignment.pk).delete()  # of one that had ended there is nothing to tell
    Contact.objects.filter(pk=contact.pk).update(city="Ogdenville", primary_advisor=advisor)
    assert changes(contact) == [
        ("Changed", [("Experience", "", "First")]),
        ("Changed", [("Experience", "First", "Second")]),
        ("Changed", [("Experience", "Second", "")]),
        ("Changed", [("Primary advisor", contact.primary_advisor.name, advisor.name), ("City", "", "Ogdenville")]),
    ]


def test_what_is_gone_has_no_name_any_more(contact):
    experience = ExperienceFactory(name="Short-lived")
    give(assign, contact, AssignmentSpec(experience))
    Assignment.objects.filter(contact=contact).delete()
    Contact.objects.filter(pk=contact.pk).update(experience=None)
    experience.delete()
    assert [told for _, told in changes(contact)] == [
        [("Experience", "", "one that is gone")],
        [("Experience", "one that is gone", "")],
    ]


def test_a_contact_has_no_history_of_what_their_assignments_tell(contact):
    """The same change would be kept twice, once with all of the contact's columns: docs/decisions/0025."""
    entries = apps.get_model("contacts", "ContactEvent").objects.filter(pgh_obj_id=contact.pk)
    give(assign, contact, AssignmentSpec(ExperienceFactory(), CampaignFactory()))
    assert entries.count() == 1
    told = apps.get_model("contacts", "AssignmentEvent").objects.filter(contact_id=contact.pk)
    assert [entry.pgh_label for entry in told.order_by("pk")] == ["insert"]


def test_a_long_timeline_is_told_page_by_page_without_a_gap(contact):
    experiences = ExperienceFactory.create_batch(2)
    for number in range(35):
        give(assign, contact, AssignmentSpec(experiences[number % 2]))
    first, earlier = timeline(contact, kind="change")
    second, end = timeline(contact, kind="change", before=earlier)
    told = [*first, *second]
    assert (len(told), end) == (35, None)
    assert [one.changes[0].after for one in told] == [experiences[number % 2].name for number in reversed(range(35))]


def test_what_was_deleted_before_deletions_were_kept_hides_nothing(contact):
    first, second, third = (ExperienceFactory(name=name) for name in ("First", "Second", "Third"))
    with pgtrigger.ignore("contacts.Assignment:delete_delete"):
        Assignment.objects.create(contact=contact, experience=first).delete()
    give(assign, contact, AssignmentSpec(second))
    give(assign, contact, AssignmentSpec(third))
    assert [told for _, told in changes(contact)] == [
        [("Experience", "", "First")],
        [("Experience", "First", "Second")],
        [("Experience", "Second", "Third")],
    ]


def test_rows_of_a_file_and_their_households_are_signed_by_the_import(admin, advisor, bring, apply):
    known = ContactFactory(email="known@example.com", primary_advisor=advisor)
    text = f"""First Name,Last Name,Email,Phone,Type,Advisor,Household
Nora,New,new@example.com,2125550101,client,{advisor.email},Norths
Kim,Known,{known.email},,,,Norths
"""
    file_import = apply(admin, bring(admin, text))
    rows = apps.get_model("contacts", "ContactEvent").objects.exclude(pgh_label="insert", email=known.email)
    found = rows.values_list("email", "pgh_context__metadata__user", "pgh_context__metadata__operation")
    made_by = (admin.pk, file_import.apply_operation_id)
    assert {*found} == {("new@example.com", *made_by), (known.email, *made_by)}
