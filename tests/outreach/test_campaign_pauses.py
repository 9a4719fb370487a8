"""A campaign can be paused, for all or for one contact; what became due meanwhile is done or skipped, never lost."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from accounts.models import Firm
from contacts.domain.purging import purge_trash
from contacts.models import Contact
from core.models import Activity
from outreach.domain.steps.pausing import meanwhile, open_pause, pause, resume
from outreach.models import CampaignPause
from tests.factories import AssignmentFactory, CampaignFactory, ContactFactory, UserFactory
from tests.outreach.steps import STARTED, begin, look, moment, runs

pytestmark = pytest.mark.django_db


@pytest.fixture
def campaign():
    """A post on each of the first four days, at nine."""
    campaign = CampaignFactory()
    for day in range(1, 5):
        campaign.touchpoints.create(day=day, kind="post", title=f"Day {day}", time_of_day="09:00")
    return campaign


@pytest.fixture
def ann(campaign):
    """Somebody in UTC whose first day is 3 March 2031."""
    return someone(campaign)


def someone(campaign) -> Contact:
    contact = ContactFactory(time_zone="UTC", start_at=timezone.now())
    AssignmentFactory(contact=contact, campaign=campaign, campaign_started_on=STARTED)
    return contact


@pytest.fixture(params=["contact", "campaign"])
def paused(request, ann, campaign):
    """What is paused: Ann's campaign, or the campaign of all."""
    return ann if request.param == "contact" else campaign


def at(when, action, subject, by):
    """Pause or resume at a moment."""
    with time_machine.travel(when, tick=False):
        return action(subject, by=by)


def test_nothing_happens_in_a_pause_and_afterwards_what_is_not_too_late(ann, paused, admin):
    begin(moment(1, 0))
    look(moment(1, 9, 1))
    assert at(moment(1, 12), pause, paused, admin)
    look(moment(2, 9, 1))
    look(moment(4, 8))
    assert runs() == [("Day 1", "done", "")]
    assert at(moment(4, 12), resume, paused, admin)
    look(moment(4, 12, 1))
    assert runs() == [("Day 1", "done", ""), ("Day 2", "skipped", "held"), ("Day 3", "done", ""), ("Day 4", "done", "")]


def test_after_a_long_pause_nothing_is_lost_unseen(ann, paused, admin):
    begin(moment(1, 0))
    at(moment(1, 1), pause, paused, admin)
    for day in range(1, 12):
        look(moment(day, 10))
    at(moment(12, 12), resume, paused, admin)
    look(moment(12, 12, 1))
    assert runs() == [(f"Day {day}", "skipped", "held") for day in range(1, 5)]
    assert CampaignPause.objects.get().settled


def test_the_pause_of_one_contact_is_nobody_elses(ann, campaign, admin):
    ben = someone(campaign)
    begin(moment(1, 0))
    at(moment(1, 1), pause, ann, admin)
    look(moment(1, 9, 1))
    assert runs(contact=ann) == []
    assert runs(contact=ben) == [("Day 1", "done", "")]


def test_a_campaign_resumed_stays_paused_for_a_contact_who_is(ann, campaign, admin):
    ben = someone(campaign)
    begin(moment(1, 0))
    at(moment(1, 1), pause, ann, admin)
    at(moment(1, 1), pause, campaign, admin)
    at(moment(1, 12), resume, campaign, admin)
    look(moment(1, 12, 1))
    assert (runs(contact=ann), runs(contact=ben)) == ([], [("Day 1", "done", "")])


def test_who_was_closed_in_a_pause_gets_nothing_after_it(ann, paused, admin):
    begin(moment(1, 0))
    at(moment(1, 1), pause, paused, admin)
    Contact.objects.update(deactivated_at=moment(1, 5))
    at(moment(1, 12), resume, paused, admin)
    look(moment(1, 12, 1))
    assert runs() == [("Day 1", "skipped", "closed")]


def test_pauses_that_overlap_lose_nothing_of_what_was_skipped(ann, campaign, admin):
    begin(moment(1, 0))
    at(moment(1, 1), pause, ann, admin)
    at(moment(3, 12), pause, campaign, admin)
    at(moment(4, 12), resume, ann, admin)
    look(moment(4, 12, 1))  # nothing yet: the campaign is paused
    assert runs() == []
    at(moment(9, 12), resume, campaign, admin)
    look(moment(9, 12, 1))
    assert runs() == [(f"Day {day}", "skipped", "held") for day in range(1, 5)]


def test_what_another_pause_holds_is_not_promised(ann, campaign, admin):
    begin(moment(1, 0))
    for subject in (ann, campaign):
        at(moment(1, 1), pause, subject, admin)
    with time_machine.travel(moment(1, 12), tick=False):
        assert meanwhile(open_pause(ann), Firm.get()).done == 0
        resume(campaign, by=admin)
        assert meanwhile(open_pause(ann), Firm.get()).done == 1


def test_pausing_and_resuming_twice_is_pausing_and_resuming_once(paused, admin):
    assert [pause(paused, by=admin), pause(paused, by=admin)] == [True, False]
    assert [resume(paused, by=admin), resume(paused, by=admin)] == [True, False]
    verbs = list(Activity.objects.filter(verb__startswith="campaign_").values_list("verb", flat=True))
    assert sorted(verbs) == ["campaign_paused", "campaign_resumed"]


def test_the_page_says_what_will_happen_after_a_pause(ann, campaign, as_user, admin):
    begin(moment(1, 0))
    at(moment(1, 1), pause, campaign, admin)
    with time_machine.travel(moment(4, 12), tick=False):
        page = as_user(admin).get(reverse("campaigns:pause", args=[campaign.pk])).content.decode()
    assert "2 steps that became due meanwhile will happen within minutes. 2 steps will be skipped" in page


def test_it_is_paused_and_resumed_on_its_page(ann, campaign, as_user, admin):
    client, url = as_user(admin), reverse("campaigns:pause", args=[campaign.pk])
    page = reverse("experiences:campaign", args=[campaign.pk])
    for action, heading in (("pause", "Paused"), ("resume", "")):
        assert client.post(url, {"action": action}, follow=True).redirect_chain == [(page, 302)]
        assert ("No step happens until it is resumed" in client.get(page).content.decode()) is bool(heading)
    assert CampaignPause.objects.get().resumed_at


def test_only_who_may_edit_a_contact_pauses_their_campaign(ann, as_user):
    url = reverse("campaigns:contact_pause", args=[ann.pk])
    for user in (UserFactory(), UserFactory(role="compliance")):
        assert as_user(user).post(url, {"action": "pause"}).status_code in {403, 404}
    assert not CampaignPause.objects.exists()
    assert as_user(ann.primary_advisor).post(url, {"action": "pause"}).status_code == 302
    page = as_user(ann.primary_advisor).get(reverse("contacts:detail", args=[ann.pk])).content.decode()
    assert "Paused for this contact" in page


def test_a_contact_who_is_purged_takes_the_pause_along(ann, admin):
    pause(ann, by=admin)
    Contact.objects.update(deleted_at=timezone.now() - timedelta(days=40))
    purge_trash()
    assert not CampaignPause.objects.filter(contact=ann).exists()
