"""Pages of an adapter into staging: new, changed, unchanged, gone. Running a page twice changes nothing.

Records that are read here to be judged are locked before: what is written of them comes of what they say, and of the
contact that they have, in that moment.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from contacts.models import Contact
from contacts.models.contact import CRMMark
from crm.domain.households import read_household
from crm.domain.judging import JUDGED, Meanings, judge, save_judged
from crm.domain.traces import FORGOTTEN
from crm.models import Category, Connection, Reason, Record, Sync
from crm.records import SEVERAL, Page, RemoteContact, RemoteHousehold, digest, payload

HOUSEHOLD = ("household_id_there", "household_name", "household_role", "household_head")
STORED = (
    "url", "payload", "payload_digest", "remote_created_at", "remote_updated_at", "changed_at", "gone_at",
    "merged_into", "seen_in", *HOUSEHOLD, *JUDGED,
)  # fmt: skip


@dataclass
class Counts:
    """What became of a page's records."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    gone: int = 0


def stage(sync: Sync, page: Page, meanings: Meanings) -> Counts:
    """Take a page in, inside the caller's transaction."""
    contacts = {one.remote_id: one for one in page.contacts if one.kind != "household"}
    counts = Counts()
    rows = Record.objects.filter(connection=sync.connection_id, remote_id__in=contacts)
    known = {record.remote_id: record for record in rows.locked()}
    restamped = [record for key, record in known.items() if record.remote_updated_at != contacts[key].updated_at]
    fresh = [record for one in contacts.values() if (record := _taken(sync, one, known.get(one.remote_id))) is not None]
    counts.added = sum(record.pk is None for record in fresh)
    counts.changed = len(fresh) - counts.added
    counts.unchanged = len(contacts) - len(fresh)
    _learn_categories(sync.connection_id, fresh, meanings)
    judge(fresh, meanings)
    Record.objects.bulk_create(
        fresh, update_conflicts=True, unique_fields=["connection", "remote_id"], update_fields=STORED, batch_size=1000
    )
    _restamp(set(restamped) - set(fresh), contacts)
    if sync.pk is not None:
        see(sync, contacts.keys() & known.keys() | {one.remote_id for one in (*page.bad, *page.listed)})
    _settle_linked([record for record in fresh if record.contact_id])
    _join(sync.connection, page.households)
    counts.gone = forget(sync.connection_id, {one.remote_id: one.merged_into for one in page.gone})
    return counts


def see(sync: Sync, remote_ids: Iterable[str]) -> None:
    """Note that a sync met these records: a run through all that began before it can no longer miss them."""
    rows = Record.objects.filter(connection=sync.connection_id, remote_id__in=remote_ids, gone_at=None)
    rows.exclude(seen_in=sync.pk).update(seen_in=sync.pk)


def _restamp(records: Iterable[Record], contacts: dict[str, RemoteContact]) -> None:
    """Keep the times of change of records that say nothing new: a listing is compared with them."""
    records = [record for record in records if record.gone_at is None]
    for record in records:
        record.remote_updated_at = contacts[record.remote_id].updated_at
    Record.objects.write(records, ["remote_updated_at"])


def _taken(sync: Sync, one: RemoteContact, record: Record | None) -> Record | None:
    """The record as it is now, or None when nothing about it is new."""
    says = payload(one)
    household = says.pop("household", None)  # kept in columns: where households have pages, it is not on the contact
    sign = digest({**says, "household": household})
    if record is not None and record.payload_digest == sign and record.gone_at is None:
        return None
    record = record or Record(connection_id=sync.connection_id, remote_id=one.remote_id)
    record.payload, record.payload_digest, record.url = says, sign, one.url[:500]
    record.remote_created_at, record.remote_updated_at = one.created_at, one.updated_at
    record.changed_at, record.gone_at, record.merged_into = timezone.now(), None, ""
    record.seen_in = sync.pk or record.seen_in
    if one.household:
        record.household_id_there, record.household_name = one.household.remote_id, one.household.name[:120]
        record.household_role, record.household_head = one.household.role, one.household.head
    elif sync.connection.adapter_class.capabilities.households == "record":
        record.household_id_there = record.household_name = record.household_role = ""
        record.household_head = False
    return record


def _learn_categories(connection_id: int, records: list[Record], meanings: Meanings) -> None:
    """Words seen for the first time wait for somebody to say what they mean; each of several for itself."""
    seen = {record.payload.get("category", "")[:200] for record in records} - meanings.types.keys()
    words = {word for one in seen for word in one.split(SEVERAL)} - {""}
    meanings.types |= Category.objects.learn(connection_id, sorted(words - meanings.types.keys()))


