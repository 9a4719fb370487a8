"""The report of many contacts: sorted off indexes, and by the engagement that the database counts."""

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from contacts.models import Engagement, PortalSignIn, ResourceView
from core.listing import paging
from reports.tables import ExperienceTable
from tests.factories import AssignmentFactory, CampaignFactory, ContactFactory, ExperienceFactory, ResourceFactory
from tests.walking import walked

URL = "/reports/experience/"
COUNT = 60


@pytest.fixture
def many(admin):
    """Contacts of every engagement, with campaigns that began and did not; and some without an experience."""
    experiences, campaigns = [ExperienceFactory() for _ in range(2)], [CampaignFactory(), None]
    resources = [ResourceFactory() for _ in range(3)]
    for number in range(COUNT + 7):
        stamps = {"start_at": timezone.now(), "last_login_at": timezone.now()} if number % 3 else {}
        contact = ContactFactory(primary_advisor=admin, last_name=f"Name{number // 3}", **stamps)
        if number >= COUNT:
            continue
        given = AssignmentFactory(
            contact=contact, experience=experiences[number % 2], campaign=campaigns[number // 2 % 2]
        )
        if number % 4 == 0:
            given.campaign_started_on = timezone.localdate() - timedelta(days=number % 5)
            given.save()
        PortalSignIn.objects.bulk_create([PortalSignIn(contact=contact) for _ in range(number % 4)])
        views = [ResourceView(contact=contact, resource=resource) for resource in resources[: number % 3]]
        ResourceView.objects.bulk_create(views)


@pytest.mark.django_db
def test_a_long_report_is_paged_as_a_short_one(as_user, admin, many, monkeypatch):
    client = as_user(admin)
    sorts = [f"{sign}{name}" for name in ExperienceTable.base_columns for sign in ("", "-")]
    short = {sort: walked(client, URL, f"sort={sort}") for sort in sorts}
    assert all(len(keys) == len(set(keys)) == COUNT for keys in short.values())
    monkeypatch.setattr(paging, "EXACT_UP_TO", 30)
    for near in (0, 2_000):
        monkeypatch.setattr(paging, "NEAR", near)
        assert {sort: walked(client, URL, f"sort={sort}") for sort in sorts} == short


@pytest.mark.django_db
@pytest.mark.parametrize("column", ["sign_ins", "opened"])
def test_the_most_engaged_come_first(as_user, admin, many, column):
    rows = as_user(admin).get(URL, {"sort": f"-{column}", "per_page": 100}).context["page"].object_list
    name = {"sign_ins": "sign_in_count", "opened": "opened_count"}[column]
    counts = [getattr(row.record, name) for row in rows]
    assert len(set(counts)) > 2
    assert counts == sorted(counts, reverse=True)


@pytest.mark.django_db
def test_a_resource_opened_twice_counts_once(admin):
    contact, (first, second) = ContactFactory(), (ResourceFactory(), ResourceFactory())
    for resource in (first, first, second):
        ResourceView.objects.create(contact=contact, resource=resource)
    PortalSignIn.objects.create(contact=contact)
    PortalSignIn.objects.create(contact=contact)
    assert (contact.engagement.sign_ins, contact.engagement.opened) == (2, 2)


@pytest.mark.django_db(transaction=True)
def test_two_at_once_are_both_counted():
    contact, resource = ContactFactory(), ResourceFactory()
    begun = threading.Event()

    def open_meanwhile():
        begun.wait(10)
        ResourceView.objects.create(contact=contact, resource=resource)
        PortalSignIn.objects.create(contact=contact)
        connection.close()

    other = threading.Thread(target=open_meanwhile)
    other.start()
    with transaction.atomic():
        ResourceView.objects.create(contact=contact, resource=resource)
        PortalSignIn.objects.create(contact=contact)
        begun.set()
        other.join(0.5)
        assert other.is_alive()  # it waits for this transaction to end
    other.join(10)
    engagement = Engagement.objects.get(contact=contact)
    assert (engagement.sign_ins, engagement.opened) == (2, 1)
