"""Wealthbox: the suite of all adapters, and what is Wealthbox's own."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from crm.adapters.wealthbox import Wealthbox
from crm.adapters.wealthbox.mapping import contact, when
from crm.errors import SignInAgain, TryLater, WillNotWork
from crm.http import ForeignHost
from crm.records import BadRecord
from crm.testing import AdapterContract, Mirror, Reply, Trouble, World, plain_http
from tests.crm.fakes.wealthbox import WealthboxFake


class TestWealthbox(AdapterContract):
    adapter_class = Wealthbox

    @pytest.fixture
    def fake(self):
        with WealthboxFake(World(count=self.people)) as fake:
            fake.cap = 10
            yield fake

    def remote_id(self, person):
        return str(person.number)

    def test_both_envelopes_and_none_are_read_to_the_end(self, fake):
        for fake.envelope in ("top", "bare"):
            mirror = Mirror()
            mirror.run(self.adapter(fake))
            assert mirror.contacts.keys() == self.there(fake)

    def test_a_hundred_are_asked_for_and_fewer_taken(self, fake):
        Mirror().run(self.adapter(fake))
        assert [one.query["per_page"] for one in fake.seen] == ["100"] * 3

    def test_a_deletion_while_it_lists_hides_nobody(self, fake):
        first = fake.world.there()[0].number
        fake.before = lambda request: len(fake.seen) == 2 and fake.world.delete(first)
        mirror = Mirror()
        mirror.run(self.adapter(fake))
        assert mirror.contacts.keys() >= self.there(fake)
        fake.before = lambda request: None
        mirror.run(self.adapter(fake))
        assert mirror.contacts.keys() == self.there(fake)

    def test_an_incomplete_listing_of_ids_is_an_error(self, fake):
        page = Reply({"contacts": [{"id": 1}], "meta": {"current_page": 1, "total_pages": 1, "total_count": 9}})
        fake.trouble(Trouble(reply=page))
        with pytest.raises(TryLater):
            list(self.adapter(fake).listing({}))

    @pytest.mark.parametrize("bodies", [True, False])
    def test_tombstones_need_no_body(self, fake, bodies):
        fake.bodies_of_deleted = bodies
        mirror = Mirror()
        mirror.run(self.adapter(fake))
        for person in fake.world.there()[:12]:
            fake.world.delete(person.number)
        assert mirror.run(self.adapter(fake))[2] == 12

    def test_a_run_broken_off_among_tombstones_goes_on(self, fake):
        mirror = Mirror()
        mirror.run(self.adapter(fake))
        for person in fake.world.there()[:12]:
            fake.world.delete(person.number)
        mirror.run(self.adapter(fake), pages=2)
        assert mirror.state["part"] == "deleted"
        mirror.run(self.adapter(fake))
        assert mirror.contacts.keys() == self.there(fake)

    def test_the_next_run_begins_before_this_one_did(self, fake):
        """A change dated after the server's own clock at the beginning does not carry the mark past what was missed."""
        late = datetime.now(UTC) + timedelta(hours=3)
        fake.world.change(fake.world.there()[0].number, updated_at=late)
        mirror = Mirror()
        mirror.run(self.adapter(fake))
        assert when(mirror.state["since"]) <= datetime.now(UTC) - timedelta(minutes=5)

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
            assert int(waits[0]) == {None: 5, "0": 0, "2": 2}[told]

    def test_a_bad_token_is_refused_in_words(self, fake):
        with pytest.raises(SignInAgain, match="API Access"):
            self.adapter(fake, config=fake.bad_config()).check()
        assert len(fake.seen) == 1

    def test_check_names_the_user_and_the_firm(self, fake):
        fake.user_status = "legacy"
        result = self.adapter(fake).check()
        assert result.who == "Avery Adams (Adams Advisory)"
        assert "legacy" in result.warnings[0]

    def test_sensitive_fields_are_not_read_even_when_chosen(self, fake):
        assert [one.name for one in self.adapter(fake).field_catalogue()] == ["Segment"]
        mirror = Mirror()
        mirror.run(self.adapter(fake, fields=("Segment", "SSN", "Passport number")))
        assert {tuple(one.custom.items()) for one in mirror.contacts.values()} == {(("Segment", "A"),)}

    def test_a_household_is_one_and_its_members_say_their_part(self, fake):
        head, spouse = fake.world.there()[:2]
        home = str(500_000 + fake.world.household("The Riveras", head.number, spouse.number))
        mirror = Mirror()
        mirror.run(self.adapter(fake))
        assert mirror.contacts[home].kind == "household"
        links = [mirror.contacts[self.remote_id(one)].household for one in (head, spouse)]
        assert [(one.remote_id, one.role, one.head) for one in links] == [
            (home, "head", True),
            (home, "spouse_partner", False),
        ]

    def test_odd_values_are_named_and_rows_without_an_id_set_aside(self, fake):
        raw = {"birth_date": "sometime", "tags": None, "email_addresses": "?", "household": [], "type": "Robot"}
        odd = fake.world.add(raw=raw)
        fake.world.add(raw={"id": None})
        mirror = Mirror()
        mirror.run(self.adapter(fake))
        found = mirror.contacts[self.remote_id(odd)]
        assert (found.odd, found.kind, found.emails, found.household) == (("birth_date",), "other", (), None)
        assert list(mirror.bad) == [""]

    def test_categories_are_the_firms_own(self, fake):
        assert self.adapter(fake).categories() == ["Client", "Past Client", "Prospect"]

    def test_what_is_no_list_is_not_an_empty_one(self, fake):
        fake.trouble(Trouble(reply=Reply({"contacts": None})))
        with pytest.raises(WillNotWork):
            Mirror().run(self.adapter(fake))


