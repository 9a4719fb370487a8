"""A fake of Wealthbox's API, as strict as its documentation: header, parameters, sizes, formats of time."""

from datetime import UTC, datetime, timedelta, timezone
from functools import partial

from crm.adapters.wealthbox.mapping import when
from crm.testing import FakeServer, Person, Refusal, Reply, Request
from crm.testing.people import BEGIN, PASSPORT, SSN

TOKEN = "wb-token-of-a-test"
EASTERN = timezone(timedelta(hours=-4))
LIST = {"page", "per_page"}
CONTACTS = LIST | set(
    "id contact_type name email phone external_unique_id active tags[] deleted deleted_since household_title type order"
    " updated_since updated_before".split()
)


class WealthboxFake(FakeServer):
    """`cap`: rows of a page at most. `envelope`: "meta", "top" or "bare" (no counts at all).

    `homes_changed`: when a household's own row was last changed. `names_members`: whether that row says who they are.
    """

    cap = 100
    envelope = "meta"
    bodies_of_deleted = False
    retry_after: str | None = None
    user_status = "active"
    names_members = True

    def __init__(self, world=None) -> None:
        super().__init__(world)
        self.homes_changed: dict[int, datetime] = {}

    def config(self):
        return {"base_url": self.url, "token": TOKEN}

    def bad_config(self):
        return {"base_url": self.url, "token": "wrong"}

    def over_limit(self):
        headers = {"Retry-After": self.retry_after} if self.retry_after is not None else {}
        return Reply({"success": False, "errors": "Rate limit exceeded"}, 429, headers)

    def answer(self, request: Request) -> Reply:
        if request.headers.get("access_token") != TOKEN or "authorization" in request.headers:
            raise Refusal(401, {"success": False, "errors": "Access token is invalid"})
        if request.method != "GET":
            raise Refusal(405, {"success": False, "errors": "read only here"})
        path = request.path
        if path == "/me":
            return Reply(self.me())
        if path == "/users":
            users = [{"id": k, "name": n, "email": e, "account": 1} for k, (n, e) in self.world.owners.items()]
            return self.listed(request, "users", users, LIST)
        if path == "/categories/contact_types":
            names = ["Client", "Past Client", "Prospect"]
            return self.listed(request, "contact_types", [{"id": i, "name": n} for i, n in enumerate(names)], LIST)
        if path == "/categories/custom_fields":
            names = ["Segment", "SSN", "Passport number"]
            rows = [{"id": i, "name": n, "document_type": "Contact"} for i, n in enumerate(names)]
            return self.listed(request, "custom_fields", rows, LIST | {"document_type"})
        if path == "/categories/tags":
            names = sorted({tag for one in self.world.there() for tag in one.tags})
            rows = [{"id": i, "name": n, "document_type": "Contact"} for i, n in enumerate(names)]
            return self.listed(request, "tags", rows, LIST | {"document_type"})
        if path == "/contacts":
            return self.contacts(request)
        return self.one(path)

    def me(self) -> dict:
        user = {"id": 11, "name": "Avery Adams", "status": self.user_status}
        return {"id": 900, "name": "Login", "current_user": user, "accounts": [{"id": 1, "name": "Adams Advisory"}]}

    def one(self, path: str) -> Reply:
        number = path.removeprefix("/contacts/")
        person = self.world.people.get(int(number)) if number.isdigit() else None
        if person is None or not person.there:
            raise Refusal(404, {"success": False, "errors": "Not found"})
        return Reply(self.shown(person))

    def contacts(self, request: Request) -> Reply:
        query = request.query
        if any(name.endswith("[]") and name != "tags[]" for name in query):
            raise Refusal(500, {"error": "Internal Server Error"})
        if query.get("order", "asc") not in ("asc", "desc", "recent", "created", "updated"):
            raise Refusal(400, {"success": False, "errors": "order is invalid"})
        if query.get("deleted") == "true":
            since = self.time(query.get("deleted_since", "2000-01-01T00:00:00Z"))
            gone = [one for one in self.world.people.values() if one.deleted_at and one.deleted_at >= since]
            rows = [self.shown(one) if self.bodies_of_deleted else {"id": one.number} for one in gone]
            return self.listed(request, "contacts", rows, CONTACTS)
        since = self.time(query.get("updated_since", "2000-01-01T00:00:00Z"))
        kind = query.get("type", "").lower()
        if kind not in ("", "person", "household", "organization", "trust"):
            raise Refusal(400, {"success": False, "errors": "type is invalid"})
        people = [one for one in self.world.there() if minute(one.updated_at) >= minute(since)]
        rows = [partial(self.shown, one) for one in people] if kind in ("", "person") else []
        homes = [key for key in self.world.households if minute(self.home_changed(key)) >= minute(since)]
        rows += [partial(self.home, key) for key in homes] if kind in ("", "household") else []
        return self.listed(request, "contacts", rows, CONTACTS)

    def home_changed(self, key: int) -> datetime:
        return self.homes_changed.get(key, BEGIN)

    def time(self, value: str) -> datetime:
        found = when(value)
        if found is None or not (value.endswith("Z") or value[-5] in "+-"):
            raise Refusal(400, {"success": False, "errors": "time is invalid"})
        return found

    def listed(self, request: Request, name: str, rows: list, allowed: set[str]) -> Reply:
        unknown = request.query.keys() - allowed
        if unknown:
            raise Refusal(400, {"success": False, "errors": f"unknown parameter {sorted(unknown)}"})
        size = min(int(request.query.get("per_page", 25)), self.cap)
        page = int(request.query.get("page", 1))
        part = [row() if callable(row) else row for row in rows[(page - 1) * size : page * size]]
        counts = {"total_pages": -(-len(rows) // size), "total_count": len(rows)}
        told = {"meta": {"meta": {"current_page": page, **counts}}, "top": {"page": page, "per_page": size, **counts}}
        return Reply({name: part} | told.get(self.envelope, {}))

    def home(self, key: int) -> dict:
        members = [one for one in self.world.there() if one.household == key]
        rows = [{"id": one.number, "title": "Head" if one.head else "Spouse", "type": "Person"} for one in members]
        shown = {"id": 500_000 + key, "type": "Household", "name": self.world.households[key]}
        told = {"members": rows} if self.names_members else {}
        return shown | told | {"updated_at": stamp(self.home_changed(key))}

    def shown(self, one: Person) -> dict:
        home = one.household and {
            "id": 500_000 + one.household,
            "name": self.world.households[one.household],
            "title": "Head" if one.head else "Spouse",
            "members": [],
        }
        address = {"id": 1, "street_line_1": one.street, "street_line_2": "", "city": one.city, "state": one.region}
        address |= {"zip_code": one.postal_code, "country": one.country, "principal": True, "kind": "Home"}
        custom = {"Segment": "A", "SSN": SSN, "Passport number": PASSPORT} | one.custom
        return {
            "id": one.number,
            "type": "Person",
            "name": f"{one.last_name}, {one.first_name}",
            "first_name": one.first_name,
            "last_name": one.last_name,
            "contact_type": one.category,
            "status": "Active",
            "birth_date": one.birth_date and one.birth_date.isoformat(),
            "assigned_to": one.owner,
            "contact_roles": [],
            "household": home or None,
            "tags": [{"id": 1, "name": tag} for tag in one.tags],
            "street_addresses": [address],
            "email_addresses": [{"id": 1, "address": one.email, "principal": True, "kind": "Personal"}],
            "phone_numbers": [{"id": 1, "address": one.phone, "principal": True, "extension": None, "kind": "Work"}],
            "custom_fields": [
                {"id": i, "name": name, "value": value} for i, (name, value) in enumerate(custom.items())
            ],
            "passport_number": PASSPORT,
            "green_card_number": SSN,
            "drivers_license": {"number": PASSPORT, "state": "MA"},
            "background_information": f"SSN {SSN}",
            "gross_annual_income": 100000,
            "created_at": stamp(one.created_at),
            "updated_at": stamp(one.updated_at),
        } | one.raw


def minute(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(second=0, microsecond=0)


def stamp(at: datetime) -> str:
    return at.astimezone(EASTERN).strftime("%Y-%m-%d %I:%M %p %z")
