"""The part of the suite about completeness: whatever happens while an adapter lists, nothing is lost.

Pages are so small that a full run needs several; records are deleted, changed and added between them, and runs are
broken off and go on.
"""

from datetime import timedelta

import pytest

from crm.base import Adapter
from crm.records import RemoteContact
from crm.testing.mirror import Mirror, plain_http
from crm.testing.people import Person


def is_household(one: object) -> bool:
    """Whether a record is no contact of its own: such come along in some CRMs, and the engine leaves them out."""
    return isinstance(one, RemoteContact) and one.kind == "household"


class Suite:
    """What all tests of the suite stand on: the class, its fake, and what the vendor can do."""

    adapter_class: type[Adapter]
    people = 23  # in the fake at the start; more than two of its pages, see `paged`
    page = 7  # records that are asked for at once where a test needs several pages
    can_fail = True  # the fake has `trouble` and `before`
    can_change = True  # tests may change what the CRM holds; False for one that changes by itself alone
    tells_early_deletions = True  # of records deleted while the first run lists; else only going through all finds them
    shared_moment = True  # can hold several records with the same time of change

    def remote_id(self, person: Person) -> str:
        """The id that the fake gives to a person."""
        raise NotImplementedError

    def adapter(self, fake, *, config: dict | None = None, fields=(), **http) -> Adapter:
        """The adapter, let in."""
        return self.adapter_class(config or fake.config(), plain_http(self.adapter_class, **http), fields)

    def paged(self, fake) -> Adapter:
        """The adapter, let in, with pages so small that a full run needs at least three."""
        adapter = self.adapter(fake)
        adapter.page_size = self.page
        return adapter

    def there(self, fake) -> set[str]:
        """The ids that the fake lists."""
        return {self.remote_id(person) for person in fake.world.there()}

    def change_something(self) -> None:
        """Called by tests that are about to change what the CRM holds."""
        if not self.can_change:
            pytest.skip("The CRM changes by itself alone.")

    def person(self, fake, remote_id: str) -> Person:
        """Who has an id."""
        return next(person for person in fake.world.there() if self.remote_id(person) == remote_id)


