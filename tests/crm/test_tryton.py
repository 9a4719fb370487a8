"""Tryton against its fake: the shared suite, and what only Tryton does."""

from datetime import timedelta

import pytest

from crm.adapters.tryton import Tryton
from crm.errors import TryLater, WillNotWork
from crm.http import ForeignHost, Http
from crm.records import Gone
from crm.testing import AdapterContract, Mirror, Reply, Trouble, World, plain_http
from tests.crm.fakes.tryton import TrytonFake


class SmallPages(Tryton):
    page = 9


class TestTryton(AdapterContract):
    adapter_class = SmallPages

    @pytest.fixture
    def fake(self):
        with TrytonFake(World(count=self.people)) as fake:
            yield fake

    def remote_id(self, person) -> str:
        return str(person.number)


@pytest.fixture
def fake():
    with TrytonFake(World(count=23)) as fake:
        yield fake


def let_in(fake) -> Tryton:
    return SmallPages(fake.config(), plain_http(Tryton))


def test_a_new_address_of_mail_is_a_change_though_the_party_is_not_touched(fake):
    mirror = Mirror()
    mirror.run(let_in(fake))
    fake.world.now += timedelta(hours=2)
    fake.of_children.add(1005)
    fake.world.change(1005, email="new@example.com")
    assert mirror.run(let_in(fake)) == (0, 1, 0)
    brought = [one.remote_id for page in let_in(fake).changes(mirror.state) for one in page.contacts]
    assert brought == ["1005"]


@pytest.mark.parametrize("what", ["phone_off", "address_off"])
def test_what_is_made_inactive_in_its_own_list_goes_though_nothing_else_moves(fake, what):
    mirror = Mirror()
    mirror.run(let_in(fake))
    fake.world.now += timedelta(hours=2)
    getattr(fake, what).add(1005)
    fake.world.change(1005)
    assert mirror.run(let_in(fake)) == (0, 1, 0)
    found = mirror.contacts["1005"]
    assert (len(found.phones), len(found.addresses)) == ((0, 1) if what == "phone_off" else (1, 0))
    assert [one.value for one in found.emails] == [fake.world.people[1005].email]


def test_an_import_that_takes_long_is_not_missed(fake):
    """Its records bear the time at which it began, and appear when it ends; an edit of between was seen by then."""
    mirror = Mirror()
    mirror.run(let_in(fake))
    fake.world.now += timedelta(days=1)
    began = fake.world.now
    fake.world.now += timedelta(minutes=40)
    fake.world.change(1001, city="Ogdenville")
    mirror.run(let_in(fake))
    late = fake.world.add(created_at=began, updated_at=began)
    assert mirror.run(let_in(fake)) == (1, 0, 0)
    assert str(late.number) in mirror.contacts


def test_inactive_and_merged_parties_are_gone(fake):
    mirror = Mirror()
    mirror.run(let_in(fake))
    fake.inactive.add(1004)
    fake.world.change(1004)
    fake.world.merge(1002, 1003)
    mirror.run(let_in(fake))
    assert mirror.gone == {"1004": "", "1002": "1003"}
    assert let_in(fake).fetch(["1002", "no number"]) == [Gone("1002", "1003"), Gone("no number")]


def test_a_broken_question_is_not_asked_forever(fake):
    page = Reply(b"<!doctype html><p>Invalid domain</p>", 500)
    fake.trouble(*[Trouble(reply=page)] * 9)
    with pytest.raises(TryLater):
        let_in(fake).check()
    assert len(fake.seen) <= 5


def test_an_unknown_field_will_not_work(fake):
    with pytest.raises(WillNotWork, match="400"):
        let_in(fake)._client.records("party.party", ["nope"], [], [["id", "ASC"]], 1)


def test_servers_in_private_networks_need_the_operators_leave():
    adapter = Tryton({"host": "127.0.0.1", "database": "crm", "key": "k"}, Http(Tryton.hosts))
    with pytest.raises((ForeignHost, TryLater)):
        adapter.check()
    with pytest.raises(ForeignHost):
        Tryton({"base_url": "http://tryton.example.com", "key": "k"}, Http(Tryton.hosts)).check()


def test_a_row_without_id_is_bad_and_categories_are_named(fake):
    fake.world.add(raw={"id": None})
    fake.world.people = {key: one for key, one in fake.world.people.items() if one.raw}
    mirror = Mirror()
    mirror.run(let_in(fake))
    assert mirror.bad == {"": "The record has no id."}
    assert let_in(fake).categories() == ["Client", "Lead"]
