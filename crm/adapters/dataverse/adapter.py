"""Dataverse: all contacts with change tracking on, then what the delta link tells, deleted ones included.

From the vendor's documentation: a question with `Prefer: odata.track-changes` may only carry `$select`; its last page
has a delta link, which later gives what changed and was deleted, and a new link; links outlive seven days by default
(`ExpireChangeTrackingInDays`); tracking needs the right to read contacts of the whole organization. A delta link holds
its columns, so choosing others begins anew. No clock and no overlap is needed.
Not verified against a live tenant: that a row changed while the first listing runs comes later in it or in the delta
(documented order: by version), and that one deleted meanwhile is in the delta (if not, going through all finds it);
what an unchanged delta answers ("empty JSON": both readings are taken).
Dataverse has no households of its own; leads are another table and are not read.
"""

import hashlib
import re
from collections.abc import Iterator, Sequence
from functools import cached_property

from crm.adapters.dataverse import columns, mapping
from crm.adapters.dataverse.client import HOST, HOSTS, LOGIN, LOGIN_US, PAGE, UNTRACKED, Client, environment, values
from crm.base import Adapter, Capabilities, CheckResult, ConfigField, Rate, State
from crm.errors import SignInAgain, StateExpired, WillNotWork
from crm.http import Answer, Verdict
from crm.reading import text
from crm.records import BadRecord, Gone, Page, RemoteContact, RemoteField, RemoteOwner, is_sensitive

GUID = r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
TABLE = "contacts"
RELATIONSHIP = "customertypecode"
ACTIVE = "statecode eq 0"


