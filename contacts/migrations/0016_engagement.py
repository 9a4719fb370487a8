"""Sign-ins and opened resources are counted beside the contact, for lists that are sorted by them."""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

FILL = """
INSERT INTO contacts_engagement (contact_id, sign_ins, opened)
SELECT contact_id, sum(sign_ins), sum(opened) FROM (
    SELECT contact_id, count(*) AS sign_ins, 0 AS opened FROM contacts_portalsignin GROUP BY contact_id
    UNION ALL
    SELECT contact_id, 0, count(DISTINCT resource_id) FROM contacts_resourceview GROUP BY contact_id
) AS counted GROUP BY contact_id
"""


class Migration(migrations.Migration):
    dependencies = [
        ("contacts", "0015_household_index"),
        ("experiences", "0003_fewer_indexes"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Engagement",
            fields=[
                (
                    "contact",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="engagement",
                        serialize=False,
                        to="contacts.contact",
                    ),
                ),
                ("sign_ins", models.PositiveIntegerField()),
                ("opened", models.PositiveIntegerField()),
            ],
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.AddIndex(
            model_name="assignment",
            index=models.Index(
                condition=models.Q(("campaign_started_on__isnull", False), ("ended_at", None)),
                fields=["campaign_started_on", "-contact"],
                name="assignment_begun",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="portalsignin",
            trigger=pgtrigger.compiler.Trigger(
                name="engagement_counted",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\nIF EXISTS (SELECT FROM new_values) THEN\n    EXECUTE $count$\n        INSERT INTO contacts_engagement (contact_id, sign_ins, opened)\n        SELECT DISTINCT contact_id, 0, 0 FROM new_values ORDER BY contact_id ON CONFLICT DO NOTHING\n    $count$;\n    EXECUTE $count$\n        SELECT FROM contacts_engagement WHERE contact_id IN (SELECT contact_id FROM new_values)\n        ORDER BY contact_id FOR UPDATE\n    $count$;\n    EXECUTE $count$\n        UPDATE contacts_engagement AS engagement SET sign_ins = found.number\n        FROM (\n            SELECT contact_id, count(*) AS number FROM contacts_portalsignin\n            WHERE contact_id IN (SELECT contact_id FROM new_values) GROUP BY contact_id\n        ) AS found\n        WHERE engagement.contact_id = found.contact_id\n    $count$;\nEND IF;\nRETURN NULL;\n",
                    hash="45340aaaf7668b7e290c008c08b20d57d76e132b",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_engagement_counted_ddf81",
                    referencing="REFERENCING NEW TABLE AS new_values ",
                    table="contacts_portalsignin",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="resourceview",
            trigger=pgtrigger.compiler.Trigger(
                name="engagement_counted",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\nIF EXISTS (SELECT FROM new_values) THEN\n    EXECUTE $count$\n        INSERT INTO contacts_engagement (contact_id, sign_ins, opened)\n        SELECT DISTINCT contact_id, 0, 0 FROM new_values ORDER BY contact_id ON CONFLICT DO NOTHING\n    $count$;\n    EXECUTE $count$\n        SELECT FROM contacts_engagement WHERE contact_id IN (SELECT contact_id FROM new_values)\n        ORDER BY contact_id FOR UPDATE\n    $count$;\n    EXECUTE $count$\n        UPDATE contacts_engagement AS engagement SET opened = found.number\n        FROM (\n            SELECT contact_id, count(DISTINCT resource_id) AS number FROM contacts_resourceview\n            WHERE contact_id IN (SELECT contact_id FROM new_values) GROUP BY contact_id\n        ) AS found\n        WHERE engagement.contact_id = found.contact_id\n    $count$;\nEND IF;\nRETURN NULL;\n",
                    hash="2e44933f90af666518402f9cd789ba1d74aeaf8a",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_engagement_counted_0eb9d",
                    referencing="REFERENCING NEW TABLE AS new_values ",
                    table="contacts_resourceview",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="engagement",
            index=models.Index(fields=["sign_ins", "contact"], name="engagement_sign_ins"),
        ),
        migrations.AddIndex(
            model_name="engagement",
            index=models.Index(fields=["opened", "contact"], name="engagement_opened"),
        ),
    ]
