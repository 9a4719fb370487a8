"""Lines are written under the lock of their operation: PostgreSQL need not look for it with each."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0008_lines_not_done"),
    ]

    operations = [
        migrations.AlterField(
            model_name="operationline",
            name="operation",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="lines",
                to="core.operation",
            ),
        ),
    ]
