"""HubSpot against its fake: the shared suite, and what only HubSpot does."""

from datetime import timedelta

import pytest

from crm.adapters.hubspot import HubSpot
from crm.errors import SignInAgain, TryLater
from crm.records import Gone
from crm.testing import AdapterContract, Mirror, Reply, Trouble, World, plain_http
from crm.testing.people import SSN
from tests.crm.fakes.hubspot import HubSpotFake


class TestHubSpot(AdapterContract):
    adapter_class = HubSpot

    @pytest.fixture
    def fake(self):
        with HubSpotFake(World(count=self.people)) as fake:
            yield fake

    def remote_id(self, person) -> str:
        return str(person.number - 995)


@pytest.fixture
def fake():
    with HubSpotFake(World(count=23)) as fake:
        yield fake


def let_in(fake, fields=(), **config) -> HubSpot:
    return HubSpot(fake.config() | config, plain_http(HubSpot), fields)


def test_a_wrong_token_is_told_in_hubspots_words(fake):
    answer = let_in(fake).http
    answer.auth = None
    with pytest.raises(SignInAgain, match="401"):
        answer.get(f"{fake.url}/crm/v3/owners", route="/owners")


@pytest.mark.parametrize("version", ["v3", "2026-03"])
def test_versions_have_their_paths(version):
    with HubSpotFake(World(count=3), version=version) as fake:
        mirror = Mirror()
        assert mirror.run(let_in(fake))[0] == 3


def test_a_missing_scope_for_owners_is_a_warning(fake):
    fake.owners_allowed = False
    result = let_in(fake).check()
    assert "owners.read" in result.warnings[0]
    assert (result.who, result.quota_left) == ("HubSpot account 4242", 249000)


def test_former_owners_are_listed(fake):
    assert [one.name for one in let_in(fake).owners() if not one.active] == ["Former User"]


def test_searches_never_reach_the_wall(fake):
    mirror = Mirror()
    mirror.run(let_in(fake))
    fake.wall = 10
    moment = fake.world.tick()
    for person in fake.world.there():
        fake.world.change(person.number, city="Ogdenville", updated_at=moment)
    assert mirror.run(let_in(fake))[1] == 23


def test_what_the_index_shows_late_is_not_lost(fake):
    mirror = Mirror()
    mirror.run(let_in(fake))
    fake.world.now += timedelta(days=1)
    first = fake.world.add()
    fake.lag = timedelta(minutes=5)
    mirror.run(let_in(fake))
    fake.world.now += timedelta(minutes=6)
    fake.world.add(updated_at=fake.world.now)
    mirror.run(let_in(fake))
    fake.lag = timedelta(0)
    mirror.run(let_in(fake))
    assert len(mirror.contacts) == 25
    assert str(first.number - 995) in mirror.contacts


def test_a_merged_record_names_its_winner(fake):
    mirror = Mirror()
    mirror.run(let_in(fake))
    fake.world.merge(1002, 1003)
    mirror.run(let_in(fake))
    assert mirror.gone == {"7": "8"}
    assert let_in(fake).fetch(["7"]) == [Gone("7", "8")]


def test_a_batch_with_another_error_is_for_later(fake):
    fake.batch_error = "INTERNAL"
    with pytest.raises(TryLater):
        let_in(fake).fetch(["99999"])


def test_a_run_broken_off_in_the_bin_goes_on_there(fake):
    mirror = Mirror()
    mirror.run(let_in(fake))
    for person in fake.world.there()[:12]:
        fake.world.delete(person.number)
    mirror.run(let_in(fake), pages=3)
    assert mirror.state["bin"]
    mirror.run(let_in(fake))
    assert len(mirror.contacts) == 11


@pytest.mark.parametrize("status", [423, 477, 524])
def test_hubspots_own_statuses_are_passing(fake, status):
    fake.trouble(Trouble(reply=Reply({}, status, {"Retry-After": "0"})))
    assert Mirror().run(let_in(fake))[0] == 23


@pytest.mark.parametrize(("policy", "wait"), [("DAILY", 3600), ("TEN_SECONDLY_ROLLING", 10)])
def test_each_limit_has_its_wait(fake, policy, wait):
    fake.policy = policy
    fake.trouble(Trouble(reply=fake.over_limit()))
    with pytest.raises(TryLater) as caught:
        Mirror().run(let_in(fake))
    assert caught.value.wait == pytest.approx(wait, abs=1)


@pytest.mark.parametrize("after", ["0", "Wed, 21 Oct 2015 07:28:00 GMT"])
def test_a_wait_that_is_named_is_kept(fake, after):
    over = fake.over_limit()
    fake.trouble(Trouble(reply=Reply(over.body, 429, {"Retry-After": after})))
    assert Mirror().run(let_in(fake))[0] == 23


def test_custom_fields_come_only_when_chosen_and_harmless(fake):
    adapter = let_in(fake, fields=["segment", "ssn", "shadow", "health", "no_more_there"])
    assert [one.name for one in adapter.field_catalogue()] == ["segment"]
    mirror = Mirror()
    mirror.run(adapter)
    assert {tuple(one.custom.items()) for one in mirror.contacts.values()} == {(("segment", "A"),)}
    assert SSN.replace("-", "") not in str(mirror.contacts)


def test_stages_are_told_by_their_labels(fake):
    fake.world.add(category="Something new")
    adapter = let_in(fake)
    assert "Something new" in adapter.categories()
    mirror = Mirror()
    mirror.run(adapter)
    assert {one.category for one in mirror.contacts.values()} == {"Client", "Something new"}


def test_an_odd_date_is_named_and_a_row_without_id_is_bad(fake):
    odd = fake.world.add(raw={"date_of_birth": "sometime in May"})
    fake.world.add(raw={"hs_object_id": None})
    mirror = Mirror()
    mirror.run(let_in(fake))
    assert mirror.contacts[str(odd.number - 995)].odd == ("birth_date",)
    assert len(mirror.bad) == 1
