"""The Demo CRM passes the suite as far as it applies: it calls nobody, and it changes by itself alone."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from crm.adapters.demo import DemoCRM
from crm.adapters.demo.adapter import ASSIGNED, OWNERS
from crm.adapters.demo.people import STEP, contact, ledger
from crm.records import Gone, digest, payload
from crm.testing import AdapterContract, Mirror

SIZE = 230  # more than two pages


class Book:
    """The Demo CRM as the suite sees it: `pass_steps` lets time pass."""

    def __init__(self) -> None:
        self.began, self.steps = datetime.now(UTC) - timedelta(seconds=1), 0
        self.world = SimpleNamespace(
            there=self.there, owners={one.remote_id: (one.name, one.email) for one in OWNERS}, now=self.began
        )

    def config(self) -> dict[str, str]:
        return {"size": str(SIZE), "token": "let-me-in-please", "began": self.began.isoformat()}

    def bad_config(self) -> dict[str, str]:
        return self.config() | {"token": "wrong"}

    def pass_steps(self, steps: int) -> None:
        """Let time pass, by moving the beginning back."""
        self.steps += steps
        self.began -= steps * STEP

    def there(self) -> list:
        """The records that are there, in the order of their numbers, custom fields left out."""
        book = ledger(SIZE, self.steps)
        return [contact(number, step, self.began, ASSIGNED) for number, step in sorted(book.changed.items())]


@pytest.fixture
def fake():
    return Book()


class TestDemo(AdapterContract):
    """Where a test would change the CRM, time passes instead, or it is left out with the reason."""

    adapter_class = DemoCRM
    people = SIZE
    can_fail = False  # it calls nobody
    can_change = False
    shared_moment = True

    def remote_id(self, person):
        return person.remote_id

    def assert_same(self, contact, person):
        said = {name: value for name, value in payload(person).items() if name != "custom"}
        assert payload(contact) == said

    @pytest.fixture
    def mirror(self, fake):
        """Up to date, before time passes."""
        mirror = Mirror()
        mirror.run(self.adapter(fake))
        return mirror

    def test_one_change_is_one_update(self, fake, mirror):
        fake.pass_steps(1)
        assert mirror.run(self.adapter(fake)) == (0, 2, 0)  # two records change at each step
        assert {key: payload(one) for key, one in mirror.contacts.items()} == {
            one.remote_id: {k: v for k, v in payload(one).items() if k != "custom"} for one in fake.there()
        }

    def test_an_incremental_run_brings_only_what_changed(self, fake, mirror):
        fake.pass_steps(2)
        brought = [len(page.contacts) for page in self.adapter(fake).changes(mirror.state)]
        assert sum(brought) == 4

    def test_a_new_record_arrives(self, fake, mirror):
        fake.pass_steps(3)
        assert mirror.run(self.adapter(fake))[0] == 1
        assert mirror.contacts.keys() == self.there(fake)

    def test_a_deleted_record_goes(self, fake, mirror):
        fake.pass_steps(12)
        assert mirror.run(self.adapter(fake))[2] == 2  # one deleted, one merged
        assert mirror.contacts.keys() == self.there(fake)
        assert [into for into in mirror.gone.values() if into] == [
            into for into in mirror.gone.values() if into in mirror.contacts
        ]

    def test_a_listing_names_those_that_are_there(self, fake, mirror):
        fake.pass_steps(8)
        listed = [one.remote_id for page in self.adapter(fake).listing({}) for one in page.contacts]
        assert sorted(listed) == sorted(self.there(fake))

    def test_single_records_are_fetched_again(self, fake, mirror):
        before = self.there(fake)
        fake.pass_steps(8)
        lost = (before - self.there(fake)).pop()
        first = fake.there()[0]
        found = {one.remote_id: one for one in self.adapter(fake).fetch([first.remote_id, lost])}
        self.assert_same(found[first.remote_id], first)
        assert isinstance(found[lost], Gone)
        mirror.run(self.adapter(fake))
        assert digest(payload(mirror.contacts[first.remote_id])) == digest(payload(found[first.remote_id]))

    def test_households_have_their_members(self, fake, mirror):
        members = {}
        for one in fake.there():
            if one.household:
                members.setdefault(one.household.remote_id, []).append((one.remote_id, one.household.role))
        couples = [both for both in members.values() if len(both) == 2]
        assert couples and all(mirror.members[a][0] == mirror.members[b][0] for (a, _), (b, _) in couples)
        assert {mirror.members[who][1] for both in couples for who, _ in both} == {"head", "spouse_partner"}

    def test_a_run_broken_off_goes_on_at_the_step_it_began_with(self, fake):
        mirror = Mirror()
        mirror.run(self.adapter(fake), pages=1)
        fake.pass_steps(4)
        mirror.run(self.adapter(fake))
        mirror.run(self.adapter(fake))
        assert mirror.contacts.keys() == self.there(fake)
