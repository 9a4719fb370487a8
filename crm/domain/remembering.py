"""What an update from the CRM keeps for its undoing beside the contact's columns: household, and the record's memory.

Undone, the record remembers what it did before: the difference is offered again and the mark "newer" returns.
"""

from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import F, OuterRef, Subquery
from django.db.models.functions import JSONObject

from accounts.models import User
from contacts.domain.households import leave_heads
from contacts.domain.snapshots import LINES, Snapshot
from contacts.models import Contact, Household
from core.listing.lookups import key_array
from core.models import Operation
from crm.domain.households import name_heads
from crm.domain.staging import mark
from crm.models import Record

MEMORY = "what was taken over"  # a part's name is the word for it in "Changed since, so left alone: …"
HOUSEHOLDS_BACK = f"""
    UPDATE contacts_contact AS contact SET
        household_id = (SELECT id FROM contacts_household WHERE id = (line.before #>> '{{household,id}}')::bigint),
        household_role = line.before #>> '{{household,role}}', updated_at = now()
    FROM ({LINES}) AS line WHERE contact.id = line.subject_id AND (
        contact.household_id IS DISTINCT FROM (line.before #>> '{{household,id}}')::bigint
        OR contact.household_role IS DISTINCT FROM line.before #>> '{{household,role}}')
"""  # noqa: S608 - of our own words
MEMORY_BACK = f"""
    UPDATE crm_record AS record SET applied = line.before #> '{{{MEMORY},applied}}',
        seen_digest = line.before #>> '{{{MEMORY},seen}}',
        updated_here_at = (line.before #>> '{{{MEMORY},at}}')::timestamptz
    FROM ({LINES}) AS line
    WHERE record.contact_id = line.subject_id AND line.before #> '{{{MEMORY},applied}}' IS NOT NULL
"""  # noqa: S608 - of our own words


@dataclass(frozen=True)
class UpdateSnapshot(Snapshot):
    """A snapshot with the contact's household and role, and with what their record remembers.

    Who is the head of a household is no value of one contact's: undone, it is whom the records say.
    """

    def parts(self) -> dict[str, Any]:
        """The expression of each value now, under its name."""
        record = Record.objects.filter(contact=OuterRef("pk"))
        kept = JSONObject(applied=F("applied"), seen=F("seen_digest"), at=F("updated_here_at"))
        return super().parts() | {
            "household": JSONObject(id=F("household_id"), role=F("household_role")),
            MEMORY: Subquery(record.values(kept=kept)[:1]),
        }

    def restore(self, operation: Operation, ids: list[int], by: User) -> None:
        """Give these contacts and their records the values they had before `operation`."""
        super().restore(operation, ids, by)
        before = _heads_remembered(ids)
        with connection.cursor() as cursor:
            for statement in (HOUSEHOLDS_BACK, MEMORY_BACK):
                cursor.execute(statement, {"operation": operation.pk, "ids": key_array(ids)})
        leave_heads(ids)
        after = _heads_remembered(ids)
        _settle_heads([pk for pk in ids if before.get(pk, False) != after.get(pk, False)])
        mark(list(Record.objects.filter(contact__in=ids)))


def _heads_remembered(ids: list[int]) -> dict[int, bool]:
    """Whether each contact is a head as it last came from the CRM."""
    rows = Record.objects.filter(contact__in=ids).values_list("contact", "applied__household__head")
    return {pk: bool(head) for pk, head in rows}


def _settle_heads(ids: list[int]) -> None:
    """After these contacts have or lost their being a head again: the household has the head that its records name."""
    people, remembered = dict(Contact.objects.filter(pk__in=ids).values_list("pk", "household")), _heads_remembered(ids)
    led = Household.objects.filter(head__in=ids).values_list("pk", "head")
    lost = [home for home, head in led if people[head] != home or not remembered.get(head)]
    Household.objects.filter(pk__in=lost).update(head=None)
    headless = Household.objects.filter(members__in=ids, head=None).distinct()
    named = Record.objects.filter(contact__household__in=headless, applied__household__head=True)
    name_heads(dict(named.order_by("-pk").values_list("contact__household", "contact")))
