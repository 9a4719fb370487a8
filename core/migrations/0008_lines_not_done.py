"""Only the lines that people look for are indexed by their outcome: nearly all are done."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0007_frozen_selection"),
    ]

    operations = [
        migrations.RemoveIndex(model_name="operationline", name="line_by_state"),
        migrations.AddIndex(
            model_name="operationline",
            index=models.Index(
                condition=models.Q(("state", "done"), _negated=True),
                fields=["operation", "state", "subject_id"],
                name="line_not_done",
            ),
        ),
    ]
