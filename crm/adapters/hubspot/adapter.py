"""HubSpot: the full list by `after`, then searches by time of change, then the recycle bin.

From the vendor's documentation: lists give at most 100, searches 200 and never more than 10,000 by one question, so
each page asks anew for ids above the last one; the index of searches lags behind, by up to an hour as others met it
(github.com/estuary/connectors/pull/2210), hence that much overlap; the bin is the list with `archived=true`; a batch
answers 207 with `errors` for those that are missing. A merge makes a new record and retires both of before
(developers.hubspot.com/changelog/updated-merge-functionality-for-contacts-and-companies), which the new one names in
`hs_merged_object_ids`, also those that they had retired. What is deleted for good never lies in the bin: only going
through all finds it. A restored record has a new time of change. The end of a run's window is the latest change there
is when it begins, so changes during it belong to the next run.
Not verified against a live account: that batches name a merged record by its winner. HubSpot has no households.
"""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from functools import cached_property

from crm.adapters.hubspot import mapping
from crm.adapters.hubspot.client import VERSIONS, Client
from crm.adapters.hubspot.dates import ORDERS
from crm.base import Adapter, Capabilities, CheckResult, ConfigField, Rate, State
from crm.errors import SignInAgain, TryLater, WillNotWork
from crm.http import Answer, Verdict
from crm.reading import iso, kept_moment, moment, rows, text
from crm.records import BadRecord, Gone, Page, RemoteContact, RemoteField, RemoteOwner, is_sensitive

LISTED, SEARCHED = 100, 200


