"""Exports in the background keep their file for a day."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0010_fewer_indexes_on_activity"),
    ]

    operations = [
        migrations.CreateModel(
            name="ExportFile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("role", models.CharField(help_text="Its owner's, when it was written.", max_length=20)),
                ("file", models.FileField(max_length=200, upload_to="exports/")),
                ("name", models.CharField(help_text="What it is called where it is saved.", max_length=100)),
                ("size", models.BigIntegerField(help_text="In bytes.")),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "operation",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="export_file", to="core.operation"
                    ),
                ),
            ],
        ),
    ]
