"""Addresses that exist get their one form."""

from django.db import migrations

from core.rewriting_emails import rewrite


def bring_into_one_form(apps, schema_editor) -> None:
    """See core/emails.py. Rows that a constraint keeps as they are stand in the log."""
    for model in ("User", "PasswordMail"):
        rewrite(apps.get_model("accounts", model), "email")


class Migration(migrations.Migration):
    dependencies = [("accounts", "0009_sessions")]

    operations = [migrations.RunPython(bring_into_one_form, migrations.RunPython.noop, elidable=True)]
