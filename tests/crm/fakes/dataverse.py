"""A Dataverse of our own: Entra's tokens, `Prefer`, cookies for pages, delta links by row version, metadata."""

import json
import re
from bisect import bisect_right
from itertools import islice
from operator import itemgetter
from urllib.parse import quote

from crm.testing import FakeServer, Person, Refusal, Reply, Request, World
from crm.testing.people import PASSPORT, SSN

HOST, TENANT = "fake.crm.dynamics.com", "fake.onmicrosoft.example"
CLIENT, SECRET = "11111111-2222-3333-4444-555555555555", "fake-client-secret-for-tests"
USER = "aaaaaaaa-0000-0000-0000-000000000001"
API = "/api/data/v9.2"
WORDS = {"Client": 100_000, "Prospect": 100_001, "Something new": 100_002}
FORMATTED = "OData.Community.Display.V1.FormattedValue"
LOOKUP = "Microsoft.Dynamics.CRM.lookuplogicalname"
CONTACT = f"{API}/EntityDefinitions(LogicalName='contact')"
STATIC = set(
    "contactid salutation firstname middlename lastname suffix nickname fullname jobtitle gendercode emailaddress1 "
    "emailaddress2 emailaddress3 telephone1 telephone2 mobilephone birthdate statecode statuscode merged donotemail "
    "donotbulkemail createdon modifiedon customertypecode governmentid _ownerid_value _parentcustomerid_value "
    "_masterid_value address1_line1 address1_line2 address1_line3 address1_city address1_stateorprovince "
    "address1_postalcode address1_country address2_line1 address2_line2 address2_line3 address2_city "
    "address2_stateorprovince address2_postalcode address2_country".split()
)
OWN = {  # name: label, type, secured
    "new_segment": ("Segment", "Picklist", False),
    "new_vip": ("VIP", "Boolean", False),
    "new_note": ("Note", "String", False),
    "new_ssn": ("SSN", "String", False),
    "new_shadow": ("Social Security Number", "String", False),
    "new_passport": ("Pass", "String", False),
    "new_guarded": ("Guarded", "String", True),
    "new_partner": ("Partner", "Lookup", False),
    "new_age": ("Age", "Integer", False),
    "new_total": ("Total", "Money", False),
}
COMPUTED = {"new_age": 1, "new_total": 2}  # calculated, rolled up
PREFERENCES = re.compile(r"odata\.maxpagesize=(\d+)|odata\.track-changes|odata\.include-annotations=\"([^\"]*)\"")
HEADERS = {"OData-Version": "4.0", "Content-Type": "application/json; odata.metadata=minimal"}


def error(status: int, code: str, message: str, **headers: str) -> Refusal:
    """Dataverse's model of an error."""
    return Refusal(status, {"error": {"code": code, "message": message}}, **headers)


def entra(status: int, word: str, code: int) -> Refusal:
    """Entra's."""
    told = {"error": word, "error_description": f"AADSTS{code}: Refused.", "error_codes": [code], "trace_id": "t-1"}
    return Refusal(status, told)


def guid(number: int, group: int = 0) -> str:
    """An id."""
    return f"{group:08x}-0000-4000-8000-{number:012x}"


