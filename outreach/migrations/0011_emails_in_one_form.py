"""Addresses that exist get their one form."""

from django.db import migrations

from core.rewriting_emails import rewrite


def bring_into_one_form(apps, schema_editor) -> None:
    """See core/emails.py. Rows that a constraint keeps as they are stand in the log."""
    for model, field in (
        ("Send", "recipient"),
        ("Suppression", "email"),
        ("Bounce", "email"),
        ("LinkRequest", "email"),
    ):
        rewrite(apps.get_model("outreach", model), field)


class Migration(migrations.Migration):
    dependencies = [("outreach", "0010_no_truncate")]

    operations = [migrations.RunPython(bring_into_one_form, migrations.RunPython.noop, elidable=True)]
