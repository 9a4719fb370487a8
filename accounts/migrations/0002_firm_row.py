"""The firm's one row, there from the start."""

from django.db import migrations


def create_firm(apps, schema_editor):
    """Make row 1 with the default settings."""
    apps.get_model("accounts", "Firm").objects.get_or_create(pk=1)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]
    operations = [migrations.RunPython(create_firm, migrations.RunPython.noop)]
