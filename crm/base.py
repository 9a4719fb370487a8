"""What an adapter is: one class that knows its vendor's API and speaks in the records of `crm.records`.

    class Acme(Adapter):
        key = "acme"                                   # as in the entry point; stored, never changed
        label = "Acme CRM"
        capabilities = Capabilities(incremental="server", deletes="feed", rates={"": Rate(5, 1)})
        config_fields = (ConfigField("token", "API token", secret=True),)

        def check(self) -> CheckResult: ...
        def changes(self, state) -> Iterator[Page]: ...

An adapter is given its configuration and an `Http`; it opens no connections of its own, keeps nothing
between runs but the state on its pages, and imports nothing of Django or of our models.
docs/writing-an-adapter.md walks through a complete one; `crm.testing` has the suite it must pass.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import ClassVar, Literal

from crm.http import Answer, Http, Verdict
from crm.records import Gone, Page, RemoteContact, RemoteField, RemoteOwner

State = Mapping[str, str | int | bool]


@dataclass(frozen=True)
class Rate:
    """At most `calls` in any `seconds`."""

    calls: int
    seconds: float


@dataclass(frozen=True)
class Capabilities:
    """What the vendor's API can do.

    `incremental`: "server", there is a cursor of changes; "hash", all is listed each time and compared.
    `deletes`: "feed", `changes` names deleted records; "reconcile", only going through all finds them.
    `listing`: how all records are gone through now and then, to find what no event has told: "ids", by
    `Adapter.listing`, where ids cost the vendor less than records; "records", by reading all of them again.
    `households`: "record", each contact names its household; "pages", households come with their members on pages
    after the contacts; "none". `max_page`: records that the vendor gives at once; see `Adapter.page_size`. `seconds`:
    how long one answer may take, at most 90; single calls can say otherwise. `rates`: limits by bucket, "" for all
    calls; several buckets count separately.
    """

    incremental: Literal["server", "hash"] = "server"
    deletes: Literal["feed", "reconcile"] = "feed"
    listing: Literal["ids", "records"] = "records"
    households: Literal["record", "pages", "none"] = "none"
    owners: bool = True
    overlap_seconds: int = 300
    max_page: int = 100
    seconds: float = 30
    rates: Mapping[str, Rate] = field(default_factory=dict)


@dataclass(frozen=True)
class ConfigField:
    """One setting of a connection. `secret` ones are stored encrypted and never shown again.

    `once`: used by `enrol` and then forgotten (a password that is exchanged for a key).
    `kind`: "text", "lines" (several lines, such as a private key), "host" (checked against the adapter's `hosts`) or
    "choice" among `choices`, pairs of value and label. `path`: a host may be followed by a path, for servers that
    are one of several at an address; it is kept without a slash at its end. `pattern`: a regular expression the
    whole value must match.
    """

    name: str
    label: str
    help: str = ""
    secret: bool = False
    once: bool = False
    required: bool = True
    kind: Literal["text", "lines", "host", "choice"] = "text"
    path: bool = False
    choices: tuple[tuple[str, str], ...] = ()
    default: str = ""
    pattern: str = ""


@dataclass(frozen=True)
class CheckResult:
    """Who the credentials belong to, which scopes they have, what to know before relying on them."""

    who: str
    scopes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    expires_on: date | None = None
    quota_left: int | None = None


class Adapter(ABC):
    """Base of all adapters; see the head of this file.

    `config` holds the values of `config_fields` by name. `fields` names the custom fields the firm chose to
    bring in; no other custom field may be read. `page_size` is how many records to ask for at once: `max_page`, and
    less where answers have taken too long. All methods may raise the errors of `crm.errors`, and no other.
    """

    key: ClassVar[str]
    label: ClassVar[str]
    capabilities: ClassVar[Capabilities]
    config_fields: ClassVar[tuple[ConfigField, ...]]
    hosts: ClassVar[tuple[str, ...]] = ()  # patterns such as "api.acme.example" or "*.acme.example"
    note: ClassVar[str] = ""  # what the admin should know before connecting, in a sentence or two

    def __init__(self, config: Mapping[str, str], http: Http, fields: Iterable[str] = ()) -> None:
        self.config = config
        self.http = http
        self.fields = tuple(fields)
        self.page_size = self.capabilities.max_page
        http.judge = self.judge

    def enrol(self) -> dict[str, str]:
        """Exchange what was typed for what is kept; called once before a connection is saved.

        Returns values to put into the configuration. Fields declared `once` are dropped afterwards.
        """
        return {}

    @abstractmethod
    def check(self) -> CheckResult:
        """A cheap question that proves the credentials."""

    def owners(self) -> Iterator[RemoteOwner]:
        """Those to whom records can be assigned, former ones included."""
        return iter(())

    def categories(self) -> list[str]:
        """The values `RemoteContact.category` can have, as far as the CRM lists them."""
        return []

    def field_catalogue(self) -> list[RemoteField]:
        """The custom fields that can be chosen. Sensitive ones (`crm.records.is_sensitive`) are never offered."""
        return []

    @abstractmethod
    def changes(self, state: State) -> Iterator[Page]:
        """All that changed since `state`, page by page; an empty state means everything there is.

        At least one page, and the last one says `last`. Each page's `next_state` is flat and complete: a run that is
        broken off goes on with the `next_state` of the last page that was saved, without loss; repeating records is
        allowed. That of the last page begins the next run: the latest change *seen*, less the overlap, never the
        local clock, and never after the moment when this run began (`Answer.at` of its first page): what changed
        while it listed may have been behind it already, also when it was broken off and went on. Raises StateExpired
        when the CRM knows the state no more.
        """

    @property
    def lists_ids(self) -> bool:
        """Whether ids and times of change tell enough to go through all records by `listing`.

        Override it where that depends on the connection: False where a field was chosen that changes without moving
        `updated_at`, such as a formula. All records are read then.
        """
        return self.capabilities.listing == "ids"

    def listing(self, state: State) -> Iterator[Page]:
        """The records that are there, page by page, as `Page.listed`; households and deleted records left out.

        An empty state begins; as in `changes`, the `next_state` of the last page that was saved goes on, and the last
        page says `last`. The state is of this listing alone: it begins no run of `changes`. Each `updated_at` that is
        told is that of the record's `RemoteContact`: the engine fetches records that are unknown or have another one,
        and asks `fetch` about those that are not listed before it calls them gone. Without ids: all records, read.
        """
        return self.changes(state)

    @abstractmethod
    def fetch(self, remote_ids: Sequence[str]) -> list[RemoteContact | Gone]:
        """These records as they are now, at most 100; for each either the contact or that it is gone."""

    def quota_left(self) -> int | None:
        """Calls left today, as the last answer told; None when the vendor does not tell."""
        return None

    def judge(self, answer: Answer) -> Verdict | None:
        """What an answer means when the vendor has ways of its own; None for what the status says.

        Returns `crm.http.Verdict`. The base reads the status: 408, 429 and 5xx are asked again, 401 renews the
        token once, 403 needs a person, other 4xx will not work.
        """
        return None
