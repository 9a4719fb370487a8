"""Forms that were sent, so that one pressed three times makes one thing."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """A small table of its own."""

    dependencies = [("core", "0016_change")]

    operations = [
        migrations.CreateModel(
            name="Press",
            fields=[
                ("key", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("location", models.CharField(blank=True, max_length=2000)),
                ("at", models.DateTimeField()),
            ],
            options={"verbose_name_plural": "presses"},
        ),
    ]