class Dataverse(Adapter):
    """Dataverse's contacts; see the head of this file."""

    key = "dataverse"
    label = "Microsoft Dynamics 365 (Dataverse)"
    capabilities = Capabilities(
        deletes="feed", listing="ids", overlap_seconds=0, max_page=PAGE, rates={"": Rate(5000, 300)}
    )
    config_fields = (
        ConfigField(
            "host",
            "Environment",
            "Such as contoso.crm.dynamics.com.",
            kind="host",
            pattern=HOST,
        ),
        ConfigField("tenant", "Tenant", "Its ID or its domain in Entra.", pattern=r"[A-Za-z0-9.-]+"),
        ConfigField("client_id", "Application (client) ID", pattern=GUID),
        ConfigField("client_secret", "Client secret", "The secret's value, not its ID.", secret=True),
        ConfigField(
            "category",
            "Column that tells clients from prospects",
            "A choice of the table Contact; “Relationship Type” unless the firm has its own.",
            required=False,
            default=RELATIONSHIP,
            pattern=r"[a-z][a-z0-9_]*",
        ),
    )
    hosts = (*HOSTS, *(one.removeprefix("https://") for one in (LOGIN, LOGIN_US)))
    note = (
        "Needs an application user whose role may read contacts, users and teams of the whole organization, and “Track "
        "changes” switched on for the table Contact. Inactive contacts count as gone. Dataverse has no households."
    )

    def __init__(self, config, http, fields=()) -> None:
        super().__init__(config, http, fields)
        self._client = Client(config, http)

    def check(self) -> CheckResult:
        """Who the application user is, and whether contacts can be read and are tracked."""
        user = text(self._client.get("WhoAmI").get("UserId"))
        self._client.page(TABLE, {"$select": f"contactid,{self._category}"}, size=1)
        warnings = [] if columns.is_tracked(self._client) else [UNTRACKED]
        name = ""
        try:
            if re.fullmatch(GUID, user):
                path = f"systemusers({user})"
                name = text(self._client.get(path, {"$select": "fullname"}, route="/systemusers({id})").get("fullname"))
        except (SignInAgain, WillNotWork):
            warnings.append("The application user may not read users: advisors cannot be matched.")
        return CheckResult(
            f"{name or 'Application user'} at {environment(self.config.get('host', ''))}", warnings=tuple(warnings)
        )

    def owners(self) -> Iterator[RemoteOwner]:
        """People, disabled ones too, then the teams that can own records."""
        people = {
            "$select": "systemuserid,fullname,internalemailaddress,isdisabled",
            "$filter": "applicationid eq null",
        }
        for found in self._client.walk("systemusers", people):
            yield from filter(None, map(mapping.user, found))
        for found in self._client.walk("teams", {"$select": "teamid,name", "$filter": "teamtype eq 0"}):
            yield from filter(None, map(mapping.team, found))

    def categories(self) -> list[str]:
        """The words of the column that was chosen."""
        return columns.words_of(self._client, self._category)

    def field_catalogue(self) -> list[RemoteField]:
        """The firm's own columns that are neither sensitive, nor secured, nor computed from others."""
        return [field for field, _ in self._own.values() if field.name != self._category]

    def changes(self, state: State) -> Iterator[Page]:
        """All, or what the delta link tells; from the page that was next when the last run was broken off."""
        mark = hashlib.blake2b(",".join(self._columns).encode(), digest_size=8).hexdigest()
        delta, link = str(state.get("delta", "")), str(state.get("next", ""))
        if (delta or link) and state.get("columns") != mark:
            raise StateExpired("Other columns are wanted now than when the last run began.")
        link = link or delta
        resuming = bool(link)
        while True:
            params = None if link else {"$select": ",".join(self._columns)}
            answer = self._client.page(
                TABLE, params, link=link, size=self.page_size, track=not delta, resuming=resuming
            )
            link, resuming = self._client.following(answer, TABLE), False
            kept = {"columns": mark} | ({"delta": delta} if delta else {})
            if link:
                yield self._page(answer, kept | {"next": link}, last=False)
                continue
            newer = self._client.delta(answer, TABLE) or delta
            if not newer:
                raise WillNotWork(UNTRACKED)
            yield self._page(answer, kept | {"delta": newer}, last=True)
            return

    def listing(self, state: State) -> Iterator[Page]:
        """Ids and times of change of the active ones."""
        link = str(state.get("next", ""))
        params, resuming, last = {"$select": "contactid,modifiedon", "$filter": ACTIVE}, bool(link), False
        while not last:
            answer = self._client.page(
                TABLE, None if link else params, link=link, size=self.page_size, resuming=resuming
            )
            link, resuming = self._client.following(answer, TABLE), False
            last = not link
            yield Page({} if last else {"next": link}, listed=tuple(mapping.listed(values(answer))), last=last)

    def fetch(self, remote_ids: Sequence[str]) -> list[RemoteContact | Gone]:
        """By their ids; only what looks like one is asked for."""
        quoted = ",".join(f"'{one}'" for one in remote_ids if re.fullmatch(GUID, one))
        found: dict[str, RemoteContact | Gone] = {}
        if quoted:
            wanted = f"Microsoft.Dynamics.CRM.In(PropertyName='contactid',PropertyValues=[{quoted}])"
            params = {"$select": ",".join(self._columns), "$filter": wanted}
            for page in self._client.walk(TABLE, params):
                read = [one for row in page if not isinstance(one := self._contact(row), BadRecord)]
                found |= {one.remote_id: one for one in read}
        return [found.get(one, Gone(one)) for one in remote_ids]

    def judge(self, answer: Answer) -> Verdict | None:
        """See `client`."""
        return self._client.judge(answer)

    @property
    def _category(self) -> str:
        """The column of `category`. Raises for one that must not be read."""
        name = self.config.get("category") or RELATIONSHIP
        if is_sensitive(name) or not re.fullmatch(r"[a-z][a-z0-9_]*", name):
            raise WillNotWork("This column cannot tell clients from prospects.")
        return name

    @cached_property
    def _own(self) -> dict[str, tuple[RemoteField, bool]]:
        return columns.own(self._client)

    @cached_property
    def _custom(self) -> dict[str, bool]:
        """The chosen columns, as far as they may be read and still exist."""
        chosen = sorted(set(self.fields)) if self.fields else []
        return {name: self._own[name][1] for name in chosen if name in self._own and name != self._category}

    @cached_property
    def _columns(self) -> list[str]:
        return list(dict.fromkeys([*mapping.STANDARD, self._category, *self._custom]))

    def _contact(self, row: dict) -> RemoteContact | Gone | BadRecord:
        return mapping.contact(row, self._category, self._custom, self._client.site)

    def _page(self, answer: dict, next_state: State, *, last: bool) -> Page:
        """An answer's rows by what they are. An unchanged delta may answer with nothing at all."""
        read = [self._contact(row) for row in (values(answer) if answer else [])]
        return Page(
            next_state,
            tuple(one for one in read if isinstance(one, RemoteContact)),
            gone=tuple(one for one in read if isinstance(one, Gone)),
            bad=tuple(one for one in read if isinstance(one, BadRecord)),
            last=last,
        )
