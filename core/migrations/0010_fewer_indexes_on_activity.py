"""Activities are read by what they are about: what nobody reads them by is not kept up with every one."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0009_lines_unchecked"),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="activity",
            name="activity_verb",
        ),
        migrations.AlterField(
            model_name="activity",
            name="at",
            field=models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
        ),
        migrations.AlterField(
            model_name="activity",
            name="operation",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="core.operation",
            ),
        ),
    ]
