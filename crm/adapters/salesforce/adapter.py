"""Salesforce: contacts in the order of their last change, then those whose household moved, then what was deleted.

From the vendor's documentation: `SystemModstamp` moves with every change, also those of the system; SOQL sorts and
compares it together with `Id`, so each page asks for what lies beyond the last row; the recycle bin is read by
`queryAll`, and what left it by `getDeleted`, which reaches back fifteen days and refuses thirty: a run that begins
later is a full one. How far it was asked (`covered`, Salesforce's own `latestDateCovered`) is kept beside the newest
change seen, for contacts may rest for months while somebody deletes one. Only fields that `describe` names are asked
for, because one that the user may not read fails the whole question. A person account's change moves its contact too.
Formulas change without a stamp, so no cursor finds them: they are not offered, and one that tells clients from
prospects is warned of. The same holds for an employer's name, which arrives with the contact's next change or with a
full sync. Not verified against a live organization: the queries of Financial Services Cloud and Practifi.
Leads, and a person account's own fields beyond those of its contact, are not read.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import cached_property

from crm.adapters.salesforce import mapping, soql
from crm.adapters.salesforce.client import AUDIENCES, SIGN_IN, VERSIONS, Client, judge
from crm.adapters.salesforce.profiles import CHOICES, RECORD_TYPES, Profile
from crm.base import Adapter, Capabilities, CheckResult, ConfigField, Rate, State
from crm.errors import SignInAgain, StateExpired, WillNotWork
from crm.http import Answer, Verdict
from crm.reading import iso, kept_moment, moment, rows, text
from crm.records import BadRecord, Gone, Listed, Page, RemoteContact, RemoteField, RemoteOwner, is_sensitive

PAGE, MOVED = 2000, 200  # the latter names ids in a second question, whose length is bounded
WINDOW = timedelta(hours=1)  # what a full run asks of deletions, to learn how far Salesforce can tell them
RECORD_TYPE = "RecordType.Name"
HOST = r"[A-Za-z0-9-]+(\.(sandbox|develop|trailblaze|scratch|demo|patch|free))?\.my\.salesforce\.(com|mil)"


class Salesforce(Adapter):
    """Salesforce's contacts; see the head of this file."""

    key = "salesforce"
    label = "Salesforce"
    capabilities = Capabilities(
        deletes="feed",
        listing="ids",
        households="record",
        overlap_seconds=600,
        max_page=PAGE,
        seconds=90,
        rates={"": Rate(20, 1)},
    )
    config_fields = (
        ConfigField("host", "My Domain", "Such as contoso.my.salesforce.com.", kind="host", pattern=HOST),
        ConfigField("profile", "Used with", kind="choice", choices=CHOICES, default=CHOICES[0][0]),
        ConfigField("sign_in", "Signs in by", kind="choice", choices=SIGN_IN, default=SIGN_IN[0][0]),
        ConfigField("client_id", "Consumer key", "Of an External Client App with the scope api."),
        ConfigField("client_secret", "Consumer secret", "For client credentials.", secret=True, required=False),
        ConfigField("username", "User name", "For JWT bearer: who the app acts as.", required=False),
        ConfigField("private_key", "Private key", "For JWT bearer, as PEM.", secret=True, required=False, kind="lines"),
        ConfigField("audience", "Signs in at", kind="choice", choices=AUDIENCES, default=AUDIENCES[0][0]),
        ConfigField(
            "category",
            "Field that tells clients from prospects",
            "Its API name on Contact; the record type where nothing stands here.",
            required=False,
            pattern=r"[A-Za-z]\w*(\.[A-Za-z]\w*)?",
        ),
        ConfigField(
            "record_types",
            "Record types of households",
            "API names, separated by commas. Unused without households, and in FSC core.",
            required=False,
            default=RECORD_TYPES,
            pattern=r"[A-Za-z0-9_, ]+",
        ),
        ConfigField("version", "API version", kind="choice", choices=VERSIONS, default=VERSIONS[0][0]),
    )
    hosts = ("*.my.salesforce.com", "*.my.salesforce.mil")
    note = (
        "Reads with the rights of the app's user: contacts and fields hidden from that user do not arrive. Formula "
        "fields cannot be chosen: Salesforce does not say when their values change."
    )

    def __init__(self, config, http, fields=()) -> None:
        super().__init__(config, http, fields)
        self._client = Client(config, http)
        self._profile = Profile.of(config.get("profile") or CHOICES[0][0], config.get("record_types", ""))

    def judge(self, answer: Answer) -> Verdict | None:
        """See `client.judge`."""
        return judge(answer)

    def quota_left(self) -> int | None:
        """Calls of the day that are left to the whole firm."""
        return self._client.used[1] - self._client.used[0] if self._client.used else None

    def check(self) -> CheckResult:
        """Which organization it is, and whether contacts, users and households can be read."""
        question = soql.select(["Id", "Name", "IsSandbox"], "Organization", order="Id", limit=1)
        found = next(iter(rows(self._client.query(question)["records"])), {})
        self._contacts("", limit=1)
        warnings = []
        try:
            self._client.query(soql.select(["Id"], "User", order="Id", limit=1))
        except (SignInAgain, WillNotWork):
            warnings.append("The app's user may not read users: advisors cannot be matched.")
        warnings += self._formulas()
        name = text(found.get("Name")) or "Salesforce organization"
        who = f"{name} (sandbox)" if found.get("IsSandbox") is True else name
        return CheckResult(who, warnings=tuple(warnings), quota_left=self.quota_left())

    def owners(self) -> Iterator[RemoteOwner]:
        """Users, inactive ones too."""
        for found in self._by_id(["Id", "Name", "Email", "IsActive"], "User", "UserType = 'Standard'"):
            yield from filter(None, map(mapping.owner, found))

    def categories(self) -> list[str]:
        """The words of the field that was chosen, or the record types."""
        if self._category == RECORD_TYPE:
            types = [one for one in rows(self._described.get("recordTypeInfos")) if one.get("master") is not True]
            return [name for one in types if (name := text(one.get("name")))]
        return mapping.choices(self._known.get(self._category, {}))

    def field_catalogue(self) -> list[RemoteField]:
        """The firm's own fields that are plain and not sensitive."""
        own = [one for one in self._known.values() if mapping.is_choosable(one) and one["name"] != self._category]
        return [RemoteField(one["name"], text(one.get("label")) or one["name"]) for one in own]

    def changes(self, state: State) -> Iterator[Page]:
        """Contacts; then, but in the first run, moved households, the bin, and what left the bin."""
        place = {name: str(state.get(name, "")) for name in ("since", "part", "at", "id", "seen", "covered")}
        if not place["part"]:
            place |= {"part": "contacts", "covered": place["covered"] if place["since"] else self._known_now()}
        parts = {"contacts": self._changed, "moved": self._moved, "bin": self._bin, "left": self._left}
        while place["part"]:
            page, place = parts[place["part"]](place)
            yield page

    @property
    def lists_ids(self) -> bool:
        """By ids, unless what tells clients from prospects changes without the contact: a formula, another's field."""
        name = self.config.get("category", "")
        if "." in name and name != RECORD_TYPE:
            return False
        return not name or self._known.get(self._category, {}).get("calculated") is not True

    def listing(self, state: State) -> Iterator[Page]:
        """Ids and stamps of those that are there, in the order of their ids."""
        at, last = str(state.get("at", "")), False
        while not last:
            beyond = f"Id > {soql.key(at)}" if at else ""
            question = soql.select(["Id", "SystemModstamp"], "Contact", beyond, order="Id ASC", limit=self.page_size)
            answer = self._client.query(question)
            found = rows(answer["records"])
            last = _is_end(answer, self.page_size)
            at = text(found[-1].get("Id")) if found else at
            named = [(text(row.get("Id")), moment(row.get("SystemModstamp"))) for row in found]
            listed = tuple(Listed(remote_id, changed) for remote_id, changed in named if remote_id)
            yield Page({} if last else {"at": at}, listed=listed, last=last)

    def fetch(self, remote_ids: Sequence[str]) -> list[RemoteContact | Gone]:
        """By their ids, from the bin too: it tells into whom a record was merged."""
        wanted = [one for one in remote_ids if soql.ID.fullmatch(one)]
        read = self._read(self._contacts(f"Id IN {soql.keys(wanted)}", limit=PAGE, bin_too=True)) if wanted else []
        found = {one.remote_id: one for one in read if not isinstance(one, BadRecord)}
        return [found.get(one, Gone(one)) for one in remote_ids]

    # --- what there is to ask for -----------------------------------------------------------------------------------

    @cached_property
    def _described(self) -> dict:
        return self._client.describe("Contact")

    @cached_property
    def _known(self) -> dict[str, dict]:
        """Contact's fields that the user may read, by name."""
        return {name: one for one in rows(self._described.get("fields")) if (name := text(one.get("name")))}

    @cached_property
    def _category(self) -> str:
        """The field of `category`; "" where there is none. Raises for one that must not be read."""
        name = self.config.get("category") or (RECORD_TYPE if "RecordTypeId" in self._known else "")
        if is_sensitive(name):
            raise WillNotWork("This field cannot tell clients from prospects.")
        return soql.name(name) if name else ""

    @cached_property
    def _several(self) -> dict[str, list[str]]:
        """Fields that hold several values, with these in the firm's order."""
        many = {name: one for name, one in self._known.items() if one.get("type") == "multipicklist"}
        return {name: mapping.choices(one) for name, one in many.items()}

    def _formulas(self) -> list[str]:
        """What to know of fields that change unseen."""
        told = []
        if self._known.get(self._category, {}).get("calculated") is True:
            told.append(f"{self._category} is a formula: a new value waits for another change, or for a full sync.")
        lost = [name for name in self.fields if self._known.get(name, {}).get("calculated") is True]
        if lost:
            told.append(f"Formula fields are not brought in, because nothing says when they change: {', '.join(lost)}.")
        return told

    @cached_property
    def _custom(self) -> tuple[str, ...]:
        """The chosen fields, as far as they may be read and still exist."""
        offered = {one.name for one in self.field_catalogue()} if self.fields else set()
        return tuple(sorted(offered.intersection(self.fields)))

    @cached_property
    def _fields(self) -> list[str]:
        standard = [name for name in mapping.STANDARD if name in self._known]
        account = ["Account.Name"] if "AccountId" in self._known else []
        category = [self._category] if self._category else []
        return list(dict.fromkeys([*standard, *account, *category, *self._custom, *self._profile.fields()]))

    @cached_property
    def _groups(self) -> frozenset[str] | None:
        """Accounts that are households, where only another object tells."""
        if self._profile.key != "fsc_core":
            return None
        found = self._by_id(["Id", "AccountId"], "PartyRelationshipGroup", "Type = 'Household'")
        return frozenset(text(row.get("AccountId")) for page in found for row in page)

    # --- questions --------------------------------------------------------------------------------------------------

    def _contacts(self, *conditions: str, limit: int = 0, bin_too: bool = False) -> dict:
        fields = [*self._fields, "IsDeleted", "MasterRecordId"] if bin_too else self._fields
        order = "SystemModstamp ASC, Id ASC"
        question = soql.select(fields, "Contact", *conditions, order=order, limit=limit or self.page_size)
        return self._client.query(question, deleted=bin_too)

    def _by_id(self, fields: list[str], table: str, condition: str = "") -> Iterator[list[dict]]:
        """All rows of a table, page by page in the order of their ids."""
        last = ""
        while True:
            beyond = f"Id > {soql.key(last)}" if last else ""
            question = soql.select(fields, table, condition, beyond, order="Id ASC", limit=self.page_size)
            answer = self._client.query(question)
            found = rows(answer["records"])
            yield found
            if _is_end(answer, self.page_size):
                return
            last = text(found[-1].get("Id"))

    def _read(self, answer: dict) -> list[RemoteContact | Gone | BadRecord]:
        wanted = mapping.Wanted(
            self._profile, self._groups, self._category, self._custom, self._several, self._client.site
        )
        return [mapping.contact(row, wanted) for row in rows(answer["records"])]

    # --- the parts of a run -----------------------------------------------------------------------------------------

    def _changed(self, place: dict) -> tuple[Page, dict]:
        """A page of contacts, in the order of their last change."""
        answer = self._contacts(_beyond(place) or (f"SystemModstamp >= {place['since']}" if place["since"] else ""))
        following = _after(place, answer, self.page_size) or _next_part(place, "moved" if place["since"] else "")
        return self._page(following, self._read(answer), answer.get("totalSize")), following

    def _moved(self, place: dict) -> tuple[Page, dict]:
        """Contacts whose household may have changed though they did not."""
        table, field, condition = self._profile.moved(place["since"])
        if not table:
            following = _next_part(place, "bin")
            return self._page(following, []), following
        beyond = f"Id > {soql.key(place['id'])}" if place["id"] else ""
        fields = list(dict.fromkeys(["Id", field]))
        question = soql.select(fields, table, condition, beyond, order="Id ASC", limit=min(self.page_size, MOVED))
        answer = self._client.query(question, deleted=self._profile.by_relation)
        found = rows(answer["records"])
        ids = sorted({one for row in found if soql.ID.fullmatch(one := text(row.get(field)))})
        read = self._read(self._contacts(f"Id IN {soql.keys(ids)}", limit=PAGE)) if ids else []
        done = _is_end(answer, min(self.page_size, MOVED))
        following = _next_part(place, "bin") if done else place | {"id": text(found[-1].get("Id"))}
        return self._page(following, read), following

    def _bin(self, place: dict) -> tuple[Page, dict]:
        """What lies in the recycle bin, merged records with their winner."""
        since = _beyond(place) or f"SystemModstamp >= {place['since']}"
        fields = ["Id", "IsDeleted", "MasterRecordId", "SystemModstamp"]
        order = "SystemModstamp ASC, Id ASC"
        question = soql.select(fields, "Contact", "IsDeleted = true", since, order=order, limit=self.page_size)
        answer = self._client.query(question, deleted=True)
        following = _after(place, answer, self.page_size) or _next_part(place, "left")
        gone = [Gone(text(row.get("Id")), text(row.get("MasterRecordId"))) for row in rows(answer["records"])]
        return self._page(following, [one for one in gone if one.remote_id]), following

    def _known_now(self) -> str:
        """Until when Salesforce can tell deletions as a full run begins; "" where it does not say.

        That is Salesforce's clock, not ours: what is deleted while the run goes on is told by the next one.
        """
        now = datetime.now(UTC)
        try:
            answer = self._client.deleted("Contact", soql.time(now - WINDOW), soql.time(now))
        except StateExpired:  # an organization younger than that
            return ""
        return _time(answer.get("latestDateCovered"))

    def _left(self, place: dict) -> tuple[Page, dict]:
        """What is in no bin any more. Raises StateExpired when Salesforce does not remember as far back."""
        begin = kept_moment(place["covered"] or place["since"]) - _OVERLAP
        end = max(datetime.now(UTC), begin + _OVERLAP)
        answer = self._client.deleted("Contact", soql.time(begin), soql.time(end))
        earliest = moment(answer.get("earliestDateAvailable"))
        if earliest and earliest > begin + _OVERLAP:
            raise StateExpired("Salesforce does not remember what was deleted since the last run.")
        named = [text(row.get("id")) for row in rows(answer.get("deletedRecords"))]
        covered = max(place["covered"], _time(answer.get("latestDateCovered")))
        following = _next_part(place | {"covered": covered}, "")
        return self._page(following, [Gone(one) for one in named if one and one not in self._merged]), following

    _merged: frozenset[str] = frozenset()

    def _page(self, following: dict, read: list, total: object = None) -> Page:
        """A page that says where the next run or page begins."""
        self._merged |= {one.remote_id for one in read if isinstance(one, Gone) and one.merged_into}
        last = not following["part"]
        state = {"since": _cursor(following), "covered": following["covered"]} if last else following
        return Page(
            {name: value for name, value in state.items() if value},
            tuple(one for one in read if isinstance(one, RemoteContact)),
            gone=tuple(one for one in read if isinstance(one, Gone)),
            bad=tuple(one for one in read if isinstance(one, BadRecord)),
            total=total if isinstance(total, int) and not following["since"] and not following["at"] else None,
            last=last,
        )