class Completeness(Suite):
    """Listing, going on, and what happens meanwhile."""

    def test_a_listing_names_those_that_are_there(self, fake):
        self.change_something()
        fake.world.delete(fake.world.there()[1].number)
        pages = list(self.paged(fake).listing({}))
        listed = {one.remote_id for page in pages for one in page.listed if not is_household(one)}
        listed |= {one.remote_id for page in pages for one in page.contacts if not is_household(one)}
        assert listed == self.there(fake)
        assert [page.last for page in pages] == [False] * (len(pages) - 1) + [True]

    def test_a_listing_tells_the_times_of_change_that_records_have(self, fake):
        mirror = Mirror()
        mirror.run(self.adapter(fake))
        known = {remote_id: one.updated_at for remote_id, one in mirror.contacts.items()}
        listed = [one for page in self.adapter(fake).listing({}) for one in page.listed if one.updated_at]
        assert {one.remote_id: one.updated_at for one in listed} == {
            one.remote_id: known[one.remote_id] for one in listed
        }

    def test_going_through_all_finds_what_no_event_has_told(self, fake):
        self.change_something()
        mirror = Mirror()
        mirror.run(self.adapter(fake))
        lost, never = fake.world.there()[2:4]
        del mirror.contacts[self.remote_id(never)]
        fake.world.vanish(lost.number)
        assert mirror.reconcile(self.paged(fake), pages=1) == 1
        assert mirror.contacts.keys() == self.there(fake)

    # --- broken off and gone on -------------------------------------------------------------------------------------

    @pytest.mark.parametrize("pages", [1, 2])
    def test_broken_off_and_gone_on_ends_the_same(self, fake, pages):
        mirror = Mirror()
        mirror.run(self.adapter(fake), pages=pages)
        mirror.run(self.adapter(fake))
        if self.adapter_class.capabilities.deletes == "reconcile":
            mirror.reconcile(self.adapter(fake))
        assert mirror.contacts.keys() == self.there(fake)

    @pytest.mark.parametrize("pages", [1, 2])
    def test_a_change_between_break_and_going_on_arrives(self, fake, pages):
        """Of a record brought before the break: the next run begins where this one did, not where it went on."""
        self.change_something()
        mirror = Mirror()
        mirror.run(self.paged(fake), pages=pages)
        person = self.brought_first(fake, mirror)
        fake.world.now += timedelta(hours=2)
        fake.world.change(person.number, city="Shelbyville")
        fake.world.now += timedelta(hours=2)
        mirror.run(self.paged(fake))
        mirror.run(self.paged(fake))
        assert mirror.contacts[self.remote_id(person)].addresses[0].city == "Shelbyville"
        assert mirror.contacts.keys() == self.there(fake)

    def test_a_deletion_between_break_and_going_on_arrives(self, fake):
        self.change_something()
        mirror = Mirror()
        mirror.run(self.paged(fake), pages=1)
        fake.world.now += timedelta(hours=2)
        fake.world.delete(self.brought_first(fake, mirror).number)
        fake.world.now += timedelta(hours=2)
        self.settle(fake, mirror, early=True)
        assert mirror.contacts.keys() == self.there(fake)

    @pytest.mark.parametrize("after", [1, 2])
    def test_deletions_while_it_lists_hide_nobody(self, fake, after):
        """Later records move towards the front when those that were listed go: none of them may be passed by."""
        self.change_something()
        mirror = Mirror()

        def meddle(number: int) -> None:
            if number == after:
                for remote_id in sorted(mirror.contacts)[:3]:
                    fake.world.delete(self.person(fake, remote_id).number)

        mirror.run(self.paged(fake), between=meddle)
        assert mirror.contacts.keys() >= self.there(fake), "records that are there were passed by"
        self.settle(fake, mirror, early=True)
        assert mirror.contacts.keys() == self.there(fake)

    def test_changes_between_pages_arrive(self, fake):
        self.change_something()
        mirror = Mirror()
        changed = []

        def meddle(number: int) -> None:
            if number <= 2:
                fake.world.now += timedelta(hours=1)
                person = self.person(fake, sorted(mirror.contacts)[number])
                changed.append(fake.world.change(person.number, city=f"City {number}"))
                changed.append(fake.world.add(city=f"New {number}"))

        mirror.run(self.paged(fake), between=meddle)
        mirror.run(self.paged(fake))
        assert mirror.contacts.keys() == self.there(fake)
        assert {mirror.contacts[self.remote_id(one)].addresses[0].city for one in changed} == {
            one.city for one in changed
        }

    def test_many_deletions_all_arrive(self, fake):
        """More than a page of them."""
        self.change_something()
        mirror = Mirror()
        mirror.run(self.paged(fake))
        fake.world.now += timedelta(hours=2)
        for person in fake.world.there()[: 2 * self.page + 1]:
            fake.world.delete(person.number)
        self.settle(fake, mirror)
        assert mirror.contacts.keys() == self.there(fake)

    def brought_first(self, fake, mirror: Mirror) -> Person:
        """One of those who have been brought."""
        return self.person(fake, min(mirror.contacts))

    def settle(self, fake, mirror: Mirror, *, early: bool = False) -> None:
        """Go on to the end and once more; where nothing tells of deletions, or `early` ones, go through all."""
        mirror.run(self.paged(fake))
        mirror.run(self.paged(fake))
        if self.adapter_class.capabilities.deletes == "reconcile" or (early and not self.tells_early_deletions):
            mirror.reconcile(self.paged(fake))

    def test_changes_while_it_lists_are_not_lost(self, fake):
        if not self.can_fail:
            pytest.skip("There is no server that could be made to fail.")
        state = {"calls": 0}

        def meddle(request) -> None:
            state["calls"] += 1
            if state["calls"] in (3, 4):
                fake.world.add()
                fake.world.change(fake.world.there()[0].number, city="Capital City")

        mirror = Mirror()
        fake.before = meddle
        mirror.run(self.adapter(fake))
        fake.before = lambda request: None
        mirror.run(self.adapter(fake))
        assert mirror.contacts.keys() == self.there(fake)
        assert mirror.contacts[self.remote_id(fake.world.there()[0])].addresses[0].city == "Capital City"
