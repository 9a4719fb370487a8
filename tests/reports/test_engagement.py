"""The engagement report counts who is there, and each number opens exactly its contacts."""

import csv
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from contacts.models import Contact
from core.models import Activity
from tests.factories import AssignmentFactory, ContactFactory, ExperienceFactory, TeamFactory, UserFactory

URL, EXPORT = "/reports/engagement/", "/reports/engagement/export/"
NOW = datetime(2031, 3, 10, 12, 0, tzinfo=UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture
def firm_of_six(advisor, colleague):
    """One in each stage for the advisor, and two of a colleague's; one is deactivated."""
    family, team = ExperienceFactory(name="Family"), TeamFactory(name="North")
    ContactFactory(primary_advisor=advisor, team=team)
    AssignmentFactory(contact=ContactFactory(primary_advisor=advisor), experience=family)
    invited = ContactFactory(primary_advisor=advisor, first_invited_at=NOW - timedelta(days=40))
    AssignmentFactory(contact=invited, experience=family)
    for number, days in enumerate((0, 6, 7, 89, 90, 400)):
        seen = NOW - timedelta(days=days)
        ContactFactory(
            primary_advisor=colleague if number else advisor, start_at=seen, last_login_at=seen, first_invited_at=NOW
        )
    ContactFactory(primary_advisor=colleague, deactivated_at=NOW)


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False):
        yield


def numbers(page) -> dict[str, list[int]]:
    """What each group counts: all, assigned, invited, active."""
    return {group.name: [bar.value for bar in group.stages] for group in page.context["groups"]}


@pytest.mark.parametrize(
    ("view", "expected"),
    [
        ("advisor", {"Ada Colleague": [5, 5, 5, 5], "Ada Advisor": [4, 3, 2, 1]}),
        ("team", {"No team": [8, 8, 7, 6], "North": [1, 0, 0, 0]}),
        ("experience", {"No experience": [7, 6, 6, 6], "Family": [2, 2, 1, 0]}),
        ("month", {"January 2031": [1, 1, 1, 0], "March 2031": [6, 6, 6, 6]}),
    ],
)
def test_each_stage_holds_those_of_the_next(as_user, admin, firm_of_six, view, expected):
    page = as_user(admin).get(URL, {"view": view})
    assert numbers(page) == expected
    everybody = [7, 7, 7, 6] if view == "month" else [9, 8, 7, 6]
    assert [bar.value for bar in page.context["whole"].stages] == everybody


def test_ages_are_counted_by_days(as_user, admin, firm_of_six):
    page = as_user(admin).get(URL)
    assert [(bar.label, bar.value) for bar in page.context["ages"]] == [
        ("0 to 6 days", 2),
        ("7 to 29 days", 1),
        ("30 to 89 days", 1),
        ("90 to 179 days", 1),
        ("180 days and more", 1),
    ]


def test_each_number_opens_its_contacts(as_user, admin, firm_of_six):
    client, opened = as_user(admin), 0
    for view in ("advisor", "team", "experience"):
        page = client.get(URL, {"view": view})
        bars = [bar for group in page.context["groups"] for bar in group.stages]
        for bar in [*bars, *page.context["whole"].stages, *page.context["ages"]]:
            assert client.get(bar.url).context["page"].paginator.count == bar.value
            opened += 1
    assert opened == 3 * (2 * 4 + 4 + 5)


def test_everyone_counts_their_own(as_user, advisor, firm_of_six):
    page = as_user(advisor).get(URL)
    assert numbers(page) == {"Ada Advisor": [4, 3, 2, 1]}
    assert sum(bar.value for bar in page.context["ages"]) == 1
    assert numbers(as_user(UserFactory()).get(URL)) == {}


@pytest.mark.parametrize("view", ["x", "", "month'"])
def test_what_cannot_be_read_groups_by_advisor(as_user, admin, view):
    assert as_user(admin).get(URL, {"view": view}).context["by"] == "advisor"


def test_it_is_taken_away_as_a_file_and_that_is_recorded(as_user, admin, firm_of_six):
    answer = as_user(admin).post(f"{EXPORT}?view=advisor", {"format": "csv"})
    rows = list(csv.reader(b"".join(answer).decode("utf-8-sig").splitlines()))
    assert rows == [
        ["Primary advisor", "All contacts", "Assigned", "Invited", "Active"],
        ["Ada Colleague", "5", "5", "5", "5"],
        ["Ada Advisor", "4", "3", "2", "1"],
    ]
    assert Activity.objects.get(verb="exported").actor == admin


@pytest.mark.parametrize("people", [1, 3])
@pytest.mark.parametrize("view", ["advisor", "month"])
def test_it_takes_the_same_queries_for_any_number(as_user, admin, django_assert_max_num_queries, people, view):
    for _ in range(people):
        ContactFactory(first_invited_at=NOW)
    client = as_user(admin)
    with django_assert_max_num_queries(9):
        client.get(URL, {"view": view})
    assert Contact.objects.count() == people
