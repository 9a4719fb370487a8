"""The count of calls, in the real Redis."""

import threading
import time
import uuid
from dataclasses import replace

import pytest
from django.conf import settings
from django.utils import timezone

from core.operations import running
from crm.adapters.wealthbox import Wealthbox
from crm.base import Rate
from crm.domain import syncing
from crm.limits import Limiter, connect
from crm.models import Connection, Record
from crm.testing import World
from tests.crm.fakes.wealthbox import WealthboxFake


@pytest.fixture
def limiter():
    def make(name=None, client=None, **rates):
        client = client or connect(settings.REDIS_URL)
        return Limiter(client, name or uuid.uuid4().hex, rates or {"": Rate(30, 1)})

    return make


def called(limiter, count):
    """Make so many calls, as `Http` does; their moments."""
    moments = []
    while len(moments) < count:
        wait = limiter.take()
        if wait:
            time.sleep(wait)
        else:
            moments.append(time.monotonic())
    return moments


def most_in_a_window(moments, seconds):
    return max(sum(start <= one < start + seconds for one in moments) for start in moments)


def test_no_window_holds_more_and_little_is_wasted(limiter):
    began = time.monotonic()
    moments = called(limiter(**{"": Rate(30, 1)}), 75)
    assert most_in_a_window(moments, 1) <= 30
    assert time.monotonic() - began < 2.5


def test_workers_share_the_count(limiter):
    name, moments = uuid.uuid4().hex, []
    workers = [
        threading.Thread(target=lambda: moments.extend(called(limiter(name, **{"": Rate(20, 1)}), 20)))
        for _ in range(3)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(moments) == 60
    assert most_in_a_window(sorted(moments), 1) <= 20


def test_buckets_count_apart_and_unknown_ones_are_free(limiter):
    one = limiter(**{"search": Rate(1, 10)})
    assert one.take("search") == 0
    assert one.take("search") > 9
    assert one.take("other") == 0


def test_without_redis_the_process_counts_alone(limiter):
    gone = connect("redis://127.0.0.1:1/0")
    one = limiter(client=gone, **{"": Rate(2, 5)})
    assert (one.take(), one.take()) == (0, 0)
    assert one.take() > 4


def test_a_sync_that_paces_itself_goes_on_early_enough_for_the_sweep(office, settings, monkeypatch):
    """Our own count is exact: the run goes on a little early and waits for its turn itself, so no sweep is lost."""
    settings.CRM_PRIVATE_HOSTS = ["127.0.0.1"]
    monkeypatch.setattr(Wealthbox, "capabilities", replace(Wealthbox.capabilities, rates={"": Rate(2, 300)}))
    with WealthboxFake(World(count=30)) as fake:
        fake.cap = 10
        connection = Connection.objects.create(name="WB", adapter="wealthbox", config=fake.config())
        operation = syncing.begin(connection, office["admin"])
        running.run(operation.pk)
    operation.refresh_from_db()
    connection.refresh_from_db()
    assert (operation.state, len(fake.seen), Record.objects.count()) == ("queued", 2, 10)
    assert 270 < (operation.wait_until - timezone.now()).total_seconds() < 277
    assert 290 < (connection.retry_at - timezone.now()).total_seconds() < 301
