"""The experience report: its numbers are those of rows counted by hand, and each opens exactly its contacts."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from contacts.models import Contact, PortalSignIn, ResourceView, Status
from tests.factories import (
    AssignmentFactory,
    CampaignFactory,
    ContactFactory,
    ExperienceFactory,
    ResourceFactory,
    TeamFactory,
    UserFactory,
)
from tests.markup import one_line

URL = "/reports/experience/"
NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)


def given(advisor, experience, status=Status.ASSIGNED, **fields):
    """A contact with an experience, in a status."""
    stamps = {
        Status.ASSIGNED: {},
        Status.INVITED: {"first_invited_at": NOW},
        Status.ACTIVE: {"start_at": NOW, "last_login_at": NOW},
        Status.DEACTIVATED: {"deactivated_at": NOW},
    }[status]
    campaign = fields.pop("campaign", None)
    contact = ContactFactory(primary_advisor=advisor, **stamps, **fields)
    return AssignmentFactory(contact=contact, experience=experience, campaign=campaign).contact


@pytest.fixture
def firm_of_seven(advisor, colleague):
    """Two experiences, a campaign, a team, two advisors; and a contact without an experience."""
    retirement, family = ExperienceFactory(name="Retirement"), ExperienceFactory(name="Family")
    campaign, team = CampaignFactory(name="Ninety days", length_days=90), TeamFactory(name="North")
    first = given(advisor, retirement)
    PortalSignIn.objects.create(contact=first)
    ResourceView.objects.create(contact=first, resource=ResourceFactory())
    given(advisor, retirement, Status.INVITED, campaign=campaign)
    given(advisor, retirement, Status.ACTIVE, campaign=campaign, team=team)
    given(advisor, family, Status.ACTIVE, team=team)
    given(colleague, family, Status.ACTIVE)
    given(colleague, family, Status.DEACTIVATED, campaign=campaign)
    ContactFactory(primary_advisor=advisor, last_name="Without")


def numbers(page, by) -> dict[str, list[int]]:
    """What each group of the page counts: in all, assigned, invited, active, deactivated."""
    assert page.context["group_heading"] == by
    return {one.name: [one.total, *(number.value for number in one.numbers)] for one in page.context["groups"]}


@pytest.mark.parametrize(
    ("view", "heading", "expected"),
    [
        ("experience", "Experience", {"Retirement": [3, 1, 1, 1, 0], "Family": [3, 0, 0, 2, 1]}),
        ("campaign", "Campaign", {"No campaign": [3, 1, 0, 2, 0], "Ninety days": [3, 0, 1, 1, 1]}),
        ("advisor", "Primary advisor", {"Ada Advisor": [4, 1, 1, 2, 0], "Ada Colleague": [2, 0, 0, 1, 1]}),
        ("team", "Team", {"No team": [4, 1, 1, 1, 1], "North": [2, 0, 0, 2, 0]}),
    ],
)
def test_groups_count_what_is_there(as_user, admin, firm_of_seven, view, heading, expected):
    page = as_user(admin).get(URL, {"view": view})
    assert numbers(page, heading) == expected
    whole = page.context["whole"]
    assert [whole.total, *(number.value for number in whole.numbers)] == [6, 1, 1, 3, 1]


def test_every_number_opens_exactly_its_contacts(as_user, admin, firm_of_seven):
    client = as_user(admin)
    opened = 0
    for view in ("experience", "campaign", "advisor", "team"):
        page = client.get(URL, {"view": view, "has_login": "yes"})
        for group in [page.context["whole"], *page.context["groups"]]:
            assert client.get(group.url).context["page"].paginator.count == group.total
            for number in group.numbers:
                assert client.get(number.url).context["page"].paginator.count == number.value
                opened += number.value
    assert opened == 4 * 2 * 3


def test_a_number_under_a_filter_of_the_report_alone_opens_the_report(as_user, admin, firm_of_seven):
    client = as_user(admin)
    Contact.objects.get(experience__name="Family", deactivated_at__isnull=False).assignments.update(
        assigned_at=NOW - timedelta(days=40)
    )
    page = client.get(URL, {"assigned_from": "2026-03-01"})
    family = next(group for group in page.context["groups"] if group.name == "Family")
    assert family.total == 2
    assert family.url.startswith(URL)
    assert client.get(family.url).context["page"].paginator.count == 2


def test_assigned_to_counts_the_last_day_in_full(as_user, admin):
    given(admin, ExperienceFactory()).assignments.update(assigned_at=NOW)
    client = as_user(admin)
    assert client.get(URL, {"assigned_to": "2026-03-10"}).context["page"].paginator.count == 1
    assert client.get(URL, {"assigned_to": "2026-03-09"}).context["page"].paginator.count == 0


@pytest.mark.parametrize(("day", "before", "after"), [("0001-01-01", 0, 1), ("9999-12-31", 1, 0)])
def test_the_first_and_the_last_day_there_are_bound_the_report_too(as_user, admin, day, before, after):
    given(admin, ExperienceFactory())
    client = as_user(admin)
    for name, count in (("assigned_to", before), ("assigned_from", after)):
        assert client.get(URL, {name: day}).context["page"].paginator.count == count


def test_an_ended_assignment_is_not_in_the_report(as_user, admin):
    AssignmentFactory(contact__last_name="Former", ended_at=timezone.now() + timedelta(seconds=1))
    assert "Former" not in as_user(admin).get(URL).content.decode()


def test_each_contact_shows_progress_and_engagement(as_user, admin):
    contact = given(
        admin, ExperienceFactory(), Status.ACTIVE, campaign=CampaignFactory(length_days=90), last_name="Busy"
    )
    contact.assignments.update(campaign_started_on=timezone.now().date() - timedelta(days=11))
    Contact.objects.filter(pk=contact.pk).update(time_zone="UTC")
    PortalSignIn.objects.bulk_create([PortalSignIn(contact=contact) for _ in range(3)])
    first, second = ResourceFactory(), ResourceFactory()
    ResourceView.objects.bulk_create([ResourceView(contact=contact, resource=one) for one in (first, first, second)])
    page = as_user(admin).get(URL)
    row = next(iter(page.context["table"].paginated_rows))
    assert (row.record.sign_in_count, row.record.opened_count) == (3, 2)
    assert "Day 12 of 90" in page.content.decode()


@pytest.mark.parametrize(
    ("role", "seen"), [("admin", 6), ("compliance", 6), ("advisor", 4), ("colleague", 2), ("support", 0)]
)
def test_everybody_counts_only_contacts_they_see(request, as_user, firm_of_seven, role, seen):
    page = as_user(request.getfixturevalue(role)).get(URL)
    assert page.context["page"].paginator.count == seen
    assert page.context["whole"].total == seen


def test_support_counts_the_contacts_of_their_teams(as_user, support, firm_of_seven):
    Contact.objects.filter(team__name="North").first().team.memberships.create(user=support)
    assert as_user(support).get(URL).context["whole"].total == 2


@pytest.mark.django_db
def test_strangers_and_contacts_get_nothing(client, as_user):
    assert client.get(URL).status_code == 302
    assert as_user(UserFactory(role="contact")).get(URL).status_code == 404


def test_a_filter_that_cannot_be_read_shows_nothing(as_user, admin, firm_of_seven):
    page = as_user(admin).get(URL, {"status": "rich"})
    assert page.context["whole"].total == 0
    assert "A filter cannot be read" in page.content.decode()


@pytest.mark.parametrize(
    "sort",
    ["name", "advisor", "status", "experience", "campaign", "progress", "started", "last_login", "sign_ins", "opened"],
)
def test_every_column_sorts_both_ways(as_user, admin, firm_of_seven, sort):
    client = as_user(admin)
    orders = [
        [row.record.pk for row in client.get(URL, {"sort": sign + sort}).context["table"].paginated_rows]
        for sign in ("", "-")
    ]
    assert len(set(orders[0])) == 6
    assert sorted(orders[0]) == sorted(orders[1])
    assert orders[0] != orders[1]


def test_progress_descending_shows_the_furthest_first(as_user, admin):
    experience, campaign = ExperienceFactory(), CampaignFactory()
    for days in (5, None, 20):
        contact = given(admin, experience, campaign=campaign, last_name=f"Days{days}")
        started = timezone.now().date() - timedelta(days=days) if days else None
        contact.assignments.update(campaign_started_on=started)
    client = as_user(admin)
    names = [
        [row.record.last_name for row in client.get(URL, {"sort": sort}).context["table"].paginated_rows]
        for sort in ("-progress", "progress")
    ]
    assert names == [["Days20", "Days5", "DaysNone"], ["DaysNone", "Days5", "Days20"]]


@pytest.mark.parametrize("rows", [1, 3])
def test_it_takes_as_many_queries_for_one_row_as_for_three(as_user, advisor, rows, django_assert_num_queries):
    for _ in range(rows):
        contact = given(advisor, ExperienceFactory(), Status.ACTIVE, campaign=CampaignFactory(), team=TeamFactory())
        PortalSignIn.objects.create(contact=contact)
    client = as_user(advisor)
    client.get(URL)
    with django_assert_num_queries(11):
        client.get(URL)


def test_many_groups_are_shown_on_request(as_user, admin):
    for _ in range(14):
        given(UserFactory(), ExperienceFactory())
    client = as_user(admin)
    page = client.get(URL, {"view": "advisor"})
    assert (len(page.context["groups"]), page.context["groups_hidden"]) == (12, 2)
    assert page.context["whole"].total == 14
    assert len(client.get(URL, {"view": "advisor", "groups": "all"}).context["groups"]) == 14


def test_it_says_as_of_when(as_user, admin, firm_of_seven):
    assert re.search(r"As of <time datetime", one_line(as_user(admin).get(URL)))


def test_reports_stand_in_the_rail(as_user, admin):
    assert f'href="{reverse("reports:experience")}"' in as_user(admin).get(URL).content.decode()
