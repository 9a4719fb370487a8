"""A HubSpot of our own: its paths, caps, errors, lagging searches, recycle bin, and merges that make a new record.

As wide as what HubSpot's own Python client asks of it (tests/crm/test_hubspot_client.py), and as strict as the
specification: a search names all its parts, `after` too.
"""

import re
from dataclasses import replace

from crm.reading import iso, moment
from crm.testing import FakeServer, Person, Refusal, Reply, Request, World
from crm.testing.people import PASSPORT, SSN

TOKEN = "fake-service-key-for-tests"
STAGES = {"Client": "customer", "Prospect": "lead", "Something new": "88123"}
KNOWN = set(
    "salutation firstname lastname email hs_additional_emails phone mobilephone company jobtitle gender address city "
    "state zip country date_of_birth lifecyclestage hs_lead_status hubspot_owner_id hs_email_optout createdate "
    "hs_merged_object_ids lastmodifieddate hs_object_id segment interests ssn shadow passport_number".split()
)
LEGAL = {"limit", "after", "properties", "archived"}
SEARCH = {"filterGroups", "sorts", "properties", "limit", "after"}
STATUSES = {"OPEN_DEAL": "Open deal", "NEW": "New"}
INTERESTS = {"sail_1": "Sailing", "golf_2": "Golf", "art_3": "Art"}


def error(status: int, category: str, message: str, **more) -> Refusal:
    """HubSpot's model of an error."""
    return Refusal(
        status, {"status": "error", "message": message, "correlationId": "c-1", "category": category, **more}
    )


