"""A dry run tells what a campaign is going to do, for one and for all, exactly as it will happen."""

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta

import pytest
import time_machine
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from accounts.models import Firm
from contacts.domain.placeholder_values import values_for
from contacts.models import Contact
from outreach.domain.steps.forecast import forecast
from outreach.domain.steps.journey import due_at, journey
from outreach.domain.steps.pausing import pause
from outreach.models import StepRun
from tests.factories import AssignmentFactory, CampaignFactory, ContactFactory, TouchpointFactory, UserFactory
from tests.markup import one_line
from tests.outreach.steps import STARTED, begin, look, moment, runs

pytestmark = pytest.mark.django_db
ZONES = ["America/New_York", "Pacific/Auckland", "Asia/Kathmandu", "Europe/Berlin", "America/Los_Angeles", ""]


@pytest.fixture
def campaign():
    """A week of posts at odd hours, some of them quiet."""
    campaign = CampaignFactory()
    for day, at in enumerate(("09:00", "02:30", "23:45", "21:00", "08:00", "07:59", "18:30"), 1):
        campaign.touchpoints.create(day=day, kind="post", title=f"Step {day}", time_of_day=at)
    return campaign


def someone(campaign, zone="UTC", **values) -> Contact:
    contact = ContactFactory(time_zone=zone, start_at=timezone.now(), **values)
    AssignmentFactory(contact=contact, campaign=campaign, campaign_started_on=STARTED)
    return contact


@pytest.mark.parametrize(("quiet_from", "quiet_until"), [("21:00", "08:00"), ("12:00", "19:00"), ("00:00", "00:00")])
def test_what_happens_is_what_the_dry_run_said(campaign, quiet_from, quiet_until):
    Firm.objects.update(quiet_from=quiet_from, quiet_until=quiet_until, time_zone="America/Denver")
    people = [someone(campaign, zone) for zone in ZONES]
    begin(moment(0, 0))
    firm = Firm.get()
    with time_machine.travel(moment(0, 0), tick=False):
        planned = {(one.pk, step.title): step.at for one in people for _, step in journey(one, campaign, firm).steps}
        days = forecast(campaign, firm, moment(12, 0))
    for hours in range(0, 12 * 24, 6):
        look(moment(0, 0) + timedelta(hours=hours, minutes=1))
    happened = {(run.contact_id, run.title): run.due_at for run in StepRun.objects.filter(state="done")}
    assert happened == planned
    on = Counter((at.date(), title) for (_, title), at in planned.items())
    assert {(day, step.step.title): step.happens for day, steps in days.items() for step in steps} == dict(on)


@pytest.mark.parametrize("at", [time(1, 30), time(2, 30), time(3, 0)])
@pytest.mark.parametrize("on", [date(2031, 3, 9), date(2031, 11, 2)])
def test_the_dry_run_knows_when_clocks_change(on, at):
    Firm.objects.update(quiet_from="00:00", quiet_until="00:00")
    campaign = CampaignFactory()
    step = campaign.touchpoints.create(day=1, kind="post", title="Step", time_of_day=at)
    contact = someone(campaign, "America/New_York")
    contact.assignments.update(campaign_started_on=on)
    begin(datetime(on.year, on.month, on.day, tzinfo=UTC))
    look(datetime.combine(on, time(23, 0), tzinfo=UTC))
    found = due_at(step, on, journey(contact, campaign, Firm.get()).zone, Firm.get())
    assert StepRun.objects.get().due_at == found.astimezone(UTC)  # a time that comes twice equals none elsewhere


def test_it_says_what_is_paused_closed_and_not_begun(campaign, as_user, admin):
    someone(campaign)
    pause(someone(campaign), by=admin)
    someone(campaign, deactivated_at=timezone.now())
    someone(campaign, do_not_contact_since=timezone.now())
    AssignmentFactory(contact=ContactFactory(), campaign=campaign)
    with time_machine.travel(moment(1, 0), tick=False):
        days = forecast(campaign, Firm.get(), moment(1, 23))
        page = one_line(as_user(admin).get(reverse("campaigns:plan", args=[campaign.pk])))
    [first] = days[STARTED]
    assert (first.happens, first.paused, first.closed, first.no_contact) == (1, 1, 1, 1)
    assert "4 contacts are under way. For 1 more it begins with the first sign-in" in page
    for words in ("1 paused", "1 closed", "1 “do not contact”"):
        assert words in page


def test_for_a_contact_it_says_what_they_will_read_and_when(campaign, as_user):
    step = campaign.touchpoints.first()
    step.title, step.text = "Hello {preferred_name}", "Yours, {advisor_name}"
    step.save()
    ann = someone(campaign, "America/New_York", preferred_name="Annie")
    url = reverse("campaigns:plan", args=[campaign.pk])
    with time_machine.travel(moment(1, 0), tick=False):
        page = as_user(ann.primary_advisor).get(url, {"contact": ann.pk}).content.decode()
    assert "Hello Annie" in page and f"Yours, {ann.primary_advisor.name}" in page
    assert "Day 1 was March 3, 2031" in page and "America/New_York" in page


def test_a_contact_without_the_campaign_is_shown_how_it_would_run(campaign, as_user):
    ben = ContactFactory()
    url = reverse("campaigns:plan", args=[campaign.pk])
    page = one_line(as_user(ben.primary_advisor).get(url, {"contact": ben.pk}))
    assert "this is how it would run if day 1 were today" in page