def _join(connection: Connection, households: Iterable[RemoteHousehold]) -> None:
    """Make the members of these households those that the page names. A household that came before says the same."""
    homes = {one.remote_id: one for one in households}
    if not homes:
        return
    members = {member.contact_id: (home, member) for home in homes.values() for member in home.members}
    rows = Record.objects.filter(connection=connection)
    changed = []
    for record in rows.filter(Q(remote_id__in=members) | Q(household_id_there__in=homes)).locked():
        home, member = members.get(record.remote_id, (None, None))
        before = [getattr(record, name) for name in HOUSEHOLD]
        if home is not None and member is not None:
            after = [home.remote_id, home.name[:120], member.role, member.head]
        else:
            after = ["", "", "", False]
        if before != after:
            for name, value in zip(HOUSEHOLD, after, strict=True):
                setattr(record, name, value)
            says = read_household(record) if "household" not in connection.left_out else {}
            record.values = {k: v for k, v in record.values.items() if k != "household"} | says
            record.digest = digest(record.values)
            changed.append(record)
    Record.objects.write(changed, [*HOUSEHOLD, "values", "digest"])
    mark([record for record in changed if record.contact_id])


def forget(connection_id: int, merged: dict[str, str]) -> int:
    """Note that records are gone from the CRM; the contacts made of them stay. Returns how many that were.

    A record that nothing was made of leaves staging. `merged` names the record that each was merged into, or "". That
    one may have been merged further since, or be merged later: each record names the last of them that is known.
    """
    merged = _last_of_chains(merged)
    rows = Record.objects.filter(connection=connection_id, remote_id__in=merged, gone_at=None)
    linked = [record for record in rows.locked() if record.contact_id is not None]
    idle = rows.filter(contact=None, former_contact_id=None)
    emails = set(idle.values_list("email", flat=True)) - {""}
    count = idle.delete()[0] + rows.filter(contact=None).update(**FORGOTTEN | {"gone_at": Now()})
    for record in linked:
        record.gone_at, record.merged_into = timezone.now(), merged[record.remote_id][:200]
    Record.objects.write(linked, ["gone_at", "merged_into"])
    _lead_on(connection_id, merged)
    mark(linked)
    judge_again(Record.objects.filter(connection=connection_id, email__in=emails, contact=None))
    return count + len(linked)


def _last_of_chains(merged: dict[str, str]) -> dict[str, str]:
    """The same, with each record leading to the end of its chain; a circle is left as it came."""
    found = {}
    for one, into in merged.items():
        met = {one}
        while (further := merged.get(into)) and into not in met:
            met.add(into)
            into = further
        found[one] = merged[one] if into in met else into
    return found


def _lead_on(connection_id: int, merged: dict[str, str]) -> None:
    """Have records that were gone before lead to where they, or those they were merged into, have gone since."""
    merged = {one: into[:200] for one, into in merged.items() if into}
    if not merged:
        return
    gone = Record.objects.filter(connection=connection_id, gone_at__isnull=False)
    own = {record.pk: record for record in gone.filter(remote_id__in=merged)}
    behind = gone.filter(merged_into__in=merged).exclude(merged_into="").exclude(pk__in=own)
    changed = []
    for record in (*own.values(), *behind):
        into = merged.get(record.remote_id) or merged[record.merged_into]
        if into not in (record.merged_into, record.remote_id):
            record.merged_into = into
            changed.append(record)
    Record.objects.write(changed, ["merged_into"])


def _settle_linked(records: list[Record]) -> None:
    """After writing them: show on the contacts how they stand, and agree with who went to the trash or came back.

    A contact moved while a record was judged is noticed here: the record is ours by now, so either the move has ended
    and is seen, or it waits for us and its trigger has the last word.
    """
    mark(records)
    rows = Record.objects.filter(contact__in=[record.contact_id for record in records])
    trashed = rows.filter(contact__deleted_at__isnull=False)
    trashed.exclude(state=Record.State.CANNOT).update(state=Record.State.CANNOT, reasons=[Reason.DELETED_HERE])
    rows.filter(contact__deleted_at=None, state=Record.State.CANNOT).update(state=Record.State.LINKED, reasons=[])


def mark(records: list[Record]) -> None:
    """Show on the contacts how they stand to their records; only marks that change are written."""
    by_mark: dict[str, list[int]] = {}
    for record in records:
        by_mark.setdefault(mark_of(record), []).append(record.contact_id)
    for value, ids in by_mark.items():
        Contact.objects.filter(~Q(crm_mark=value), pk__in=ids).update(crm_mark=value)


def mark_of(record: Record) -> str:
    """How a linked record's contact stands to it."""
    if record.gone_at is not None:
        return CRMMark.GONE
    return CRMMark.NEWER if record.is_newer else CRMMark.LINKED


@transaction.atomic
def judge_again(records, *, quietly: bool = False) -> int:
    """Judge these records (a queryset of one connection or several) anew and save what comes of it.

    `quietly`: what changed is our own choice of fields, which makes nobody newer than they were.
    """
    by_connection: dict[int, list[Record]] = {}
    for record in records.locked():
        by_connection.setdefault(record.connection_id, []).append(record)
    for connection in Connection.objects.filter(pk__in=by_connection):
        found = by_connection[connection.pk]
        same = [record for record in found if quietly and record.digest == record.seen_digest]
        judge(found, Meanings.of(connection))
        for record in same:
            record.seen_digest = record.digest
        Record.objects.write(same, ["seen_digest"])
        save_judged(found)
        _settle_linked([record for record in found if record.contact_id])
    return sum(map(len, by_connection.values()))
