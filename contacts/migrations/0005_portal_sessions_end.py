"""Closing a contact ends the sessions of its portal account for good."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_session_generation"),
        ("contacts", "0004_import_row_key"),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name="contact",
            name="portal_account_follows",
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="contact",
            trigger=pgtrigger.compiler.Trigger(
                name="portal_account_follows",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."deactivated_at" IS DISTINCT FROM (NEW."deactivated_at") OR OLD."deleted_at" IS DISTINCT FROM (NEW."deleted_at") OR OLD."email" IS DISTINCT FROM (NEW."email") OR OLD."first_name" IS DISTINCT FROM (NEW."first_name") OR OLD."last_name" IS DISTINCT FROM (NEW."last_name") OR OLD."user_id" IS DISTINCT FROM (NEW."user_id"))',
                    func="\nUPDATE accounts_user SET\n    is_active = NEW.deactivated_at IS NULL AND NEW.deleted_at IS NULL,\n    session_generation = session_generation\n        + (NEW.deactivated_at IS NOT NULL OR NEW.deleted_at IS NOT NULL)::integer,\n    email = CASE WHEN NEW.deleted_at IS NULL THEN NEW.email ELSE 'deleted-' || NEW.id || '@portal.invalid' END,\n    first_name = NEW.first_name,\n    last_name = NEW.last_name\nWHERE id = NEW.user_id AND role = 'contact';\nRETURN NULL;\n",
                    hash="caf400b94fa5a867517d75ad2ba2415f32b733db",
                    operation="UPDATE",
                    pgid="pgtrigger_portal_account_follows_290fe",
                    table="contacts_contact",
                    when="AFTER",
                ),
            ),
        ),
    ]
