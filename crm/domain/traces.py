"""What the CRM room holds of contacts, when they are purged: the record lives on in staging, without the link.

What the CRM itself says of the person stays as long as the CRM says it: the next sync would bring it again, and who
asks for the person again is given it. Of a record that is gone from the CRM only its key stays.
"""

from django.db.models import F

from contacts.registry import Traces
from core.history.erasing import emptied
from crm.domain.judging import JUDGED, Meanings, judge
from crm.models import Connection, Record

CANNOT = {"state": Record.State.CANNOT, "reasons": ["deleted_here"]}
KEPT = {
    *("id", "connection", "remote_id", "state", "reasons", "contact", "former_contact_id"),
    *("changed_at", "gone_at", "merged_into", "seen_in"),
}
FORGOTTEN = emptied(Record, kept=KEPT, replaced={})


def remove(ids: list[int]) -> None:
    """Records remember that their contact was deleted here, and hold nothing that came of it or was given by hand."""
    records = list(Record.objects.filter(contact__in=ids).order_by("pk").values_list("pk", flat=True))
    rows = Record.objects.filter(pk__in=records)
    rows.update(former_contact_id=F("contact_id"), contact=None, applied={}, kept_apart=False, **CANNOT)
    rows.exclude(gone_at=None).update(**FORGOTTEN)
    _take_back_what_was_given(rows.exclude(mends={}))


def _take_back_what_was_given(rows) -> None:
    """Values as the CRM alone says them, of records for which somebody here gave some."""
    by_connection: dict[int, list[Record]] = {}
    for record in rows.order_by("pk"):
        record.mends = {}
        by_connection.setdefault(record.connection_id, []).append(record)
    for connection in Connection.objects.filter(pk__in=by_connection):
        judge(by_connection[connection.pk], Meanings.of(connection))
    changed = [record for some in by_connection.values() for record in some]
    for record in changed:
        record.state, record.reasons = CANNOT["state"], CANNOT["reasons"]
    Record.objects.write(changed, ["mends", *JUDGED])


TRACES = Traces(lambda ids: set(), remove)
