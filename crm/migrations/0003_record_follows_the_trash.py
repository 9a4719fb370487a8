"""A record follows its contact into the trash and out of it; those whose contact lies there already as well."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations

FOLLOW = """
UPDATE crm_record SET state = 'cannot', reasons = '["deleted_here"]'::jsonb
FROM contacts_contact AS contact WHERE contact.id = contact_id AND contact.deleted_at IS NOT NULL
"""
STAY = "UPDATE crm_record SET state = 'linked', reasons = '[]'::jsonb WHERE contact_id IS NOT NULL AND state = 'cannot'"


class Migration(migrations.Migration):
    dependencies = [
        ("contacts", "0013_fewer_indexes"),
        ("crm", "0002_records_say_tags_and_household"),
    ]

    operations = [
        migrations.CreateModel(
            name="FollowedContact",
            fields=[],
            options={
                "proxy": True,
                "default_permissions": (),
                "indexes": [],
                "constraints": [],
            },
            bases=("contacts.contact",),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="followedcontact",
            trigger=pgtrigger.compiler.Trigger(
                name="record_follows_trash",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."deleted_at" IS DISTINCT FROM (NEW."deleted_at"))',
                    func="\nUPDATE crm_record SET\n    state = CASE WHEN NEW.deleted_at IS NULL THEN 'linked' ELSE 'cannot' END,\n    reasons = CASE WHEN NEW.deleted_at IS NULL THEN '[]'::jsonb ELSE '[\"deleted_here\"]'::jsonb END\nWHERE contact_id = NEW.id;\nRETURN NULL;\n",
                    hash="02fe0176f9a0a9e4495cc823e8f0a1161bd77b91",
                    operation='UPDATE OF "deleted_at"',
                    pgid="pgtrigger_record_follows_trash_b2385",
                    table="contacts_contact",
                    when="AFTER",
                ),
            ),
        ),
        migrations.RunSQL(FOLLOW, STAY),
    ]
