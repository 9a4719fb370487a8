"""Drafts are few among all operations, and the sweep looks for those to forget every few seconds."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0013_kept_rows"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="operation",
            index=models.Index(condition=models.Q(("state", "draft")), fields=["owner", "-id"], name="operation_draft"),
        ),
    ]
