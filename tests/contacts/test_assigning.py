"""Assign, change, unassign: what each does to the assignment, the contact, the timeline and the clock."""

from datetime import date, timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from contacts.domain import assigning
from contacts.domain.assigning import AssignmentSpec, Change
from contacts.models import Assignment, Contact, Status
from core.models import Activity
from tests.factories import (
    AssignmentFactory,
    CampaignFactory,
    CardTemplateFactory,
    ContactFactory,
    ExperienceFactory,
    TeamFactory,
)


def sentences(contact):
    found = Activity.objects.filter(subject_type="contact", subject_id=contact.pk).order_by("pk")
    return list(found.values_list("verb", "sentence"))


def run(verb, *args, **kwargs):
    with transaction.atomic():
        return verb(*args, **kwargs)


def test_assigning_gives_experience_campaign_team_and_own_cards(advisor, contact):
    spec = AssignmentSpec(
        ExperienceFactory(name="Welcome"),
        campaign=CampaignFactory(name="Ninety days"),
        card_template=CardTemplateFactory(name="Gold"),
        team=TeamFactory(name="North"),
    )
    outcome = run(assigning.assign, [contact.pk], spec, by=advisor)
    contact.refresh_from_db()
    assignment = contact.assignments.get()
    assert (outcome.done, outcome.skipped) == ([contact.pk], {})
    assert (contact.experience, contact.campaign, contact.team) == (spec.experience, spec.campaign, spec.team)
    assert (assignment.experience, assignment.campaign, assignment.card_template, assignment.assigned_by) == (
        spec.experience,
        spec.campaign,
        spec.card_template,
        advisor,
    )
    assert assignment.campaign_started_on is None
    assert contact.status == Status.ASSIGNED
    assert sentences(contact) == [("assigned", "Welcome assigned, with campaign Ninety days, cards Gold, team North")]


def test_assigning_anew_ends_what_was_there(advisor, contact):
    old = AssignmentFactory(contact=contact, experience__name="Retirement")
    run(assigning.assign, [contact.pk], AssignmentSpec(ExperienceFactory(name="Family")), by=advisor)
    old.refresh_from_db()
    assert old.ended_at is not None
    assert contact.assignments.filter(ended_at=None).get().experience.name == "Family"
    assert sentences(contact) == [("assigned", "Family assigned; Retirement ended")]


def test_assigning_leaves_the_team_unless_one_is_named(advisor, contact):
    team = TeamFactory()
    Contact.objects.filter(pk=contact.pk).update(team=team)
    run(assigning.assign, [contact.pk], AssignmentSpec(ExperienceFactory()), by=advisor)
    contact.refresh_from_db()
    assert contact.team == team
    run(assigning.assign, [contact.pk], AssignmentSpec(ExperienceFactory(), team=None), by=advisor)
    contact.refresh_from_db()
    assert contact.team is None


def test_the_campaign_of_an_active_contact_starts_today_where_they_live(advisor):
    campaign = CampaignFactory()
    far_east = ContactFactory(start_at=timezone.now(), time_zone="Pacific/Kiritimati")
    far_west = ContactFactory(start_at=timezone.now(), time_zone="Pacific/Pago_Pago")
    unknown = ContactFactory(start_at=timezone.now(), time_zone="Mars/Base")
    people = [far_east.pk, far_west.pk, unknown.pk]
    run(assigning.assign, people, AssignmentSpec(ExperienceFactory(), campaign=campaign), by=advisor)
    east, west = far_east.assignments.get().campaign_started_on, far_west.assignments.get().campaign_started_on
    assert east - west in (timedelta(days=1), timedelta(days=2))
    assert unknown.assignments.get().campaign_started_on is not None


def test_the_same_is_not_given_twice_unless_asked_for(advisor, contact):
    spec = AssignmentSpec(ExperienceFactory())
    run(assigning.assign, [contact.pk], spec, by=advisor)
    again = run(assigning.assign, [contact.pk], spec, by=advisor)
    assert (again.done, again.skipped) == ([], {contact.pk: assigning.SAME_ALREADY})
    anew = run(assigning.assign, [contact.pk], AssignmentSpec(spec.experience, start_over=True), by=advisor)
    assert anew.done == [contact.pk]
    assert contact.assignments.count() == 2


def test_deactivated_and_deleted_contacts_get_nothing(advisor):
    closed, gone = ContactFactory(deactivated_at=timezone.now()), ContactFactory(deleted_at=timezone.now())
    outcome = run(assigning.assign, [closed.pk, gone.pk], AssignmentSpec(ExperienceFactory()), by=advisor)
    assert outcome.skipped == {closed.pk: assigning.DEACTIVATED, gone.pk: assigning.IN_TRASH}
    assert not Assignment.objects.exists()