class HubSpot(Adapter):
    """HubSpot's contacts; see the head of this file."""

    key = "hubspot"
    label = "HubSpot"
    capabilities = Capabilities(
        deletes="feed",
        listing="ids",
        overlap_seconds=3900,
        max_page=LISTED,
        rates={"": Rate(100, 10), "search": Rate(4, 1)},
    )
    config_fields = (
        ConfigField(
            "token", "Service Key or private-app token", "Settings → Integrations → Service Keys.", secret=True
        ),
        ConfigField(
            "dates",
            "Dates of birth that could be read in two ways",
            "HubSpot keeps dates of birth as people typed them.",
            kind="choice",
            choices=ORDERS,
            required=False,
        ),
        ConfigField("version", "API version", kind="choice", choices=VERSIONS, default=VERSIONS[0][0]),
    )
    hosts = ("api.hubapi.com",)
    note = "The key needs the scopes crm.objects.contacts.read and crm.objects.owners.read. HubSpot has no households."

    def __init__(self, config, http, fields=()) -> None:
        super().__init__(config, http, fields)
        self._client = Client(config, http)
        http.judge = self.judge

    def check(self) -> CheckResult:
        """Ask for a contact, the owners and the account."""
        self._client.list({"limit": "1"})
        warnings = []
        try:
            self._client.owners({"limit": "1"})
        except SignInAgain:
            warnings.append("The key lacks crm.objects.owners.read: advisors cannot be matched.")
        try:
            who = text(self._client.account().get("portalId"))
        except (SignInAgain, WillNotWork):
            who = ""
        return CheckResult(f"HubSpot account {who}".strip(), warnings=tuple(warnings), quota_left=self.quota_left())

    def owners(self) -> Iterator[RemoteOwner]:
        """Users, then former ones."""
        for archived in ("false", "true"):
            for answer in self._walk(self._client.owners, {"archived": archived}):
                yield from filter(None, map(mapping.owner, mapping.results(answer)))

    def categories(self) -> list[str]:
        """The lifecycle stages."""
        return list(self._options.get("lifecyclestage", {}).values())

    def field_catalogue(self) -> list[RemoteField]:
        """The firm's own properties that are not sensitive."""
        found = []
        for one in self._properties:
            name, label = text(one.get("name")), text(one.get("label"))
            guarded = text(one.get("dataSensitivity")) not in ("", "non_sensitive")
            own = not one.get("hubspotDefined") and not one.get("hidden") and name not in mapping.PROPERTIES
            if name and own and not guarded and not is_sensitive(name, label):
                found.append(RemoteField(name, label or name))
        return found

    def changes(self, state: State) -> Iterator[Page]:
        """The whole list, or what changed and what was deleted since."""
        if "since" not in state:
            yield from self._everything(state)
            return
        state = dict(state)
        if "upto" not in state:
            state |= {"upto": self._newest() or state["since"], "at": "0"}
        if "bin" not in state:
            for page in self._changed(state):
                state = dict(page.next_state)
                yield page
        yield from self._deleted(state)

    def listing(self, state: State) -> Iterator[Page]:
        """Ids and times of change only."""
        params = {"archived": "false", "properties": "lastmodifieddate"}
        for answer in self._walk(self._client.list, params, str(state.get("after", ""))):
            after = mapping.following(answer)
            found = tuple(filter(None, map(mapping.listed, mapping.results(answer))))
            yield Page({"after": after} if after else {}, listed=found, last=not after)

    def fetch(self, remote_ids: Sequence[str]) -> list[RemoteContact | Gone]:
        """By one batch."""
        question = {
            "inputs": [{"id": one} for one in remote_ids],
            "properties": self._asked,
            "propertiesWithHistory": [],
        }
        answer = self._client.read(question)
        there = mapping.results(answer)
        found = {one.remote_id: one for row in there if isinstance(one := self._contact(row), RemoteContact)}
        into = {gone.remote_id: gone for row in there for gone in mapping.merged(row)}
        missing = [one for one in remote_ids if one not in found]
        errors = rows(answer.get("errors"))
        if missing and any(text(one.get("category")) != "OBJECT_NOT_FOUND" for one in errors):
            raise TryLater("HubSpot could not read some of the records.")
        return [found.get(one) or into.get(one) or Gone(one) for one in remote_ids]

    def quota_left(self) -> int | None:
        """What the last answer said of the day."""
        return self._client.daily_left

    def judge(self, answer: Answer) -> Verdict | None:
        """See `client`."""
        return self._client.judge(answer) if hasattr(self, "_client") else None

    @cached_property
    def _properties(self) -> list[dict]:
        return mapping.results(self._client.properties())

    @cached_property
    def _options(self) -> dict[str, dict[str, str]]:
        """What stored values mean; stages that a firm adds have numbers for values."""
        return mapping.labels(self._properties)

    @cached_property
    def _custom(self) -> list[str]:
        """The chosen fields, as far as they may be read and still exist."""
        return [one.name for one in self.field_catalogue() if one.name in self.fields] if self.fields else []

    @property
    def _asked(self) -> list[str]:
        return [*mapping.PROPERTIES, *self._custom]

    def _contact(self, row: dict) -> RemoteContact | BadRecord:
        return mapping.contact(row, self._options, self._custom, self.config.get("dates", ""))

    def _walk(self, ask, params: dict[str, str], after: str = "") -> Iterator[dict]:
        """The pages of a list. A page that leads to itself is an error, not a circle."""
        while True:
            answer = ask(params | {"limit": str(self.page_size)} | ({"after": after} if after else {}))
            yield answer
            before, after = after, mapping.following(answer)
            if not after:
                return
            if after == before:
                raise WillNotWork("HubSpot's pages lead in a circle.")

    def _newest(self) -> str:
        """The latest change there is; "" in an empty account."""
        sort = [{"propertyName": "lastmodifieddate", "direction": "DESCENDING"}]
        question = {"filterGroups": [], "sorts": sort, "properties": ["lastmodifieddate"], "limit": 1}
        found = mapping.results(self._client.search(question))
        when = moment((found[0].get("properties") or {}).get("lastmodifieddate")) if found else None
        return iso(when) if when else ""

    def _everything(self, state: State) -> Iterator[Page]:
        """The full list, from where it was broken off."""
        upto = str(state.get("upto", "")) or self._newest()
        params = {"archived": "false", "properties": ",".join(self._asked)}
        for answer in self._walk(self._client.list, params, str(state.get("after", ""))):
            after = mapping.following(answer)
            yield self._page(answer, {"upto": upto, "after": after} if after else _begin(upto), last=not after)

    def _changed(self, state: dict) -> Iterator[Page]:
        """What changed since, by id."""
        since, at = kept_moment(state["since"]), str(state["at"])
        while True:
            wanted = [("lastmodifieddate", "GTE", str(int(since.timestamp() * 1000))), ("hs_object_id", "GT", at)]
            filters = [{"propertyName": name, "operator": how, "value": value} for name, how, value in wanted]
            sort = [{"propertyName": "hs_object_id", "direction": "ASCENDING"}]
            question = {"filterGroups": [{"filters": filters}], "sorts": sort, "properties": self._asked}
            answer = self._client.search(question | {"limit": min(2 * self.page_size, SEARCHED)})
            highest = max(
                (int(row["id"]) for row in mapping.results(answer) if text(row.get("id")).isdigit()), default=0
            )
            more = bool(mapping.following(answer))
            if more and highest <= int(at):
                raise WillNotWork("HubSpot's search does not go on.")
            at = str(highest)
            kept = {"since": state["since"], "upto": state["upto"]}
            yield self._page(answer, kept | ({"at": at} if more else {"bin": ""}), last=False)
            if not more:
                return

    def _deleted(self, state: dict) -> Iterator[Page]:
        """What went into the bin since."""
        since = kept_moment(state["since"])
        params = {"archived": "true", "properties": "hs_object_id"}
        for answer in self._walk(self._client.list, params, str(state["bin"])):
            after = mapping.following(answer)
            rest = [row for row in mapping.results(answer) if (moment(row.get("archivedAt")) or since) >= since]
            gone = tuple(Gone(text(row.get("id"))) for row in rest if text(row.get("id")))
            yield Page({**state, "bin": after} if after else _begin(str(state["upto"])), gone=gone, last=not after)

    def _page(self, answer: dict, next_state: State, *, last: bool) -> Page:
        """An answer's rows; those that were merged are gone."""
        listed = mapping.results(answer)
        read = [self._contact(row) for row in listed]
        return Page(
            next_state,
            tuple(one for one in read if isinstance(one, RemoteContact)),
            gone=tuple(gone for row in listed for gone in mapping.merged(row)),
            bad=tuple(one for one in read if isinstance(one, BadRecord)),
            last=last,
        )


def _begin(upto: str) -> dict[str, str]:
    """Where the next run begins: the end of this one's window less the overlap."""
    when = moment(upto)
    return {"since": iso(when - timedelta(seconds=HubSpot.capabilities.overlap_seconds))} if when else {}
