"""Addresses of records that exist get their one form, also where they stand among the values.

Nothing in them is newer than before: where the record's values were those last seen here, they still are.
"""

from django.db import migrations
from django.db.models import Q

from core.emails import canonical
from crm.records import digest


def bring_into_one_form(apps, schema_editor) -> None:
    """Few rows: only what is not ASCII, or was written for machines, changes."""
    record_model = apps.get_model("crm", "Record")
    foreign = Q(email__regex=r"[^\x01-\x7f]") | Q(email__icontains="xn--")
    for record in record_model.objects.filter(foreign).order_by("pk"):
        record.email = canonical(record.email)
        seen = record.digest == record.seen_digest
        for values in (record.values, record.applied, record.mends):
            if values.get("email"):
                values["email"] = canonical(values["email"])
        record.digest = digest(record.values)
        record.seen_digest = record.digest if seen else record.seen_digest
        record.save(update_fields=["email", "values", "applied", "mends", "digest", "seen_digest"])


class Migration(migrations.Migration):
    dependencies = [("crm", "0010_several_owners_and_labels")]

    operations = [migrations.RunPython(bring_into_one_form, migrations.RunPython.noop, elidable=True)]
