"""Operations, business events and what else every room writes to."""

import uuid

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Change",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Operation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=50)),
                ("title", models.CharField(max_length=200)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "Draft"),
                            ("queued", "Waiting"),
                            ("running", "Running"),
                            ("paused", "Paused"),
                            ("finished", "Finished"),
                            ("stopped", "Stopped"),
                            ("failed", "Failed"),
                        ],
                        default="draft",
                        max_length=10,
                    ),
                ),
                ("params", models.JSONField(blank=True, default=dict)),
                ("selection", models.CharField(blank=True, help_text="The selection in words.", max_length=500)),
                (
                    "query",
                    models.TextField(
                        blank=True, help_text="The filter whose matches were all chosen, as a query string."
                    ),
                ),
                (
                    "drift_accepted",
                    models.CharField(
                        blank=True,
                        help_text="Sign of those that match no more and are to be changed all the same.",
                        max_length=60,
                    ),
                ),
                ("total", models.PositiveIntegerField(default=0)),
                ("done", models.PositiveIntegerField(default=0)),
                ("skipped", models.PositiveIntegerField(default=0)),
                ("failed", models.PositiveIntegerField(default=0)),
                ("error", models.TextField(blank=True)),
                ("cancel_requested", models.BooleanField(default=False)),
                ("pause_requested", models.BooleanField(default=False)),
                ("attempts", models.PositiveIntegerField(default=0)),
                ("lease_until", models.DateTimeField(blank=True, null=True)),
                (
                    "wait_until",
                    models.DateTimeField(blank=True, help_text="Rests until then, for something outside.", null=True),
                ),
                (
                    "repeated",
                    models.CharField(
                        blank=True, help_text="How the lines ended whose rows it takes up.", max_length=10
                    ),
                ),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("started_at", models.DateTimeField(blank=True, null=True)),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
                ("seen_at", models.DateTimeField(blank=True, help_text="When its owner saw how it ended.", null=True)),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="operations",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "repeats",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="repetitions",
                        to="core.operation",
                    ),
                ),
                (
                    "undoes",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="undoings",
                        to="core.operation",
                    ),
                ),
            ],
            options={
                "ordering": ["-pk"],
            },
        ),
        migrations.CreateModel(
            name="Heartbeat",
            fields=[
                ("name", models.CharField(max_length=30, primary_key=True, serialize=False)),
                ("seen_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Press",
            fields=[
                ("key", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("location", models.CharField(blank=True, max_length=2000)),
                ("at", models.DateTimeField()),
            ],
            options={
                "verbose_name_plural": "presses",
            },
        ),
        migrations.CreateModel(
            name="Tally",
            fields=[
                ("key", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("count", models.PositiveIntegerField()),
                ("until", models.DateTimeField(db_index=True)),
            ],
            options={
                "verbose_name_plural": "tallies",
            },
        ),
        migrations.CreateModel(
            name="FrozenSelection",
            fields=[
                (
                    "operation",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="frozen",
                        serialize=False,
                        to="core.operation",
                    ),
                ),
                (
                    "subject_ids",
                    django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None),
                ),
                ("position", models.PositiveIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name="KeptRows",
            fields=[
                (
                    "operation",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="kept",
                        serialize=False,
                        to="core.operation",
                    ),
                ),
                (
                    "subject_ids",
                    django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None),
                ),
            ],
            options={
                "verbose_name_plural": "kept rows",
            },
        ),
        migrations.CreateModel(
            name="ExportFile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("role", models.CharField(help_text="Its owner's, when it was written.", max_length=20)),
                ("file", models.FileField(max_length=200, upload_to="exports/")),
                ("name", models.CharField(help_text="What it is called where it is saved.", max_length=100)),
                ("size", models.BigIntegerField(help_text="In bytes.")),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "operation",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="export_file", to="core.operation"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Activity",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("verb", models.CharField(max_length=50)),
                ("subject_type", models.CharField(max_length=30)),
                ("subject_id", models.BigIntegerField()),
                ("sentence", models.CharField(max_length=500)),
                ("data", models.JSONField(blank=True, default=dict)),
                (
                    "actor",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "operation",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="core.operation",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "activities",
            },
        ),
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
                    models.DateTimeField(
                        blank=True, help_text="What was due before is not sent automatically.", null=True
                    ),
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
        migrations.CreateModel(
            name="OperationLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("subject_id", models.BigIntegerField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("done", "Done"),
                            ("skipped", "Skipped"),
                            ("failed", "Failed"),
                            ("untouched", "Untouched"),
                        ],
                        max_length=10,
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=300)),
                ("before", models.JSONField(blank=True, help_text="Exact values before the change.", null=True)),
                ("after", models.JSONField(blank=True, help_text="Exact values right after it.", null=True)),
                (
                    "operation",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="lines",
                        to="core.operation",
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="operation",
            index=models.Index(fields=["owner", "-created_at"], name="operation_owner"),
        ),
        migrations.AddIndex(
            model_name="operation",
            index=models.Index(
                condition=models.Q(("seen_at", None)), fields=["owner", "state"], name="operation_unseen"
            ),
        ),
        migrations.AddIndex(
            model_name="operation",
            index=models.Index(condition=models.Q(("state", "draft")), fields=["owner", "-id"], name="operation_draft"),
        ),
        migrations.AddIndex(
            model_name="operation",
            index=models.Index(
                condition=models.Q(("state__in", ["queued", "running"])),
                fields=["lease_until"],
                name="operation_runnable",
            ),
        ),
        migrations.AddConstraint(
            model_name="operation",
            constraint=models.UniqueConstraint(fields=("repeats", "repeated"), name="repeated_once"),
        ),
        migrations.AddIndex(
            model_name="activity",
            index=models.Index(fields=["subject_type", "subject_id", "-at"], name="activity_subject"),
        ),
        migrations.AddIndex(
            model_name="activity",
            index=models.Index(
                condition=models.Q(("subject_type", "contact"), _negated=True),
                fields=["-at", "-id"],
                name="activity_audit",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="activity",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="f7445b0663e56924ede4eab82f8354036729c362",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_5b018",
                    table="core_activity",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="activity",
            trigger=pgtrigger.compiler.Trigger(
                name="no_truncate",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'Cannot truncate table %', TG_TABLE_NAME;",
                    hash="4e87040cb0cbdd754b11fa10a6c40078e40a880a",
                    level="STATEMENT",
                    operation="TRUNCATE",
                    pgid="pgtrigger_no_truncate_943b7",
                    table="core_activity",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="operationline",
            index=models.Index(
                condition=models.Q(("state", "done"), _negated=True),
                fields=["operation", "state", "subject_id"],
                name="line_not_done",
            ),
        ),
        migrations.AddConstraint(
            model_name="operationline",
            constraint=models.UniqueConstraint(fields=("operation", "subject_id"), name="one_line_per_subject"),
        ),
        migrations.AddConstraint(
            model_name="operationline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ["skipped", "failed"]), _negated=True),
                    models.Q(("reason", ""), _negated=True),
                    _connector="OR",
                ),
                name="skipped_says_why",
            ),
        ),
        # Numbers hardly compress, and trying takes longer than writing them.
        migrations.RunSQL(
            "ALTER TABLE core_frozenselection ALTER COLUMN subject_ids SET STORAGE EXTERNAL", migrations.RunSQL.noop
        ),
        # Counters may be lost with a crash of the database, and then cost no write to its log.
        migrations.RunSQL("ALTER TABLE core_tally SET UNLOGGED", migrations.RunSQL.noop),
        # One row, always there.
        migrations.RunSQL(
            "INSERT INTO core_mailstatus (id, ledger, generation, home, held_why, waiting_why, unknowns)"
            " VALUES (1, gen_random_uuid(), 0, '', '', '', 0)",
            migrations.RunSQL.noop,
        ),
    ]
