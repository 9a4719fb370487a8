"""A Salesforce of our own: tokens of both kinds, SOQL taken at its word, describe, the recycle bin, limits.

As wide as what simple-salesforce asks of it (tests/crm/test_salesforce_client.py), and as strict as the vendor: the
window of deletions, ids, and questions that name what is not there.
"""

import base64
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cache

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from crm.testing import FakeServer, Person, Refusal, Reply, Request, World
from crm.testing.people import BEGIN, PASSPORT, SSN
from tests.crm.fakes.soql import Malformed, Parser, Question

HOST, CLIENT, SECRET, USER = "fake.my.salesforce.com", "fake-consumer-key", "fake-consumer-secret", "hub@example.com"
VERSION = "v67.0"
STANDARD = set(
    "Id FirstName MiddleName LastName Salutation Suffix Email Title Birthdate OwnerId AccountId CreatedDate IsDeleted "
    "SystemModstamp MasterRecordId HasOptedOutOfEmail RecordTypeId Phone MobilePhone HomePhone OtherPhone".split()
) | {f"{kind}{place}" for kind in ("Mailing", "Other") for place in "Street City State PostalCode Country".split()}
OWN = {  # name: label, type
    "Segment__c": ("Segment", "picklist"),
    "Vip__c": ("VIP", "boolean"),
    "Client_Type__c": ("Client type", "picklist"),
    "SSN__c": ("SSN", "string"),
    "Shadow__c": ("Social Security Number", "string"),
    "Passport__c": ("Passport number", "string"),
    "Sealed__c": ("Sealed", "encryptedstring"),
    "Partner__c": ("Partner", "reference"),
    "Interests__c": ("Interests", "multipicklist"),
    "Age_Band__c": ("Age band", "string"),
}
FORMULAS = {"Age_Band__c"}
INTERESTS = ("Sailing", "Golf", "Art")
AUDIENCES = ("https://login.salesforce.com", f"https://{HOST}")
REPLICATION = timedelta(days=30)  # how far back a window of deletions may begin
BESIDE = {"Account.Name", "Account.SystemModstamp", "Account.RecordType.DeveloperName", "RecordType.Name"}
RELATION = {"Id", "ContactId", "AccountId", "Roles", "IsActive", "SystemModstamp", "IsDeleted", *BESIDE}
MARKS = {
    "fsc_package": ("FinServ__Primary__c", "FinServ__PrimaryGroup__c"),
    "fsc_core": ("IsPrimaryMember", "IsPrimaryGroup"),
}


@cache
def private_key() -> str:
    """The key of the JWT bearer flow, made for this run of the tests."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    kinds = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    return key.private_bytes(*kinds).decode()


def error(status: int, code: str, message: str = "Refused.") -> Refusal:
    """Salesforce's model of an error."""
    return Refusal(status, [{"message": message, "errorCode": code, "fields": []}])


def stamp(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "+0000")


