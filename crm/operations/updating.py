"""Update from CRM as an operation on contacts: chosen fields of linked contacts get the CRM's values. Undoable."""

from typing import Any

from django import forms
from django.db.models import Exists, OuterRef
from django.http import HttpRequest

from contacts.bulk_forms import BulkForm
from contacts.domain.snapshots import Snapshot
from contacts.models import Contact
from contacts.operations.bulk_action import BulkAction, skip
from contacts.operations.preview import NAMES_SHOWN, Preview
from contacts.operations.undo_spec import UndoSpec
from core.history.recording import record as record_event
from core.models import Operation
from core.operations.types import register
from core.words import counted
from crm.domain import no_contact
from crm.domain.conflicts import changed_since
from crm.domain.differences import (
    AT_ONCE,
    COLUMNS,
    LABELS,
    NOTES,
    PLAIN,
    Difference,
    FieldSummary,
    advisor_names,
    compare,
    shown,
    summary,
    taken_addresses,
)
from crm.domain.implied import implied_by
from crm.domain.remembering import UpdateSnapshot
from crm.domain.staging import mark
from crm.domain.taking_over import Chosen, take_over
from crm.models import Record
from crm.models.record import RecordQuerySet

KEPT = tuple(f"{name}_id" if name == "primary_advisor" else name for name in PLAIN)
UPDATED = "Updated from the CRM"
DRILLED = 50  # contacts shown of those that differ in one field
SENTENCE_AT_MOST, SENTENCES_AT_MOST = 300, 50  # a statement each
UNLINKED = "Not linked to a CRM record."
NOTHING = "Nothing to apply: the chosen fields are the same, locked, were changed here by hand, or would be emptied."
CHANGED = "Changed or locked here after you looked: {}. Look at the differences again."
NEW_ADDRESS = "New email: they sign in with it, and links mailed to the old one have stopped working."


class UpdateForm(BulkForm):
    """Which fields to take over; those in which nobody differs are not offered."""

    fields_wanted = forms.MultipleChoiceField(
        label="Fields to update",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Select at least one field."},
    )
    by_hand = forms.BooleanField(
        required=False,
        label="Also where the value was changed here by hand",
        help_text="Otherwise those stay. Locked fields stay in any case.",
    )

    emptying = forms.BooleanField(
        required=False,
        label="Also where the CRM has nothing: empty the field here",
        help_text="Otherwise what is here stays.",
    )

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        summary = summary_of(self.operation)
        self.fields["fields_wanted"].choices = [(one.field, one.label) for one in summary]
        self.initial.setdefault("fields_wanted", self.initial.get("fields") or [one.field for one in summary])

    def params(self) -> dict[str, Any]:
        """The fields by name, and what of them is to be overwritten or emptied all the same."""
        data = self.cleaned_data
        return {"fields": data["fields_wanted"], "by_hand": data["by_hand"], "emptying": data["emptying"]}


def linked_records(operation: Operation) -> RecordQuerySet:
    """The linked records of the frozen selection, with their contacts."""
    contacts = Contact.objects.editable_by(operation.owner).filter(pk__in=operation.planned())
    rows = Record.objects.filter(contact__in=contacts.values("pk"), gone_at=None, connection__removed_at=None)
    columns = ("values", "applied", "contact_id", "connection_id", "household_id_there", "household_name")
    theirs = (f"contact__{name}" for name in (*COLUMNS, "team"))
    return rows.select_related("contact").only(*columns, *theirs).compared()


def summary_of(operation: Operation) -> list[FieldSummary]:
    """How many of them differ, by field: counted once for a page."""
    if "summary" not in operation.run_notes:
        operation.run_notes["summary"] = summary(linked_records(operation).iterator(chunk_size=2000))
    return operation.run_notes["summary"]


def _snapshot(operation: Operation) -> Snapshot:
    """Every column it can write, the tags, the household, and what the record remembers."""
    # What not every update may write is kept where it is chosen: those of before it was known stay undoable.
    chosen = operation.params.get("fields", [])
    more = [column for name, columns in no_contact.COLUMNS.items() if name in chosen for column in columns]
    return UpdateSnapshot((*KEPT, *more), tags=True)


