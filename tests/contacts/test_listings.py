"""Lists by experience and by campaign are read from the contacts' listings, and show what the contacts say."""

import re
from itertools import product

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from contacts import list_source
from contacts.domain.assigning import AssignmentSpec, Change, assign, change, unassign
from contacts.models import Contact, Listing
from contacts.views import list as list_views
from core.listing import paging
from experiences.models import TeamMember
from reports.views import experience as report_views
from tests.factories import CampaignFactory, ContactFactory, ExperienceFactory, TeamFactory, UserFactory
from tests.listings import unlike
from tests.walking import walked

pytestmark = pytest.mark.django_db

COUNT = 35


@pytest.fixture
def given(admin, advisor):
    """Contacts of two advisors, with and without an experience, a campaign and a team, some in the trash."""
    experiences, campaigns = ExperienceFactory.create_batch(2), CampaignFactory.create_batch(2)
    advisors, team = [advisor, UserFactory()], TeamFactory(members=[advisor])
    for number in range(COUNT):
        contact = ContactFactory(last_name=f"Name{number // 3}", primary_advisor=advisors[number % 2])
        if number % 4:
            spec = AssignmentSpec(
                experiences[number % 4 // 2], [None, *campaigns][number % 3], team=[None, team][number % 5 > 2]
            )
            assign([contact.pk], spec, by=admin)
        if not number % 7:
            Contact.objects.filter(pk=contact.pk).update(deleted_at=timezone.now())
    return {
        "experience": [str(one.pk) for one in experiences],
        "campaign": [str(one.pk) for one in campaigns],
        "team": [str(team.pk)],
        "advisor": [str(one.pk) for one in advisors],
    }


def queries(given):
    """Query strings that a listing can answer, and some it cannot."""
    one, two = given["experience"]
    narrowed = ["", f"experience={one}", f"experience={one}&experience={two}", "experience=none", "experience=any"]
    narrowed += [f"campaign={given['campaign'][0]}", "campaign=none", f"experience={two}&campaign=none"]
    narrowed += [f"experience={one}&team={given['team'][0]}", f"campaign=any&advisor={given['advisor'][1]}"]
    narrowed += [f"experience={one}&type=client&status=assigned", "experience=none&q=name1", "experience=nonsense"]
    sorts = ["name", "-name", "-experience", "campaign", "campaign&columns=campaign"]  # a hidden column sorts nothing
    return [f"{one}&sort={sort}" for one, sort in product(narrowed, sorts)]


def total(client, address, query):
    """The number of rows that the first page tells, where that is no estimate."""
    paginator = client.get(f"{address}?{query}").context["page"].paginator
    return None if paginator.about else paginator.count


@pytest.mark.parametrize(
    ("address", "views", "role", "exact_up_to"),
    [
        ("/contacts/", list_views, "advisor", 20_000),
        ("/contacts/", list_views, "admin", 5),  # as long lists are paged
        ("/reports/experience/", report_views, "advisor", 20_000),
    ],
)
def test_a_list_is_the_same_from_listings_and_from_contacts(
    as_user, given, monkeypatch, request, address, views, role, exact_up_to
):
    monkeypatch.setattr(paging, "EXACT_UP_TO", exact_up_to)
    client, compared, read_by, read = as_user(request.getfixturevalue(role)), 0, views.narrow_rows, []

    def spy(*args, **more):
        read.append(read_by(*args, **more))
        return read[-1]

    for query in queries(given):
        monkeypatch.setattr(views, "narrow_rows", spy)
        from_listings = walked(client, address, query), total(client, address, query)
        if read[-1] is not None:
            monkeypatch.setattr(views, "narrow_rows", lambda *args, **more: None)
            keys, number = walked(client, address, query), total(client, address, query)
            assert (keys, number) == from_listings, query
            assert number is None or number == len(keys)
            compared += 1
    assert compared > 20


def test_listings_are_read_where_they_know_all_that_is_asked(as_user, admin, given, monkeypatch):
    read, read_by = [], list_views.narrow_rows
    monkeypatch.setattr(list_views, "narrow_rows", lambda *args: read.append(read_by(*args)) or read[-1])
    client = as_user(admin)
    known = [f"experience={given['experience'][0]}&type=client", "campaign=none&sort=-name", "sort=experience&team=any"]
    for query in [*known, "sort=name", "experience=any", "experience=none&q=name1", "experience=none&sort=status"]:
        assert client.get(f"/contacts/?{query}").status_code == 200
        assert (getattr(read[-1], "model", None) is Listing) == (query in known), query


def test_whatever_is_done_to_contacts_their_listings_follow(admin, advisor):
    first, second, third = ContactFactory.create_batch(3, primary_advisor=advisor)
    everybody, experience = [first.pk, second.pk, third.pk], ExperienceFactory()
    assign(everybody, AssignmentSpec(experience, CampaignFactory()), by=admin)
    assert Listing.objects.filter(experience=experience, campaign__isnull=False).count() == 3
    change([first.pk], Change(campaign=None, team=TeamFactory()), by=admin)
    unassign([second.pk], by=admin)
    Contact.objects.filter(pk=third.pk).update(last_name="Öst", deleted_at=timezone.now())
    assert unlike() == set()
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE contacts_contact SET primary_advisor_id = %s, last_name = last_name || id, experience_id = NULL"
            " WHERE id <> %s",
            [admin.pk, second.pk],
        )
    assert unlike() == set()
    second.refresh_from_db()
    Contact.objects.bulk_create(
        Contact(
            first_name="New",
            last_name=f"Name{number}",
            email=f"new{number}@example.com",
            phone="+12125550100",
            contact_type="lead",
            primary_advisor=advisor,
        )
        for number in range(3)
    )
    Contact.objects.filter(pk=second.pk).delete()
    assert unlike() == set()
    assert Listing.objects.count() == 5