class SalesforceFake(FakeServer):
    """`profile`: which of the household models the organization has. `most`: rows of an answer at most; a longer
    one says `done` false. `hidden`: fields, `unreadable`: objects the user may not read. `used`: calls of the day.
    `instance_url`: what the token names. `moved`: households that moved by themselves, by contact. `purged`: ids that
    left the bin. `remembers`: how far back deletions are known; `enabled`: before which none can be asked for.
    `links_lead`: where the links to further pages lead. `employers`: names of accounts, by contact.
    """

    def __init__(self, world: World | None = None, profile: str = "plain") -> None:
        super().__init__(world)
        self.profile, self.most, self.used = profile, 9, (18, 5000)
        self.hidden: set[str] = set()
        self.unreadable: set[str] = set()
        self.instance_url = f"https://{HOST}"
        self.links_lead = ""
        self.employers: dict[int, str] = {}
        self.enabled = BEGIN - timedelta(days=300)
        self._left: dict[str, tuple[list[dict], int]] = {}
        self.moved: dict[int, datetime] = {}
        self.purged: dict[int, datetime] = {}
        self.remembers = timedelta(days=15)
        self.household_type = "IndustriesHousehold"
        self.token, self.tokens = "", 0

    def config(self) -> dict[str, str]:
        signed = {"client_id": CLIENT, "client_secret": SECRET, "sign_in": "client_credentials", "username": USER}
        given = {"host": HOST, "profile": self.profile, "category": "Client_Type__c", "private_key": private_key()}
        return super().config() | signed | given

    def bad_config(self) -> dict[str, str]:
        return self.config() | {"client_secret": "wrong"}

    def over_limit(self) -> Reply:
        words = "ConcurrentRequests (Concurrent API Requests) Limit exceeded."
        return Reply([{"message": words, "errorCode": "REQUEST_LIMIT_EXCEEDED"}], 403)

    def forget_token(self) -> None:
        """Let the token end."""
        self.token = "ended"

    def answer(self, request: Request) -> Reply:
        if request.path == "/services/oauth2/token" and request.method == "POST":
            return Reply(self._sign_in(request.form() | by_header(request)))
        if not self.token or request.headers.get("authorization") != f"Bearer {self.token}":
            raise error(401, "INVALID_SESSION_ID", "Session expired or invalid")
        if request.method != "GET" or not request.path.startswith(f"/services/data/{VERSION}/"):
            raise error(404, "NOT_FOUND", "The requested resource does not exist")
        path = request.path.removeprefix(f"/services/data/{VERSION}/")
        self.used = self.used[0] + 1, self.used[1]
        limits = {"Sforce-Limit-Info": f"api-usage={self.used[0]}/{self.used[1]}"}
        kind, _, rest = path.rstrip("/").partition("/")
        if kind in ("query", "queryAll") and rest:
            return Reply(self._gone_on(rest), headers=limits)
        if kind in ("query", "queryAll") and request.query.keys() == {"q"}:
            return Reply(self._queried(request.query["q"], bin_too=kind == "queryAll"), headers=limits)
        if kind == "limits" and not rest:
            used, most = self.used
            return Reply({"DailyApiRequests": {"Max": most, "Remaining": most - used}}, headers=limits)
        if path.startswith("sobjects/Contact/"):
            what = path.removeprefix("sobjects/Contact/").rstrip("/")
            return Reply(self._of_contact(what, request.query), headers=limits)
        raise error(404, "NOT_FOUND", "The requested resource does not exist")

    def _of_contact(self, what: str, query: Mapping[str, str]) -> dict:
        """What stands below the object Contact."""
        if what == "describe":
            return self._described()
        if what == "deleted":
            return self._deleted(query)
        if what == "updated":
            start, end = self._window(query)
            ids = [self.id_of(one.number) for one in self.world.there() if start <= one.updated_at < end]
            return {"ids": ids, "latestDateCovered": stamp(min(end, self.world.now))}
        found = next((one for one in self.world.there() if self.id_of(one.number)[: len(what)] == what), None)
        if found is None or len(what) not in (15, 18):
            raise error(404, "NOT_FOUND", "The requested resource does not exist")
        plain = {name: value for name, value in self._contact(found).items() if name in STANDARD | set(OWN)}
        return {name: stamp(one) if isinstance(one, datetime) else one for name, one in plain.items()}

    def _sign_in(self, form: Mapping[str, str]) -> dict:
        refused = Refusal(400, {"error": "invalid_grant", "error_description": "authentication failure"})
        if form.get("grant_type") == "client_credentials":
            if form.get("client_id") != CLIENT or form.get("client_secret") != SECRET:
                raise Refusal(400, {"error": "invalid_client", "error_description": "invalid client credentials"})
        elif form.get("grant_type") == "urn:ietf:params:oauth:grant-type:jwt-bearer":
            public = serialization.load_pem_private_key(private_key().encode(), None).public_key()
            try:
                claims = jwt.decode(form.get("assertion", ""), public, ["RS256"], audience=AUDIENCES)
            except jwt.PyJWTError:
                raise refused from None
            lasts = int(claims["exp"]) - datetime.now(UTC).timestamp()
            if (claims["iss"], claims["sub"]) != (CLIENT, USER) or lasts > 181:
                raise refused
        else:
            raise Refusal(400, {"error": "unsupported_grant_type", "error_description": "grant type not supported"})
        self.tokens += 1
        self.token = f"00Dfake!access-token-{self.tokens}"
        told = {"signature": "x", "id": f"https://login.salesforce.com/id/{self.id_of(1, '00D')}/x"}
        return told | {"access_token": self.token, "instance_url": self.instance_url, "token_type": "Bearer"}

    # --- questions --------------------------------------------------------------------------------------------------

    def _queried(self, text: str, *, bin_too: bool) -> dict:
        try:
            asked = Parser(text).question()
        except (Malformed, ValueError) as problem:
            raise error(400, "MALFORMED_QUERY", f"unexpected token: {problem}") from None
        rows = self._rows(asked.table)
        self._check_names(asked, self._names(asked.table))
        found = [row for row in rows if (bin_too or not row.get("IsDeleted")) and asked.where(getter(row))]
        found.sort(key=lambda row: [getter(row)(name) for name in asked.order])
        total, found = min(len(found), asked.limit), found[: asked.limit]
        part = found[: self.most]
        answer = {"totalSize": total, "done": len(found) <= self.most}
        if not answer["done"]:
            answer["nextRecordsUrl"] = self._link([self._shown(row, asked) for row in found[self.most :]], total)
        return answer | {"records": [self._shown(row, asked) for row in part]}

    def _link(self, rest: list[dict], total: int) -> str:
        """A link to the rows that are left."""
        key = f"01gFK{len(self._left):010d}AAA-{self.most}"
        self._left[key] = rest, total
        return f"{self.links_lead}/services/data/{VERSION}/query/{key}"

    def _gone_on(self, key: str) -> dict:
        if key not in self._left:
            raise error(400, "INVALID_QUERY_LOCATOR", "invalid query locator")
        rest, total = self._left[key]
        answer = {"totalSize": total, "done": len(rest) <= self.most, "records": rest[: self.most]}
        return answer if answer["done"] else answer | {"nextRecordsUrl": self._link(rest[self.most :], total)}

    def _check_names(self, asked: Question, known: set[str]) -> None:
        for one in [*asked.fields, *asked.named, *asked.order]:
            if isinstance(one, Question):
                if one.table != "AccountContactRelations" or asked.table != "Contact":
                    raise error(400, "INVALID_TYPE", f"Didn't understand relationship '{one.table}'")
                self._check_names(one, self._names("AccountContactRelation"))
            elif one not in known or one in self.hidden:
                raise error(400, "INVALID_FIELD", f"No such column '{one}' on entity '{asked.table}'.")

    def _names(self, table: str) -> set[str]:
        known = {
            "Contact": STANDARD | set(OWN) | BESIDE,
            "User": {"Id", "Name", "Email", "IsActive", "UserType"},
            "Organization": {"Id", "Name", "IsSandbox"},
        }
        if self.profile in MARKS:
            known["AccountContactRelation"] = RELATION | set(MARKS[self.profile])
        if self.profile == "fsc_core":
            known["PartyRelationshipGroup"] = {"Id", "AccountId", "Type"}
        if table not in known or table in self.unreadable:
            raise error(400, "INVALID_TYPE", f"sObject type '{table}' is not supported.")
        return known[table]

    def _rows(self, table: str) -> list[dict]:
        self._names(table)
        homes = self.world.households
        return {
            "Contact": lambda: [self._contact(one) for one in self.world.people.values() if not one.vanished],
            "User": self._users,
            "Organization": lambda: [{"Id": self.id_of(1, "00D"), "Name": "Fake Advisory", "IsSandbox": True}],
            "AccountContactRelation": lambda: [
                relation for one in self.world.people.values() if one.there for relation in self._relations(one)
            ],
            "PartyRelationshipGroup": lambda: [self._group(key) for key in homes],
        }[table]()

    def id_of(self, number: int, prefix: str = "003") -> str:
        """An id of eighteen characters."""
        return f"{prefix}FK{number:010d}AAA"

    def _group(self, key: int) -> dict:
        return {"Id": self.id_of(key, "0pg"), "AccountId": self.id_of(key, "001"), "Type": "Household"}

    def _users(self) -> list[dict]:
        rows = [
            {"Id": self.id_of(key, "005"), "Name": name, "Email": email, "IsActive": True, "UserType": "Standard"}
            for key, (name, email) in self.world.owners.items()
        ]
        robot = {"Id": self.id_of(98, "005"), "Name": "Automated Process", "Email": None, "IsActive": True}
        return [*rows, robot | {"UserType": "AutomatedProcess"}]

    def _account(self, one: Person) -> dict | None:
        home = self.world.households.get(one.household)
        changed = self.moved.get(one.number, one.created_at)
        if self.profile == "practifi" and home:
            kind = {"DeveloperName": self.household_type}
            return {"Name": home, "RecordType": kind, "SystemModstamp": changed}
        employer = self.employers.get(one.number, "Example Co")
        return {"Name": employer, "RecordType": {"DeveloperName": "Business"}, "SystemModstamp": one.created_at}

    def _relations(self, one: Person) -> list[dict]:
        """A contact's relations: to the employer, and to the household where the organization has such."""
        if self.profile not in MARKS:
            return []
        primary, main = MARKS[self.profile]
        at = self.moved.get(one.number, one.created_at)
        row = {"ContactId": self.id_of(one.number), "IsActive": True, "SystemModstamp": at, "IsDeleted": False}
        business = {"Name": "Example Co", "RecordType": {"DeveloperName": "Business"}, "SystemModstamp": one.created_at}
        account = {"AccountId": self.id_of(7, "001"), "Account": business, "Roles": None, primary: False, main: False}
        found = [row | {"Id": self.id_of(one.number, "07k")} | account]
        if home := self.world.households.get(one.household):
            kind = {"DeveloperName": self.household_type}
            household = {"Name": home, "RecordType": kind, "SystemModstamp": one.created_at}
            joined = {
                "AccountId": self.id_of(one.household, "001"),
                "Account": household,
                primary: one.head,
                main: True,
            }
            roles = {"Roles": "Client;Decision Maker" if one.head else "Spouse"}
            found.append(row | {"Id": self.id_of(one.number, "07m")} | joined | roles)
        return found

    def _contact(self, one: Person) -> dict:
        practifi_home = self.profile == "practifi" and one.household
        return {
            "Id": self.id_of(one.number),
            "FirstName": one.first_name or None,
            "LastName": one.last_name or None,
            "Email": one.email or None,
            "Phone": one.phone or None,
            "MailingStreet": one.street,
            "MailingCity": one.city,
            "MailingState": one.region,
            "MailingPostalCode": one.postal_code,
            "MailingCountry": one.country,
            "Birthdate": one.birth_date.isoformat() if one.birth_date else None,
            "OwnerId": self.id_of(one.owner, "005") if one.owner else None,
            "AccountId": self.id_of(one.household if practifi_home else 7, "001"),
            "Account": self._account(one),
            "RecordTypeId": self.id_of(1, "012"),
            "RecordType": {"Name": one.category},
            "Client_Type__c": one.category,
            "HasOptedOutOfEmail": False,
            "CreatedDate": one.created_at,
            "SystemModstamp": one.updated_at,
            "IsDeleted": one.deleted_at is not None,
            "MasterRecordId": self.id_of(one.merged_into) if one.merged_into else None,
            "Segment__c": "A",
            "Vip__c": True,
            "SSN__c": SSN,
            "Shadow__c": SSN.replace("-", ""),
            "Passport__c": PASSPORT,
            "Sealed__c": PASSPORT,
            "Interests__c": "Golf;Sailing",
            "Age_Band__c": "40 to 50",
            "_relations": self._relations(one),
        } | one.raw

    def _shown(self, row: dict, asked: Question) -> dict:
        shown: dict = {"attributes": {"type": asked.table, "url": "/services/data/x"}}
        for one in asked.fields:
            if isinstance(one, Question):
                inner = [self._shown(inner, one) for inner in row["_relations"] if one.where(getter(inner))]
                shown[one.table] = {"totalSize": len(inner), "done": True, "records": inner} if inner else None
                continue
            *way, last = one.split(".")
            place = shown
            for step in way:
                place = place.setdefault(step, {"attributes": {"type": step}})
            value = getter(row)(one)
            place[last] = stamp(value) if isinstance(value, datetime) else value
        return shown

    def _described(self) -> dict:
        standard = {"custom": False, "calculated": False}
        fields = [{"name": name, "label": name, "type": "string"} | standard for name in sorted(STANDARD)]
        words = {"Client_Type__c": ("Client", "Prospect", "Vendor"), "Interests__c": INTERESTS}
        for name, (label, kind) in OWN.items():
            values = [{"value": word, "label": word, "active": True} for word in words.get(name, ())]
            own = {"name": name, "label": label, "type": kind, "custom": True, "calculated": name in FORMULAS}
            fields.append(own | {"picklistValues": values})
        types = [
            {"name": name, "active": True, "master": name == "Master"} for name in ("Client", "Prospect", "Master")
        ]
        return {"fields": [one for one in fields if one["name"] not in self.hidden], "recordTypeInfos": types}

    def _window(self, query: Mapping[str, str]) -> tuple[datetime, datetime]:
        """From when to when; refused as Salesforce refuses them."""
        form = r"[\d-]+T[\d:.]+(Z|[+-]\d\d:\d\d)"
        if query.keys() != {"start", "end"} or not all(re.fullmatch(form, one) for one in query.values()):
            raise error(400, "INVALID_REPLICATION_DATE", "start and end must be times")
        start, end = (datetime.fromisoformat(query[name]).replace(second=0, microsecond=0) for name in ("start", "end"))
        if start < self.world.now - REPLICATION or start < self.enabled:
            raise error(400, "INVALID_REPLICATION_DATE", "startDate cannot be more than 30 days ago")
        if start >= end:
            raise error(400, "INVALID_REPLICATION_DATE", "endDate must be at least one minute greater than startDate")
        return start, end

    def _deleted(self, query: Mapping[str, str]) -> dict:
        start, end = self._window(query)
        gone = {one.number: one.deleted_at for one in self.world.people.values() if one.deleted_at} | self.purged
        named = [{"id": self.id_of(one), "deletedDate": stamp(at)} for one, at in gone.items() if start <= at < end]
        return {
            "deletedRecords": named,
            "earliestDateAvailable": stamp(self.world.now - self.remembers),
            "latestDateCovered": stamp(min(end, self.world.now)),
        }


def by_header(request: Request) -> dict[str, str]:
    """Credentials of a client that come in the header instead of in the form."""
    scheme, _, code = request.headers.get("authorization", "").partition(" ")
    if scheme != "Basic":
        return {}
    client, _, secret = base64.b64decode(code).decode().partition(":")
    return {"client_id": client, "client_secret": secret}


def getter(row: Mapping):
    """What gives a row's value at a path such as `Account.Name`."""

    def get(path: str):
        found = row
        for step in path.split("."):
            found = found.get(step) if isinstance(found, Mapping) else None
        return found

    return get
