"""The adapter of Redtail CRM.

Relied on (the public Postman collection, as others read and probed it): `/contacts` with `include` for all,
`/contacts/search?updated_since=` for what changed. Not verified against a live tenant: whether the search honours
`include` (blocks that are missing are fetched contact by contact; there is no known way to the tags alone), whether
deleted rows are listed (such are taken as deleted; those that vanish are found by comparing all ids), and whether
joining a family counts as a change of the member. Advisors come without email addresses.
"""

from collections.abc import Iterable, Iterator, Sequence

from crm.adapters.numbered import Place, Sheet, Tally
from crm.adapters.redtail.client import HOST, PAGE, Client, judge
from crm.adapters.redtail.mapping import contact, listed, row_id
from crm.base import Adapter, Capabilities, CheckResult, ConfigField, Rate, State
from crm.http import Answer, Http, Verdict
from crm.reading import text
from crm.records import BadRecord, Gone, Page, RemoteContact, RemoteOwner

BLOCKS = ("addresses", "phones", "emails", "family")
AT_ONCE = 10  # contacts on a page of ours whose blocks have to be fetched one by one


class Redtail(Adapter):
    """Reads contacts, families and advisors with a partner's key and a user's; it changes nothing there."""

    key = "redtail"
    label = "Redtail CRM"
    note = "User name and password are exchanged for a user key once, and then forgotten."
    capabilities = Capabilities(
        deletes="reconcile", listing="ids", households="record", max_page=PAGE, rates={"": Rate(2, 1)}
    )
    config_fields = (
        ConfigField("api_key", "API key", help="From Redtail's partner support.", secret=True),
        ConfigField("username", "User name", once=True),
        ConfigField("password", "Password", secret=True, once=True),
        ConfigField(
            "host",
            "Server",
            help="Another one only when Redtail told you so.",
            required=False,
            kind="host",
            default=HOST,
            pattern=r"([a-z0-9-]+\.)*redtailtechnology\.com",
        ),
    )
    hosts = ("*.redtailtechnology.com",)

    def __init__(self, config, http: Http, fields=()) -> None:
        super().__init__(config, http, fields)
        self.client = Client(http, config)
        self._names: dict[str, dict[str, str]] = {}

    def judge(self, answer: Answer) -> Verdict | None:
        """See `client.judge`."""
        return judge(answer)

    def enrol(self) -> dict[str, str]:
        """Exchange user name and password for the user key."""
        return self.client.enrol()

    def check(self) -> CheckResult:
        """Count the contacts: Redtail has no question of who we are."""
        sheet = self.client.sheet("/contacts", "contacts", 1)
        count = len(sheet.rows) if sheet.total is None else sheet.total
        return CheckResult(f"Redtail database with {count:,} contacts")

    def owners(self) -> Iterator[RemoteOwner]:
        """The servicing advisors."""
        for row in self.client.listed("servicing_advisors"):
            if row_id(row):
                yield RemoteOwner(row_id(row), text(row.get("name")), active=row.get("deleted") is not True)

    def categories(self) -> list[str]:
        """The database's own categories."""
        found = self.client.listed("categories")
        return [name for row in found if row.get("deleted") is not True and (name := text(row.get("name")))]

    def changes(self, state: State) -> Iterator[Page]:
        """All contacts, or those that the search finds changed."""
        place: Place | None = self._begin(state)
        while place:
            sheet = self._sheet(place)
            shown: list[RemoteContact | Gone | BadRecord] = []
            for some, waits in self._complete(sheet.rows):
                shown = [contact(row, self._named) for row in some]
                place = place.read(sheet, tuple(one for one in shown if isinstance(one, RemoteContact)))
                if waits:  # saved, and read again when broken off: only the end of the sheet moves the place on
                    yield _page(place.state(), shown, sheet.total)
            following = place.beyond(sheet)
            after = following.state() if following else place.next_run(self.capabilities.overlap_seconds)
            yield _page(after, shown, sheet.total, last=following is None)
            place = following

    def listing(self, state: State) -> Iterator[Page]:
        """The ids of the whole list."""
        place: Place | None = self._begin(state)
        tally = Tally(whole=not state)
        while place:
            sheet = self._sheet(place)
            tally.add([row_id(row) for row in sheet.rows])
            place = place.beyond(sheet)
            if place is None:
                tally.prove(sheet.total)
            yield Page(place.state() if place else {}, listed=tuple(listed(sheet.rows)), last=place is None)

    def fetch(self, remote_ids: Sequence[str]) -> list[RemoteContact | Gone]:
        """One call each, and more where blocks are missing."""
        found: list[RemoteContact | Gone] = []
        for remote_id in remote_ids:
            row = self.client.one(remote_id) if remote_id.isascii() and remote_id.isdigit() else None
            shown = contact(self._filled(row), self._named) if row else Gone(remote_id)
            found.append(Gone(remote_id) if isinstance(shown, BadRecord) else shown)
        return found

    def _begin(self, state: State) -> Place:
        """The place that a state names, with pages as large as they are now."""
        self.client.size = self.page_size
        return Place.of(state, self.page_size)

    def _sheet(self, place: Place) -> Sheet:
        """A page of what the run reads."""
        if place.since:
            return self.client.sheet("/contacts/search", "contacts", place.page, updated_since=place.since)
        return self.client.sheet("/contacts", "contacts", place.page)

    def _complete(self, rows: list) -> Iterator[tuple[list, bool]]:
        """The rows with all their blocks and whether more follow; few by few where blocks must be fetched."""
        if not any(_lacks(row) for row in rows):
            yield rows, False
            return
        for start in range(0, len(rows), AT_ONCE):
            some = [self._hydrated(row) if _lacks(row) else row for row in rows[start : start + AT_ONCE]]
            yield some, start + AT_ONCE < len(rows)

    def _hydrated(self, row: dict) -> dict:
        """A row of a list with the blocks that the list left out; marked as deleted when it is gone meanwhile."""
        whole = self.client.one(row_id(row))
        return {**row, "deleted": True} if whole is None else self._filled(whole)

    def _filled(self, row: dict) -> dict:
        """A single contact with the blocks that it came without."""
        missing: Iterable[str] = () if row.get("deleted") is True else (name for name in BLOCKS if name not in row)
        return {**row, **{name: self.client.part(row_id(row), name) for name in missing}}

    def _named(self, name: str) -> dict[str, str]:
        """The names of a list by id, asked for once."""
        if name not in self._names:
            self._names[name] = {row_id(row): text(row.get("name")) for row in self.client.listed(name)}
        return self._names[name]


def _lacks(row: object) -> bool:
    """Whether a row of a list came without blocks that were asked for."""
    if not isinstance(row, dict) or not row_id(row).isdigit() or row.get("deleted") is True:
        return False
    return not all(name in row for name in (*BLOCKS, "tag_memberships"))


def _page(state: dict, shown: list, total: int | None, last: bool = False) -> Page:
    return Page(
        state,
        contacts=tuple(one for one in shown if isinstance(one, RemoteContact)),
        gone=tuple(one for one in shown if isinstance(one, Gone)),
        bad=tuple(one for one in shown if isinstance(one, BadRecord)),
        total=total,
        last=last,
    )
