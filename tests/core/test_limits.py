"""Limits hold when many come at once, are counted without Redis, and end by themselves."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection

from contacts.imports.limits import IMPORTS
from core import limits
from core.limits import Limit, TooOften, Use, take
from core.listing.pages import SEARCHES
from core.models import Activity, Tally
from core.spreadsheets.exports import EXPORTS
from core.tasks import sweep

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
THREE = Limit("test", 3, 60, "tests")


def taken(who, times):
    """How many of so many uses were allowed."""
    allowed = 0
    for _ in range(times):
        try:
            take(THREE, who)
            allowed += 1
        except TooOften:
            pass
    return allowed


def test_a_limit_counts_each_person_alone_and_ends_by_itself(db):
    with time_machine.travel(NOON, tick=False) as clock:
        assert (taken("ada", 5), taken("ben", 2)) == (3, 2)
        clock.shift(timedelta(seconds=59))
        with pytest.raises(TooOften) as refused:
            take(THREE, "ada")
        assert refused.value.wait == 2
        clock.shift(timedelta(seconds=2))
        assert taken("ada", 5) == 3


def test_only_the_first_refusal_says_that_it_is_the_first(db):
    firsts = []
    for _ in range(5):
        try:
            take(THREE, "ada")
        except TooOften as refused:
            firsts.append(refused.first)
    assert firsts == [True, False]


def test_what_is_given_back_can_be_used_again(db):
    use = Use(THREE, "ada")
    limits.add([use])
    limits.give_back([use])
    assert taken("ada", 5) == 3
    limits.forget(use)
    assert taken("ada", 5) == 3


def test_nobody_can_be_told_from_a_counter(db):
    take(THREE, "ada@example.com")
    assert not set("@.") & set(Tally.objects.get().key)


def test_the_sweep_removes_counters_that_are_over(db):
    with time_machine.travel(NOON, tick=False):
        take(THREE, "ada")
    take(THREE, "ben")
    sweep()
    assert Tally.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_many_at_once_are_all_counted_and_none_waits_for_ever():
    uses = [Use(Limit(name, 1000, 60, "tests"), "x") for name in "abcd"]

    def work(number):
        try:
            for _ in range(10):
                limits.add(uses if number % 2 else uses[::-1])
                limits.give_back(uses[:2])
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))
    assert [count.number for count in limits.add(uses)] == [1, 1, 41, 41]


def test_limits_hold_while_redis_is_away(db, settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    settings.CACHES = {"default": settings.CACHES["default"] | {"LOCATION": settings.REDIS_URL}}
    assert taken("ada", 5) == 3


def all_but(left, limit, user):
    """Use up all but so many of a limit."""
    use = Use(limit, str(user.pk))
    limits.add([use])
    Tally.objects.filter(key=use.key).update(count=limit.most - left)


@pytest.mark.parametrize("path", ["/contacts/?q=carla", "/users/?q=carla", "/operations/?q=x", "/outreach/?q=x"])
def test_searching_without_end_is_refused_in_words(as_user, admin, path):
    all_but(2, SEARCHES, admin)
    client = as_user(admin)
    assert [client.get(path).status_code for _ in range(3)] == [200, 200, 429]
    page = client.get(path)
    assert (page["Retry-After"].isdigit(), "Too many searches in a minute" in page.content.decode()) == (True, True)
    assert client.get(path.partition("?")[0]).status_code == 200


def test_exporting_without_end_is_refused_and_told_to_admins(as_user, admin, advisor, contact):
    all_but(2, EXPORTS, advisor)
    client, form = as_user(advisor), {"all": "1", "query": "", "format": "csv"}
    assert [client.post("/contacts/export/", form).status_code for _ in range(4)] == [200, 200, 429, 429]
    admin.refresh_from_db()
    assert admin.alert == f"{advisor.name} reached the limit of 60 exports in an hour"


def test_importing_without_end_is_refused(as_user, admin, advisor, files_on_disk):
    from django.core.files.uploadedfile import SimpleUploadedFile

    all_but(1, IMPORTS, advisor)
    client = as_user(advisor)

    def upload():
        file = SimpleUploadedFile("people.csv", b"first_name,last_name,email\nCarla,Client,carla@example.com\n")
        return client.post("/contacts/import/", {"file": file}).status_code

    assert [upload(), upload(), upload()] == [302, 429, 429]
    assert Activity.objects.filter(verb="limit_reached").count() == 1, "admins are told of the first refusal only"
