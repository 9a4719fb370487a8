"""HubSpot against its fake: the shared suite, and what only HubSpot does."""

from datetime import date, timedelta

import pytest

from crm.adapters.hubspot import HubSpot
from crm.adapters.hubspot.dates import birthday
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
        answer.get(f"{fake.url}/crm/owners/2026-09", route="/owners")


@pytest.mark.parametrize("version", ["v3", "2026-03", "2026-09"])
def test_versions_have_their_paths(version):
    with HubSpotFake(World(count=3), version=version) as fake:
        adapter = let_in(fake)
        assert adapter.check().who == "HubSpot account 4242"
        assert len(list(adapter.owners())) == 3
        assert "interests" in {one.name for one in adapter.field_catalogue()}
        assert Mirror().run(adapter)[0] == 3
        strange = [one.path for one in fake.seen if version not in one.path]
        assert strange == []


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


@pytest.mark.parametrize("late", [5, 20, 59])
def test_what_the_index_shows_late_is_not_lost(fake, late):
    mirror = Mirror()
    mirror.run(let_in(fake))
    fake.world.now += timedelta(days=1)
    first = fake.world.add()
    fake.world.now += timedelta(minutes=late)
    fake.hidden = {first.number}
    fake.world.add()
    mirror.run(let_in(fake))
    fake.hidden = set()
    mirror.run(let_in(fake))
    assert len(mirror.contacts) == 25
    assert str(first.number - 995) in mirror.contacts


def test_a_merge_makes_a_new_record_and_retires_both(fake):
    mirror = Mirror()
    mirror.run(let_in(fake))
    new = fake.merge(1002, 1003)
    mirror.run(let_in(fake))
    key = str(fake.number(new))
    assert mirror.gone == {"7": key, "8": key}
    assert mirror.contacts.keys() == {str(fake.number(one)) for one in fake.world.there()}
    assert let_in(fake).fetch(["7", "8"]) == [Gone("7", key), Gone("8", key)]


@pytest.mark.parametrize("looked", [True, False], ids=["seen between", "twice in a row"])
def test_a_merge_of_a_merge_leads_to_the_last(fake, looked):
    mirror = Mirror()
    mirror.run(let_in(fake))
    first = fake.merge(1002, 1003)
    if looked:
        mirror.run(let_in(fake))
    last = fake.merge(1004, first.number)
    mirror.run(let_in(fake))
    key = str(fake.number(last))
    ids = [str(fake.number(one)) for one in fake.world.people.values() if one.merged_into]
    assert {one: mirror.gone[one] for one in ids} == dict.fromkeys(ids, key)
    assert let_in(fake).fetch(["7"]) == [Gone("7", key)]


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
    assert [one.name for one in adapter.field_catalogue()] == ["interests", "segment"]
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


def test_options_are_shown_by_their_labels_in_the_firms_order(fake):
    fake.world.change(1002, raw={"interests": "art_3;gone_9;sail_1", "hs_lead_status": "OWN_7"})
    mirror = Mirror()
    mirror.run(let_in(fake, fields=["interests"]))
    first, second = (mirror.contacts[key] for key in ("6", "7"))
    assert (first.custom, first.status, first.category) == ({"interests": "Sailing; Golf"}, "Open deal", "Client")
    assert (second.custom, second.status) == ({"interests": "Sailing; Art; gone_9"}, "OWN_7")


TODAY = date(2026, 11, 30)


@pytest.mark.parametrize(
    ("typed", "means"),
    [
        ("1970-05-14", "1970-05-14"),
        ("1970-05-14T00:00:00Z", "1970-05-14"),
        ("05/14/1970", "1970-05-14"),
        ("5/14/70", "1970-05-14"),
        ("14.5.1970", "1970-05-14"),
        ("14-05-1970", "1970-05-14"),
        ("1970/5/14", "1970-05-14"),
        ("19700514", "1970-05-14"),
        ("May 14, 1970", "1970-05-14"),
        ("Thursday, May 14th 1970", "1970-05-14"),
        ("14 may 70", "1970-05-14"),
        ("14-Sept-1970", "1970-09-14"),
        ("1970 May 14", "1970-05-14"),
        ("5/5/1970", "1970-05-05"),
        ("11/30/26", "2026-11-30"),
        ("12/1/26", None),
        ("12/31/26", "1926-12-31"),
        ("5/6/1970", None),
        ("2/30/1970", None),
        ("13/14/1970", None),
        ("5/14/2031", None),
        ("5/14/970", None),
        ("14 Mai 1970", None),
        ("May 1970", None),
        ("1970", None),
        ("unknown", None),
        ("5/14/1970 or 1971", None),
        ("0/14/1970", None),
        ("", None),
    ],
)
def test_dates_of_birth_are_read_as_people_type_them(typed, means):
    found = birthday(typed, today=TODAY)
    assert (found and found.isoformat()) == means


@pytest.mark.parametrize(("order", "means"), [("", None), ("month", date(1970, 5, 6)), ("day", date(1970, 6, 5))])
def test_a_day_that_could_be_either_is_read_as_the_firm_says_or_named_as_odd(fake, order, means):
    fake.world.change(1002, raw={"date_of_birth": "5/6/1970"})
    fake.world.change(1003, raw={"date_of_birth": "5/14/1970"})
    mirror = Mirror()
    mirror.run(let_in(fake, dates=order))
    assert mirror.contacts["7"].birth_date == means
    assert mirror.contacts["7"].odd == (("birth_date",) if means is None else ())
    assert mirror.contacts["8"].birth_date == date(1970, 5, 14)
