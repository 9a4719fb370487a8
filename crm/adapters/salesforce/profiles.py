"""Where households are, by how the firm uses Salesforce.

From the vendor's documentation: with Financial Services Cloud's managed package a household is an Account of a group's
record type, its members are AccountContactRelations with fields of the namespace FinServ; with the core model the
account has a PartyRelationshipGroup of type Household. Practifi's own field names could not be verified: its
households are taken to be the contact's Account where that is of a household's record type. Plain Salesforce has no
households: the account is the employer. None of it was run against a live organization.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from crm.adapters.salesforce import soql
from crm.reading import role, rows, text
from crm.records import HouseholdLink

CHOICES = (
    ("plain", "Salesforce"),
    ("fsc_package", "Financial Services Cloud, managed package"),
    ("fsc_core", "Financial Services Cloud, core"),
    ("practifi", "Practifi"),
)
RECORD_TYPES = "IndustriesHousehold,Household"
RELATIONS = "AccountContactRelations"
ACCOUNT_TYPE = "Account.RecordType.DeveloperName"


@dataclass(frozen=True)
class Profile:
    """How households stand. `primary` and `main`: the fields of a relation that mark the head and the main group."""

    key: str
    record_types: tuple[str, ...] = ()
    primary: str = ""
    main: str = ""

    @classmethod
    def of(cls, key: str, record_types: str) -> "Profile":
        """The profile of that key; `record_types` separated by commas."""
        types = tuple(filter(None, (one.strip() for one in (record_types or RECORD_TYPES).split(","))))
        if key == "fsc_package":
            return cls(key, types, "FinServ__Primary__c", "FinServ__PrimaryGroup__c")
        if key == "fsc_core":
            return cls(key, (), "IsPrimaryMember", "IsPrimaryGroup")
        return cls(key, types if key == "practifi" else ())

    @property
    def by_relation(self) -> bool:
        """Whether members are relations of their own, which change without the contact."""
        return bool(self.primary)

    def fields(self) -> list[str]:
        """What to select of a contact to know its household."""
        if self.key == "practifi":
            return [ACCOUNT_TYPE]
        if not self.by_relation:
            return []
        kind = f"{ACCOUNT_TYPE} IN {soql.words(self.record_types)}" if self.record_types else ""
        names = ["AccountId", "Account.Name", "Roles", self.primary, self.main]
        return [f"({soql.select(names, RELATIONS, 'IsActive = true', kind)})"]

    def moved(self, since: str) -> tuple[str, str, str]:
        """Table, field of the contact's id, and condition: whose household may have changed though they did not."""
        if self.by_relation:
            condition = f"(SystemModstamp >= {since} OR Account.SystemModstamp >= {since})"
            return "AccountContactRelation", "ContactId", condition
        return ("Contact", "Id", f"Account.SystemModstamp >= {since}") if self.key == "practifi" else ("", "", "")

    def household(self, row: Mapping, groups: frozenset[str] | None) -> HouseholdLink | None:
        """The household of a contact's row. `groups`: accounts that are households, in the core model."""
        if self.key == "practifi":
            kind = text(_inner(_inner(row, "Account"), "RecordType").get("DeveloperName"))
            return _link(row) if kind in self.record_types else None
        found = rows(_inner(row, RELATIONS).get("records")) if self.by_relation else []
        if groups is not None:
            found = [one for one in found if text(one.get("AccountId")) in groups]
        found.sort(key=lambda one: (not one.get(self.main), text(one.get("AccountId"))))
        return _link(found[0], found[0].get("Roles"), head=bool(found[0].get(self.primary))) if found else None


def _link(row: Mapping, roles: object = "", *, head: bool = False) -> HouseholdLink | None:
    remote_id = text(row.get("AccountId"))
    if not remote_id:
        return None
    known = role(roles)
    head = head or known == "head"
    return HouseholdLink(remote_id, text(_inner(row, "Account").get("Name")), known or ("head" if head else ""), head)


def _inner(row: Mapping, name: str) -> Mapping:
    found = row.get(name)
    return found if isinstance(found, Mapping) else {}