class DataverseFake(FakeServer):
    """`most`: rows of a page at most (5,000 in truth). `tracking`: "Track changes" is on. `oldest`: the least version a
    delta link may carry, `too_old` how an older one is refused. `lifetime` of a token in seconds, `refusal` of Entra.
    `bare`: an unchanged delta answers with nothing. `foreign`: pages lead there. `readable`: what may be read.
    """

    def __init__(self, world: World | None = None) -> None:
        super().__init__(world)
        self.most, self.tracking, self.oldest, self.lifetime = 9, True, 0, 3599
        self.too_old = (400, "0x80044352")
        self.refusal: tuple[int, str, int] | None = None
        self.bare, self.foreign, self.readable = False, "", {"contacts", "systemusers", "teams"}
        self.token, self.tokens = "", 0
        self._known: dict[int, tuple[Person, int]] = {}
        self._version = self._ordered = 0
        self._order: list[tuple[int, Person]] = []

    def config(self) -> dict[str, str]:
        signed = {"tenant": TENANT, "client_id": CLIENT, "client_secret": SECRET}
        return super().config() | signed | {"host": HOST, "category": "customertypecode"}

    def bad_config(self) -> dict[str, str]:
        return self.config() | {"client_secret": "wrong"}

    def over_limit(self) -> Reply:
        words = "Number of requests exceeded the limit of 6000 over time window of 300 seconds."
        return Reply({"error": {"code": "0x80072322", "message": words}}, 429, {"Retry-After": "1"})

    def forget_token(self) -> None:
        """Let the token end before its time."""
        self.token = "ended"

    def answer(self, request: Request) -> Reply:
        if request.path == f"/{TENANT}/oauth2/v2.0/token" and request.method == "POST":
            return Reply(self._sign_in(request.form()))
        if not self.token or request.headers.get("authorization") != f"Bearer {self.token}":
            raise Refusal(401, b"", WWW_Authenticate="Bearer authorization_uri=https://login.microsoftonline.com/")
        if request.headers.get("odata-version") != "4.0" or request.method != "GET":
            raise error(400, "0x80060888", "The OData-Version header is missing or invalid.")
        table = request.path.removeprefix(f"{API}/")
        if table in {"contacts", "systemusers", "teams"}:
            if table not in self.readable:
                raise error(403, "0x80040220", f"Principal user is missing prvRead{table} privilege")
            return self._listed(table, request)
        return Reply(self._single(request), headers=HEADERS)

    def _sign_in(self, form: dict) -> dict:
        if self.refusal:
            raise entra(*self.refusal)
        wanted = {"grant_type": "client_credentials", "client_id": CLIENT, "scope": f"https://{HOST}/.default"}
        if any(form.get(name) != value for name, value in wanted.items()):
            raise entra(400, "invalid_request", 900144)
        if form.get("client_secret") != SECRET:
            raise entra(401, "invalid_client", 7000215)
        self.tokens += 1
        self.token = f"fake-access-token-{self.tokens}"
        return {"token_type": "Bearer", "expires_in": self.lifetime, "access_token": self.token}

    def _single(self, request: Request) -> dict:
        """Who we are, and metadata."""
        match request.path:
            case p if p in (f"{API}/WhoAmI", f"{API}/WhoAmI()"):
                return {"UserId": USER, "OrganizationId": guid(1), "BusinessUnitId": guid(2)}
            case p if p == f"{API}/systemusers({USER})":
                if "systemusers" not in self.readable:
                    raise error(403, "0x80040220", "Principal user is missing prvReadUser privilege")
                return {"fullname": "# AdvisorHub", "systemuserid": USER}
            case p if p == CONTACT:
                return {"ChangeTrackingEnabled": self.tracking}
            case p if p == f"{CONTACT}/Attributes":
                if request.query.get("$filter") != "IsCustomAttribute eq true":
                    raise error(400, "0x80060888", "Only the firm's own columns are known here.")
                return {"value": [_attribute(name, *told) for name, told in OWN.items()]}
            case p if p.endswith("'customertypecode')/Microsoft.Dynamics.CRM.PicklistAttributeMetadata"):
                options = [{"Value": value, "Label": _label(words)} for words, value in WORDS.items()]
                return {"LogicalName": "customertypecode", "OptionSet": {"Options": options}}
        raise error(404, "0x80060888", "Resource not found for the segment.")

    def _listed(self, table: str, request: Request) -> Reply:
        """A page of a table, of everything or of a delta."""
        prefer = request.headers.get("prefer", "")
        left = PREFERENCES.sub("", prefer).strip(", ")
        if left or request.query.keys() - {"$select", "$filter", "$skiptoken", "$deltatoken"}:
            raise error(400, "0x80060888", f"The query parameter {left} is not supported.")
        size = min([self.most, *(int(one) for one in re.findall(r"maxpagesize=(\d+)", prefer))])
        tracked, query = "odata.track-changes" in prefer, request.query
        if tracked and "$filter" in query:
            words = 'The "$filter" query parameter isn\'t supported when Change Tracking is enabled.'
            raise error(400, "0x80060888", words)
        if tracked and not self.tracking:
            raise error(400, "0x80072491", "Entity contact isn't enabled for change tracking.")
        self._number_versions()
        annotations = next((one for _, one in PREFERENCES.findall(prefer) if one), "")
        if table != "contacts":
            return Reply({"value": self._owners(table, query)}, headers=HEADERS)
        token = json.loads(query.get("$skiptoken", "{}"))
        since = token.get("since", self._since(query))
        found = self._found(since, token.get("after", [0, 0]), query, size + 1)
        shown = [self._shown(one, query, annotations) for one in found[:size]]
        answer = {"@odata.context": f"{self.url}{API}/$metadata#contacts", "value": shown}
        if found[size:]:
            cookie = {"after": [found[size - 1][0], found[size - 1][1].number], "since": since}
            answer["@odata.nextLink"] = self._link(query, "$skiptoken", json.dumps(cookie))
        elif tracked or since is not None:
            answer["@odata.deltaLink"] = self._link(query, "$deltatoken", f"{self._version}!11/23/2026 09:00:00")
        if self.bare and since is not None and not shown:
            return Reply({}, headers=HEADERS)
        return Reply(answer, headers=HEADERS | ({"Preference-Applied": "odata.track-changes"} if tracked else {}))

    def _number_versions(self) -> None:
        """Give whoever changed a version, whatever the clock says."""
        for number, person in self.world.people.items():
            if self._known.get(number, (None, 0))[0] is not person:
                self._version += 1
                self._known[number] = person, self._version
        if self._ordered != self._version:
            self._ordered = self._version
            self._order = sorted(((version, p) for p, version in self._known.values()), key=itemgetter(0))

    def _since(self, query: dict) -> int | None:
        if "$deltatoken" not in query:
            return None
        version = query["$deltatoken"].partition("!")[0]
        if not version.isdigit() or int(version) < self.oldest:
            raise error(*self.too_old, "Version stamp associated with the client has expired.")
        return int(version)

    def _found(self, since: int | None, after: list[int], query: dict, most: int) -> list[tuple[int, Person]]:
        """Whom a question finds first, by version, which no two share; deleted ones only in a delta."""
        begin = bisect_right(self._order, max(after[0], since or 0), key=itemgetter(0))
        rows = (one for one in islice(self._order, begin, None) if not one[1].vanished)
        if since is None:
            rows = (one for one in rows if one[1].deleted_at is None or one[1].merged_into)
        if condition := query.get("$filter"):
            ids = re.findall(r"'([0-9a-f-]{36})'", condition)
            in_list = condition.startswith("Microsoft.Dynamics.CRM.In(PropertyName='contactid',PropertyValues=[")
            if condition == "statecode eq 0":
                rows = [one for one in rows if one[1].there]
            elif in_list and len(ids) <= 100:
                rows = [one for one in rows if self.id_of(one[1]) in ids]
            else:
                raise error(400, "0x80060888", "There was a problem with the filter.")
        return list(islice(rows, most))

    def _link(self, query: dict, name: str, value: str) -> str:
        pairs = [("$select", query.get("$select", "")), (name, value)]
        pairs += [("$filter", query["$filter"])] if "$filter" in query else []
        place = self.foreign or self.url
        return f"{place}{API}/contacts?" + "&".join(f"{key}={quote(text, safe=',')}" for key, text in pairs)

    def id_of(self, person: Person) -> str:
        """A person's id."""
        return guid(person.number, 0xC0)

    def _shown(self, found: tuple[int, Person], query: dict, annotations: str) -> dict:
        """A row with what was selected; a deletion where there is none any more."""
        version, person = found
        if person.deleted_at and not person.merged_into:
            context = f"{self.url}{API}/$metadata#contacts/$deletedEntity"
            return {"@odata.context": context, "id": self.id_of(person), "reason": "deleted"}
        wanted = query.get("$select", "").split(",")
        if unknown := [name for name in wanted if name not in STATIC and name not in OWN]:
            words = f"Could not find a property named '{unknown[0]}' on type 'Microsoft.Dynamics.CRM.contact'."
            raise error(400, "0x80060888", words)
        everything = self._everything(person)
        row = {"@odata.etag": f'W/"{version}"'} | {name: everything.get(name) for name in [*wanted, "contactid"]}
        for name in wanted:
            for kind in (FORMATTED, LOOKUP):
                if kind in annotations and f"{name}@{kind}" in everything and everything.get(name) is not None:
                    row[f"{name}@{kind}"] = everything[f"{name}@{kind}"]
        return row

    def _everything(self, person: Person) -> dict:
        merged = person.merged_into is not None
        winner = self.world.people.get(person.merged_into)
        return (
            {
                "contactid": self.id_of(person),
                "firstname": person.first_name or None,
                "lastname": person.last_name or None,
                "fullname": f"{person.first_name} {person.last_name}".strip(),
                "emailaddress1": person.email or None,
                "telephone1": person.phone or None,
                "address1_line1": person.street,
                "address1_city": person.city,
                "address1_stateorprovince": person.region,
                "address1_postalcode": person.postal_code,
                "address1_country": person.country,
                "birthdate": person.birth_date.isoformat() if person.birth_date else None,
                "statecode": 1 if merged else 0,
                f"statecode@{FORMATTED}": "Inactive" if merged else "Active",
                "statuscode": 2 if merged else 1,
                f"statuscode@{FORMATTED}": "Inactive" if merged else "Active",
                "merged": merged,
                "_masterid_value": self.id_of(winner) if winner else None,
                "donotemail": False,
                "donotbulkemail": False,
            }
            | _firms_own(person)
            | person.raw
        )

    def _owners(self, table: str, query: dict) -> list[dict]:
        if table == "teams":
            return [{"teamid": guid(1, 0x7E), "name": "Service desk"}]
        if query.get("$filter") != "applicationid eq null":
            raise error(400, "0x80060888", "There was a problem with the filter.")
        rows = [
            {"systemuserid": guid(key, 0x5E), "fullname": name, "internalemailaddress": email, "isdisabled": False}
            for key, (name, email) in self.world.owners.items()
        ]
        former = {"systemuserid": guid(99, 0x5E), "fullname": "Former User", "internalemailaddress": None}
        return [*rows, former | {"isdisabled": True}]


