"""Have PostgreSQL clean up after a bulk change of one row in fifty, not only of one in five.

Until then every count of a million reads the rows beside the index, and takes seven times as long.
"""

from django.db import migrations

TABLES = ("contacts_contact", "contacts_assignment")
SETTINGS = ("autovacuum_vacuum_scale_factor", "autovacuum_analyze_scale_factor")


class Migration(migrations.Migration):
    dependencies = [("contacts", "0018_unchecked_references")]

    operations = [
        migrations.RunSQL(
            [f"ALTER TABLE {table} SET ({', '.join(f'{name} = 0.02' for name in SETTINGS)})" for table in TABLES],
            [f"ALTER TABLE {table} RESET ({', '.join(SETTINGS)})" for table in TABLES],
        )
    ]
