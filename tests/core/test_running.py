"""Operations end complete, whatever happens on the way."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from core.models import FrozenSelection, Operation
from core.operations import running, selecting
from core.operations.types import NotNow, OperationType, Outcome, StreamingOperationType
from core.registry import operation_types
from core.tasks import sweep
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db(transaction=True)


class Counting(OperationType):
    """Does nothing but count; loses its database, or fails for good, at the wish of the test."""

    key = "test_counting"
    chunk = 2
    breaks_at = None
    fails = False
    refused = frozenset()

    def apply(self, operation, subject_ids):
        """Mark odd ones done and even ones skipped."""
        if self.breaks_at in subject_ids:
            Counting.breaks_at = None
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
        if self.fails:
            raise ValueError("someone@example.com is taken")
        if self.refused & {*subject_ids}:
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1 / 0")
        return Outcome(
            done=[one for one in subject_ids if one % 2],
            skipped={one: "Even." for one in subject_ids if not one % 2},
        )


@pytest.fixture
def kind():
    """The kind, known while the test runs."""
    Counting.breaks_at, Counting.fails, Counting.refused = None, False, frozenset()
    operation_types.register(Counting.key, Counting())
    yield Counting
    operation_types._entries.pop(Counting.key)


@pytest.fixture
def operation(kind):
    """Five rows to work on."""
    operation = Operation.objects.create(kind=kind.key, title="Counting", owner=UserFactory())
    selecting.freeze(operation, [5, 1, 2, 4, 3])
    return operation


def figures(operation):
    """State and counts, as the row has them and as the lines say."""
    operation.refresh_from_db()
    lines = {state: operation.lines.filter(state=state).count() for state in ("done", "skipped", "failed")}
    assert (operation.done, operation.skipped, operation.failed) == (lines["done"], lines["skipped"], lines["failed"])
    return operation.state, operation.done, operation.skipped, operation.failed


def test_a_small_operation_ends_within_the_request(operation):
    running.start(operation)
    assert figures(operation) == ("finished", 3, 2, 0)


def test_starting_twice_runs_once(operation):
    running.start(operation)
    running.start(operation)
    running.run(operation.pk)
    operation.refresh_from_db()
    assert (figures(operation), operation.attempts) == (("finished", 3, 2, 0), 1)


def test_a_paused_operation_rests_until_it_is_let_go_on(operation, kind):
    Operation.objects.filter(pk=operation.pk).update(state="queued")
    running.pause(operation)
    running.run(operation.pk)
    running.resume_stuck()
    assert figures(operation) == ("paused", 0, 0, 0)
    running.resume(operation)
    assert figures(operation)[0] in {"queued", "finished"}
    running.run(operation.pk)
    assert figures(operation) == ("finished", 3, 2, 0)


def test_a_running_operation_pauses_between_two_chunks_and_misses_nothing(operation, kind, monkeypatch):
    doing = kind.apply

    def apply(self, current, subject_ids):
        if subject_ids[0] == 1:
            running.pause(current)
        return doing(self, current, subject_ids)

    monkeypatch.setattr(kind, "apply", apply)
    running.start(operation)
    assert figures(operation) == ("paused", 1, 1, 0)
    running.resume(operation)
    running.run(operation.pk)
    assert figures(operation) == ("finished", 3, 2, 0)


def test_a_paused_operation_can_be_cancelled(operation):
    Operation.objects.filter(pk=operation.pk).update(state="paused")
    running.cancel(operation)
    assert figures(operation)[0] == "stopped"


def test_a_lost_database_leaves_the_rest_for_the_sweep(operation, kind):
    kind.breaks_at = 3
    running.start(operation)
    connection.close()
    assert figures(operation) == ("running", 1, 1, 0)
    Operation.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    running.resume_stuck()
    assert figures(operation) == ("finished", 3, 2, 0)


def test_an_error_of_ours_is_told_by_its_kind_and_changes_nothing_more(operation, kind, as_user, caplog):
    kind.fails = True
    running.start(operation)
    assert figures(operation) == ("failed", 0, 0, 0)
    page = as_user(operation.owner).get(f"/operations/{operation.pk}/").content.decode()
    assert "It ended early. An error of ours (ValueError); the log tells more. What is done stays done." in page
    assert "someone@example.com" not in page and "someone@example.com" in caplog.text


def test_a_cancelled_operation_keeps_what_was_done_and_leaves_the_rest(operation):
    Operation.objects.update(cancel_requested=True)
    running.start(operation)
    assert figures(operation) == ("stopped", 0, 0, 0)
    assert list(operation.lines.order_by("subject_id").values_list("subject_id", "state")) == [
        (one, "untouched") for one in range(1, 6)
    ]
    assert not FrozenSelection.objects.exists()


def test_many_rows_that_were_never_reached_are_told_by_the_sweep(operation, monkeypatch):
    monkeypatch.setattr(selecting, "TOLD_AT_ONCE", 2)
    monkeypatch.setattr(selecting, "IN_ONE_TRANSACTION", 2)
    running.cancel(operation)
    assert (operation.lines.count(), FrozenSelection.objects.count()) == (0, 1)
    sweep()
    sweep()
    assert set(operation.lines.values_list("state", flat=True)) == {"untouched"}
    assert (operation.lines.count(), FrozenSelection.objects.count()) == (5, 0)


def test_the_selection_is_gone_once_every_row_has_its_line(operation):
    running.start(operation)
    assert (operation.lines.count(), FrozenSelection.objects.count()) == (5, 0)


def test_a_row_that_the_database_refuses_fails_alone_and_can_be_tried_again(operation, kind):
    kind.refused = frozenset({3})
    running.start(operation)
    operation.refresh_from_db()
    assert (operation.state, operation.done, operation.skipped, operation.failed) == ("finished", 2, 2, 1)
    lines = dict(operation.lines.values_list("subject_id", "reason"))
    assert lines == {1: "", 2: "Even.", 3: running.REFUSED, 4: "Even.", 5: ""}
    kind.refused = frozenset()
    again = running.repeat(operation, "failed", operation.owner)
    again.refresh_from_db()
    assert (again.state, again.done, again.total) == ("finished", 1, 1)


def test_when_the_database_refuses_all_of_them_the_operation_ends(kind):
    many = [2 * number + 1 for number in range(100)]
    operation = Operation.objects.create(kind=kind.key, title="Counting", owner=UserFactory(), state="queued")
    selecting.freeze(operation, many)
    kind.refused = frozenset(many)
    running.run(operation.pk)
    operation.refresh_from_db()
    assert operation.state == "failed"
    assert operation.failed + operation.lines.filter(state="untouched").count() == 100
    assert operation.failed <= running.REFUSED_AT_MOST


class Waiting(StreamingOperationType):
    """Waits for something outside; meanwhile somebody presses what the test wants."""

    key = "test_waiting"
    press = staticmethod(running.cancel)

    def batches(self, operation):
        """None."""
        self.press(operation)
        raise NotNow(timezone.now() + timedelta(minutes=10))


@pytest.mark.parametrize(("press", "state"), [("cancel", "stopped"), ("pause", "paused"), ("resume", "queued")])
def test_what_is_pressed_while_it_comes_to_wait_is_heard(press, state):
    Waiting.press = staticmethod(getattr(running, press))
    operation_types.register(Waiting.key, Waiting())
    operation = Operation.objects.create(kind=Waiting.key, title="Waits", owner=UserFactory(), state="queued")
    try:
        running.run(operation.pk)
    finally:
        operation_types._entries.pop(Waiting.key)
    operation.refresh_from_db()
    assert operation.state == state


def test_a_worker_does_not_wait_for_one_that_works_already(operation):
    """A chunk may take longer than its lease: whoever looks meanwhile goes on to other work."""
    Operation.objects.filter(pk=operation.pk).update(state="running", lease_until=timezone.now() - timedelta(1))
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute("SELECT 1 FROM core_operation WHERE id = %s FOR UPDATE", [operation.pk])
            with connection.cursor() as mine:
                mine.execute("SET lock_timeout = '2s'")
            running.run(operation.pk)
            assert figures(operation)[0] == "running"
            cursor.execute("ROLLBACK")
        running.run(operation.pk)
        assert figures(operation)[0] == "finished"
    finally:
        other.close()
        with connection.cursor() as mine:
            mine.execute("RESET lock_timeout")
