"""The server of the example adapter's CRM."""

from crm.reading import iso, moment
from crm.testing import FakeServer, Person, Refusal, Reply, Request
from crm.testing.people import PASSPORT, SSN

TOKEN = "acme-token-for-tests"


class AcmeFake(FakeServer):
    """Refuses a wrong token, pages above 10, and parameters it does not know."""

    def config(self) -> dict[str, str]:
        return super().config() | {"token": TOKEN}

    def bad_config(self) -> dict[str, str]:
        return super().config() | {"token": "wrong"}

    def answer(self, request: Request) -> Reply:
        if request.headers.get("x-acme-token") != TOKEN:
            raise Refusal(401, {"error": "token"})
        known = {"/me": self._me, "/users": self._users, "/fields": self._fields}
        known |= {"/contacts": self._contacts, "/deleted": self._deleted}
        if request.path not in known:
            raise Refusal(404, {"error": "path"})
        return Reply(known[request.path](request.query))

    def _me(self, query: dict) -> dict:
        return {"name": "Tester"}

    def _users(self, query: dict) -> dict:
        people = self.world.owners.items()
        return {"users": [{"id": key, "name": name, "email": email} for key, (name, email) in people]}

    def _fields(self, query: dict) -> dict:
        return {"fields": [{"name": "segment", "label": "Segment"}, {"name": "ssn", "label": "Social security"}]}

    def _contacts(self, query: dict) -> dict:
        if set(query) - {"since", "after", "size", "ids"} or int(query.get("size", "10")) > 10:
            raise Refusal(400, {"error": "parameter"})
        if "ids" in query:
            wanted = query["ids"].split(",")
            return {"contacts": [self._shown(one) for one in self.world.there() if f"A{one.number}" in wanted]}
        since, after = moment(query.get("since")), query.get("after", "")
        found = [one for one in self.world.there() if since is None or one.updated_at >= since]
        rest, size = [one for one in found if f"A{one.number}" > after], int(query.get("size", "10"))
        return {"contacts": [self._shown(one) for one in rest[:size]], "more": len(rest) > size, "total": len(found)}

    def _deleted(self, query: dict) -> dict:
        since = moment(query["since"])
        gone = [one for one in self.world.people.values() if one.deleted_at and (not since or one.deleted_at >= since)]
        return {
            "deleted": [
                {"id": f"A{one.number}", "merged_into": f"A{one.merged_into}" if one.merged_into else None}
                for one in gone
            ]
        }

    def _shown(self, one: Person) -> dict:
        home = one.household and {
            "id": one.household,
            "name": self.world.households[one.household],
            "role": "Head" if one.head else "Spouse",
        }
        return {
            "id": f"A{one.number}",
            "first": one.first_name,
            "last": one.last_name,
            "email": one.email,
            "phone": one.phone,
            "street": one.street,
            "city": one.city,
            "region": one.region,
            "born": one.birth_date and one.birth_date.isoformat(),
            "kind": one.category,
            "owner": one.owner,
            "household": home,
            "ssn": SSN,
            "passport": PASSPORT,
            "custom": {"segment": "A", "ssn": SSN, "note": PASSPORT},
            "changed": iso(one.updated_at),
        } | one.raw
