"""Tags and household become values of a record, so that a change of them is noticed; nobody is marked by that alone."""

import hashlib
import json

from django.db import migrations

ROLES = {"head": "Head", "spouse_partner": "Spouse or partner", "child": "Child", "parent": "Parent"}
CHUNK = 1000


def say(apps, schema_editor):
    """Add them to what records say; where nothing was newer, what was taken over said the same."""
    Record = apps.get_model("crm", "Record")
    last = 0
    while records := list(Record.objects.filter(pk__gt=last).order_by("pk")[:CHUNK]):
        for record in records:
            fresh, newer = _belonging(record), record.digest != record.seen_digest
            record.values = record.values | fresh
            record.digest = _digest(record.values)
            if record.contact_id and record.applied and not newer:
                record.applied, record.seen_digest = record.applied | fresh, record.digest
        Record.objects.bulk_update(records, ["values", "digest", "applied", "seen_digest"])
        last = records[-1].pk


def forget(apps, schema_editor):
    """Take them away again."""
    Record = apps.get_model("crm", "Record")
    last = 0
    while records := list(Record.objects.filter(pk__gt=last).order_by("pk")[:CHUNK]):
        for record in records:
            newer = record.digest != record.seen_digest
            for held in (record.values, record.applied):
                held.pop("tags", None)
                held.pop("household", None)
            record.digest = _digest(record.values)
            record.seen_digest = record.seen_digest if newer else record.digest
        Record.objects.bulk_update(records, ["values", "digest", "applied", "seen_digest"])
        last = records[-1].pk


def _belonging(record):
    names = [" ".join(name.split())[:40].strip() for name in record.payload.get("tags", [])]
    tags = {name.lower(): name for name in reversed(names) if name}
    found = {"tags": [tags[key] for key in sorted(tags)]} if tags else {}
    if record.household_id_there:
        role = ROLES.get(record.household_role, "")
        found["household"] = {"id": record.household_id_there, "role": role, "head": record.household_head}
    return found


def _digest(values):
    text = json.dumps(values, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


class Migration(migrations.Migration):
    dependencies = [("crm", "0001_initial")]

    operations = [migrations.RunPython(say, forget)]
