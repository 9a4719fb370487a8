"""What a contact finds at home."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.utils import timezone

from accounts.models import Firm
from contacts.models import Assignment, Contact
from experiences.models import Resource
from tests.factories import (
    PASSWORD,
    CampaignFactory,
    CardFactory,
    CardTemplateFactory,
    FeaturedTemplateFactory,
    ResourceFactory,
    TeamFactory,
    UserFactory,
    sent_post,
)

HOME_QUERIES = 12


def fill(assignment, many):
    """Give cards, pinned resources, posts and team members: `many` of each."""
    for position in range(many):
        CardFactory(template=assignment.experience.card_template, position=position)
        resource = ResourceFactory()
        assignment.experience.featured_template.placements.create(resource=resource, position=position)
        sent_post(assignment, f"Post {position}", resource=resource)
    team = TeamFactory(members=[UserFactory() for _ in range(many)])
    Contact.objects.filter(pk=assignment.contact_id).update(team=team, time_zone="UTC")


@pytest.mark.parametrize("many", [1, 3])
def test_home_takes_the_same_queries_whatever_it_shows(portal, assignment, many, django_assert_num_queries):
    fill(assignment, many)
    portal.get("/portal/")
    with django_assert_num_queries(HOME_QUERIES):
        response = portal.get("/portal/")
    context = response.context
    shown = [context["tiles"], context["featured"], context["posts"], context["team"].members]
    assert [len(rows) for rows in shown] == [many, many, many, many + 1]


def test_an_empty_home_says_so(portal):
    assert b"Nothing here yet" in portal.get("/portal/").content


def test_the_greeting_follows_the_contacts_clock(portal, client_contact):
    Contact.objects.filter(pk=client_contact.pk).update(time_zone="Asia/Tokyo", preferred_name="Cari")
    with time_machine.travel(datetime(2026, 3, 1, 23, 0, tzinfo=UTC), tick=False):
        portal.force_login(client_contact.user, backend="accounts.backends.PortalBackend")
        assert "Good morning, Cari" in portal.get("/portal/").content.decode()


def test_only_cards_of_today_are_shown_and_the_contacts_own_template_beats_the_experiences(portal, assignment):
    today = timezone.localdate()
    CardFactory(template=assignment.experience.card_template, title="The experience's")
    own = CardTemplateFactory()
    CardFactory(template=own, title="Now", visible_from=today - timedelta(3), visible_to=today + timedelta(3))
    CardFactory(template=own, title="Later", visible_from=today + timedelta(3))
    CardFactory(template=own, title="Over", visible_to=today - timedelta(3))
    Assignment.objects.filter(pk=assignment.pk).update(card_template=own)
    assert [tile.title for tile in portal.get("/portal/").context["tiles"]] == ["Now"]


def test_a_data_card_shows_the_contacts_own_data_and_nothing_else(portal, assignment, advisor):
    Contact.objects.update(custom_data={"plan": "<b>Gold</b>", "deep": {"x": 1}})
    CardFactory(
        template=assignment.experience.card_template,
        kind="data",
        url="",
        title="Hello {preferred_name}",
        text="{custom.plan} {custom.deep}{custom.none}{user.password} by {advisor_name}",
    )
    tile = portal.get("/portal/").context["tiles"][0]
    assert (tile.title, tile.text) == ("Hello Carla", f"<b>Gold</b> {{user.password}} by {advisor.name}")
    assert b"&lt;b&gt;Gold" in portal.get("/portal/").content


def test_shortcuts_lead_inside_and_those_without_a_target_are_left_out(portal, assignment):
    for position, shortcut in enumerate(["library", "team", "profile", "write", "call"]):
        CardFactory(
            template=assignment.experience.card_template, kind="shortcut", shortcut=shortcut, url="", position=position
        )
    assert [tile.href for tile in portal.get("/portal/").context["tiles"]] == [
        "/portal/library/",
        "/portal/#team",
        "/portal/profile/",
        "/portal/messages/",
    ]


def test_featured_resources_are_published_unexpired_and_in_order(portal, assignment):
    own = FeaturedTemplateFactory()
    rows = [
        ResourceFactory(name="Second"),
        ResourceFactory(name="First"),
        ResourceFactory(name="Draft", state=Resource.State.DRAFT),
        ResourceFactory(name="Expired", expires_on=date(2020, 1, 1)),
        ResourceFactory(name="Archived", archived_at=timezone.now()),
    ]
    for position, resource in zip([2, 1, 3, 4, 5], rows, strict=True):
        own.placements.create(resource=resource, position=position)
    FeaturedTemplateFactory().placements.create(resource=rows[0], position=0)
    Assignment.objects.filter(pk=assignment.pk).update(featured_template=own)
    assert [one.name for one in portal.get("/portal/").context["featured"]] == ["First", "Second"]


def test_the_latest_posts_are_shown_and_lead_to_all_of_them(portal, assignment):
    now = timezone.now()
    for number in range(5):
        sent_post(assignment, f"Post {number}", due_at=now - timedelta(days=number))
    page = portal.get("/portal/")
    assert [post.title for post in page.context["posts"]] == ["Post 0", "Post 1", "Post 2"]
    assert "/portal/posts/" in page.content.decode()
    assert len(portal.get("/portal/posts/").context["posts"]) == 5


def test_the_first_day_of_a_campaign_is_on_the_first_page(portal, assignment, client_contact):
    """The first sign-in begins it; its posts of that day are there although their hour has passed."""
    Firm.objects.update(quiet_from="00:00", quiet_until="00:00")
    campaign = CampaignFactory()
    campaign.touchpoints.create(day=1, kind="post", title="Welcome", time_of_day="00:00")
    campaign.touchpoints.create(day=2, kind="post", title="Tomorrow", time_of_day="00:00")
    Assignment.objects.update(campaign=campaign, campaign_started_on=None)
    Contact.objects.update(start_at=None, time_zone="UTC")
    portal.logout()
    portal.post("/portal/sign-in/", {"email": client_contact.email, "password": PASSWORD})
    assert [post.title for post in portal.get("/portal/").context["posts"]] == ["Welcome"]


@pytest.mark.parametrize(
    ("reach", "direct", "group"),
    [("direct", True, False), ("group", False, True), ("both", True, True), ("off", False, False)],
)
def test_the_team_can_be_reached_as_the_firm_says(portal, client_contact, reach, direct, group):
    gone = UserFactory(is_active=False)
    member = UserFactory()
    Contact.objects.update(team=TeamFactory(members=[member, gone], reach=reach))
    response = portal.get("/portal/")
    page = response.content.decode()
    assert response.context["team"].members == [client_contact.primary_advisor, member]
    assert (f'href="/portal/messages/to/{member.pk}/"' in page, "Write to the team" in page) == (direct, group)