def test_nothing_of_a_contact_is_indexed_that_an_assignment_changes():
    """A contact who has had something before, and is given something else, is written into no index: decision 24."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexrelid::regclass::text FROM pg_index WHERE indrelid = 'contacts_contact'::regclass"
            " AND pg_get_indexdef(indexrelid) ~ '(experience|campaign)_id'"
        )
        assert cursor.fetchall() == []


def test_listings_are_seen_by_whom_the_contacts_are(given, admin, advisor):
    support, nobody = UserFactory(role="support"), UserFactory(role="contact")
    TeamMember.objects.create(user=support, team_id=given["team"][0])
    for user, sees in [(support, True), (nobody, False), (admin, True), (advisor, True), (UserFactory(), False)]:
        rows = Contact.objects.visible_to(user)
        seen = set(rows.values_list("pk", flat=True))
        assert bool(seen) == sees
        assert seen == set(Listing.objects.visible_to(user).values_list("pk", flat=True))
        assert seen == set(Listing.objects.seen_as(rows.order_by("email")).values_list("pk", flat=True))
    assert not Listing.objects.seen_as(Contact.objects.all()).exists()


@pytest.mark.parametrize("few", [0, 1_000])
def test_few_are_found_through_their_listings_and_many_without(as_user, admin, given, monkeypatch, few):
    """With both, PostgreSQL takes each for independent of the other, and "about" how many for too few."""
    monkeypatch.setattr(list_source, "FEW", few)
    for query in [f"experience={given['experience'][0]}", "experience=none", "campaign=any"]:
        with CaptureQueriesContext(connection) as asked:
            page = as_user(admin).get(f"/contacts/?{query}&sort=type").context["page"]
        assert 0 < page.paginator.count < COUNT
        read = [one["sql"] for one in asked if 'ORDER BY "contacts_contact"."contact_type"' in one["sql"]]
        assert read and all(("contacts_listing" in sql) == bool(few) for sql in read), query


def test_those_without_are_read_off_the_index_in_both_directions(as_user, admin, given):
    for sort, direction in [("name", "ASC"), ("-name", "DESC")]:
        with CaptureQueriesContext(connection) as asked:
            as_user(admin).get(f"/contacts/?experience=none&sort={sort}")
        orders = [one["sql"].partition("ORDER BY ")[2] for one in asked]
        found = [re.findall(r'"contacts_listing"."(experience_id|sort_name)" (\w+), ', order) for order in orders]
        assert [("experience_id", direction), ("sort_name", direction)] in found, sort
