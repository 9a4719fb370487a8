"""Walking lists whose pages are numbered, for CRMs that have no cursor into a listing.

Rows may come, change and go while we read. What comes or changes is caught by the next run, which begins before this
one did; what goes moves later rows towards the front, past the page we are at: a total that shrinks tells, and
we step back by as many pages as that can have moved.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from typing import Any

from crm.errors import TryLater, WillNotWork
from crm.http import Answer
from crm.reading import iso, moment
from crm.records import RemoteContact


@dataclass(frozen=True)
class Sheet:
    """One page of a list. `pages` and `total` as far as told; `at` is the server's clock."""

    rows: list[Any]
    page: int
    pages: int | None = None
    total: int | None = None
    at: str = ""


@dataclass(frozen=True)
class Place:
    """Where a run is: the flat state of a page. `since` is empty in a full run."""

    since: str = ""
    part: str = "contacts"
    page: int = 1
    total: int = 0
    seen: str = ""
    started: str = ""
    size: int = 0

    @classmethod
    def of(cls, state: Mapping, size: int = 0) -> "Place":
        """The place that a state names; with pages of another `size` its list is read from the beginning.

        Whether a vendor has kept to the size that was asked for is not known, so no page can be named for another one.
        """
        found = cls(**{name: state[name] for name in cls.__dataclass_fields__ if name in state})
        same = size in (0, found.size) or not found.size
        return replace(found if same else replace(found, page=1, total=0), size=size or found.size)

    def state(self) -> dict[str, str | int]:
        """The place as a state."""
        return asdict(self)

    def read(self, sheet: Sheet, contacts: tuple[RemoteContact, ...]) -> "Place":
        """The same place, knowing the latest change among what was read and when the run began."""
        changes = [iso(one.updated_at) for one in contacts if one.updated_at]
        return replace(self, seen=max([self.seen, *changes]), started=self.started or sheet.at)

    def beyond(self, sheet: Sheet) -> "Place | None":
        """The place to read next, None at the end of the list."""
        known = self.total if sheet.total is None else sheet.total
        page = _following(sheet, self.total - known)
        return replace(self, page=page, total=known) if page else None

    def next_run(self, overlap: int) -> dict[str, str]:
        """The state for the next run: the latest change seen, not after this run began, less the overlap."""
        found = moment(min([self.seen, *([self.started] if self.started else [])]))
        mark = iso(found - timedelta(seconds=overlap)) if found else ""
        since = max(self.since, mark)
        return {"since": since} if since else {}


def sheet_of(answer: Answer, body: Any, name: str, page: int) -> Sheet:
    """A page of the list `name`, whose counts stand in `meta` or beside it. Raises WillNotWork without a list."""
    if not isinstance(body, dict) or not isinstance(body.get(name), list):
        raise WillNotWork("The CRM answered with something that is not the list that was asked for.")
    meta = body["meta"] if isinstance(body.get("meta"), dict) else {}
    pages = _count(meta.get("total_pages", body.get("total_pages")))
    totals = (place.get(key) for place in (meta, body) for key in ("total_count", "total_records"))
    total = next((one for one in map(_count, totals) if one is not None), None)
    return Sheet(body[name], page, pages, total, iso(answer.at) if answer.at else "")


class Tally:
    """Counts what a complete listing brought, so that one with a gap is not taken for complete.

    `whole`: it is counted from its first page on; of a listing that goes on where another broke off nothing is proved.
    """

    def __init__(self, *, whole: bool = True) -> None:
        self.whole = whole
        self.ids: set[str] = set()
        self.nameless = 0

    def add(self, ids: list[str]) -> None:
        """Count the ids of a page; empty ones are rows without an id."""
        self.ids.update(filter(None, ids))
        self.nameless += ids.count("")

    def prove(self, total: int | None) -> None:
        """Raise TryLater when fewer rows came than the CRM says there are, if it says so."""
        if self.whole and len(self.ids) + self.nameless < (total or 0):
            raise TryLater("The CRM's list was not complete; it is read again later.", 300)


def _following(sheet: Sheet, lost: int) -> int:
    """The number of the page to read next, 0 at the end."""
    if lost > 0 and sheet.page > 1:
        return max(1, sheet.page - -(-lost // max(len(sheet.rows), 1)))
    more = sheet.rows and (sheet.pages is None or sheet.page < sheet.pages)
    return sheet.page + 1 if more else 0


def _count(value: Any) -> int | None:
    """A count as it stands in an answer; None when it is none."""
    raw = str(value).strip() if value is not None and not isinstance(value, bool) else ""
    return int(raw) if raw.isascii() and raw.isdigit() else None
