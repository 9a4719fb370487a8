"""Selections are one value each instead of a line a row; lines are written once their row has been reached."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

# Rows that running operations have yet to reach go into a selection; those that ended ones never reached stay lines.
MOVE = """
INSERT INTO core_frozenselection (operation_id, position, subject_ids)
SELECT line.operation_id, 0, array_agg(line.subject_id ORDER BY line.subject_id)
FROM core_operationline AS line JOIN core_operation AS operation ON operation.id = line.operation_id
WHERE line.state = 'planned' AND operation.state NOT IN ('finished', 'stopped', 'failed')
GROUP BY line.operation_id;
DELETE FROM core_operationline AS line USING core_frozenselection AS frozen
WHERE line.operation_id = frozen.operation_id AND line.state = 'planned';
UPDATE core_operationline SET state = 'untouched' WHERE state = 'planned';
"""
MOVE_BACK = """
UPDATE core_operationline SET state = 'planned' WHERE state = 'untouched';
INSERT INTO core_operationline (operation_id, subject_id, state, reason)
SELECT operation_id, unnest(subject_ids[position + 1:]), 'planned', '' FROM core_frozenselection;
DELETE FROM core_frozenselection;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0006_fewer_indexes"),
    ]

    operations = [
        migrations.CreateModel(
            name="FrozenSelection",
            fields=[
                (
                    "operation",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="frozen",
                        serialize=False,
                        to="core.operation",
                    ),
                ),
                (
                    "subject_ids",
                    django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None),
                ),
                ("position", models.PositiveIntegerField(default=0)),
            ],
        ),
        migrations.RunSQL(
            # Numbers hardly compress, and trying takes longer than writing them.
            "ALTER TABLE core_frozenselection ALTER COLUMN subject_ids SET STORAGE EXTERNAL",
            migrations.RunSQL.noop,
        ),
        migrations.AlterField(
            model_name="operationline",
            name="state",
            field=models.CharField(
                choices=[
                    ("done", "Done"),
                    ("skipped", "Skipped"),
                    ("failed", "Failed"),
                    ("untouched", "Untouched"),
                ],
                max_length=10,
            ),
        ),
        migrations.RunSQL(MOVE, MOVE_BACK),
    ]
