"""A fake of Redtail's API; its attributes choose between the ways that are told of it."""

import base64

from crm.reading import iso, moment
from crm.testing import FakeServer, Person, Refusal, Reply, Request
from crm.testing.people import SSN

API_KEY, USER, PASSWORD, USER_KEY = "partner-key", "sam.advisor", "pass-of-a-test", "user-key-of-a-test"
ROOT = "/api/public/v1"
BLOCKS = {"addresses", "phones", "emails", "family", "tag_memberships"}
ALLOWED = {"page", "page_size", "include"}
SEARCH = ALLOWED | {"updated_since", "name", "first_name", "last_name", "type", "status_id", "category_id", "email"}


class RedtailFake(FakeServer):
    """`size_by`: where a page's size and `include` are read, "header", "query" or "neither" (size only)."""

    size = 50
    size_by = "header"
    include_by = "header"
    search_includes = True
    single_includes = True
    wrapped = True
    shows_deleted = False
    names_in_rows = True
    key_as = "authenticated_user"
    user_key = USER_KEY
    retry_after: str | None = None

    def config(self):
        return {"base_url": self.url, "api_key": API_KEY, "user_key": USER_KEY, "password": ""}

    def bad_config(self):
        return self.config() | {"user_key": "wrong"}

    def typed(self, password: str = PASSWORD) -> dict[str, str]:
        """What an admin types."""
        return {"base_url": self.url, "api_key": API_KEY, "username": USER, "password": password}

    def over_limit(self):
        headers = {"Retry-After": self.retry_after} if self.retry_after is not None else {}
        return Reply({"message": "Too Many Requests"}, 429, headers)

    def answer(self, request: Request) -> Reply:
        scheme, _, code = request.headers.get("authorization", "").partition(" ")
        if not code:
            raise Refusal(401, {"message": "Authorization header missing"})
        given = base64.b64decode(code).decode()
        path = request.path.removeprefix(ROOT)
        if path == request.path or request.method != "GET":
            raise Refusal(404, {"message": "Not Found"})
        if path == "/authentication":
            return self.sign_in(scheme, given)
        if scheme.lower() != "userkeyauth" or given != f"{API_KEY}:{self.user_key}":
            raise Refusal(401, {"message": "Invalid credentials"})
        unknown = request.query.keys() - (SEARCH if path == "/contacts/search" else ALLOWED)
        if unknown:
            raise Refusal(422, {"message": f"unknown {sorted(unknown)}"})
        return self.read(request, path)

    def sign_in(self, scheme: str, given: str) -> Reply:
        if scheme != "Basic" or given != f"{API_KEY}:{USER}:{PASSWORD}":
            raise Refusal(401, {"message": "Invalid credentials"})
        if self.key_as == "authenticated_user":
            return Reply({"authenticated_user": {"redtail_user_id": 7, "user_key": self.user_key}})
        return Reply({self.key_as: self.user_key})

    def read(self, request: Request, path: str) -> Reply:
        if path.startswith("/lists/"):
            return self.listed(path.removeprefix("/lists/"))
        if path in ("/contacts", "/contacts/search"):
            return self.contacts(request, searching=path != "/contacts")
        number, _, part = path.removeprefix("/contacts/").partition("/")
        person = self.world.people.get(int(number)) if number.isdigit() else None
        if person is None or not person.there:
            raise Refusal(404, {"message": "Not Found"})
        if part:
            block = self.blocks(person)[part]
            return Reply({part: block, "meta": {"total_records": 1, "total_pages": 1}})
        row = self.shown(person, self.wanted(request) if self.single_includes else set())
        return Reply({"contact": row} if self.wrapped else row)

    def listed(self, name: str) -> Reply:
        lists = {
            "servicing_advisors": [{"id": k, "name": n} for k, (n, _) in self.world.owners.items()],
            "categories": [
                {"id": 5, "name": "Client", "deleted": False},
                {"id": 6, "name": "Old", "deleted": True},
            ],
            "statuses": [{"id": 2, "name": "Active"}],
        }
        if name not in lists:
            raise Refusal(404, {"message": "Not Found"})
        return Reply({name: lists[name]})

    def wanted(self, request: Request) -> set[str]:
        asked = {"header": request.headers, "query": request.query}[self.include_by].get("include", "")
        return BLOCKS & set(asked.split(","))

    def contacts(self, request: Request, *, searching: bool) -> Reply:
        people = [one for one in self.world.people.values() if one.there or (one.deleted_at and self.shows_deleted)]
        include = self.wanted(request)
        if searching:
            since = moment(request.query.get("updated_since"))
            if since is None:
                raise Refusal(422, {"message": "updated_since is invalid"})
            people = [one for one in people if one.updated_at >= since]
            include = include if self.search_includes else set()
        asked = {"header": request.headers.get("pagesize"), "query": request.query.get("page_size")}.get(self.size_by)
        size = min(int(asked), 200) if asked else self.size
        page = int(request.query.get("page", 1))
        rows = [self.shown(one, include) for one in people[(page - 1) * size : page * size]]
        return Reply({"contacts": rows, "meta": {"total_records": len(people), "total_pages": -(-len(people) // size)}})

    def blocks(self, one: Person) -> dict:
        dead = {"deleted": True, "is_primary": True}
        address = {"id": 1, "street_address": one.street, "secondary_address": None, "city": one.city}
        address |= {"state": one.region, "zip": one.postal_code, "country": one.country, "is_primary": True}
        number = "".join(filter(str.isdigit, one.phone))
        phone = {"id": 1, "country_code": 1, "number": number, "phone_type": 6, "phone_type_description": "Mobile"}
        mail = {"id": 1, "address": one.email, "email_type_description": "Home", "is_primary": True, "deleted": False}
        return {
            "addresses": [address | {"deleted": False, "address_type_description": "Home"}],
            "phones": [phone | {"is_primary": True, "deleted": False}],
            "emails": [{"id": 2, "address": "old@example.com", **dead}, mail],
            "family": self.family(one),
            "tag_memberships": [{"id": 1, "name": tag, "deleted": False} for tag in one.tags],
        }

    def family(self, one: Person) -> dict | None:
        if one.household is None:
            return None
        members = [
            {
                "contact_id": other.number,
                "relationship_name": "Head of Household" if other.head else "Spouse",
                "hoh": other.head,
                "deleted": False,
            }
            for other in self.world.there()
            if other.household == one.household
        ]
        return {"id": one.household, "name": self.world.households[one.household], "deleted": False, "members": members}

    def shown(self, one: Person, include: set[str]) -> dict:
        named = {"status": "Active", "category": one.category} if self.names_in_rows else {}
        blocks = {name: block for name, block in self.blocks(one).items() if name in include}
        return {
            "id": one.number,
            "type": "Crm::Contact::Individual",
            "first_name": one.first_name,
            "last_name": one.last_name,
            "full_name": f"{one.first_name} {one.last_name}",
            "tax_id": SSN,
            "dob": one.birth_date and one.birth_date.isoformat(),
            "status_id": 2,
            "category_id": 5,
            "servicing_advisor_id": one.owner,
            "deleted": one.deleted_at is not None,
            "created_at": iso(one.created_at),
            "updated_at": iso(one.updated_at),
            **named,
            **blocks,
        } | one.raw
