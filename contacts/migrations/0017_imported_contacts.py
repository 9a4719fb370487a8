"""Imports keep what they did to each contact, to be undone by."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("contacts", "0016_engagement"),
        ("core", "0009_lines_unchecked"),
    ]

    operations = [
        migrations.CreateModel(
            name="ImportedContact",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "subject_id",
                    models.BigIntegerField(help_text="The contact's key; whoever is purged is forgotten here."),
                ),
                (
                    "before",
                    models.JSONField(blank=True, help_text="Nothing for a contact that the import added.", null=True),
                ),
                ("after", models.JSONField()),
                (
                    "operation",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="core.operation",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("operation", "subject_id"), name="imported_contact_once")
                ],
            },
        ),
    ]