def test_who_begins_today_is_given_what_the_day_has_brought_already(as_user):
    campaign = CampaignFactory()
    TouchpointFactory(campaign=campaign, title="Morning", time_of_day="09:00")
    ben = ContactFactory(time_zone="UTC")
    with time_machine.travel(moment(1, 15), tick=False):
        [(_, step)] = journey(ben, campaign, Firm.get()).steps
    assert step.outcome == "comes"


def test_contacts_are_found_among_ones_own(campaign, as_user):
    ann, other = ContactFactory(first_name="Annabel"), ContactFactory(first_name="Annabel")
    client, url = as_user(ann.primary_advisor), reverse("campaigns:plan", args=[campaign.pk])
    page = client.get(url, {"q": "annabel"}).content.decode()
    assert f"?contact={ann.pk}" in page and f"?contact={other.pk}" not in page
    assert client.get(url, {"contact": other.pk}).status_code == 404


@pytest.mark.parametrize("asked", ["2031-02-31", "x", "0001-01-01", "9999-12-31", "2031-03-03"])
def test_any_week_can_be_asked_for(campaign, as_user, admin, asked):
    someone(campaign)
    answer = as_user(admin).get(reverse("campaigns:plan", args=[campaign.pk]), {"from": asked})
    assert answer.status_code == 200


def test_placeholders_are_filled_when_a_step_happens():
    Firm.objects.update(name="Firm {last_name}", phone="+15550100")
    campaign = CampaignFactory()
    names = ["preferred_name", "first_name", "last_name", "advisor_name", "advisor_email", "advisor_phone"]
    text = "{ {x} }{" + "}\n{".join([*names, "firm_name", "firm_phone"]) + "} %s {{first_name}} {"
    TouchpointFactory(campaign=campaign, kind="post", title="For {preferred_name}", text=text)
    advisor = UserFactory(first_name="", last_name="")
    people = [
        someone(campaign, first_name="{firm_name}", preferred_name="", primary_advisor=advisor),
        someone(campaign, first_name="Ann\\1", preferred_name="Annie & 'Co' %", last_name="O’Neil"),
    ]
    begin(moment(1, 0))
    look(moment(1, 23))
    for person in people:
        run = StepRun.objects.get(contact=person)
        [(_, said)] = journey(person, campaign, Firm.get()).steps
        values = values_for(person, Firm.get())
        assert (run.title, run.text) == (said.title, said.text)
        assert run.title == f"For {values['preferred_name']}"
        assert values["advisor_name"] in run.text and "{x}" in run.text


def test_a_title_that_grows_long_stops_nothing():
    campaign = CampaignFactory()
    TouchpointFactory(campaign=campaign, kind="post", title="{firm_name}" * 10)
    Firm.objects.update(name="F" * 100)
    someone(campaign)
    begin(moment(1, 0))
    look(moment(1, 23))
    assert [len(title) for title, *_ in runs()] == [250]


def test_placeholders_that_are_empty_for_some_are_told(as_user, admin):
    Firm.objects.update(phone="")
    campaign = CampaignFactory()
    TouchpointFactory(campaign=campaign, kind="post", text="Call {advisor_phone}")
    someone(campaign)
    someone(campaign, primary_advisor=UserFactory(phone="+15550100"))
    page = one_line(as_user(admin).get(reverse("campaigns:plan", args=[campaign.pk])))
    assert "is empty for 1 contact." in page
    Firm.objects.update(phone="+15550101")
    page = one_line(as_user(admin).get(reverse("campaigns:plan", args=[campaign.pk])))
    assert "is empty for" not in page


def test_a_step_takes_only_known_placeholders(campaign, as_user, admin):
    step = campaign.touchpoints.first()
    url = reverse("experiences:touchpoint_edit", args=[step.pk])
    values = {"day": 1, "time_of_day": "09:00", "kind": "post", "title": "{nickname}", "text": "{first_name}"}
    answer = as_user(admin).post(url, values)
    assert answer.status_code == 422
    assert answer.context["form"].errors["title"][0].startswith("{nickname} is no placeholder")


def test_a_test_goes_to_oneself_as_the_contact_reads_it(campaign, as_user):
    ann = someone(campaign, preferred_name="Annie")
    step = campaign.touchpoints.first()
    campaign.touchpoints.filter(pk=step.pk).update(title="Hello {preferred_name}")
    client, url = as_user(ann.primary_advisor), reverse("campaigns:step_test", args=[step.pk])
    client.post(url, {"contact": ann.pk})
    [sent] = mail.outbox
    assert (sent.to, sent.subject) == ([ann.primary_advisor.email], "[Test] Hello Annie")
    assert as_user(UserFactory()).post(url, {"contact": ann.pk}).status_code == 404


@pytest.mark.parametrize("people", [1, 3])
def test_the_calendar_takes_the_same_queries_for_any_number(
    campaign, as_user, admin, django_assert_max_num_queries, people
):
    for _ in range(people):
        someone(campaign)
    client = as_user(admin)
    with time_machine.travel(moment(1, 0), tick=False), django_assert_max_num_queries(14):
        client.get(reverse("campaigns:plan", args=[campaign.pk]))
