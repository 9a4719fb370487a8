"""Records that were staged before say by now who is not to be contacted and who has died: adapters read it all along.

A record that nothing else changes is not judged again by a sync, so its values and digest are completed here. The
rule is that of the day of this migration, repeated because migrations do not follow the code.
"""

import hashlib
import json
import re

from django.db import migrations
from django.db.models import Q

CHUNK = 1000
BESIDE = {"deceased", "client", "prospect", "lead", "contact", "former", "inactive", "closed", "is"}
FIELDS = ("do_not_contact", "deceased")


def says(payload: dict) -> dict[str, str]:
    """What a payload says of the two fields."""
    words = set(re.findall(r"[^\W_]+", payload.get("status", "").casefold()))
    found = {"do_not_contact": "yes"} if payload.get("do_not_contact") else {}
    return found | ({"deceased": "yes"} if "deceased" in words and words <= BESIDE else {})


def digest(values: dict) -> str:
    """The fingerprint of a record's values."""
    text = json.dumps(values, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def complete(apps, schema_editor) -> None:
    """Add what the payloads say; a contact whose record says more than before is marked as newer in the CRM."""
    records = apps.get_model("crm", "Record").objects
    found = records.filter(Q(payload__do_not_contact=True) | Q(payload__status__icontains="deceased"))
    _write(apps, found, lambda record: says(record.payload))


def take_away(apps, schema_editor) -> None:
    """The values without the two fields."""
    records = apps.get_model("crm", "Record").objects
    _write(apps, records.filter(values__has_any_keys=FIELDS), lambda record: {})


def _write(apps, records, more) -> None:
    """Write values and digest of these records, a chunk at a time, and the marks of their contacts."""
    last = 0
    while rows := list(records.filter(pk__gt=last).select_related("connection").order_by("pk")[:CHUNK]):
        last = rows[-1].pk
        marks: dict[str, list[int]] = {"newer": [], "linked": []}
        for record in rows:
            kept = {name: value for name, value in record.values.items() if name not in FIELDS}
            wanted = {name: one for name, one in more(record).items() if name not in record.connection.left_out}
            record.values = kept | wanted
            record.digest = digest(record.values)
            if record.contact_id and record.gone_at is None:
                marks["linked" if record.digest == record.seen_digest else "newer"].append(record.contact_id)
        apps.get_model("crm", "Record").objects.bulk_update(rows, ["values", "digest"])
        for mark, ids in marks.items():
            apps.get_model("contacts", "Contact").objects.filter(pk__in=ids).update(crm_mark=mark)


class Migration(migrations.Migration):
    dependencies = [
        ("crm", "0006_going_through_all"),
        ("contacts", "0024_do_not_contact_and_deceased"),
    ]

    operations = [migrations.RunPython(complete, take_away)]
