"""Every entry of history is signed by whoever's block it was made in, however it was written, and by nobody else's."""

import io

import pytest
from django.apps import apps
from django.db import ProgrammingError, connection, transaction
from psycopg2.extras import execute_values

from contacts.models import Contact
from core.history.signature import signed
from tests.factories import ContactFactory


def by_orm(contact, city):
    Contact.objects.filter(pk=contact.pk).update(city=city)


def by_save(contact, city):
    contact.city = city
    contact.save()


def by_bulk_update(contact, city):
    contact.city = city
    Contact.objects.bulk_update([contact], ["city"])


def by_bulk_create(contact, city):
    Contact.objects.bulk_create([ContactFactory.build(primary_advisor=contact.primary_advisor, city=city)])


def by_sql_with_percent(contact, city):
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE contacts_contact SET city = '{city}' WHERE id = {contact.pk} AND email LIKE '%@%'"  # noqa: S608
        )


def by_execute_many(contact, city):
    with connection.cursor() as cursor:
        cursor.executemany("UPDATE contacts_contact SET city = %s WHERE id = %s", [(city, contact.pk)])


def by_execute_values(contact, city):
    with connection.cursor() as cursor:
        execute_values(
            cursor.cursor,
            "UPDATE contacts_contact AS one SET city = given.city FROM (VALUES %s) AS given (id, city)"
            " WHERE one.id = given.id",
            [(contact.pk, city)],
        )


def by_copy(contact, city):
    other = {"id": "nextval('contacts_contact_id_seq')", "email": f"'{city}@example.com'", "city": f"'{city}'"}
    columns = [field.column for field in Contact._meta.concrete_fields if not field.generated]
    selected = ", ".join(other.get(column, column) for column in columns)
    text = io.StringIO()
    row = f"SELECT {selected} FROM contacts_contact WHERE id = {contact.pk}"  # noqa: S608 - our own names
    with connection.cursor() as cursor:
        cursor.copy_expert(f"COPY ({row}) TO STDOUT", text)
        text.seek(0)
        cursor.copy_expert(f"COPY contacts_contact ({', '.join(columns)}) FROM STDIN", text)


def by_function(contact, city):
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_temp.move(%s, %s)", [contact.pk, city])


ALONE = [by_orm, by_save, by_bulk_update, by_bulk_create, by_sql_with_percent, by_execute_many]
FIRST_IN_TRANSACTION = [*ALONE, by_execute_values, by_copy, by_function]


def signatures(**lookups):
    """Who is named by the entries of the contacts' history, oldest first."""
    rows = apps.get_model("contacts", "ContactEvent").objects.filter(**lookups).order_by("pgh_id")
    return [(metadata or {}).get("user") for metadata in rows.values_list("pgh_context__metadata", flat=True)]


@pytest.fixture
def contact(admin):
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION pg_temp.move(bigint, text) RETURNS void LANGUAGE sql"
            " AS 'UPDATE contacts_contact SET city = $2 WHERE id = $1'"
        )
    yield ContactFactory(primary_advisor=admin)
    with connection.cursor() as cursor:
        cursor.execute("DROP FUNCTION pg_temp.move")


@pytest.mark.django_db(transaction=True)
def test_each_way_of_writing_is_signed(contact):
    for write in ALONE:
        with signed(user=7):
            write(contact, f"alone {write.__name__}")
    for write in FIRST_IN_TRANSACTION:
        with signed(user=7), transaction.atomic():
            write(contact, f"first {write.__name__}")
    for write in FIRST_IN_TRANSACTION:
        with transaction.atomic(), signed(user=7):
            write(contact, f"within {write.__name__}")
    expected = {f"alone {one.__name__}" for one in ALONE}
    expected |= {f"{place} {one.__name__}" for place in ("first", "within") for one in FIRST_IN_TRANSACTION}
    cities = apps.get_model("contacts", "ContactEvent").objects.exclude(city="").values_list("city", flat=True)
    assert set(cities) == expected
    assert set(signatures(city__in=expected)) == {7}


def test_a_signature_does_not_outlive_its_block_within_a_transaction(contact):
    for write in FIRST_IN_TRANSACTION:
        with signed(user=7):
            write(contact, f"inside {write.__name__}")
        write(contact, f"after {write.__name__}")
    assert set(signatures(city__startswith="inside")) == {7}
    assert set(signatures(city__startswith="after")) == {None}


def test_a_block_within_a_block_ends_too(contact):
    with signed(user=7):
        with signed(user=8):
            by_orm(contact, "inner")
        by_execute_values(contact, "outer")
    assert (signatures(city="inner"), signatures(city="outer")) == ([8], [7])


def test_what_was_rolled_back_takes_no_signature_with_it(contact):
    with signed(user=7):
        with pytest.raises(RuntimeError), transaction.atomic():
            by_orm(contact, "lost")
            raise RuntimeError
        by_execute_values(contact, "kept")
    with pytest.raises(RuntimeError), transaction.atomic(), signed(user=7):
        raise RuntimeError
    by_execute_values(contact, "later")
    assert (signatures(city="kept"), signatures(city="later")) == ([7], [None])


def test_an_error_of_the_database_inside_the_block_is_raised_as_it_is(contact):
    with pytest.raises(ProgrammingError), transaction.atomic(), signed(user=7), connection.cursor() as cursor:
        cursor.execute("SELECT * FROM no_such_table")
    by_orm(contact, "later")
    assert signatures(city="later") == [None]


def test_what_a_request_does_after_an_operation_is_no_part_of_it(contact):
    with signed(user=7):
        with signed(user=7, operation=99):
            by_orm(contact, "operation")
        by_orm(contact, "request")
    rows = apps.get_model("contacts", "ContactEvent").objects.filter(city__in=["operation", "request"])
    assert list(rows.order_by("pgh_id").values_list("pgh_context__metadata", flat=True)) == [
        {"user": 7, "operation": 99},
        {"user": 7},
    ]
