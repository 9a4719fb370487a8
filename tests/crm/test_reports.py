"""Reports about records name people, also when the connection or the record has gone since."""

import pytest
from django.urls import reverse
from django.utils import timezone

from core.models import Operation
from core.operations import running, selecting
from crm.models import Connection, Record
from tests.crm.conftest import tie
from tests.factories import ContactFactory


@pytest.fixture
def looked_at(demo, office) -> tuple[Operation, Record, Record]:
    """An operation on a linked record and on one that nothing was made of."""
    linked = tie(demo, ContactFactory(last_name="Linked", primary_advisor=office["one"]), {}, {})
    idle = Record.objects.create(connection=demo, remote_id="R2", name="Ida Idle", advisor=office["one"])
    for one in (linked, idle):
        first_name, last_name = one.name.split()
        Record.objects.filter(pk=one.pk).update(payload={"first_name": first_name, "last_name": last_name})
    operation = Operation.objects.create(
        kind="crm.judge", title="Look again", owner=office["one"], params={"linked": True}
    )
    selecting.freeze(operation, Record.objects.filter(pk__in=[linked.pk, idle.pk]).values_list("pk", flat=True))
    return running.start(operation), linked, idle


def report(client, operation: Operation) -> tuple[str, str]:
    """The report as a page, and as a file."""
    file = client.get(reverse("core:operation_report", args=[operation.pk]), {"format": "csv"})
    page = client.get(reverse("core:operation", args=[operation.pk])).content.decode()
    return page, b"".join(file.streaming_content).decode()


def test_records_of_a_removed_connection_are_named_by_their_contacts(as_user, demo, office, looked_at):
    operation, linked, idle = looked_at
    Connection.objects.filter(pk=demo.pk).update(removed_at=timezone.now())
    for words in report(as_user(office["one"]), operation):
        assert (linked.name in words, idle.name in words, "No. " in words) == (True, False, False)
    for words in report(as_user(office["admin"]), operation):
        assert linked.name in words and idle.name in words


def test_a_record_that_is_gone_is_said_to_be_gone(as_user, office, looked_at):
    operation, linked, idle = looked_at
    idle.delete()
    page, _ = report(as_user(office["one"]), operation)
    assert "A record that has left the CRM, or is no longer yours" in page and linked.name in page


def test_the_file_of_a_stranger_names_nobody(as_user, office, looked_at):
    operation, linked, _ = looked_at
    Operation.objects.filter(pk=operation.pk).update(owner=office["two"])
    for words in report(as_user(office["two"]), operation):
        assert linked.name not in words
