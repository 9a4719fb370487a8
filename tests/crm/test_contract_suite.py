"""The suite that every adapter passes catches those that lose data: mutants of the example, each with one fault."""

from dataclasses import replace

import pytest

from crm.errors import TryLater
from crm.reading import iso
from crm.records import Listed, Page, RemoteContact
from crm.testing import World
from tests.crm.test_acme import AcmeFake, acme
from tests.crm.test_acme import TestAcme as AcmeSuite


class WideFake(AcmeFake):
    """Also takes an `offset` into the list, as many vendors do."""

    def _contacts(self, query: dict) -> dict:
        offset = int(query.get("offset", "0"))
        answer = super()._contacts({name: value for name, value in query.items() if name not in ("offset", "size")})
        if "ids" in query:
            return answer
        people = self.world.there()[offset:]
        size = int(query.get("size", "10"))
        if "offset" in query:
            return {"contacts": [self._shown(one) for one in people[:size]], "more": len(people) > size}
        return super()._contacts(query)


class OffsetPaging(acme.Acme):
    """Counts how far it is: what goes meanwhile moves later records past it."""

    def changes(self, state):
        if state.get("since"):
            yield from super().changes(state)
            return
        offset, begun, last = int(state.get("offset", 0)), str(state.get("begun", "")), False
        while not last:
            answer = self._ask("/contacts", {"offset": str(offset), "size": str(self.page_size)})
            body, begun = answer.json(), begun or iso(answer.at)
            last, offset = not body["more"], offset + self.page_size
            following = {"since": self._before(begun)} if last else {"offset": offset, "begun": begun}
            yield Page(following, self._read(body["contacts"])[0], last=last)


class TokenOfTheResumedListing(acme.Acme):
    """Begins the next run where a broken-off one went on, not where it had begun."""

    def changes(self, state):
        token = iso(self._ask("/me").at)
        for page in super().changes(state):
            yield replace(page, next_state={"since": token}) if page.last else page


class FirstPageOnly(acme.Acme):
    """Takes the first page for all."""

    def changes(self, state):
        page = next(super().changes(state))
        since = page.next_state["since"] or self._before(str(page.next_state["begun"]))
        yield replace(page, next_state={"since": since}, last=True)


class LatestChangeSeen(acme.Acme):
    """Begins the next run at the latest change it saw, though others were made before that behind its back."""

    def changes(self, state):
        latest = ""
        for page in super().changes(state):
            latest = max([latest, *(iso(one.updated_at) for one in page.contacts)])
            yield replace(page, next_state={"since": self._before(latest)}) if page.last else page


class ClockAtTheEnd(acme.Acme):
    """Begins the next run at the time when this one ended."""

    def changes(self, state):
        for page in super().changes(state):
            now = iso(self._ask("/me").at)
            yield replace(page, next_state={"since": now}) if page.last else page


class NoDeletions(acme.Acme):
    """Says that it tells of deletions, and does not."""

    def changes(self, state):
        yield from (replace(page, gone=()) for page in super().changes(state))


class SkipsWhenGoingOn(acme.Acme):
    """Passes a record by when it goes on."""

    def changes(self, state):
        after = str(state.get("after", ""))
        yield from super().changes({**state, "after": f"A{int(after[1:]) + 1}"} if after else state)


class EndsWhenInTrouble(acme.Acme):
    """Takes trouble for the end of the list."""

    def changes(self, state):
        try:
            yield from super().changes(state)
        except TryLater:
            yield Page(state, last=True)


class FetchesOnlyWhatIsThere(acme.Acme):
    """Says nothing of records that are gone."""

    def fetch(self, remote_ids):
        return [one for one in super().fetch(remote_ids) if isinstance(one, RemoteContact)]


class ListsTheFirstPage(acme.Acme):
    """Lists ids, and of those the first page only."""

    def listing(self, state):
        page = next(super().changes({}))
        yield Page({}, listed=tuple(Listed(one.remote_id, one.updated_at) for one in page.contacts), last=True)


class ListsOtherTimes(acme.Acme):
    """Lists times that are not those of the records: all would be fetched each time."""

    def listing(self, state):
        for page in super().changes(state):
            listed = tuple(Listed(one.remote_id, one.created_at or self._ask("/me").at) for one in page.contacts)
            yield Page(page.next_state, listed=listed, last=page.last)


CAUGHT = [
    (OffsetPaging, "test_deletions_while_it_lists_hide_nobody", {"after": 1}),
    (OffsetPaging, "test_deletions_while_it_lists_hide_nobody", {"after": 2}),
    (TokenOfTheResumedListing, "test_a_change_between_break_and_going_on_arrives", {"pages": 1}),
    (FirstPageOnly, "test_a_full_run_of_several_pages_brings_all", {}),
    (LatestChangeSeen, "test_changes_between_pages_arrive", {}),
    (ClockAtTheEnd, "test_changes_between_pages_arrive", {}),
    (NoDeletions, "test_a_deleted_record_goes", {}),
    (NoDeletions, "test_many_deletions_all_arrive", {}),
    (SkipsWhenGoingOn, "test_broken_off_and_gone_on_ends_the_same", {"pages": 1}),
    (EndsWhenInTrouble, "test_a_storm_without_end_is_left_for_later", {}),
    (FetchesOnlyWhatIsThere, "test_single_records_are_fetched_again", {}),
    (ListsTheFirstPage, "test_a_listing_names_those_that_are_there", {}),
    (ListsOtherTimes, "test_a_listing_tells_the_times_of_change_that_records_have", {}),
]


@pytest.fixture
def fake():
    with WideFake(World(count=AcmeSuite.people)) as fake:
        yield fake


@pytest.mark.parametrize(
    ("mutant", "test", "options"), CAUGHT, ids=[f"{mutant.__name__}-{test}" for mutant, test, _ in CAUGHT]
)
def test_a_mutant_that_loses_data_is_caught(fake, mutant, test, options):
    suite = type("Suite", (AcmeSuite,), {"adapter_class": mutant})()
    with pytest.raises((AssertionError, pytest.fail.Exception)):
        getattr(suite, test)(fake, **options)


@pytest.mark.parametrize(
    ("test", "options"), [(test, options) for _, test, options in CAUGHT], ids=[test for _, test, _ in CAUGHT]
)
def test_the_example_passes_the_same_tests(fake, test, options):
    getattr(AcmeSuite(), test)(fake, **options)


def test_pages_as_large_as_the_world_are_told():
    """With everybody on one page nothing would be proved of the pages after it."""
    suite = AcmeSuite()
    suite.page = 10
    with WideFake(World(count=10)) as fake, pytest.raises(AssertionError, match="three pages at least"):
        suite.test_a_full_run_of_several_pages_brings_all(fake)