_OVERLAP = timedelta(seconds=Salesforce.capabilities.overlap_seconds)


def _beyond(place: dict) -> str:
    """The condition of what comes after the last row that was read; "" at the beginning."""
    if not place["at"]:
        return ""
    return f"(SystemModstamp > {place['at']} OR (SystemModstamp = {place['at']} AND Id > {soql.key(place['id'])}))"


def _after(place: dict, answer: dict, limit: int) -> dict | None:
    """The place behind an answer's last row; None when that was the end. The latest change seen goes along."""
    found = rows(answer["records"])
    latest = max((when for row in found if (when := moment(row.get("SystemModstamp")))), default=None)
    if latest:
        place["seen"] = max(place["seen"], soql.time(latest))
    if _is_end(answer, limit):
        return None
    at = moment(found[-1].get("SystemModstamp"))
    if at is None:
        raise WillNotWork("Salesforce does not say when a contact was changed.")
    return place | {"at": soql.time(at), "id": text(found[-1].get("Id"))}


def _is_end(answer: dict, limit: int) -> bool:
    """Whether nothing comes after these rows."""
    found = rows(answer["records"])
    return not found or (answer.get("done") is not False and len(found) < limit)


def _next_part(place: dict, part: str) -> dict:
    return place | {"part": part, "at": "", "id": ""}


def _cursor(place: dict) -> str:
    """Where the next run begins: the latest change seen, less the overlap."""
    seen = moment(place["seen"])
    if seen is None:
        return place["since"]
    return max(place["since"], iso(seen - _OVERLAP))


def _time(value: object) -> str:
    """A moment that Salesforce names, as a literal; "" for none."""
    when = moment(value)
    return soql.time(when) if when else ""
