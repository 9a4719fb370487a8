"""A Tryton of our own: its addresses, its domains, its HTML for everything that is wrong."""

import base64
import json

from crm.adapters.tryton.client import as_object, moment
from crm.testing import FakeServer, Person, Refusal, Reply, Request, World
from crm.testing.people import SSN

KEY = "fake-application-key"
FIELDS = set(
    "id name code active create_date write_date replaced_by.id categories.name contact_mechanisms.type "
    "contact_mechanisms.value contact_mechanisms.name contact_mechanisms.write_date addresses.street addresses.city "
    "addresses.postal_code addresses.country.name addresses.subdivision.name addresses.write_date "
    "identifiers.code".split()
)


class TrytonFake(FakeServer):
    """`of_children`: numbers of people whose last change was one of their addresses or numbers, not of themselves.

    `phone_off`, `address_off`: numbers of people whose phone or address was made inactive in its own list.
    """

    def __init__(self, world: World | None = None) -> None:
        super().__init__(world)
        self.of_children: set[int] = set()
        self.inactive: set[int] = set()
        self.phone_off: set[int] = set()
        self.address_off: set[int] = set()

    def config(self) -> dict[str, str]:
        return super().config() | {"database": "crm", "key": KEY}

    def bad_config(self) -> dict[str, str]:
        return self.config() | {"key": "wrong"}

    def answer(self, request: Request) -> Reply:
        if request.headers.get("authorization") != f"Bearer {KEY}":
            raise Refusal(401, b"<!doctype html>\n<title>401 Unauthorized</title>\n<h1>Unauthorized</h1>\n")
        model = request.path.removeprefix("/crm/rest/model/")
        if model == "party.category":
            return Reply([{"__name__": model, "id": 1, "name": "Client"}, {"__name__": model, "id": 2, "name": "Lead"}])
        if model not in ("party.party", "party.contact_mechanism", "party.address"):
            raise Refusal(404, b"<!doctype html>\n<title>404 Not Found</title>\n")
        fields = {value for name, value in request.pairs if name == "f"}
        if request.query.keys() - {"f", "d", "o", "s", "p"} or fields - FIELDS:
            raise Refusal(400, b"<!doctype html>\n<title>400 Bad Request</title>\n<p>Unable to get RPC method</p>")
        rows = self._rows(model, decoded(request.query["d"]), decoded(request.query["o"]))
        size = int(request.query.get("s") or len(rows))
        return Reply([shown(row, fields) for row in rows[:size]])

    def _rows(self, model: str, domain: list, order: list) -> list[dict]:
        """Those that the domain lets through, in order."""
        people = [person for person in self.world.people.values() if person.deleted_at is None or person.merged_into]
        rows = [self.row(person) for person in people if not person.vanished]
        child = {"party.contact_mechanism": "contact_mechanisms", "party.address": "addresses"}.get(model)
        if child:
            rows = [one for row in rows for one in row[child]]
        rows = [row for row in rows if allowed(row, domain)]
        name, way = order[0]
        rows.sort(key=lambda row: row["id"] if name == "id" else moment(row[name]), reverse=way.startswith("DESC"))
        return rows

    def row(self, person: Person) -> dict:
        """A person as a party."""
        key, changed = person.number, as_object(person.updated_at)
        alive = person.merged_into is None and key not in self.inactive
        own = as_object(person.created_at)
        off = {"phone": key in self.phone_off, "email": False}
        means = [("email", person.email), ("phone", person.phone)]
        address = {"street": person.street, "city": person.city, "postal_code": person.postal_code}
        moved = changed if not self.phone_off & {key} else own  # then it is the phone alone that was touched
        region = {"subdivision": {"id": 1, "name": person.region}, "country": {"id": 1, "name": person.country}}
        return {
            "id": key,
            "name": f"{person.last_name}, {person.first_name}" if person.first_name else person.last_name or None,
            "active": int(alive),
            "create_date": as_object(person.created_at),
            "write_date": own if key in self.of_children | self.phone_off | self.address_off else changed,
            "replaced_by": {"id": person.merged_into} if person.merged_into else None,
            "categories": [{"id": 1, "name": person.category}],
            "contact_mechanisms": [
                {"id": key * 2 + at, "type": kind, "value": value, "name": None}
                | {"active": int(not off[kind]), "write_date": changed if off[kind] else moved}
                for at, (kind, value) in enumerate(means)
            ],
            "addresses": [
                {"id": key, "active": int(key not in self.address_off), "write_date": moved, **address, **region}
            ],
            "identifiers": [{"id": key, "code": SSN}],
        } | person.raw


def decoded(value: str) -> list:
    """What the address carries."""
    return json.loads(base64.urlsafe_b64decode(value))


def allowed(row: dict, domain: list) -> bool:
    """Whether a list of clauses lets a row through: an inactive one only where the list itself names `active`."""
    named = any(clause[0] == "active" for clause in domain if clause[0] != "OR")
    return (named or bool(row["active"])) and all(matches(row, clause) for clause in domain)


def matches(row: dict, clause: list) -> bool:
    """Whether a clause lets a row through; those the adapter does not use are as wrong as any."""
    if clause[0] == "OR":
        named = any(one[0] == "active" for one in clause[1:])
        return (named or bool(row["active"])) and any(matches(row, one) for one in clause[1:])
    match clause:
        case ["active", "=", None]:
            return False
        case ["active", "in", _]:
            return True
        case ["id", ">", number]:
            return row["id"] is None or row["id"] > number
        case ["id", "in", numbers]:
            return row["id"] in numbers
        case [name, "where", inner]:
            return any(allowed(one, inner) for one in row[name])
        case [name, ">=", when]:
            child, _, field = name.rpartition(".")  # a dotted name looks at active children only
            found = [one for one in row[child] if one["active"]] if child else [row]
            return any(moment(one[field]) >= moment(when) for one in found)
    raise Refusal(500, b"<!doctype html>\n<title>500</title>\n<p>Invalid domain</p>")


def shown(row: dict, fields: set[str]) -> dict:
    """Only what was asked for, and the id; of children those that are active."""
    names = {field.split(".")[0] for field in fields}
    told = {"id": row["id"]} | {name: row[name] for name in names if name in row}
    for name in ("contact_mechanisms", "addresses"):
        if name in told:
            told[name] = [one for one in told[name] if one["active"]]
    return told
