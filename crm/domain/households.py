"""The CRM's households and ours: how a contact stands to what the CRM says, joining and leaving for a set.

What is compared is the household, the role in it and who is its head; what the CRM leaves empty is no difference. A
part that is not as it last came from the CRM was changed here by hand: joined, left, another role, another head.
"""

from dataclasses import dataclass
from typing import Any

from contacts.domain.writing import update_contacts
from contacts.models import Household
from crm.models import Record, RemoteHousehold

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
    role_by_hand = role and bool(record.role_here) and record.role_here != last.get("role", "")
    return HouseholdChange(False, role_by_hand or (heads and last.get("head", False)), heads)


def join(records: list[Record], *, replace_heads: bool = False) -> None:
    """Put contacts into the household of their CRM's household, which is made when its first member arrives.

    A household that has a head keeps it, unless `replace_heads`.
    """
    for connection_id, some in by_connection([one for one in records if one.household_id_there]).items():
        homes = _homes(connection_id, {one.household_id_there: one.household_name for one in some})
        rows = {one.contact_id: _joined(one, homes[one.household_id_there]) for one in some}
        update_contacts(rows, ["household", "household_role"])
        wanted = {homes[one.household_id_there]: one.contact_id for one in some if one.household_head}
        _leave_headship({one.contact_id: homes[one.household_id_there] for one in some})
        free = Household.objects.filter(pk__in=wanted)
        free = free if replace_heads else free.filter(head=None)
        Household.objects.bulk_update(
            [Household(pk=pk, head_id=wanted[pk]) for pk in free.values_list("pk", flat=True)], ["head"]
        )


def leave(contact_ids: list[int]) -> None:
    """Take contacts out of their households."""
    if contact_ids:
        nothing = {"household": None, "household_role": ""}
        update_contacts(dict.fromkeys(contact_ids, nothing), list(nothing), may_empty=True)
        _leave_headship(dict.fromkeys(contact_ids))


def by_connection(records: list[Record]) -> dict[int, list[Record]]:
    """Records by the key of their connection."""
    found: dict[int, list[Record]] = {}
    for one in records:
        found.setdefault(one.connection_id, []).append(one)
    return found


def _joined(one: Record, home: int) -> dict[str, Any]:
    """The contact's columns; a role that the CRM does not know stays as long as the household does."""
    role = ROLES.get(one.household_role, "")
    stays = not role and getattr(one, "household_here", None) == home
    return {"household": home} | ({} if stays else {"household_role": role})


def _leave_headship(homes: dict[int, int | None]) -> None:
    """Nobody is the head of a household they do not belong to: `homes` names each contact's."""
    led = Household.objects.filter(head__in=homes).values_list("pk", "head_id")
    left = [pk for pk, head in led if homes[head] != pk]
    Household.objects.filter(pk__in=left).update(head=None)


def _homes(connection_id: int, names: dict[str, str]) -> dict[str, int]:
    """Our household for each of the CRM's."""
    rows = RemoteHousehold.objects.filter(connection=connection_id, remote_id__in=names)
    found = dict(rows.values_list("remote_id", "household_id"))
    missing = [remote_id for remote_id in names if remote_id not in found]
    made = Household.objects.bulk_create([Household(name=names[key] or "Household") for key in missing])
    links = [
        RemoteHousehold(connection_id=connection_id, remote_id=key, household=home)
        for key, home in zip(missing, made, strict=True)
    ]
    RemoteHousehold.objects.bulk_create(links)
    return found | {link.remote_id: link.household_id for link in links}
