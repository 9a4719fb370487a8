"""Redtail: the suite of all adapters, and what is Redtail's own."""

import re
from datetime import date

import pytest

from crm.adapters.redtail import Redtail
from crm.errors import SignInAgain, TryLater, WillNotWork
from crm.http import ForeignHost
from crm.records import Gone
from crm.testing import AdapterContract, Mirror, Reply, Trouble, World, plain_http
from tests.crm.fakes.redtail import USER_KEY, RedtailFake


class TestRedtail(AdapterContract):
    adapter_class = Redtail

    @pytest.fixture
    def fake(self):
        with RedtailFake(World(count=self.people)) as fake:
            fake.size, fake.size_by = 10, "neither"
            yield fake

    def remote_id(self, person):
        return str(person.number)

    @pytest.mark.parametrize("by", ["header", "query", "neither"])
    def test_size_and_blocks_are_asked_for_both_ways(self, fake, by):
        fake.size_by, fake.include_by = by, "header" if by == "neither" else by
        mirror = Mirror()
        mirror.run(self.adapter(fake))
        assert mirror.contacts.keys() == self.there(fake)
        assert all(one.emails for one in mirror.contacts.values())
        assert len(fake.seen) == (3 if by == "neither" else 1)

    @pytest.mark.parametrize("single", [True, False])
    @pytest.mark.parametrize("wrapped", [True, False])
    def test_blocks_the_search_leaves_out_are_fetched(self, fake, wrapped, single):
        fake.wrapped, fake.search_includes, fake.single_includes = wrapped, False, single
        mirror = Mirror()
        mirror.run(self.adapter(fake))
        person = fake.world.change(fake.world.there()[0].number, city="Shelbyville")
        assert mirror.run(self.adapter(fake)) == (0, 1, 0)
        assert mirror.contacts[self.remote_id(person)].addresses[0].city == "Shelbyville"

    def test_a_page_of_many_fetches_is_saved_few_by_few(self, fake):
        fake.size = 50
        mirror = Mirror()
        mirror.run(self.adapter(fake))
        fake.search_includes = False
        for person in fake.world.there():
            fake.world.change(person.number, city="Ogdenville")
        mirror.run(self.adapter(fake), pages=2)
        mirror.run(self.adapter(fake))
        assert {one.addresses[0].city for one in mirror.contacts.values()} == {"Ogdenville"}

    def test_the_password_is_exchanged_once_for_a_key(self, fake):
        for fake.key_as in ("authenticated_user", "user_key", "userkey"):
            adapter = self.adapter(fake, config=fake.typed())
            assert adapter.enrol() == {"user_key": USER_KEY}
            assert "23 contacts" in adapter.check().who
        kept = [field for field in Redtail.config_fields if not field.once]
        assert "password" not in [field.name for field in kept]
        assert self.adapter(fake).enrol() == {}

    def test_a_wrong_password_is_refused(self, fake):
        with pytest.raises(SignInAgain):
            self.adapter(fake, config=fake.typed("wrong")).enrol()
        with pytest.raises(SignInAgain):
            self.adapter(fake, config={"base_url": fake.url, "api_key": "k"}).check()

    def test_a_key_that_ends_in_the_middle_is_renewed_once_while_a_password_is_known(self, fake):
        adapter = self.adapter(fake, config=fake.typed())
        adapter.enrol()
        pages = adapter.changes({})
        next(pages)
        fake.user_key = "another"
        assert sum(len(page.contacts) for page in pages) == 13
        fake.user_key = "a third"
        with pytest.raises(SignInAgain):
            Mirror().run(self.adapter(fake))

    def test_rows_marked_as_deleted_go(self, fake):
        fake.shows_deleted = True
        mirror = Mirror()
        mirror.run(self.adapter(fake))
        lost = fake.world.there()[2].number
        fake.world.delete(lost)
        assert mirror.run(self.adapter(fake))[2] == 1
        assert {one.remote_id for page in self.adapter(fake).listing({}) for one in page.listed} == self.there(fake)
        assert self.adapter(fake).fetch([str(lost)]) == [Gone(str(lost))]

    def test_what_vanishes_is_found_by_comparing(self, fake):
        mirror = Mirror()
        mirror.run(self.adapter(fake))
        fake.world.vanish(fake.world.there()[0].number)
        mirror.run(self.adapter(fake))
        assert mirror.reconcile(self.adapter(fake)) == 1

    def test_an_incomplete_listing_of_ids_is_an_error(self, fake):
        fake.trouble(Trouble(reply=Reply({"contacts": [], "meta": {"total_records": 9, "total_pages": 1}})))
        with pytest.raises(TryLater):
            list(self.adapter(fake).listing({}))

    def test_a_deletion_while_it_lists_hides_nobody(self, fake):
        first = fake.world.there()[0].number
        fake.before = lambda request: len(fake.seen) == 2 and fake.world.delete(first)
        mirror = Mirror()
        mirror.run(self.adapter(fake))
        assert mirror.contacts.keys() >= self.there(fake)

    def test_names_are_looked_up_where_rows_have_ids_only(self, fake):
        fake.names_in_rows = False
        mirror = Mirror()
        mirror.run(self.adapter(fake))
        assert {(one.status, one.category) for one in mirror.contacts.values()} == {("Active", "Client")}
        assert len([one for one in fake.seen if "/lists/" in one.path]) == 2
        assert self.adapter(fake).categories() == ["Client"]

    def test_families_name_the_head(self, fake):
        head, spouse = fake.world.there()[:2]
        home = str(fake.world.household("Rivera", head.number, spouse.number))
        mirror = Mirror()
        mirror.run(self.adapter(fake))
        links = [mirror.contacts[self.remote_id(one)].household for one in (head, spouse)]
        assert [(one.remote_id, one.role, one.head) for one in links] == [
            (home, "head", True),
            (home, "spouse_partner", False),
        ]

    def test_odd_values_are_named_and_rows_without_an_id_set_aside(self, fake):
        raw = {"dob": "sometime", "emails": None, "phones": "?", "family": [], "type": "Crm::Contact::Business"}
        odd = fake.world.add(raw=raw)
        fake.world.add(raw={"id": None})
        mirror = Mirror()
        mirror.run(self.adapter(fake))
        found = mirror.contacts[self.remote_id(odd)]
        assert (found.odd, found.kind, found.emails) == (("birth_date",), "organisation", ())
        assert list(mirror.bad) == [""]

    @pytest.mark.parametrize("told", [None, "0", "2", "Wed, 21 Oct 2099 07:28:00 GMT"])
    def test_too_many_calls(self, fake, told):
        fake.retry_after = told
        fake.trouble(Trouble(reply=fake.over_limit()))
        adapter, waits = self.adapter(fake, patience=30), []
        adapter.http.sleep = waits.append
        if told and told.startswith("Wed"):
            with pytest.raises(TryLater) as caught:
                adapter.check()
            assert caught.value.wait >= 900
        else:
            adapter.check()
            assert int(waits[0]) == {None: 0, "0": 0, "2": 2}[told]

    def test_the_error_page_of_the_old_server_is_no_answer(self, fake):
        fake.trouble(Trouble(reply=Reply(b"<html>Runtime Error</html>", 302, {"Location": "/error.aspx"})))
        with pytest.raises(WillNotWork, match="redirect"):
            self.adapter(fake).check()


