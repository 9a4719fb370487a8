"""Records that were merged are found by the one they were merged into: that may be merged further."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("crm", "0007_do_not_contact_and_deceased")]

    operations = [
        migrations.AddIndex(
            "record",
            models.Index(fields=["connection", "merged_into"], name="record_by_heir", condition=~Q(merged_into="")),
        ),
    ]
