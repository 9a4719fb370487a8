"""Devices that go while pushes for them are planned or under way: nobody's work is lost, and no worker stands still."""

from concurrent.futures import ThreadPoolExecutor, wait
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection, transaction
from django.utils import timezone

from messaging.domain.writing import write_as_client
from messaging.models import Message
from notifications.domain import push_service, sending, sweeping
from notifications.domain.planning import PushTo, plan_pushes
from notifications.domain.push_service import Verdict
from notifications.domain.subscribing import unsubscribe
from notifications.models import Push, PushSubscription

GONE = "The device has ended its subscription."


@pytest.fixture
def pool():
    """`pool(call)`: a call in a thread of its own, which closes its connection at the end."""

    def closing(call):
        try:
            return call()
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        yield lambda call: pool.submit(closing, call)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("constraints", ["DEFERRED", "IMMEDIATE"])
def test_writing_and_removing_a_device_at_once_both_succeed(
    client_contact, advisor, device, service, send, pool, constraints
):
    device(advisor)
    key = PushSubscription.objects.get().pk
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(f"SET CONSTRAINTS ALL {constraints}")
        write_as_client(client_contact, "Please sell everything", user=advisor)
        assert Push.objects.get().subscription_id == key
        removed = pool(lambda: unsubscribe(advisor, pk=key))
        wait([removed], timeout=5)  # it waits for nothing of ours
    assert removed.result(timeout=20) is True
    assert (Message.objects.count(), Push.objects.count(), PushSubscription.objects.count()) == (1, 1, 0)
    send()
    assert (service.calls, Push.objects.get().state) == ([], "dropped")


@pytest.mark.django_db(transaction=True)
def test_two_workers_that_find_the_same_device_gone_end_it_once(
    client_contact, advisor, device, service, pool, monkeypatch
):
    device(advisor)
    thread = write_as_client(client_contact, "Hello", user=advisor).thread
    later = timezone.now() + timedelta(hours=1)  # no worker takes it before the two below
    plan_pushes("message_for_staff", [PushTo(advisor.pk, thread.pk, later)])
    Push.objects.update(not_before=timezone.now())
    assert Push.objects.count() == 2
    service.answer(410)
    both, drop = Barrier(2), sending.drop

    def drop_together(pks, reason) -> None:
        both.wait(timeout=20)
        drop(pks, reason)

    monkeypatch.setattr(sending, "drop", drop_together)
    monkeypatch.setattr(sending, "BATCH", 1)  # one for each worker
    for done in [pool(sending.send_due) for _ in range(2)]:
        done.result(timeout=30)
    assert set(Push.objects.values_list("state", "reason")) == {("dropped", GONE)}
    assert (len(service.calls), PushSubscription.objects.count()) == (2, 0)


def test_an_answer_that_cannot_be_recorded_takes_no_other_with_it(
    client_contact, advisor, device, service, send, monkeypatch, log
):
    for name in ("one", "two", "three"):
        device(advisor, name)
    service.answer(410, name="three")
    write_as_client(client_contact, "Hello", user=advisor)
    deliver = push_service.deliver

    def unreadable_for_the_first(push, content) -> Verdict:
        verdict = deliver(push, content)
        return Verdict(push_service.FAILED, "\0") if push.subscription.endpoint.endswith("/one") else verdict

    monkeypatch.setattr(sending, "deliver", unreadable_for_the_first)
    send()
    assert list(Push.objects.order_by("pk").values_list("state", flat=True)) == ["sending", "sent", "dropped"]
    assert "could not be recorded" in log.text
    Push.objects.update(lease_until="2020-01-01T00:00Z")
    sweeping.sweep_pushes()
    assert Push.objects.earliest("pk").state == "unknown"


def test_a_device_that_cannot_be_removed_takes_no_answer_back(
    client_contact, advisor, device, service, send, monkeypatch, log
):
    device(advisor)
    service.answer(410)
    write_as_client(client_contact, "Hello", user=advisor)

    def fail(pks, reason) -> None:
        raise RuntimeError("no")

    monkeypatch.setattr(sending, "drop", fail)
    send()
    assert Push.objects.get().state == "dropped"
    assert "could not be removed" in log.text
