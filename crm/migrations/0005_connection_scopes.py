"""A connection says what its credentials allow."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("crm", "0004_connection_left_out")]

    operations = [
        migrations.AddField(
            "connection",
            "scopes",
            models.JSONField(blank=True, default=list, help_text="What the credentials allow, in the CRM's words."),
        ),
    ]
