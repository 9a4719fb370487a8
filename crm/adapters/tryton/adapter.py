"""Tryton 8: parties by id, page by page; then those of which anything changed.

Tried against Tryton 8.0 (tests/crm/test_tryton_real.py runs the shared suite over a real server): a party's
`write_date` does not move when its numbers or addresses change, so all three tables are asked, and by a nested domain:
a dotted name finds no number that was made inactive in its own list. One deleted there, and a party deleted, leave no
trace, so all is read now and then; so does a category that was renamed. Inactive parties are hidden unless asked for,
and are told as gone. Stamps are the beginning of the transaction, so what an import of half an hour writes is half an
hour old when it appears: hence the overlap. The wizard that replaces a party makes the duplicate inactive and moves
its numbers and addresses, inactive, to the party that stays. Servers before 8 have no REST API.
Tryton has neither owners nor households of its own. Tax identifiers (`party.identifier`) are never asked for.
"""

from collections.abc import Iterator, Sequence
from datetime import timedelta

from crm.adapters.tryton import mapping
from crm.adapters.tryton.client import ANY, NEVER, TABLES, Client, as_object
from crm.base import Adapter, Capabilities, CheckResult, ConfigField, Rate, State
from crm.reading import iso, kept_moment, moment, text
from crm.records import BadRecord, Gone, Page, RemoteContact

PARTY = TABLES[0]
BY_ID = [["id", "ASC"]]


class Tryton(Adapter):
    """Tryton's parties; see the head of this file."""

    key = "tryton"
    label = "Tryton"
    capabilities = Capabilities(deletes="reconcile", owners=False, overlap_seconds=3600, rates={"": Rate(20, 1)})
    config_fields = (
        ConfigField("host", "Server", "Such as tryton.example.com.", kind="host"),
        ConfigField("database", "Database", pattern=r"[A-Za-z0-9_.-]+"),
        ConfigField("key", "Application key", "User preferences → Applications → add one for REST.", secret=True),
    )
    hosts = ("*",)  # firms run it themselves; addresses in private networks need the operator's leave
    note = (
        "Tryton 8 or later, with the module party. All parties count as people; Tryton names no advisor for them. "
        "When two parties are merged there, the duplicate's email and phone become inactive at the party that stays."
    )

    def __init__(self, config, http, fields=()) -> None:
        super().__init__(config, http, fields)
        self._client = Client(config, http)

    def check(self) -> CheckResult:
        """Ask for one party."""
        self._client.records(PARTY, ["name"], [], BY_ID, 1)
        return CheckResult(f"Tryton database {self.config.get('database', '')}")

    def categories(self) -> list[str]:
        """The names of the categories."""
        found = self._client.records("party.category", ["name"], [], BY_ID, 1000)
        return [name for row in found if (name := text(row.get("name")))]

    def changes(self, state: State) -> Iterator[Page]:
        """By id, so that nothing shifts while it lists; changes meanwhile are left for the next run."""
        since, upto = str(state.get("since", "")), str(state.get("upto", ""))
        if not upto:
            newest = self._client.newest()
            upto = iso(newest) if newest else since
        kept = {"upto": upto} | ({"since": since} if since else {})
        at, last = int(state.get("at", 0)), False
        while not last:
            rows = self._client.records(PARTY, mapping.FIELDS, _domain(since, at), BY_ID, self.page_size)
            last = len(rows) < self.page_size
            at = max([at, *(row["id"] for row in rows if isinstance(row.get("id"), int))])
            yield _page(rows, _begin(upto) if last else kept | {"at": at}, last=last)

    def fetch(self, remote_ids: Sequence[str]) -> list[RemoteContact | Gone]:
        """By their ids."""
        numbers = [int(one) for one in remote_ids if one.isdigit()]
        rows = self._client.records(PARTY, mapping.FIELDS, [ANY, ["id", "in", numbers]], BY_ID, max(len(numbers), 1))
        found = {one.remote_id: one for row in rows if not isinstance(one := mapping.party(row), BadRecord)}
        return [found.get(one, Gone(one)) for one in remote_ids]


def _domain(since: str, at: int) -> list:
    """Parties beyond an id; with `since`, those of which anything changed, inactive ones too."""
    beyond = ["id", ">", at]
    if not since:
        return [beyond]
    when = as_object(kept_moment(since))
    changed = ["write_date", ">=", when]
    children = [[name, "where", [ANY, changed]] for name in ("contact_mechanisms", "addresses")]
    return [ANY, beyond, ["OR", NEVER, changed, *children]]


def _begin(upto: str) -> dict[str, str]:
    """Where the next run begins: the latest change seen less the overlap."""
    when = moment(upto)
    return {"since": iso(when - timedelta(seconds=Tryton.capabilities.overlap_seconds))} if when else {}


def _page(rows: list[dict], next_state: State, *, last: bool) -> Page:
    """Rows by what they are."""
    read = [mapping.party(row) for row in rows]
    return Page(
        next_state,
        tuple(one for one in read if isinstance(one, RemoteContact)),
        gone=tuple(one for one in read if isinstance(one, Gone)),
        bad=tuple(one for one in read if isinstance(one, BadRecord)),
        last=last,
    )
