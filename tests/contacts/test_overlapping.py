"""Two operations over the same contacts at the same time: nothing is lost, and both reports are true."""

import threading

import pytest
from django.db import connection

from contacts.models import Contact
from core.models import Operation, OperationLine
from core.operations import running, selecting
from core.registry import operation_types
from tests.factories import ContactFactory, TeamFactory, UserFactory

pytestmark = pytest.mark.django_db(transaction=True)


def planned(owner, pks, **params):
    """An operation that waits for a worker."""
    operation = Operation.objects.create(kind="contacts.edit", title="x", owner=owner, params=params)
    selecting.freeze(operation, Contact.objects.filter(pk__in=pks).values_list("pk", flat=True))
    Operation.objects.filter(pk=operation.pk).update(state="queued")
    return operation


def at_once(*operations):
    """Run each by a worker of its own, all beginning together; afterwards they have finished."""
    gate = threading.Barrier(len(operations))

    def work(pk):
        try:
            gate.wait()
            running.run(pk)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(one.pk,)) for one in operations]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for one in operations:
        one.refresh_from_db()
        assert one.state == "finished", one.error


@pytest.fixture
def book(monkeypatch):
    """Their owner and 60 contacts; chunks are small, so that the two take turns."""
    monkeypatch.setattr(operation_types["contacts.edit"], "chunk", 5)
    owner = UserFactory(role="admin")
    return owner, [one.pk for one in ContactFactory.create_batch(60, primary_advisor=owner, contact_type="client")]


def test_changes_of_different_fields_are_both_kept(book):
    owner, pks = book
    team = TeamFactory()
    first = planned(owner, pks[:40], contact_type={"how": "set", "value": "lead"})
    second = planned(owner, pks[20:], team={"how": "set", "value": team.pk})
    at_once(first, second)
    assert (first.done, second.done) == (40, 40)
    rows = Contact.objects.in_bulk(pks)
    assert [rows[pk].contact_type for pk in pks] == ["lead"] * 40 + ["client"] * 20
    assert [rows[pk].team_id for pk in pks] == [None] * 20 + [team.pk] * 40


def test_changes_of_one_field_come_one_after_the_other_and_say_so(book):
    owner, pks = book
    first = planned(owner, pks, contact_type={"how": "set", "value": "lead"})
    second = planned(owner, reversed(pks), contact_type={"how": "set", "value": "prospect"})
    at_once(first, second)
    assert (first.done, second.done) == (60, 60)
    rows = Contact.objects.in_bulk(pks)
    for pk in pks:
        lines = OperationLine.objects.filter(subject_id=pk, operation__in=[first, second])
        steps = {(line.before["contact_type"], line.after["contact_type"]) for line in lines}
        final = rows[pk].contact_type
        middle = ({"lead", "prospect"} - {final}).pop()
        assert steps == {("client", middle), (middle, final)}
