"""Addresses that exist get their one form."""

from django.db import migrations

from core.rewriting_emails import rewrite


def bring_into_one_form(apps, schema_editor) -> None:
    """See core/emails.py. Rows that a constraint keeps as they are stand in the log."""
    rewrite(apps.get_model("contacts", "Contact"), "email")


class Migration(migrations.Migration):
    dependencies = [("contacts", "0025_phone_extension")]

    operations = [migrations.RunPython(bring_into_one_form, migrations.RunPython.noop, elidable=True)]
