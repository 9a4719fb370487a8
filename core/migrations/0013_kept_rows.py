"""Who matches a filter no more and is to be changed all the same is kept by key: an operation asks while it runs."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0012_repetitions"),
    ]

    operations = [
        migrations.CreateModel(
            name="KeptRows",
            fields=[
                (
                    "operation",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="kept",
                        serialize=False,
                        to="core.operation",
                    ),
                ),
                (
                    "subject_ids",
                    django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None),
                ),
            ],
            options={"verbose_name_plural": "kept rows"},
        ),
    ]