@pytest.mark.parametrize("host", ["redtailtechnology.com.example.org", "evilredtailtechnology.com", "127.0.0.1"])
def test_no_other_host_gets_the_key(host):
    pattern = next(field.pattern for field in Redtail.config_fields if field.name == "host")
    assert not re.fullmatch(pattern, host)
    with pytest.raises(ForeignHost):
        Redtail({"host": host, "api_key": "k", "user_key": "u"}, plain_http(Redtail, private=())).check()


def told(body) -> Trouble:
    """A 401 with a body of its own."""
    return Trouble(reply=Reply(body, 401))


TIME_OUTS = [
    {"message": "Gateway Time-out"},
    {"message": "The request timed out"},
    b"<html><head><title>504 Gateway Time-out</title></head></html>",
    {"message": "Service Unavailable"},
]


@pytest.fixture
def fake():
    with RedtailFake(World(count=23)) as fake:
        yield fake


def let_in(fake, config=None) -> Redtail:
    return Redtail(config or fake.config(), plain_http(Redtail))


@pytest.mark.parametrize("body", TIME_OUTS)
def test_a_401_that_speaks_of_a_time_out_is_an_outage(fake, body):
    mirror = Mirror()
    fake.trouble(told(body), told(body))
    mirror.run(let_in(fake))
    assert len(mirror.contacts) == 23
    fake.trouble(*[told(body)] * 9)
    with pytest.raises(TryLater, match="out of order"):
        mirror.run(let_in(fake))
    fake.troubles.clear()
    fake.trouble(*[told(body)] * 9)
    with pytest.raises(TryLater, match="out of order"):
        let_in(fake, fake.typed()).enrol()


def test_a_locked_user_is_told_and_tried_again_in_an_hour_without_another_sign_in(fake):
    adapter = let_in(fake, fake.typed())
    adapter.enrol()
    before = len(fake.seen)
    fake.trouble(*[told({"message": "Account Locked"})] * 9)
    with pytest.raises(TryLater, match="locked") as later:
        adapter.check()
    assert (later.value.wait, len(fake.seen) - before) == (3600, 1)


@pytest.mark.parametrize("body", [{"message": "Invalid credentials"}, {"message": "Unlocked no more"}, b""])
def test_any_other_401_is_a_refusal(fake, body):
    fake.trouble(*[told(body)] * 9)
    with pytest.raises(SignInAgain, match="refuses the credentials"):
        let_in(fake).check()


@pytest.mark.parametrize(
    ("told", "deceased", "on", "odd"),
    [
        ("2026-03-01", True, date(2026, 3, 1), ()),
        ("last spring", True, None, ("deceased_on",)),
        (None, False, None, ()),
        ("", False, None, ()),
    ],
)
def test_who_has_died_is_told_with_the_day_as_far_as_it_can_be_read(fake, told, deceased, on, odd):
    fake.world.change(1002, raw={"death_date": told})
    mirror = Mirror()
    mirror.run(let_in(fake))
    found = mirror.contacts["1002"]
    assert (found.deceased, found.deceased_on, found.odd) == (deceased, on, odd)
