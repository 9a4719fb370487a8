"""A portal account follows its contact: closed with it, renamed with it."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("contacts", "0002_initial"),
    ]

    operations = [
        pgtrigger.migrations.AddTrigger(
            model_name="contact",
            trigger=pgtrigger.compiler.Trigger(
                name="portal_account_follows",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."deactivated_at" IS DISTINCT FROM (NEW."deactivated_at") OR OLD."deleted_at" IS DISTINCT FROM (NEW."deleted_at") OR OLD."email" IS DISTINCT FROM (NEW."email") OR OLD."first_name" IS DISTINCT FROM (NEW."first_name") OR OLD."last_name" IS DISTINCT FROM (NEW."last_name") OR OLD."user_id" IS DISTINCT FROM (NEW."user_id"))',
                    func="\nUPDATE accounts_user SET\n    is_active = NEW.deactivated_at IS NULL AND NEW.deleted_at IS NULL,\n    email = CASE WHEN NEW.deleted_at IS NULL THEN NEW.email ELSE 'deleted-' || NEW.id || '@portal.invalid' END,\n    first_name = NEW.first_name,\n    last_name = NEW.last_name\nWHERE id = NEW.user_id AND role = 'contact';\nRETURN NULL;\n",
                    hash="c59f3a7edfdb354ff378cd8bd8fb129f2cbcb82b",
                    operation="UPDATE",
                    pgid="pgtrigger_portal_account_follows_290fe",
                    table="contacts_contact",
                    when="AFTER",
                ),
            ),
        ),
    ]