def test_no_other_host_gets_the_token():
    adapter = Wealthbox({"token": "t", "base_url": "https://api.crmworkspace.com.example.org"}, plain_http(Wealthbox))
    with pytest.raises(ForeignHost):
        adapter.check()


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2026-05-24 10:00 AM -0400", "2026-05-24T14:00+00:00"),
        ("2026-05-24 12:30 PM +0000", "2026-05-24T12:30+00:00"),
        ("2026-05-24 12:05 AM +0000", "2026-05-24T00:05+00:00"),
        ("2026-05-24 00:00 AM +0000", "2026-05-24T00:00+00:00"),
        ("2026-05-24T10:00:00Z", "2026-05-24T10:00+00:00"),
    ],
)
def test_moments_are_read(written, meant):
    assert when(written) == datetime.fromisoformat(meant)


def test_what_is_no_moment_is_none():
    assert [when(one) for one in ("2026-13-24 10:00 AM -0400", "soon", None, 5, [])] == [None] * 5
    assert isinstance(contact("text", ()), BadRecord)


@pytest.fixture
def fake():
    with WealthboxFake(World(count=23)) as fake:
        yield fake


def let_in(fake) -> Wealthbox:
    return Wealthbox(fake.config(), plain_http(Wealthbox))


def move(fake, number: int, household: int | None) -> None:
    """Put a person into a household so that only the household's own row changes."""
    fake.world.people[number] = replace(fake.world.people[number], household=household)
    for key in fake.world.households:
        fake.homes_changed[key] = fake.world.tick()


def test_who_joins_or_leaves_a_household_is_read_from_the_households_own_row(fake):
    key = fake.world.household("The Riveras", 1001, 1002)
    mirror = Mirror()
    mirror.run(let_in(fake))
    home = str(500_000 + key)
    assert mirror.members == {"1001": (home, "head"), "1002": (home, "spouse_partner")}
    fake.world.now += timedelta(hours=1)
    move(fake, 1003, key)
    mirror.run(let_in(fake))
    assert mirror.members["1003"] == (home, "spouse_partner")
    fake.world.now += timedelta(hours=1)
    fake.world.households[key] = "The Rivera family"
    move(fake, 1002, None)
    mirror.run(let_in(fake))
    assert mirror.members.keys() == {"1001", "1003"}
    assert mirror.households == {home: "The Rivera family"}


def test_a_household_that_names_nobody_takes_nobody_out(fake):
    key = fake.world.household("The Riveras", 1001, 1002)
    mirror = Mirror()
    mirror.run(let_in(fake))
    fake.names_members = False
    fake.world.now += timedelta(hours=1)
    fake.homes_changed[key] = fake.world.tick()
    mirror.run(let_in(fake))
    assert mirror.members.keys() == {"1001", "1002"}


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
    fake.world.change(1002, raw={"date_of_death": told})
    mirror = Mirror()
    mirror.run(let_in(fake))
    found = mirror.contacts["1002"]
    assert (found.deceased, found.deceased_on, found.odd) == (deceased, on, odd)


def test_users_with_a_role_for_a_contact_are_owners_beside_the_first(fake):
    def role(number: int, kind: str = "User") -> dict:
        return {"id": number, "name": "Associate", "value": number, "assigned_to": {"id": number, "type": kind}}

    first = fake.world.people[1002].owner
    second = 3 - first
    roles = [role(second), role(second), role(first), role(77, "Team"), {"id": 5, "assigned_to": None}, "?"]
    fake.world.change(1002, raw={"contact_roles": roles})
    mirror = Mirror()
    mirror.run(let_in(fake))
    assert (mirror.contacts["1002"].owner_id, mirror.contacts["1002"].other_owner_ids) == (str(first), (str(second),))
    assert mirror.contacts["1003"].other_owner_ids == ()
