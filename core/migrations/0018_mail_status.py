"""One row that says how mail stands: a ledger that has gone back is noticed, and a mail server that is out of reach."""

import uuid

from django.db import migrations, models

MAKE = """
INSERT INTO core_mailstatus (id, ledger, generation, home, held_why, waiting_why, unknowns)
VALUES (1, gen_random_uuid(), 0, '', '', '', 0)
"""


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0017_press"),
    ]

    operations = [
        migrations.CreateModel(
            name="MailStatus",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "ledger",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, help_text="Which database this is, copies included."
                    ),
                ),
                (
                    "generation",
                    models.BigIntegerField(
                        default=0, help_text="Raised before and after mail leaves; also kept outside."
                    ),
                ),
                (
                    "marked_at",
                    models.DateTimeField(blank=True, help_text="When the generation was last raised.", null=True),
                ),
                (
                    "home",
                    models.CharField(
                        blank=True, help_text="Server and database that mail was last sent from.", max_length=100
                    ),
                ),
                ("held_at", models.DateTimeField(blank=True, help_text="Sending is paused since then.", null=True)),
                ("held_why", models.CharField(blank=True, max_length=300)),
                (
                    "state_at",
                    models.DateTimeField(blank=True, help_text="What this database knows ends here.", null=True),
                ),
                (
                    "last_left_at",
                    models.DateTimeField(blank=True, help_text="Mail left until then, as kept outside.", null=True),
                ),
                (
                    "doubt_until",
                    models.DateTimeField(blank=True, help_text="What was due before is not sent by itself.", null=True),
                ),
                (
                    "reached_at",
                    models.DateTimeField(blank=True, help_text="When the mail server last answered.", null=True),
                ),
                ("tried_at", models.DateTimeField(blank=True, help_text="When it was last called.", null=True)),
                (
                    "waiting_since",
                    models.DateTimeField(blank=True, help_text="It has not been reached since then.", null=True),
                ),
                ("waiting_why", models.CharField(blank=True, max_length=300)),
                (
                    "unknowns",
                    models.PositiveIntegerField(default=0, help_text="Mails of unknown fate, one after the other."),
                ),
                (
                    "look_again_at",
                    models.DateTimeField(blank=True, help_text="No mail is tried before then.", null=True),
                ),
            ],
            options={
                "verbose_name_plural": "mail status",
                "constraints": [models.CheckConstraint(condition=models.Q(("pk", 1)), name="one_mail_status")],
            },
        ),
        migrations.RunSQL(MAKE, "DELETE FROM core_mailstatus"),
    ]
