"""What failed in an operation, or was never reached by it, is taken up again at most once."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0011_export_files"),
    ]

    operations = [
        migrations.AddField(
            model_name="operation",
            name="repeated",
            field=models.CharField(blank=True, help_text="How the lines ended whose rows it takes up.", max_length=10),
        ),
        migrations.AddField(
            model_name="operation",
            name="repeats",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="repetitions",
                to="core.operation",
            ),
        ),
        migrations.AddConstraint(
            model_name="operation",
            constraint=models.UniqueConstraint(fields=("repeats", "repeated"), name="repeated_once"),
        ),
    ]