def _firms_own(person: Person) -> dict:
    """Choices, lookups, and columns that must stay where they are."""
    return {
        "customertypecode": WORDS.get(person.category),
        f"customertypecode@{FORMATTED}": person.category,
        "_ownerid_value": guid(person.owner, 0x5E) if person.owner else None,
        f"_ownerid_value@{LOOKUP}": "systemuser",
        "_parentcustomerid_value": guid(7, 0xAC),
        f"_parentcustomerid_value@{FORMATTED}": "Example Co",
        f"_parentcustomerid_value@{LOOKUP}": "account",
        "createdon": person.created_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "modifiedon": person.updated_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "governmentid": SSN,
        "new_segment": 3,
        f"new_segment@{FORMATTED}": "A",
        "new_vip": True,
        f"new_vip@{FORMATTED}": "Yes",
        "new_ssn": SSN,
        "new_shadow": SSN.replace("-", ""),
        "new_passport": PASSPORT,
        "new_guarded": PASSPORT,
        "new_age": 56,
        "new_total": 100,
    }


def _label(words: str) -> dict:
    return {"UserLocalizedLabel": {"Label": words, "LanguageCode": 1033}}


def _attribute(name: str, label: str, kind: str, secured: bool) -> dict:
    return {
        "LogicalName": name,
        "DisplayName": _label(label),
        "AttributeType": kind,
        "AttributeOf": None,
        "IsCustomAttribute": True,
        "IsValidForRead": True,
        "IsSecured": secured,
        "SourceType": COMPUTED.get(name, 0),
    }
