"""Limits are counted in core_tally now; the tables of django-axes held addresses and names of whoever mistyped."""

from django.db import migrations

DROP = """
DROP TABLE IF EXISTS axes_accessattemptexpiration, axes_accessattempt, axes_accesslog, axes_accessfailurelog;
DELETE FROM django_migrations WHERE app = 'axes';
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0007_alert"),
        ("core", "0019_tally"),
    ]

    operations = [
        migrations.RunSQL(DROP, migrations.RunSQL.noop),  # going back, `migrate axes` makes them again
    ]
