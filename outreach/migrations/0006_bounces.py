import django.db.models.deletion
import django.db.models.functions.datetime
import django.db.models.functions.text
from django.db import migrations, models

# What was on the list before says why only in words; what nobody can read stays the firm's.
KINDS = """
UPDATE outreach_suppression SET kind = CASE
    WHEN reason LIKE 'Bounced%' THEN 'dead'
    WHEN reason LIKE 'Marked as spam%' THEN 'complained'
    ELSE 'firm'
END
"""


class Migration(migrations.Migration):
    dependencies = [
        ("outreach", "0005_fewer_indexes"),
    ]

    operations = [
        migrations.CreateModel(
            name="Bounce",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "attempt",
                    models.PositiveIntegerField(help_text="The mail's number of claims when it was sent."),
                ),
                ("email", models.EmailField(max_length=254)),
                ("permanent", models.BooleanField()),
                ("reason", models.CharField(blank=True, max_length=300)),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "send",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="bounces", to="outreach.send"
                    ),
                ),
            ],
            options={
                "ordering": ["-pk"],
                "indexes": [
                    models.Index(
                        django.db.models.functions.text.Lower("email"),
                        models.OrderBy(models.F("at"), descending=True),
                        name="bounce_email",
                    )
                ],
                "constraints": [models.UniqueConstraint(fields=("send", "attempt"), name="bounced_once")],
            },
        ),
        migrations.AddField(
            model_name="suppression",
            name="kind",
            field=models.CharField(
                choices=[
                    ("dead", "Bounced: the address does not take mail"),
                    ("repeated", "Bounced again and again"),
                    ("complained", "Its owner marked our mail as spam"),
                    ("unsubscribed", "Its owner unsubscribed"),
                    ("firm", "Set by the firm"),
                ],
                default="firm",
                max_length=12,
            ),
        ),
        migrations.AlterField(
            model_name="suppression",
            name="reason",
            field=models.CharField(blank=True, max_length=200),
        ),
        migrations.RunSQL(KINDS, migrations.RunSQL.noop),
    ]
