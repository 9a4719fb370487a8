"""A HubSpot of our own: its paths, caps, errors, lagging searches and recycle bin."""

import re
from datetime import timedelta

from crm.reading import iso, moment
from crm.testing import FakeServer, Person, Refusal, Reply, Request, World
from crm.testing.people import PASSPORT, SSN

TOKEN = "fake-service-key-for-tests"
STAGES = {"Client": "customer", "Prospect": "lead", "Something new": "88123"}
KNOWN = set(
    "salutation firstname lastname email hs_additional_emails phone mobilephone company jobtitle gender address city "
    "state zip country date_of_birth lifecyclestage hs_lead_status hubspot_owner_id hs_email_optout createdate "
    "hs_merged_object_ids lastmodifieddate hs_object_id segment ssn shadow passport_number".split()
)
LEGAL = {"limit", "after", "properties", "archived"}


def error(status: int, category: str, message: str, **more) -> Refusal:
    """HubSpot's model of an error."""
    return Refusal(
        status, {"status": "error", "message": message, "correlationId": "c-1", "category": category, **more}
    )


class HubSpotFake(FakeServer):
    """`given`: rows on a page at most. `wall`: rows one search leads to. `lag`: what is this young is not found yet."""

    def __init__(self, world: World | None = None, *, version: str = "2026-09") -> None:
        super().__init__(world)
        self.given, self.wall, self.lag, self.version = 9, 10_000, timedelta(0), version
        self.policy, self.owners_allowed = "TEN_SECONDLY_ROLLING", True
        self.batch_error = "OBJECT_NOT_FOUND"
        objects = "/crm/v3/objects/contacts" if version == "v3" else f"/crm/objects/{version}/contacts"
        self.routes = {
            ("GET", objects): self._list,
            ("POST", f"{objects}/search"): self._search,
            ("POST", f"{objects}/batch/read"): self._batch,
            ("GET", "/crm/v3/owners"): self._owners,
            ("GET", "/crm/v3/properties/contacts"): self._properties,
            ("GET", "/account-info/v3/details"): lambda request: {"portalId": 4242, "timeZone": "US/Eastern"},
        }

    def config(self) -> dict[str, str]:
        return super().config() | {"token": TOKEN, "version": self.version}

    def bad_config(self) -> dict[str, str]:
        return self.config() | {"token": "expired"}

    def over_limit(self) -> Reply:
        words = f"You have reached your {self.policy.lower()} limit."
        return Reply({"status": "error", "message": words, "errorType": "RATE_LIMIT", "policyName": self.policy}, 429)

    def answer(self, request: Request) -> Reply:
        if request.headers.get("authorization") != f"Bearer {TOKEN}":
            raise error(401, "INVALID_AUTHENTICATION", "Authentication credentials not found.")
        handler = self.routes.get((request.method, request.path))
        if handler is None:
            raise Refusal(404, b"<html>Not found</html>")
        found = handler(request)
        status = 207 if "errors" in found else 200
        searched = request.path.endswith("/search")
        return Reply(found, status, {} if searched else {"X-HubSpot-RateLimit-Daily-Remaining": "249000"})

    def _list(self, request: Request) -> dict:
        query = request.query
        limit, archived = self._limit(query, 100), query.get("archived") == "true"
        wanted = self._wanted((query.get("properties") or "firstname,lastname,email").split(","))
        shown = [p for p in self.world.people.values() if not p.vanished and p.merged_into is None]
        shown = [p for p in shown if (p.deleted_at is not None) == archived]
        rest = [p for p in shown if self.number(p) >= int(query.get("after") or 0)]
        page = {"results": [self.row(p, wanted) for p in rest[:limit]]}
        if rest[limit:]:
            after = str(self.number(rest[limit]))
            page["paging"] = {"next": {"after": after, "link": "https://elsewhere.example.org/steal"}}
        return page

    def _search(self, request: Request) -> dict:
        body = request.json()
        if body.keys() - {"filterGroups", "sorts", "properties", "limit", "after"} or len(body["sorts"]) > 1:
            raise error(400, "VALIDATION_ERROR", "Invalid input JSON")
        limit, offset = self._limit(body, 200), int(body.get("after") or 0)
        wanted = self._wanted(body["properties"])
        people = [p for p in self.world.there() if p.updated_at <= self.world.now - self.lag]
        for one in [one for group in body["filterGroups"] for one in group["filters"]]:
            people = [p for p in people if self._matches(p, one)]
        by = body["sorts"][0]
        name = by["propertyName"]
        people.sort(
            key=self.number if name == "hs_object_id" else lambda p: p.updated_at,
            reverse=by["direction"] == "DESCENDING",
        )
        if offset + limit > self.wall:
            raise error(400, "VALIDATION_ERROR", "Paging beyond 10000 is not supported")
        page = {"total": len(people), "results": [self.row(p, wanted) for p in people[offset : offset + limit]]}
        if people[offset + limit :]:
            page["paging"] = {"next": {"after": str(offset + limit)}}
        return page

    def _matches(self, person: Person, one: dict) -> bool:
        """Whether a filter lets a person through; only what the adapter may ask is known."""
        match one["propertyName"], one["operator"]:
            case "lastmodifieddate", "GTE":
                return person.updated_at >= moment(one["value"])
            case "hs_object_id", "GT":
                return self.number(person) > int(one["value"])
        raise error(400, "VALIDATION_ERROR", f"There was a problem with the filter {one['operator']}")

    def _batch(self, request: Request) -> dict:
        body = request.json()
        if len(body["inputs"]) > 100 or body.keys() - {"inputs", "properties", "propertiesWithHistory", "idProperty"}:
            raise error(400, "VALIDATION_ERROR", "Invalid input JSON")
        wanted = self._wanted(body["properties"])
        ids = [one["id"] for one in body["inputs"]]
        by_id = {str(self.number(p)): p for p in self.world.people.values()}
        heirs = [by_id.get(one) for one in ids]
        heirs = [self.world.people[p.merged_into] if p and p.merged_into else p for p in heirs]
        found = {p.number: p for p in heirs if p and p.there}
        lost = [one for one, p in zip(ids, heirs, strict=True) if not p or not p.there]
        answer = {"status": "COMPLETE", "results": [self.row(p, wanted) for p in found.values()]}
        if lost:
            answer["errors"] = [{"status": "error", "category": self.batch_error, "context": {"ids": lost}}]
        return answer

    def _owners(self, request: Request) -> dict:
        if not self.owners_allowed:
            raise error(403, "MISSING_SCOPES", "This app hasn't been granted all required scopes")
        self._limit(request.query, 100)
        if request.query.get("archived") == "true":
            return {"results": [{"id": "779", "firstName": "Former", "lastName": "User", "archived": True}]}
        people = [(770 + key, *name.split(" ", 1), email) for key, (name, email) in self.world.owners.items()]
        keys = ("id", "firstName", "lastName", "email")
        return {"results": [dict(zip(keys, (str(one[0]), *one[1:]), strict=True)) for one in people]}

    def _properties(self, request: Request) -> dict:
        stages = [{"label": label, "value": value} for label, value in STAGES.items()]
        own = [
            ("segment", "Segment"),
            ("ssn", "SSN"),
            ("shadow", "Social Security Number"),
            ("passport_number", "Pass"),
        ]
        return {
            "results": [
                {"name": "lifecyclestage", "label": "Stage", "hubspotDefined": True, "options": stages},
                *({"name": name, "label": label, "type": "string"} for name, label in own),
                {"name": "health", "label": "Health", "dataSensitivity": "sensitive"},
            ]
        }

    def _limit(self, told: dict, most: int) -> int:
        if isinstance(told, dict) and set(told) - LEGAL - {"filterGroups", "sorts"}:
            raise error(400, "VALIDATION_ERROR", "Unknown parameter")
        limit = int(told.get("limit") or 10)
        if limit > most:
            raise error(400, "VALIDATION_ERROR", f"limit must be less than or equal to {most}")
        return min(limit, self.given)

    def _wanted(self, names: list[str]) -> list[str]:
        if unknown := set(names) - KNOWN:
            raise error(400, "VALIDATION_ERROR", f"Property {unknown} does not exist", subCategory="PROPERTY_NOT_FOUND")
        return names

    def number(self, person: Person) -> int:
        """The id as a number: of changing length, so that comparing as text shows."""
        return person.number - 995

    def row(self, person: Person, wanted: list[str]) -> dict:
        """A person as HubSpot shows it: only what was asked, all of it text or null."""
        merged = [str(self.number(p)) for p in self.world.people.values() if p.merged_into == person.number]
        everything = {
            "hs_object_id": str(self.number(person)),
            "firstname": person.first_name or None,
            "lastname": person.last_name or None,
            "email": person.email or None,
            "phone": person.phone or None,
            "address": person.street,
            "city": person.city,
            "state": person.region,
            "zip": person.postal_code,
            "country": person.country,
            "date_of_birth": person.birth_date.isoformat() if person.birth_date else None,
            "lifecyclestage": STAGES.get(person.category, person.category),
            "hubspot_owner_id": str(770 + person.owner) if person.owner else None,
            "hs_merged_object_ids": ";".join(merged) or None,
            "createdate": iso(person.created_at),
            "lastmodifieddate": iso(person.updated_at),
            "segment": "A",
            "ssn": SSN,
            "shadow": re.sub("-", "", SSN),
            "passport_number": PASSPORT,
        } | person.raw
        row = {"id": everything["hs_object_id"], "properties": {name: everything.get(name) for name in wanted}}
        row |= {"createdAt": iso(person.created_at), "updatedAt": iso(person.updated_at)}
        row["archived"] = person.deleted_at is not None
        return row | ({"archivedAt": iso(person.deleted_at)} if person.deleted_at else {})
