"""The adapter of the Demo CRM."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from crm.adapters.demo import people
from crm.base import Adapter, Capabilities, CheckResult, ConfigField, State
from crm.errors import SignInAgain
from crm.reading import moment
from crm.records import Gone, Page, RemoteContact, RemoteField, RemoteOwner

OWNERS = [
    RemoteOwner("U1", "Demo CRM user One", "advisor@demo.example.com"),
    RemoteOwner("U2", "Demo CRM user Two", "advisor2@demo.example.com"),
    RemoteOwner("U3", "Demo CRM user Three", "somebody.else@crm.example.com"),
]
ASSIGNED = ["U1", "U1", "U2", "U1", "U2", "U1", "U3"]
PAGE = 100


class DemoCRM(Adapter):
    """Made-up records; every ten minutes two of them change, now and then one comes or goes."""

    key = "demo"
    label = "Demo CRM"
    note = (
        "Made-up records that change every ten minutes, to try import and update with. No outside service is contacted."
    )
    capabilities = Capabilities(households="record", overlap_seconds=0, max_page=PAGE)
    config_fields = (
        ConfigField("size", "How many records", default="150", pattern=r"[1-9]\d{0,5}"),
        ConfigField("token", "API token", help="Any text but “wrong”.", secret=True, default="demo"),
    )

    def enrol(self) -> dict[str, str]:
        """The records begin to change when the connection is made."""
        return {} if self.config.get("began") else {"began": datetime.now(UTC).isoformat()}

    @property
    def _began(self) -> datetime:
        return moment(self.config.get("began")) or datetime.now(UTC)

    @property
    def _size(self) -> int:
        return int(self.config.get("size") or 150)

    def _sign_in(self) -> None:
        if self.config.get("token") == "wrong":
            raise SignInAgain("The Demo CRM refuses the token “wrong”.")

    def check(self) -> CheckResult:
        """Anybody but "wrong" gets in."""
        self._sign_in()
        return CheckResult("Demo CRM", scopes=("read",))

    def owners(self) -> Iterator[RemoteOwner]:
        """Three, one of whom is nobody here."""
        yield from OWNERS

    def categories(self) -> list[str]:
        """The words it uses."""
        return sorted(set(people.CATEGORIES))

    def field_catalogue(self) -> list[RemoteField]:
        """One custom field."""
        return [RemoteField("Risk profile", "Risk profile")]

    def changes(self, state: State) -> Iterator[Page]:
        """`state`: "since", the step that was seen last, and within a run "at", the number to go on from."""
        self._sign_in()
        since, at = int(state.get("since", -1)), int(state.get("at", 0))
        upto = int(state.get("upto", people.steps_since(self._began)))
        book = people.ledger(self._size, upto)
        numbers = sorted(number for number, step in book.changed.items() if step > since)
        gone = tuple(people.gone(n, into) for n, (step, into) in book.gone.items() if step > since)
        rest = [number for number in numbers if number > at]
        starts = range(0, max(len(rest), 1), self.page_size)
        for start in starts:
            some = rest[start : start + self.page_size]
            last = start == starts[-1]
            following = {"since": upto} if last else {"since": since, "upto": upto, "at": some[-1]}
            contacts = tuple(self._shown(n, book.changed[n]) for n in some)
            yield Page(following, contacts, gone=gone if last else (), total=len(numbers), last=last)

    def fetch(self, remote_ids: Sequence[str]) -> list[RemoteContact | Gone]:
        """As they are now."""
        self._sign_in()
        book = people.ledger(self._size, people.steps_since(self._began))
        found: list[RemoteContact | Gone] = []
        for remote_id in remote_ids:
            number = int(remote_id[1:]) if remote_id[1:].isdigit() else 0
            step = book.changed.get(number)
            into = book.gone.get(number, (0, 0))[1]
            found.append(Gone(remote_id, f"D{into:05d}" if into else "") if step is None else self._shown(number, step))
        return found

    def _shown(self, number: int, step: int) -> RemoteContact:
        """A record with the custom fields that were chosen, and no others."""
        one = people.contact(number, step, self._began, ASSIGNED)
        custom = {name: value for name, value in one.custom.items() if name in self.fields}
        return replace(one, custom=custom)