def test_changing_keeps_start_day_and_progress(advisor, contact):
    day = date(2026, 1, 5)
    assignment = AssignmentFactory(
        contact=contact, experience__name="Old", campaign=CampaignFactory(name="A"), campaign_started_on=day
    )
    began = Assignment.objects.get(pk=assignment.pk).assigned_at
    wanted = Change(experience=ExperienceFactory(name="New"), campaign=CampaignFactory(name="B"))
    outcome = run(assigning.change, [contact.pk], wanted, by=advisor)
    assignment.refresh_from_db()
    contact.refresh_from_db()
    assert outcome.done == [contact.pk]
    assert (assignment.assigned_at, assignment.campaign_started_on, assignment.ended_at) == (began, day, None)
    assert (contact.experience.name, contact.campaign.name) == ("New", "B")
    assert (assignment.experience.name, assignment.campaign.name) == ("New", "B")
    assert sentences(contact) == [("experience_changed", "Experience: Old → New; Campaign: A → B")]


def test_a_campaign_given_by_change_to_an_active_contact_starts_that_day(advisor):
    active, waiting = ContactFactory(start_at=timezone.now()), ContactFactory()
    for one in (active, waiting):
        AssignmentFactory(contact=one)
    run(assigning.change, [active.pk, waiting.pk], Change(campaign=CampaignFactory()), by=advisor)
    assert active.assignments.get().campaign_started_on is not None
    assert waiting.assignments.get().campaign_started_on is None
    run(assigning.change, [active.pk], Change(campaign=None), by=advisor)
    assignment = active.assignments.get()
    assert (assignment.campaign, assignment.campaign_started_on) == (None, None)


def test_own_templates_are_left_set_and_cleared_one_by_one(advisor, contact):
    cards = CardTemplateFactory(name="Gold")
    AssignmentFactory(contact=contact)
    run(assigning.change, [contact.pk], Change(card_template=cards), by=advisor)
    run(assigning.change, [contact.pk], Change(team=TeamFactory(name="North")), by=advisor)
    assert contact.assignments.get().card_template == cards
    run(assigning.change, [contact.pk], Change(card_template=None), by=advisor)
    assert contact.assignments.get().card_template is None
    assert [sentence for _, sentence in sentences(contact)] == [
        "Cards: the experience’s → Gold",
        "Team: none → North",
        "Cards: Gold → the experience’s",
    ]


def test_change_skips_those_without_an_experience_and_those_who_have_it(advisor):
    without, with_it = ContactFactory(), ContactFactory()
    assignment = AssignmentFactory(contact=with_it)
    wanted = Change(experience=assignment.experience)
    outcome = run(assigning.change, [without.pk, with_it.pk], wanted, by=advisor)
    assert outcome.skipped == {without.pk: assigning.NO_EXPERIENCE, with_it.pk: assigning.NOTHING_TO_CHANGE}
    team_only = run(assigning.change, [without.pk], Change(team=TeamFactory()), by=advisor)
    assert team_only.done == [without.pk]


def test_change_that_leaves_everything_changes_nobody(advisor, contact):
    AssignmentFactory(contact=contact)
    assert run(assigning.change, [contact.pk], Change(), by=advisor).skipped == {
        contact.pk: assigning.NOTHING_TO_CHANGE
    }


def test_unassigning_never_takes_active_away(advisor, contact):
    Contact.objects.filter(pk=contact.pk).update(start_at=timezone.now())
    AssignmentFactory(contact=contact, experience__name="Welcome", campaign=CampaignFactory())
    run(assigning.unassign, [contact.pk], by=advisor)
    contact.refresh_from_db()
    assert (contact.experience, contact.campaign, contact.status) == (None, None, Status.ACTIVE)
    assert not contact.assignments.filter(ended_at=None).exists()
    assert sentences(contact) == [("unassigned", "Welcome removed")]
    assert run(assigning.unassign, [contact.pk], by=advisor).skipped == {contact.pk: assigning.NOTHING_TO_END}


@pytest.mark.parametrize("count", [1, 30])
def test_a_set_takes_as_many_statements_as_one(advisor, django_assert_max_num_queries, count):
    old = ExperienceFactory()
    for one in ContactFactory.create_batch(count, primary_advisor=advisor):
        AssignmentFactory(contact=one, experience=old)
    spec = AssignmentSpec(ExperienceFactory(), campaign=CampaignFactory(), team=TeamFactory())
    with transaction.atomic(), django_assert_max_num_queries(11):
        outcome = assigning.assign(Contact.objects.visible_to(advisor), spec, by=advisor)
    assert len(outcome.done) == count
