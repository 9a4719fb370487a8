"""The two health addresses."""

import logging
from datetime import timedelta

from celery.signals import beat_init
from django.utils import timezone

from advisorhub import queues
from advisorhub.celery import app
from core import health
from core.models import Operation


def test_alive_and_ready(client, db):
    assert client.get("/healthz").status_code == 200
    assert client.get("/readyz").status_code == 503
    for name in ("worker", "operations", "scheduler"):
        health.beat(name)
    response = client.get("/readyz")
    assert response.status_code == 200
    assert response.json() == {
        "ready": True,
        "database": "ok",
        "queue": "ok",
        "disk": "ok",
        "worker": "ok",
        "operations": "ok",
        "scheduler": "ok",
    }


def test_not_being_ready_yet_is_no_error_in_the_log(client, db, caplog):
    with caplog.at_level(logging.WARNING):
        assert client.get("/readyz").status_code == 503
    assert caplog.records == []


def test_a_starting_scheduler_asks_for_a_sweep_at_once(monkeypatch):
    sent = []
    monkeypatch.setattr(app, "send_task", lambda name, **options: sent.append(name))
    beat_init.send(sender=None)
    assert sent == ["core.sweep", "core.operations_beat"]


def test_a_scheduler_starts_without_the_queue(monkeypatch):
    def refuse(name, **options):
        raise ConnectionError

    monkeypatch.setattr(app, "send_task", refuse)
    assert [answer for _, answer in beat_init.send(sender=None)] == [None]


def test_a_worker_that_is_busy_with_an_operation_is_alive(client, admin):
    health.beat("worker")
    health.beat("scheduler")
    assert client.get("/readyz").json()["operations"] == "not seen"
    busy = Operation.objects.create(kind="any", title="Long", owner=admin, state="running")
    for seconds, word in ((30, "ok"), (-60, "not seen")):
        Operation.objects.filter(pk=busy.pk).update(lease_until=timezone.now() + timedelta(seconds=seconds))
        assert client.get("/readyz").json()["operations"] == word


def test_operations_have_a_queue_of_their_own():
    """However long they take, mail and the search for what is due go on."""
    router = app.amqp.router
    names = {name: router.route({}, name)["queue"].name for name in ("core.run_operation", "core.daily")}
    assert set(names.values()) == {queues.OPERATIONS}
    assert {router.route({}, name)["queue"].name for name in ("core.sweep", "outreach.send_due")} == {queues.QUICK}
    assert {queue.routing_key for queue in app.amqp.queues.values()} == {queues.OPERATIONS, queues.QUICK}
