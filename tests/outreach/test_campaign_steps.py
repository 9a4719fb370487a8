"""Steps of campaigns happen once each, at their hour where the contact lives, or are skipped and say why."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from accounts.models import Firm
from contacts.domain.assigning import AssignmentSpec, assign
from contacts.models import Assignment, Contact
from core.tasks import sweep
from outreach.domain.steps import holding
from outreach.domain.steps.running import run_due_steps, run_steps_of
from outreach.models import StepClock, StepRun
from tests.factories import AssignmentFactory, CampaignFactory, ContactFactory, ResourceFactory, TouchpointFactory
from tests.markup import one_line
from tests.outreach.steps import STARTED, begin, look, moment, runs

pytestmark = pytest.mark.django_db


@pytest.fixture
def campaign():
    """Three posts: on the first day at nine, on the second at half past two at night and at six in the evening."""
    campaign = CampaignFactory()
    for day, at, title in ((1, "09:00", "Welcome"), (2, "18:00", "Evening"), (3, "02:30", "Night")):
        campaign.touchpoints.create(day=day, kind="post", title=title, time_of_day=at)
    return campaign


@pytest.fixture
def person(campaign):
    """Somebody in New York whose first day is 3 March 2031."""
    contact = ContactFactory(time_zone="America/New_York", start_at=timezone.now())
    AssignmentFactory(contact=contact, campaign=campaign, campaign_started_on=STARTED)
    return contact


def test_a_step_happens_at_its_hour_where_the_contact_lives(person):
    begin(moment(1, 0))
    look(moment(1, 13, 59))
    assert runs() == []
    look(moment(1, 14, 1))
    assert runs() == [("Welcome", "done", "")]
    run = StepRun.objects.get()
    assert (run.due_at, run.day, run.contact) == (moment(1, 14), 1, person)


def test_nothing_happens_in_the_quiet_hours(person):
    """What is due at half past two at night comes when they end, on the same day."""
    begin(moment(2, 0))
    look(moment(3, 7, 31))
    assert "Night" not in {title for title, *_ in runs()}
    look(moment(3, 13, 1))
    assert StepRun.objects.get(title="Night").due_at == moment(3, 13)


def test_quiet_hours_before_midnight_move_a_step_to_the_next_morning(person, campaign):
    campaign.touchpoints.create(day=2, kind="post", title="Late", time_of_day="22:00")
    begin(moment(2, 0))
    look(moment(3, 4))
    assert "Late" not in {title for title, *_ in runs()}
    look(moment(3, 13, 1))
    assert StepRun.objects.get(title="Late").due_at == moment(3, 13)


@pytest.mark.parametrize(
    ("started", "day", "at", "due"),
    [
        (date(2031, 3, 8), 2, "02:30", datetime(2031, 3, 9, 7, 30, tzinfo=UTC)),  # the hour that is left out
        (date(2031, 3, 8), 2, "09:00", datetime(2031, 3, 9, 13, 0, tzinfo=UTC)),
        (date(2031, 11, 1), 2, "01:30", datetime(2031, 11, 2, 6, 30, tzinfo=UTC)),  # the hour that comes twice
        (date(2031, 11, 1), 2, "09:00", datetime(2031, 11, 2, 14, 0, tzinfo=UTC)),
    ],
)
def test_clocks_that_change_move_no_step_and_double_none(person, campaign, started, day, at, due):
    Firm.objects.update(quiet_from="00:00", quiet_until="00:00")  # none
    campaign.touchpoints.all().delete()
    campaign.touchpoints.create(day=day, kind="post", title="Step", time_of_day=at)
    Assignment.objects.update(campaign_started_on=started)
    begin(due - timedelta(hours=3))
    for minutes in range(-150, 150, 10):
        look(due + timedelta(minutes=minutes, seconds=30))
    assert [run.due_at for run in StepRun.objects.all()] == [due]


def test_what_is_late_by_more_than_the_window_is_skipped_and_shown(person, as_user):
    begin(moment(1, 0))
    look(moment(4, 12))  # an outage of three days
    assert runs() == [("Welcome", "skipped", "late"), ("Evening", "done", ""), ("Night", "done", "")]
    page = as_user(person.primary_advisor).get(reverse("contacts:detail", args=[person.pk])).content.decode()
    assert "Too late: the time for it had passed" in page


def test_a_zone_that_changes_on_the_road_loses_no_step_and_doubles_none(person):
    Contact.objects.update(time_zone="America/Los_Angeles")
    begin(moment(1, 0))
    look(moment(1, 15))  # seven in the morning there, ten in New York
    assert runs() == []
    Contact.objects.update(time_zone="America/New_York")
    look(moment(1, 15, 6))
    assert runs() == [("Welcome", "done", "")]
    Contact.objects.update(time_zone="America/Los_Angeles")
    look(moment(1, 17, 30))
    assert len(runs()) == 1


def test_an_unknown_zone_is_the_firms(person):
    Contact.objects.update(time_zone="Mars/Olympus")
    begin(moment(1, 0))
    look(moment(1, 14, 1))
    assert len(runs()) == 1


def test_a_campaign_given_to_somebody_active_starts_that_day(campaign, admin):
    Firm.objects.update(quiet_from="00:00", quiet_until="00:00", time_zone="UTC")
    campaign.touchpoints.create(day=1, kind="post", title="At once", time_of_day="00:00")
    contact = ContactFactory(start_at=timezone.now(), time_zone="UTC")
    assign(Contact.objects.filter(pk=contact.pk), AssignmentSpec(AssignmentFactory().experience, campaign), by=admin)
    StepClock.objects.update(looked_back_at=timezone.now() - timedelta(minutes=6))
    run_due_steps()
    assert "At once" in {title for title, *_ in runs(contact=contact)}


def changed_campaign(contact: Contact) -> None:
    """Another campaign in the same assignment, whose steps were due yesterday and are due today."""
    other = CampaignFactory()
    other.touchpoints.create(day=4, kind="post", title="Yesterday", time_of_day="00:01")
    other.touchpoints.create(day=5, kind="post", title="Today", time_of_day="00:00")
    Assignment.objects.filter(contact=contact).update(campaign=other)


def test_a_changed_campaign_goes_on_from_the_same_day(person):
    Firm.objects.update(quiet_from="00:00", quiet_until="00:00")
    Contact.objects.update(time_zone="UTC")
    Assignment.objects.update(campaign_started_on=timezone.localdate(timezone=UTC) - timedelta(days=4))
    changed_campaign(person)
    StepClock.objects.update(looked_back_at=timezone.now() - timedelta(minutes=6))
    run_due_steps()
    assert [title for title, *_ in runs()] == ["Today"]


@pytest.mark.django_db(transaction=True)  # what comes later has a later moment in the histories
def test_a_step_added_or_moved_to_a_moment_that_has_passed_does_not_happen(person, campaign):
    Firm.objects.update(quiet_from="00:00", quiet_until="00:00")
    Contact.objects.update(time_zone="UTC")
    campaign.touchpoints.all().delete()
    Assignment.objects.update(campaign_started_on=timezone.localdate(timezone=UTC) - timedelta(days=4))
    campaign.touchpoints.create(day=4, kind="post", title="Added", time_of_day="12:00")
    moved = campaign.touchpoints.create(day=20, kind="post", title="Moved", time_of_day="12:00")
    moved.day = 4
    moved.save()
    StepClock.objects.update(looked_back_at=timezone.now() - timedelta(minutes=6))
    run_due_steps()
    assert runs() == []


def test_a_step_deleted_on_the_way_happens_no_more_and_what_it_said_stays(person, campaign):
    begin(moment(1, 0))
    look(moment(1, 14, 1))
    for step in campaign.touchpoints.all():
        step.delete()
    look(moment(3, 14))
    assert runs() == [("Welcome", "done", "")]


@pytest.mark.parametrize(
    "closing",
    [
        {"deactivated_at": moment(1, 12)},
        {"deleted_at": moment(1, 12)},
        {"deceased": True},
    ],
)
def test_nothing_happens_to_who_was_closed(person, closing):
    Contact.objects.filter(pk=person.pk).update(**closing)
    begin(moment(1, 0))
    look(moment(1, 14, 1))
    assert runs() == [("Welcome", "skipped", "closed")]


def test_an_assignment_that_ended_brings_nothing_more(person):
    begin(moment(1, 0))
    Assignment.objects.update(ended_at=timezone.now())
    look(moment(1, 14, 1))
    assert runs() == []


def test_on_hold_nothing_happens_and_resuming_says_what_was_missed(person, as_user, admin):
    begin(moment(1, 0))
    url = reverse("campaigns:hold")
    client = as_user(admin)
    assert client.post(url, {"action": "hold"}).status_code == 302
    look(moment(2, 12))
    assert runs() == []
    assert "Resume campaigns" in client.get(reverse("accounts:firm")).content.decode()
    with time_machine.travel(moment(4, 12), tick=False):
        holding.resume(by=admin)
    look(moment(4, 12, 1))
    assert runs() == [("Welcome", "skipped", "held"), ("Evening", "done", ""), ("Night", "done", "")]


def test_pressing_hold_twice_holds(as_user, admin, advisor):
    url = reverse("campaigns:hold")
    for _ in range(2):
        as_user(admin).post(url, {"action": "hold"})
    assert Firm.get().campaigns_held_at
    assert as_user(advisor).post(url, {"action": "resume"}).status_code in {403, 404}
    assert Firm.get().campaigns_held_at


def test_a_clock_set_back_doubles_nothing(person):
    begin(moment(1, 0))
    look(moment(1, 14, 1))
    look(moment(1, 9))
    look(moment(1, 14, 2))
    assert len(runs()) == 1


def test_the_sweep_runs_them(person, campaign):
    Firm.objects.update(quiet_from="00:00", quiet_until="00:00")
    Contact.objects.update(time_zone="UTC")
    campaign.touchpoints.update(time_of_day=timezone.now().time())
    Assignment.objects.update(campaign_started_on=timezone.now().date())
    StepClock.objects.update(looked_until=timezone.now() - timedelta(minutes=1))
    sweep()
    assert [title for title, *_ in runs()] == ["Welcome"]


@pytest.mark.django_db(transaction=True)
def test_many_workers_at_once_do_each_step_once():
    campaign = CampaignFactory()
    for number in range(3):
        campaign.touchpoints.create(day=1, kind="post", title=f"Post {number}", time_of_day="09:00")
    for _ in range(5):
        contact = ContactFactory(time_zone="UTC", start_at=timezone.now())
        AssignmentFactory(contact=contact, campaign=campaign, campaign_started_on=STARTED)
    begin(moment(1, 0))
    people = list(Contact.objects.values_list("pk", flat=True))

    def work(number: int) -> None:
        try:
            run_due_steps() if number % 2 else run_steps_of(people)
        finally:
            connection.close()

    with time_machine.travel(moment(1, 9, 1), tick=False), ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(8)))
    assert StepRun.objects.count() == 15


def test_a_contact_in_a_zone_where_nobody_was_is_found_within_five_minutes(campaign):
    TouchpointFactory(campaign=campaign, title="Evening", day=1, time_of_day="18:02")
    other = ContactFactory(time_zone="UTC", start_at=timezone.now())
    AssignmentFactory(contact=other, campaign=campaign, campaign_started_on=STARTED)
    begin(moment(1, 8))
    look(moment(1, 8, 59))  # a look back
    contact = ContactFactory(time_zone="Asia/Tokyo", start_at=timezone.now())
    AssignmentFactory(contact=contact, campaign=campaign, campaign_started_on=STARTED)
    evening = StepRun.objects.filter(title="Evening", contact=contact, state="done")
    found = []
    for minute in range(6):
        look(moment(1, 9, minute))
        found.append(evening.count())
    assert found == [0, 0, 0, 0, 0, 1]
    for minute in range(6, 10):
        look(moment(1, 9, minute))
    assert evening.count() == 1


def test_a_look_takes_the_same_queries_for_any_number(person, campaign, django_assert_num_queries):
    for _ in range(5):
        contact = ContactFactory(time_zone="UTC", start_at=timezone.now())
        AssignmentFactory(contact=contact, campaign=campaign, campaign_started_on=STARTED)
    begin(moment(1, 0))
    look(moment(1, 1))
    with time_machine.travel(moment(2, 0), tick=False), django_assert_num_queries(13):
        run_due_steps()
    assert StepRun.objects.filter(title="Welcome").count() == 6


def test_the_timeline_and_the_section_tell_what_was_done_and_what_comes(person, as_user):
    begin(moment(1, 0))
    look(moment(1, 14, 1))
    with time_machine.travel(moment(1, 15), tick=False):
        page = one_line(as_user(person.primary_advisor).get(reverse("contacts:detail", args=[person.pk])))
    assert "Post “Welcome” sent by the campaign" in page
    assert "day 1 of" in page and "March 4, 2031: Post “Evening”" in page


def test_posts_stay_in_the_feed_with_their_resource(person, campaign, as_user):
    guide = ResourceFactory(name="A guide")
    campaign.touchpoints.filter(title="Welcome").update(resource=guide)
    begin(moment(1, 0))
    look(moment(1, 14, 1))
    campaign.touchpoints.all().delete()
    page = as_user(person.primary_advisor).get(reverse("portal:preview_posts", args=[person.pk])).content.decode()
    assert "Welcome" in page and "A guide" in page


def test_the_feed_is_read_page_by_page(person, as_user):
    assignment = Assignment.objects.get(contact=person)
    StepRun.objects.bulk_create(
        StepRun(
            assignment=assignment,
            contact=person,
            kind="post",
            day=number // 2 + 1,
            title=f"Post no. {number}.",
            due_at=moment(1 + number // 2, 9),
            state="done",
        )
        for number in range(45)
    )
    client, seen, url = as_user(person.primary_advisor), [], reverse("portal:preview_posts", args=[person.pk])
    query = ""
    for _ in range(3):
        page = client.get(url + query)
        seen += [post.title for post in page.context["posts"]]
        query = f"?before={page.context['older']}"
    assert seen == [f"Post no. {number}." for number in reversed(range(45))]
    assert page.context["older"] is None
