"""A complete adapter for a CRM that does not exist: token in a header, numbered pages, a cursor, a feed of deletions.

`docs/writing-an-adapter.md` walks through it; the suite of `crm.testing` runs over it in `tests/test_acme_adapter.py`.
"""

from collections.abc import Iterator, Sequence

from crm.base import Adapter, Capabilities, CheckResult, ConfigField, Rate, State
from crm.errors import WillNotWork
from crm.http import Answer
from crm.reading import day, iso, moment, role, rows, text
from crm.records import (
    Address,
    BadRecord,
    Email,
    Gone,
    HouseholdLink,
    Page,
    Phone,
    RemoteContact,
    RemoteField,
    RemoteOwner,
    is_sensitive,
)

BASE = "https://api.acme-crm.example"
PAGE = 10


class TokenHeader:
    """Signs calls. There is nothing to renew: a refused token needs a person."""

    def __init__(self, token: str) -> None:
        self.token = token

    def headers(self) -> dict[str, str]:
        """The header of every call."""
        return {"X-Acme-Token": self.token}

    def renew(self) -> bool:
        """Cannot."""
        return False


class Acme(Adapter):
    """Acme CRM."""

    key = "acme"
    label = "Acme CRM"
    note = "Make a token under Settings, API."
    hosts = ("api.acme-crm.example",)
    capabilities = Capabilities(households="record", overlap_seconds=60, max_page=PAGE, rates={"": Rate(300, 60)})
    config_fields = (ConfigField("token", "API token", secret=True),)

    def __init__(self, config, http, fields=()) -> None:
        super().__init__(config, http, fields)
        self.base = config.get("base_url") or BASE
        http.auth = TokenHeader(config.get("token", ""))

    def check(self) -> CheckResult:
        """Whose token it is."""
        return CheckResult(text(self._get("/me").get("name")))

    def owners(self) -> Iterator[RemoteOwner]:
        """The users."""
        for row in rows(self._get("/users").get("users")):
            yield RemoteOwner(text(row.get("id")), text(row.get("name")), text(row.get("email")))

    def field_catalogue(self) -> list[RemoteField]:
        """Custom fields, without those that hold what must not come in."""
        found = rows(self._get("/fields").get("fields"))
        names = [(text(row.get("name")), text(row.get("label"))) for row in found]
        return [RemoteField(name, label) for name, label in names if name and not is_sensitive(name, label)]

    def changes(self, state: State) -> Iterator[Page]:
        """Pages of what changed since the cursor, ordered by id; then the deletions since then.

        `state`: "since", where the run begins; "after", the last id seen within it; "latest", the latest change seen;
        "begun", when the run asked for its first page, by the server's clock. What changes while it lists may be behind
        us already: the next run begins before that, also when this one is broken off and goes on.
        """
        since, after, latest, begun = (str(state.get(name, "")) for name in ("since", "after", "latest", "begun"))
        while True:
            answer = self._ask("/contacts", {"since": since, "after": after, "size": str(self.page_size)})
            body, begun = self._object(answer), begun or (iso(answer.at) if answer.at else "")
            found = rows(body.get("contacts"))
            latest = max([latest, *(text(row.get("changed")) for row in found)])
            last = not body.get("more")
            after = text(found[-1].get("id")) if found else after
            gone = tuple(self._gone(since)) if last else ()
            mark = min(filter(None, (latest, begun)), default="")
            following = {"since": since, "after": after, "latest": latest, "begun": begun}
            following = {"since": self._before(mark) or since} if last else following
            contacts, bad = self._read(found)
            yield Page(following, contacts, gone=gone, bad=bad, total=body.get("total"), last=last)
            if last:
                return

    def fetch(self, remote_ids: Sequence[str]) -> list[RemoteContact | Gone]:
        """Single records."""
        found = rows(self._get("/contacts", {"ids": ",".join(remote_ids)}).get("contacts"))
        contacts = {contact.remote_id: contact for contact in self._read(found)[0]}
        return [contacts.get(remote_id, Gone(remote_id)) for remote_id in remote_ids]

    def _ask(self, path: str, params: dict[str, str] | None = None) -> Answer:
        return self.http.get(self.base + path, route=path, params=params)

    def _get(self, path: str, params: dict[str, str] | None = None) -> dict:
        return self._object(self._ask(path, params))

    def _object(self, answer: Answer) -> dict:
        body = answer.json()
        if not isinstance(body, dict):
            raise WillNotWork("Acme CRM answered with something that makes no sense.")
        return body

    def _gone(self, since: str) -> Iterator[Gone]:
        for row in rows(self._get("/deleted", {"since": since}).get("deleted")):
            yield Gone(text(row.get("id")), text(row.get("merged_into")))

    def _before(self, latest: str) -> str:
        """The cursor of the next run: the latest change seen, less the overlap."""
        seen = moment(latest)
        return (
            iso(seen.fromtimestamp(seen.timestamp() - self.capabilities.overlap_seconds, seen.tzinfo)) if seen else ""
        )

    def _read(self, found: list[dict]) -> tuple[tuple[RemoteContact, ...], tuple[BadRecord, ...]]:
        contacts = tuple(self._contact(row) for row in found if text(row.get("id")))
        bad = tuple(BadRecord("", "A record without an id.") for row in found if not text(row.get("id")))
        return contacts, bad

    def _contact(self, row: dict) -> RemoteContact:
        """Field by field, from what is known: a field nobody asked for cannot come in."""
        home = row.get("household") if isinstance(row.get("household"), dict) else None
        own = row.get("custom") if isinstance(row.get("custom"), dict) else {}
        return RemoteContact(
            remote_id=text(row.get("id")),
            first_name=text(row.get("first")),
            last_name=text(row.get("last")),
            emails=tuple(Email(text(row["email"]), "", primary=True) for _ in [0] if row.get("email")),
            phones=tuple(Phone(text(row["phone"]), primary=True) for _ in [0] if row.get("phone")),
            addresses=(Address((text(row.get("street")),), text(row.get("city")), text(row.get("region"))),),
            birth_date=day(row.get("born")),
            category=text(row.get("kind")),
            owner_id=text(row.get("owner")),
            household=HouseholdLink(
                text(home.get("id")), text(home.get("name")), role(home.get("role")), role(home.get("role")) == "head"
            )
            if home
            else None,
            custom={name: text(own.get(name)) for name in self.fields if name in own and not is_sensitive(name)},
            updated_at=moment(row.get("changed")),
        )
