"""The CRM's households and ours: how a contact stands to what the CRM says, joining and leaving for a set.

What is compared is the household, the role in it and who is its head; what the CRM leaves empty is no difference. A
part that is not as it last came from the CRM was changed here by hand: joined, left, another role, another head.
"""

from dataclasses import dataclass
from typing import Any

from django.db import connection

from contacts.domain.households import leave_heads
from contacts.domain.writing import update_contacts
from contacts.models import Household
from crm.models import Record, RemoteHousehold

COLUMNS = ("household", "household_role")
ROLES = {"head": "Head", "spouse_partner": "Spouse or partner", "child": "Child", "parent": "Parent"}


@dataclass(frozen=True)
class HouseholdChange:
    """What taking over the CRM's household would mean: another one or none, another role, another head."""

    moves: bool
    by_hand: bool
    heads: bool


def read_household(record: Record) -> dict[str, Any]:
    """What the record's columns say of a household, as part of the contact's values: nothing when there is none.

    Its name is not among it: a household renamed in the CRM is no change of its members.
    """
    if not record.household_id_there:
        return {}
    role = ROLES.get(record.household_role, "")
    return {"household": {"id": record.household_id_there, "role": role, "head": record.household_head}}


def household_change(record: Record) -> HouseholdChange | None:
    """The change that is to be offered, if any. The record comes from `Record.objects.compared()`."""
    says, last = record.values.get("household"), record.applied.get("household") or {}
    if says is None:
        if not record.household_here or "household" not in record.applied:
            return None
        return HouseholdChange(True, record.household_here != record.home_applied, False)
    heads = says["head"] and not record.head_here
    if record.household_here is None or record.household_here != record.home_there:
        by_hand = record.household_here != record.home_applied
        return HouseholdChange(True, by_hand, heads)
    role = bool(says["role"]) and says["role"] != record.role_here
    if not (role or heads):
        return None
    role_by_hand = role and record.role_here != last.get("role", "")
    return HouseholdChange(False, role_by_hand or (heads and last.get("head", False)), heads)


def join(records: list[Record]) -> None:
    """Put contacts that were just made into the household of their CRM's household. One that has a head keeps it."""
    rows = places([one for one in records if "household" in one.values])
    update_contacts(rows, list(COLUMNS))
    seat_heads(records, rows)


def places(records: list[Record]) -> dict[int, dict[str, Any]]:
    """The columns of each contact's place, by contact: in the household of the CRM's, or in none.

    A household is made when its first member arrives. A role that the CRM does not know stays as long as the
    household does.
    """
    found: dict[int, dict[str, Any]] = {}
    for connection_id, some in by_connection(records).items():
        homes = _homes(connection_id, {one.household_id_there: one.household_name for one in some})
        for one in some:
            home, role = homes.get(one.household_id_there), ROLES.get(one.household_role, "")
            stays = home and not role and getattr(one, "household_here", None) == home
            found[one.contact_id] = {"household": home} | ({} if stays else {"household_role": role})
    return found


def seat_heads(records: list[Record], rows: dict[int, dict[str, Any]], *, replace: bool = False) -> None:
    """After the contacts took their `places`: nobody heads a household they are not in; whom the CRM names does.

    A household that has a head keeps it, unless `replace`.
    """
    leave_heads(list(rows))
    named = [one for one in records if one.contact_id in rows and one.household_head and one.household_id_there]
    wanted = {rows[one.contact_id]["household"]: one.contact_id for one in named}
    free = Household.objects.filter(pk__in=wanted)
    free = free if replace else free.filter(head=None)
    name_heads({pk: wanted[pk] for pk in free.values_list("pk", flat=True)})


def name_heads(heads: dict[int, int]) -> None:
    """Make these contacts the heads of these households; `bulk_update` takes many times as long."""
    if heads:
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE contacts_household AS home SET head_id = named.head"
                " FROM unnest(%s::bigint[], %s::bigint[]) AS named (id, head) WHERE home.id = named.id",
                [list(heads), list(heads.values())],
            )


def by_connection(records: list[Record]) -> dict[int, list[Record]]:
    """Records by the key of their connection."""
    found: dict[int, list[Record]] = {}
    for one in records:
        found.setdefault(one.connection_id, []).append(one)
    return found


def _homes(connection_id: int, names: dict[str, str]) -> dict[str, int]:
    """Our household for each of the CRM's; none for none.

    Two who bring members of one household at once make it once: the second waits for the first and takes theirs.
    """
    names = {key: name for key, name in names.items() if key}
    rows = RemoteHousehold.objects.filter(connection=connection_id, remote_id__in=names)
    found = dict(rows.values_list("remote_id", "household_id"))
    missing = sorted(names.keys() - found.keys())  # all in the same order, so that nobody waits for each other
    if not missing:
        return found
    made = Household.objects.bulk_create([Household(name=names[key] or "Household") for key in missing])
    links = [
        RemoteHousehold(connection_id=connection_id, remote_id=key, household=home)
        for key, home in zip(missing, made, strict=True)
    ]
    RemoteHousehold.objects.bulk_create(links, ignore_conflicts=True)
    found = dict(rows.all().values_list("remote_id", "household_id"))
    Household.objects.filter(pk__in={home.pk for home in made} - set(found.values())).delete()
    return found
