"""The simplest thing that keeps up with an adapter: what the sync engine does, in memory."""

from collections.abc import Callable

from crm.base import Adapter
from crm.http import Http
from crm.records import Listed, RemoteContact, digest, payload

FETCHED = 100  # records asked for at once


def plain_http(adapter: type[Adapter], *, patience: float = 3, pace=None, private=("127.0.0.1",)) -> Http:
    """An `Http` as the product makes it, that may also call loopback, and that never sleeps long."""
    import time

    return Http(adapter.hosts, private=private, pace=pace, patience=patience, sleep=lambda s: time.sleep(min(s, 0.01)))


class Mirror:
    """Holds contacts by id and the state; `run` brings it up to date and counts what was new, changed and gone.

    `run(pages=3)` breaks off after so many saved pages, as a killed worker would.
    """

    def __init__(self) -> None:
        self.contacts: dict[str, RemoteContact] = {}
        self.gone: dict[str, str] = {}
        self.bad: dict[str, str] = {}
        self.members: dict[str, tuple[str, str]] = {}  # contact id -> household id and role
        self.households: dict[str, str] = {}
        self.state: dict = {}
        self.pages = 0  # of the latest run

    def run(
        self, adapter: Adapter, pages: int | None = None, between: Callable[[int], None] | None = None
    ) -> tuple[int, int, int]:
        """New, changed, gone. Fails when the last page does not say so.

        `between` is called after each page with its number, while the adapter has not asked for the next one.
        """
        new = changed = gone = 0
        last = False
        for number, page in enumerate(adapter.changes(dict(self.state)), start=1):
            assert not last, "a page came after the last one"
            for contact in page.contacts:
                before = self.contacts.get(contact.remote_id)
                if before is None:
                    new += 1
                elif digest(payload(before)) != digest(payload(contact)):
                    changed += 1
                self.contacts[contact.remote_id] = contact
                if contact.household:
                    self.households[contact.household.remote_id] = contact.household.name
                    self.members[contact.remote_id] = (contact.household.remote_id, contact.household.role)
            for one in page.gone:
                gone += self.contacts.pop(one.remote_id, None) is not None
                self.gone[one.remote_id] = one.merged_into
            for home in page.households:
                self.households[home.remote_id] = home.name
                self.members = {k: v for k, v in self.members.items() if v[0] != home.remote_id}
                self.members |= {one.contact_id: (home.remote_id, one.role) for one in home.members}
            self.bad |= {one.remote_id: one.reason for one in page.bad}
            self.state = dict(page.next_state)
            assert all(isinstance(value, str | int | bool) for value in self.state.values()), "the state is not flat"
            last = page.last
            self.pages = number
            if between is not None:
                between(number)
            if number == pages:
                return new, changed, gone
        assert last, "the run ended without a page that says it is the last"
        return new, changed, gone

    def reconcile(self, adapter: Adapter, pages: int | None = None) -> int:
        """Go through all records as the engine does now and then; returns how many were gone.

        Records that are unknown or listed with another time of change are fetched; those that are not listed are
        asked about before they are dropped. `pages` breaks the listing off after so many and begins it again from
        the state of the last one, as after a killed worker.
        """
        there: dict[str, Listed] = {}
        state: dict = {}
        last = False
        while not last:
            for number, page in enumerate(adapter.listing(dict(state)), start=1):
                assert not last, "a page came after the last one"
                there |= {one.remote_id: one for one in page.listed}
                for contact in page.contacts:
                    there[contact.remote_id] = Listed(contact.remote_id, contact.updated_at)
                    self.contacts[contact.remote_id] = contact
                state, last = dict(page.next_state), page.last
                if number == pages:
                    break
            else:
                assert last, "the listing ended without a page that says it is the last"
            pages = None
        known = {remote_id: one.updated_at for remote_id, one in self.contacts.items()}
        stale = [key for key, one in there.items() if one.updated_at and one.updated_at != known.get(key)]
        fresh = [key for key in there if key not in known]
        before = len(self.contacts)
        self._fetch(adapter, sorted({*stale, *fresh}))
        arrived = len(self.contacts) - before
        self._fetch(adapter, sorted(known.keys() - there.keys()))
        return before + arrived - len(self.contacts)

    def _fetch(self, adapter: Adapter, ids: list[str]) -> None:
        """Take over these records as they are now, a hundred at a time."""
        for start in range(0, len(ids), FETCHED):
            for one in adapter.fetch(ids[start : start + FETCHED]):
                if isinstance(one, RemoteContact):
                    self.contacts[one.remote_id] = one
                else:
                    self.contacts.pop(one.remote_id, None)
                    self.gone[one.remote_id] = one.merged_into
