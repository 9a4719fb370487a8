"""The two health addresses."""

import logging

from celery.signals import beat_init

from advisorhub.celery import app
from core import health


def test_alive_and_ready(client, db):
    assert client.get("/healthz").status_code == 200
    assert client.get("/readyz").status_code == 503
    health.beat("worker")
    health.beat("scheduler")
    response = client.get("/readyz")
    assert response.status_code == 200
    assert response.json() == {
        "ready": True,
        "database": "ok",
        "queue": "ok",
        "worker": "ok",
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
    assert sent == ["core.sweep"]


def test_a_scheduler_starts_without_the_queue(monkeypatch):
    def refuse(name, **options):
        raise ConnectionError

    monkeypatch.setattr(app, "send_task", refuse)
    assert [answer for _, answer in beat_init.send(sender=None)] == [None]
