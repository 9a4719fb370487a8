"""A connection says which fields of ours it does not bring in."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("crm", "0003_record_follows_the_trash")]

    operations = [
        migrations.AddField(
            "connection",
            "left_out",
            models.JSONField(blank=True, default=list, help_text="Fields of ours that are not brought in."),
        ),
    ]
