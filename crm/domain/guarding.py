"""An adapter that can do no harm: whatever it raises becomes an error of `crm.errors`, whatever it yields is looked at.

Only `crm.domain.opening` makes one; all rooms and pages call adapters through it.
"""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from django.db import DatabaseError

from core.operations.running import LostClaim
from crm.base import Adapter, Capabilities, CheckResult, State
from crm.errors import CRMError, WillNotWork
from crm.http import Http
from crm.records import BadRecord, Gone, Page, RemoteContact, RemoteField, RemoteOwner, is_sensitive
from crm.validation import checked_page, fault, text_problem

logger = logging.getLogger(__name__)
# What may come up through an adapter: how its vendor's conversation ended, and what `Http.holds` finds for the worker.
OURS = (CRMError, LostClaim, DatabaseError)


class Guarded:
    """The same methods as `crm.base.Adapter`; they raise the errors of `crm.errors` and no other."""

    def __init__(
        self, adapter: type[Adapter], config: Mapping[str, str], http: Http, fields: Sequence[str] = ()
    ) -> None:
        self.label, self.http = adapter.label, http
        self.capabilities: Capabilities = adapter.capabilities
        self._adapter = self._call("__init__", lambda: adapter(config, http, fields))

    @property
    def page_size(self) -> int:
        """Records that are asked for at once."""
        return self._call("page_size", lambda: int(self._adapter.page_size))

    @page_size.setter
    def page_size(self, size: int) -> None:
        self._adapter.page_size = size

    @property
    def lists_ids(self) -> bool:
        """See `Adapter.lists_ids`."""
        return self._call("lists_ids", lambda: self._adapter.lists_ids is True)

    def enrol(self) -> dict[str, str]:
        """See `Adapter.enrol`."""
        found = self._call("enrol", self._adapter.enrol)
        if not isinstance(found, dict) or any(text_problem(one) for pair in found.items() for one in pair):
            raise self._nonsense("enrol", found)
        return found

    def check(self) -> CheckResult:
        """See `Adapter.check`."""
        found = self._call("check", self._adapter.check)
        if fault_of_check(found):
            raise self._nonsense("check", found)
        return found

    def owners(self) -> Iterator[RemoteOwner]:
        """See `Adapter.owners`; those that cannot be stored are left out."""
        known: set[str] = set()
        for one in self._each("owners", self._adapter.owners):
            problem = fault(one, RemoteOwner)
            if problem:
                logger.warning("A user of %s is left out: %s", self.label, problem)
            elif one.remote_id not in known:
                known.add(one.remote_id)
                yield one

    def categories(self) -> list[str]:
        """See `Adapter.categories`."""
        return [one for one in self._each("categories", self._adapter.categories) if text_problem(one) == ""]

    def field_catalogue(self) -> list[RemoteField]:
        """See `Adapter.field_catalogue`; sensitive ones are left out whatever the adapter says."""
        found = self._each("field_catalogue", self._adapter.field_catalogue)
        good = [one for one in found if not fault(one, RemoteField)]
        return [one for one in good if one.name and not is_sensitive(one.name, one.label)]

    def changes(self, state: State) -> Iterator[Page]:
        """See `Adapter.changes`; records that cannot be stored are among the bad ones."""
        return self._pages("changes", lambda: self._adapter.changes(dict(state)))

    def listing(self, state: State) -> Iterator[Page]:
        """See `Adapter.listing`."""
        return self._pages("listing", lambda: self._adapter.listing(dict(state)))

    def fetch(self, remote_ids: Sequence[str]) -> list[RemoteContact | Gone]:
        """See `Adapter.fetch`. Only what was asked for, and can be stored: of an id left out nothing is known."""
        found = list(self._each("fetch", lambda: self._adapter.fetch(list(remote_ids))))
        page = checked_page(
            Page(
                {},
                tuple(one for one in found if not isinstance(one, Gone | BadRecord)),
                gone=tuple(one for one in found if isinstance(one, Gone)),
            )
        )
        wanted = set(remote_ids)
        return [one for one in (*page.contacts, *page.gone) if one.remote_id in wanted]

    def quota_left(self) -> int | None:
        """See `Adapter.quota_left`."""
        found = self._call("quota_left", self._adapter.quota_left)
        return found if isinstance(found, int) and -(2**31) <= found < 2**31 else None

    def _pages(self, name: str, ask: Callable[[], Any]) -> Iterator[Page]:
        """Pages that hold only what can be stored; the last one says so."""
        last = False
        for page in self._each(name, ask):
            if last:
                raise self._nonsense(name, "a page after the last one")
            try:
                page = checked_page(page)
            except (TypeError, ValueError, RecursionError, AttributeError):
                logger.exception("%s of %s yielded no page.", name, self.label)
                raise self._nonsense(name, page) from None
            last = page.last
            yield page
        if not last:
            raise self._nonsense(name, "an end without a last page")

    def _each(self, name: str, ask: Callable[[], Any]) -> Iterator[Any]:
        """What a call yields, one by one."""
        found = self._call(name, lambda: iter(ask()))
        while True:
            one = self._call(name, lambda: next(found, found))
            if one is found:
                return
            yield one

    def _call(self, name: str, ask: Callable[[], Any]) -> Any:
        """What a call returns. Raises WillNotWork for anything but the errors it may raise."""
        try:
            return ask()
        except OURS:
            raise
        except Exception as error:
            logger.exception("%s of the CRM adapter %s failed.", name, self.label)
            words = f"The adapter “{self.label}” has a fault ({type(error).__name__} in {name}); the log tells more."
            raise WillNotWork(words) from None

    def _nonsense(self, name: str, found: object) -> WillNotWork:
        """What is said of an answer that makes no sense; it may hold personal data, so only its kind is told."""
        words = found if isinstance(found, str) and found.startswith(("a ", "an ")) else type(found).__name__
        return WillNotWork(f"The adapter “{self.label}” has a fault: {name} gave {words}.")


def fault_of_check(found: object) -> str:
    """Why this is no answer to `check`; "" when it is one."""
    if not isinstance(found, CheckResult) or text_problem(found.who):
        return "It is no CheckResult."
    lists = (found.scopes, found.warnings)
    if not all(isinstance(one, tuple) and not any(map(text_problem, one)) for one in lists):
        return "Its scopes or warnings are no texts."
    left = found.quota_left
    fine = left is None or (isinstance(left, int) and -(2**31) <= left < 2**31)
    ends = found.expires_on
    return "" if fine and (ends is None or type(ends) is date) else "Its quota is no number, or its end no date."
