"""What the database holds to: nothing written is changed, one thread for each pair; archive and purge."""

import csv
import io
from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from contacts.domain.purging import purge_trash
from contacts.models import Contact
from core.models import Activity
from messaging.domain.reading import mark_read_by_client
from messaging.domain.writing import add_note, write_as_staff
from messaging.models import Message, Reading, Thread
from tests.factories import TeamFactory


@pytest.fixture
def conversation(asked, advisor):
    """A question, an answer that was read, and a note."""
    answer = write_as_staff(asked, "=SUM(A1) is no formula", by=advisor)
    mark_read_by_client(asked, answer.pk)
    add_note(asked, "A private note", by=advisor)
    return asked


@pytest.mark.parametrize("table", ["messaging_message", "messaging_reading"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET at = now()", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_what_was_written_and_read_is_unalterable(conversation, table, statement):
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.format(table))
    assert (Message.objects.count(), Reading.objects.count() >= 1) == (3, True)


def test_threads_cannot_be_truncated_with_their_messages(conversation):
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("TRUNCATE messaging_thread CASCADE")


@pytest.mark.parametrize(
    "wrong",
    [
        lambda thread, advisor: Thread.objects.create(contact=thread.contact, kind="direct", user=advisor),
        lambda thread, advisor: Thread.objects.create(contact=thread.contact, kind="team"),
        lambda thread, advisor: Thread.objects.create(contact=thread.contact, kind="direct", team=TeamFactory()),
        lambda thread, advisor: thread.messages.create(side="staff", text="x"),
        lambda thread, advisor: thread.messages.create(side="client", text="x", author=advisor),
        lambda thread, advisor: thread.messages.create(side="else", text="x", author=advisor),
        lambda thread, advisor: thread.messages.create(side="client", text=""),
        lambda thread, advisor: thread.messages.create(side="client", text="x" * 4001),
    ],
)
def test_what_must_not_be_is_refused_by_the_database(asked, advisor, wrong):
    with pytest.raises(IntegrityError), transaction.atomic():
        wrong(asked, advisor)


def test_the_archive_is_for_admins_and_compliance(as_user, conversation, advisor, admin, compliance):
    found = {
        user.last_name: as_user(user).get("/messages/archive/").status_code for user in (advisor, admin, compliance)
    }
    assert found == {"Advisor": 404, "Admin": 200, "Compliance": 200}
    assert as_user(advisor).post("/messages/archive/export/", {"format": "csv"}).status_code == 404


def test_the_archive_is_exported_with_who_wrote_and_when_it_was_read(as_user, compliance, conversation, advisor):
    answer = as_user(compliance).post("/messages/archive/export/", {"format": "csv"})
    rows = list(csv.DictReader(io.StringIO(b"".join(answer).decode("utf-8-sig"))))
    shown = [
        (row["Written by"], row["Staff"].strip(), row["To"].strip(), row["Text"], bool(row["Read by the client"]))
        for row in rows
    ]
    assert sorted(shown) == sorted([
        ("Client", "", advisor.name, "May I call you tomorrow?", True),
        ("Staff", advisor.name, "", "'=SUM(A1) is no formula", True),
        ("Note for staff", advisor.name, "", "A private note", False),
    ])  # fmt: skip
    assert Activity.objects.filter(verb="exported", actor=compliance).count() == 1


def test_the_archive_is_narrowed_by_contact_and_side(as_user, compliance, conversation):
    client = as_user(compliance)
    assert (
        client.get(f"/messages/archive/?contact={conversation.contact_id}&side=note").context["page"].paginator.count
        == 1
    )
    assert client.get("/messages/archive/?contact=0").context["page"].paginator.count == 0


@pytest.mark.parametrize("many", [1, 3])
def test_the_archive_takes_the_same_queries_for_any_number(
    as_user, compliance, asked, advisor, many, django_assert_num_queries
):
    for number in range(many):
        write_as_staff(asked, f"x{number}", by=advisor)
    client = as_user(compliance)
    with django_assert_num_queries(8):
        client.get("/messages/archive/")


def purge(contact):
    Contact.objects.filter(pk=contact.pk).update(deleted_at=timezone.now() - timedelta(days=31))
    purge_trash()


def test_messages_outlive_a_contact_who_is_deleted_for_good(as_user, conversation, client_contact, compliance, advisor):
    purge(client_contact)
    contact = Contact.objects.get(pk=client_contact.pk)
    assert (contact.name, contact.purged_at is None) == ("Deleted contact", False)
    assert Message.objects.count() == 3
    assert as_user(advisor).get(f"/messages/{conversation.pk}/").status_code == 404
    assert "Deleted contact" in as_user(compliance).get("/messages/archive/").content.decode()


def test_a_contact_without_messages_leaves_no_thread(client_contact, advisor):
    Thread.objects.create(contact=client_contact, kind="direct", user=advisor)
    purge(client_contact)
    assert (Thread.objects.count(), Contact.objects.filter(pk=client_contact.pk).exists()) == (0, False)
