"""Statements over a large frozen selection: another plan, the same rows, and nothing left behind."""

import pytest
from django.db import DataError, connection, transaction

from contacts.models import Contact
from core.listing import planning
from core.listing.planning import expecting
from tests.factories import ContactFactory

pytestmark = pytest.mark.django_db


def nested_loops() -> str:
    """Whether PostgreSQL may look rows up one by one."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW enable_nestloop")
        return cursor.fetchone()[0]


@pytest.fixture
def from_one_row(monkeypatch):
    """Count a single row as many, whatever the statistics say of a table that other tests have filled."""
    monkeypatch.setattr(planning, "LOOKED_UP", 0)
    monkeypatch.setattr(planning, "_estimated", lambda model: 0)


def test_a_large_part_of_a_table_is_read_as_a_whole_and_only_meanwhile(from_one_row):
    ids = [one.pk for one in ContactFactory.create_batch(2)]
    with transaction.atomic():
        with expecting(2, Contact):
            assert nested_loops() == "off"
            assert set(Contact.objects.filter(pk__in=ids).values_list("pk", flat=True)) == set(ids)
        assert nested_loops() == "on"


def test_a_failure_leaves_nothing_behind(from_one_row):
    with pytest.raises(DataError), expecting(2, Contact), connection.cursor() as cursor:
        cursor.execute("SELECT 1 / 0")
    assert nested_loops() == "on"


def test_few_rows_and_small_parts_are_left_to_the_planner(monkeypatch):
    with expecting(planning.LOOKED_UP - 1, Contact):
        assert nested_loops() == "on"
    monkeypatch.setattr(planning, "_estimated", lambda model: 1_000_000)
    with expecting(50_000, Contact):
        assert nested_loops() == "on"
    with expecting(90_000, Contact):
        assert nested_loops() == "off"
