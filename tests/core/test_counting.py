"""Totals of long lists: asked for once, and again when anything has changed."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from contacts.models import Contact
from core.listing import counting
from core.listing.counting import how_many
from core.models import Change
from core.tasks import daily
from tests.factories import ContactFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def rows(monkeypatch):
    """Three contacts, enough to be remembered."""
    monkeypatch.setattr(counting, "REMEMBERED_FROM", 3)
    ContactFactory.create_batch(3)
    return Contact.objects.filter(deleted_at=None)


def test_a_number_is_counted_once(rows, django_assert_num_queries):
    assert how_many(rows) == 3
    with django_assert_num_queries(1) as asked:
        assert how_many(rows) == 3
    assert "COUNT" not in asked[0]["sql"]


def test_any_change_has_it_counted_again(rows):
    assert how_many(rows) == 3
    added = ContactFactory()
    assert how_many(rows) == 4
    Contact.objects.filter(pk=added.pk).update(deleted_at=added.created_at)
    assert how_many(rows) == 3


def test_other_filters_have_other_numbers(rows):
    assert how_many(rows) == 3
    assert how_many(rows.filter(pk=rows[0].pk)) == 1
    assert how_many(rows, at_most=2) == 2
    assert how_many(rows.none()) == 0


def test_that_there_are_more_than_are_counted_is_known_for_seconds(rows, monkeypatch, django_assert_num_queries):
    assert how_many(rows, at_most=3) == 3
    Contact.objects.filter(pk=rows[0].pk).update(deleted_at=timezone.now())
    with django_assert_num_queries(0):
        assert how_many(rows, at_most=3) == 3
    monkeypatch.setattr(counting, "SECONDS_SURE", 0)
    assert how_many(rows, at_most=3) == 2


def test_small_numbers_are_not_remembered(rows, monkeypatch, django_assert_num_queries):
    monkeypatch.setattr(counting, "REMEMBERED_FROM", 4)
    assert how_many(rows) == 3
    with django_assert_num_queries(1) as asked:
        assert how_many(rows) == 3
    assert "COUNT" in asked[0]["sql"]


def test_without_redis_it_is_counted_each_time(rows, settings):
    settings.CACHES = settings.CACHES | {
        "default": settings.CACHES["default"] | {"LOCATION": "redis://127.0.0.1:1/0"},
    }
    assert how_many(rows) == 3
    ContactFactory()
    assert how_many(rows) == 4


def test_what_leaves_no_entry_in_the_history_is_no_change(rows):
    Change.objects.all().delete()
    rows.update(last_login_at=timezone.now())
    Contact.objects.none().update(city="Elsewhere")
    assert not Change.objects.exists()
    rows.update(city="Elsewhere")
    assert Change.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_what_began_earlier_and_is_committed_later_counts(rows):
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute("UPDATE contacts_contact SET deleted_at = now() WHERE id = %s", [rows[0].pk])
            rows.filter(pk=rows[1].pk).update(city="Elsewhere")
            assert how_many(rows) == 3
            cursor.execute("COMMIT")
        assert how_many(rows) == 2
    finally:
        other.close()


def test_notes_are_forgotten_after_a_day(rows):
    Change.objects.update(at=timezone.now() - timedelta(hours=25))
    ContactFactory()
    daily()
    assert Change.objects.count() == 1
