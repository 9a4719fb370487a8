"""Update from CRM as an operation on contacts: chosen fields of linked contacts get the CRM's values. Undoable."""

from django.db.models import Exists, OuterRef

from contacts.domain.snapshots import Snapshot
from contacts.models import Contact
from contacts.operations.base import NAMES_SHOWN, ContactKind, Preview, skip
from core.domain.recording import record as record_event
from core.models import Operation
from core.operations import register
from crm.domain.differences import COLUMNS, PLAIN, Difference, differences, taken_addresses
from crm.domain.remembering import UpdateSnapshot
from crm.domain.staging import mark
from crm.domain.taking_over import Chosen, take_over
from crm.models import Record

KEPT = tuple(f"{name}_id" if name == "primary_advisor" else name for name in PLAIN)
UPDATED = "Updated from the CRM"
SENTENCE_AT_MOST, SENTENCES_AT_MOST = 300, 50  # a statement each
UNLINKED = "Not linked to a CRM record."
NOTHING = "Nothing to take over: the chosen fields are the same, locked, or were changed here by hand."


@register
class UpdateKind(ContactKind):
    """`params`: "fields", names of the fields to take over; "by_hand", whether also those changed here by hand.

    Experience, team, campaign, status and history of the contact are no fields of it and stay as they are.
    """

    key = "crm.update"
    label = "Update from CRM"
    chunk = 1000

    def keeps(self, operation: Operation) -> Snapshot:
        """Every column it can write, the tags, the household, and what the record remembers."""
        return UpdateSnapshot(KEPT, tags=True)

    def skips(self, operation: Operation) -> list:
        """Who has nothing to be updated from."""
        linked = Record.objects.filter(contact=OuterRef("pk"), connection__removed_at=None)
        return [
            skip(UNLINKED, ~Exists(linked)),
            skip("Gone from the CRM.", ~Exists(linked.filter(gone_at=None))),
        ]

    def preview(self, operation: Operation) -> Preview:
        """The same question as `change` asks, for the whole selection, written nowhere."""
        seen = super().preview(operation)
        found = self.with_reason(operation, self.reach(operation).filter(pk__in=operation.planned())).filter(why="")
        will, counts = [], dict(seen.skipped)
        linked = Record.objects.filter(contact__in=found.order_by().values("pk"))
        for record in linked.select_related("contact").compared().iterator(chunk_size=2000):
            if chosen_of(operation, differences(record, record.contact)):
                will.append(record.contact)
            else:
                counts[NOTHING] = counts.get(NOTHING, 0) + 1
        names = [contact.name for contact in sorted(will, key=lambda one: one.sort_name)[:NAMES_SHOWN]]
        return Preview(seen.total, len(will), names, sorted(counts.items(), key=lambda pair: -pair[1]))

    def change(self, operation: Operation, ids: list[int]) -> dict[int, str]:
        """Write the chosen fields that differ, as they differ now; a locked field is never written."""
        wanted = set(operation.params["fields"])
        contacts = Contact.objects.editable_by(operation.owner).only(*COLUMNS).in_bulk(ids)
        locked = Record.objects.filter(contact__in=ids).order_by("pk").select_for_update(of=("self",))
        records = list(locked.compared())
        taken = taken_addresses(records) if "email" in wanted else set()
        # One whose record is gone since the question why they would be skipped.
        left_out = dict.fromkeys({*ids} - {one.contact_id for one in records}, UNLINKED)
        chosen, written = {}, []
        for record in records:
            found = differences(record, contacts[record.contact_id])
            takes = chosen_of(operation, found)
            if any(one.field == "email" for one in takes) and record.values.get("email") in taken:
                left_out[record.contact_id] = "Another contact here has the email address that the CRM says."
                continue
            if takes:
                chosen[record.contact_id] = takes
            else:
                left_out[record.contact_id] = NOTHING
            if not found or operation.params.get("settles", True):
                record.seen_digest = record.digest
            written.append(record)
        take_over(written, chosen)
        Record.objects.write(written, ["applied", "seen_digest", "updated_here_at"])
        mark(written)
        for sentence, told in _sentences(chosen).items():
            record_event("crm_updated", sentence, subject_ids=told, actor=operation.owner, operation=operation)
        return left_out


def chosen_of(operation: Operation, found: list[Difference]) -> list[Difference]:
    """Those differences that the operation's form chose; a locked field is never among them."""
    wanted, by_hand = set(operation.params.get("fields", [])), operation.params.get("by_hand", False)
    return [one for one in found if one.field in wanted and not one.locked and (by_hand or not one.by_hand)]


def _sentences(chosen: Chosen) -> dict[str, list[int]]:
    """What the timeline says, with the contacts of each: tags are named, for no history of fields knows them."""
    found: dict[str, list[int]] = {}
    for pk, some in chosen.items():
        tags = next((one.note for one in some if one.field == "tags"), "")
        found.setdefault(f"{UPDATED}. {tags}"[:SENTENCE_AT_MOST] if tags else UPDATED, []).append(pk)
    return found if len(found) <= SENTENCES_AT_MOST else {UPDATED: list(chosen)}