@register
class UpdateFromCRM(BulkAction):
    """`params`: "fields", names of the fields to take over; "by_hand", whether also those changed here by hand.

    "emptying": whether also where the CRM has nothing, so that the field is emptied here. "seen": by field, the
    fingerprint of the value that was looked at; a contact who has another by then is left as they are.
    Experience, team, campaign, status and history of the contact are no fields of it and stay as they are.
    """

    key = "crm.update"
    label = title = "Update from CRM"
    verb = "Update"
    icon = "refresh-cw"
    in_bar = 50
    for_one = False  # a single contact has a page of its own, difference by difference
    consequences = ("Experience, team, campaign and status stay. Nobody is sent anything.",)
    form = UpdateForm
    form_template = "crm/update_many.html"
    undo = UndoSpec(_snapshot)

    def describe(self, operation: Operation) -> str:
        """Which fields."""
        wanted = operation.params.get("fields", [])
        labels = [label.lower() for name, label in LABELS.items() if name in wanted]
        return f"Update from CRM: {', '.join(labels)}"[:200] if labels else self.title

    def context(self, operation: Operation, request: HttpRequest) -> dict[str, Any]:
        """The summary, and the drill-down of one field."""
        if operation.params:
            return {}
        wanted = request.GET.get("field", "")
        return {
            "summary": summary_of(operation),
            "linked": linked_records(operation).count(),
            "drilled": drilled(operation, wanted) if wanted in LABELS else [],
            "drilled_label": LABELS.get(wanted, ""),
        }

    def more_consequences(self, operation: Operation) -> list[str]:
        """What taking over the primary advisor, if it is chosen, would imply."""
        if "primary_advisor" not in operation.params.get("fields", []):
            return []
        records = linked_records(operation).iterator(chunk_size=2000)
        found = compare((one, one.contact) for one in records)
        return implied_by(
            (contact, one)
            for _, contact, some in found
            for one in chosen_of(operation, some)
            if one.field == "primary_advisor"
        )

    def skip_reasons(self, operation: Operation) -> list:
        """Who has nothing to be updated from."""
        linked = Record.objects.filter(contact=OuterRef("pk"), connection__removed_at=None)
        return [
            skip(UNLINKED, ~Exists(linked)),
            skip("Gone from the CRM.", ~Exists(linked.filter(gone_at=None))),
        ]

    def preview(self, operation: Operation) -> Preview:
        """The same question as `change` asks, for the whole selection, written nowhere."""
        seen = super().preview(operation)
        found = self.with_reason(operation, self.queryset(operation).filter(pk__in=operation.planned())).filter(why="")
        will, counts, fields = [], dict(seen.skipped), _Counts()
        linked = Record.objects.filter(contact__in=found.order_by().values("pk"))
        records = linked.select_related("contact").compared().iterator(chunk_size=2000)
        for _, contact, found in compare((one, one.contact) for one in records):
            if takes := chosen_of(operation, found):
                will.append(contact)
                fields.add(takes)
            else:
                counts[NOTHING] = counts.get(NOTHING, 0) + 1
        names = [contact.name for contact in sorted(will, key=lambda one: one.sort_name)[:NAMES_SHOWN]]
        skipped = sorted(counts.items(), key=lambda pair: -pair[1])
        return Preview(seen.total, len(will), names, skipped, fields.sentences())

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
        for record, _, found in compare((one, contacts[one.contact_id]) for one in records):
            if "seen" in operation.params and (moved := changed_since(operation.params["seen"], found, wanted)):
                left_out[record.contact_id] = CHANGED.format(", ".join(moved))
                continue
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
        operation.run_notes["applied"] = chosen
        return left_out

    def follow(self, operation: Operation, ids: list[int]) -> dict[int, str]:
        """What the report says of those who lost a value, or sign in with another address now."""
        chosen = operation.run_notes.pop("applied", {})
        return {pk: words for pk in ids if (words := _consequences(chosen.get(pk, [])))}


def chosen_of(operation: Operation, found: list[Difference]) -> list[Difference]:
    """Those differences that the operation's form chose; a locked field is never among them."""
    params = operation.params
    wanted, by_hand, emptying = (params.get(name, ()) for name in ("fields", "by_hand", "emptying"))
    return [
        one
        for one in found
        if one.field in wanted and not one.locked and (by_hand or not one.by_hand) and (emptying or not one.empties)
    ]


def drilled(operation: Operation, name: str) -> list[tuple]:
    """Contact, value here, value there, the difference: of those that differ in one field."""
    names, found = advisor_names(), []
    records = linked_records(operation).order_by("name", "pk").iterator(chunk_size=AT_ONCE)
    for _, contact, some in compare((one, one.contact) for one in records):
        for one in some:
            if one.field == name:
                here, there = (shown(name, value, names) for value in (one.here, one.there))
                found.append((contact, here, there, one))
        if len(found) >= DRILLED:
            break
    return found


class _Counts:
    """What people have to know before: which fields the chosen differences empty, how many addresses they change."""

    def __init__(self) -> None:
        self.emptied: dict[str, int] = {}
        self.addresses = 0

    def add(self, takes: list[Difference]) -> None:
        """Count those of one contact."""
        for one in takes:
            if one.empties:
                self.emptied[one.field] = self.emptied.get(one.field, 0) + 1
            elif one.field == "email":
                self.addresses += 1

    def sentences(self) -> list[str]:
        """For the preview."""
        found = [
            f"{label} would be emptied for {counted(self.emptied[name], 'contact')}."
            for name, label in LABELS.items()
            if name in self.emptied
        ]
        if self.addresses:
            found.append(f"{counted(self.addresses, 'contact')} would get a new email address. {NOTES['email']}")
        return found


def _consequences(takes: list[Difference]) -> str:
    """The same of one contact, once it is done."""
    emptied = [one.label for one in takes if one.empties]
    words = [f"Emptied: {', '.join(emptied)}."] if emptied else []
    if any(one.field == "email" and not one.empties for one in takes):
        words.append(NEW_ADDRESS)
    return " ".join(words)


def _sentences(chosen: Chosen) -> dict[str, list[int]]:
    """What the timeline says, with the contacts of each: tags are named, for no history of fields knows them."""
    found: dict[str, list[int]] = {}
    for pk, some in chosen.items():
        tags = next((one.note for one in some if one.field == "tags"), "")
        found.setdefault(f"{UPDATED}. {tags}"[:SENTENCE_AT_MOST] if tags else UPDATED, []).append(pk)
    return found if len(found) <= SENTENCES_AT_MOST else {UPDATED: list(chosen)}