class HubSpotFake(FakeServer):
    """`given`: rows on a page at most. `wall`: rows one search leads to. `hidden`: numbers of those a search
    does not find yet."""

    def __init__(self, world: World | None = None, *, version: str = "2026-09") -> None:
        super().__init__(world)
        self.given, self.wall, self.version = 9, 10_000, version
        self.hidden: set[int] = set()
        self.policy, self.owners_allowed = "TEN_SECONDLY_ROLLING", True
        self.batch_error = "OBJECT_NOT_FOUND"
        numbered = version == "v3"
        objects = "/crm/v3/objects/contacts" if numbered else f"/crm/objects/{version}/contacts"
        self.objects = objects
        self.routes = {
            ("GET", objects): self._list,
            ("POST", f"{objects}/search"): self._search,
            ("POST", f"{objects}/batch/read"): self._batch,
            ("POST", f"{objects}/merge"): self._merge,
            ("GET", "/crm/v3/owners" if numbered else f"/crm/owners/{version}"): self._owners,
            ("GET", "/crm/v3/properties/contacts" if numbered else f"/crm/properties/{version}/contacts"): (
                self._properties
            ),
            ("GET", f"/account-info/{version}/details"): lambda request: {
                "portalId": 4242,
                "timeZone": "US/Eastern",
            },
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
        handler = self.routes.get((request.method, request.path.rstrip("/")))
        if handler is None and (request.method, request.path.startswith(f"{self.objects}/")) in (
            ("GET", True),
            ("DELETE", True),
        ):
            handler = self._one
        if handler is None:
            raise Refusal(404, b"<html>Not found</html>")
        found = handler(request)
        if found is None:
            return Reply(b"", 204)
        status = 207 if "errors" in found else 200
        searched = request.path.endswith("/search")
        return Reply(found, status, {} if searched else {"X-HubSpot-RateLimit-Daily-Remaining": "249000"})

    def _list(self, request: Request) -> dict:
        query = request.query
        limit, archived = self._limit(query, 100), truth(query.get("archived"))
        wanted = self._wanted(names(request))
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
        if body.keys() - SEARCH or len(body.get("sorts") or []) > 1:
            raise error(400, "VALIDATION_ERROR", "Invalid input JSON")
        if missing := sorted(SEARCH - body.keys()):
            raise error(400, "VALIDATION_ERROR", f"Some required fields were not set: {missing}")
        limit, offset = self._limit(body, 200), int(body["after"] or 0)
        wanted = self._wanted(body["properties"])
        people = [p for p in self.world.there() if p.number not in self.hidden]
        for one in [one for group in body["filterGroups"] for one in group["filters"]]:
            people = [p for p in people if self._matches(p, one)]
        for by in body["sorts"]:
            by = {"propertyName": by, "direction": "ASCENDING"} if isinstance(by, str) else by
            key = self.number if by["propertyName"] == "hs_object_id" else lambda p: p.updated_at
            people.sort(key=key, reverse=by["direction"] == "DESCENDING")
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
                when = moment(one["value"])
                if when is None:
                    raise error(400, "VALIDATION_ERROR", f"{one['value']} is no moment")
                return person.updated_at >= when
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
        heirs = [p and self.heir(p) for p in map(by_id.get, ids)]
        found = {p.number: p for p in heirs if p and p.there}
        lost = [one for one, p in zip(ids, heirs, strict=True) if not p or not p.there]
        answer = {"status": "COMPLETE", "results": [self.row(p, wanted) for p in found.values()]}
        if lost:
            answer["errors"] = [{"status": "error", "category": self.batch_error, "context": {"ids": lost}}]
        return answer

    def _one(self, request: Request) -> dict | None:
        """One contact: read, or put into the bin."""
        key = request.path.removeprefix(f"{self.objects}/")
        person = next((p for p in self.world.people.values() if str(self.number(p)) == key), None)
        person = person and self.heir(person)
        archived = truth(request.query.get("archived"))
        if person is None or person.vanished or (person.deleted_at is not None) != archived:
            raise error(404, "OBJECT_NOT_FOUND", f"Object not found. objectId are usually numeric: {key}")
        if request.method == "DELETE":
            self.world.delete(person.number)
            return None
        return self.row(person, self._wanted(names(request)))

    def _merge(self, request: Request) -> dict:
        body = request.json()
        people = {str(self.number(p)): p for p in self.world.there()}
        try:
            winner, loser = people[body["primaryObjectId"]], people[body["objectIdToMerge"]]
        except KeyError:
            raise error(400, "VALIDATION_ERROR", "Both records must exist") from None
        return self.row(self.merge(loser.number, winner.number), ["firstname", "lastname", "email"])

    def merge(self, loser: int, winner: int) -> Person:
        """Merge two records into a third, which takes the winner's values; both are retired and lead to it."""
        old = self.world.people[winner]
        values = {name: getattr(old, name) for name in ("first_name", "last_name", "email", "phone", "city", "owner")}
        new = self.world.add(**values)
        for number in (loser, winner):
            self.world.people[number] = replace(
                self.world.people[number], deleted_at=new.created_at, merged_into=new.number
            )
        return new

    def heir(self, person: Person) -> Person:
        """The record that answers for this one."""
        while person.merged_into is not None:
            person = self.world.people[person.merged_into]
        return person

    def _owners(self, request: Request) -> dict:
        if not self.owners_allowed:
            raise error(403, "MISSING_SCOPES", "This app hasn't been granted all required scopes")
        self._limit(request.query, 100)
        if truth(request.query.get("archived")):
            return {"results": [{"id": "779", "firstName": "Former", "lastName": "User", "archived": True}]}
        people = [(770 + key, *name.split(" ", 1), email) for key, (name, email) in self.world.owners.items()]
        keys = ("id", "firstName", "lastName", "email")
        return {"results": [dict(zip(keys, (str(one[0]), *one[1:]), strict=True)) for one in people]}

    def _properties(self, request: Request) -> dict:
        stages = {value: label for label, value in STAGES.items()}
        own = [
            ("segment", "Segment"),
            ("ssn", "SSN"),
            ("shadow", "Social Security Number"),
            ("passport_number", "Pass"),
        ]
        return {
            "results": [
                {"name": "lifecyclestage", "label": "Stage", "hubspotDefined": True} | options(stages, "radio"),
                {"name": "hs_lead_status", "label": "Status", "hubspotDefined": True} | options(STATUSES, "radio"),
                {"name": "interests", "label": "Interests"} | options(INTERESTS, "checkbox"),
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
        retired = [p for p in self.world.people.values() if p.merged_into is not None]
        merged = [str(self.number(p)) for p in retired if self.heir(p) == person]
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
            "hs_lead_status": "OPEN_DEAL",
            "segment": "A",
            "interests": "golf_2;sail_1",
            "ssn": SSN,
            "shadow": re.sub("-", "", SSN),
            "passport_number": PASSPORT,
        } | person.raw
        row = {"id": everything["hs_object_id"], "properties": {name: everything.get(name) for name in wanted}}
        row |= {"createdAt": iso(person.created_at), "updatedAt": iso(person.updated_at)}
        row["archived"] = person.deleted_at is not None
        return row | ({"archivedAt": iso(person.deleted_at)} if person.deleted_at else {})


def options(labels: dict[str, str], form: str) -> dict:
    """What a property with options says of itself."""
    shown = [{"label": label, "value": value, "hidden": False} for value, label in labels.items()]
    return {"type": "enumeration", "fieldType": form, "options": shown}


def names(request: Request) -> list[str]:
    """The properties that are asked for: by commas in one parameter, or by one parameter each."""
    told = ",".join(value for name, value in request.pairs if name == "properties")
    return (told or "firstname,lastname,email").split(",")


def truth(told: str | None) -> bool:
    """A parameter that is true or false, in any case: the Python client writes True."""
    return (told or "").lower() == "true"
