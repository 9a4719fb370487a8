"""The ledger of all mail, its archive, and the pace at which it leaves."""

import django.db.models.deletion
import django.db.models.functions.datetime
import django.db.models.functions.text
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("contacts", "0001_initial"),
        ("core", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="LinkRequest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("side", models.CharField(choices=[("staff", "Staff"), ("portal", "Client portal")], max_length=6)),
                ("email", models.EmailField(max_length=254)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="Pace",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("next_at", models.DateTimeField()),
            ],
            options={
                "constraints": [models.CheckConstraint(condition=models.Q(("pk", 1)), name="one_pace")],
            },
        ),
        migrations.CreateModel(
            name="Send",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("purpose", models.CharField(help_text="Key of a purpose that a room has registered.", max_length=20)),
                (
                    "rank",
                    models.PositiveSmallIntegerField(default=50, help_text="The purpose's: lower ranks leave first."),
                ),
                ("subject_id", models.BigIntegerField(help_text="What it is about: an invitation, or the person.")),
                ("recipient", models.EmailField(max_length=254)),
                ("number", models.PositiveIntegerField(default=1)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("planned", "Planned"),
                            ("claimed", "Claimed"),
                            ("handed_over", "Being handed over"),
                            ("accepted", "Accepted by the mail server"),
                            ("delivered", "Delivered"),
                            ("bounced", "Bounced"),
                            ("complained", "Marked as spam"),
                            ("failed", "Failed"),
                            ("suppressed", "Not sent"),
                            ("unknown", "Unknown whether sent"),
                        ],
                        default="planned",
                        max_length=11,
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=300)),
                (
                    "attempts",
                    models.PositiveIntegerField(default=0, help_text="How often it was claimed; the fencing token."),
                ),
                ("not_before", models.DateTimeField(blank=True, null=True)),
                ("lease_until", models.DateTimeField(blank=True, null=True)),
                ("message_id", models.CharField(blank=True, max_length=200)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("sent_at", models.DateTimeField(blank=True, null=True)),
                ("settled_at", models.DateTimeField(blank=True, null=True)),
                (
                    "contact",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="sends",
                        to="contacts.contact",
                    ),
                ),
                (
                    "operation",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="core.operation",
                    ),
                ),
                (
                    "requested_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="mails",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-pk"],
            },
        ),
        migrations.CreateModel(
            name="ArchivedMessage",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("sender", models.CharField(max_length=300)),
                ("recipient", models.EmailField(max_length=254)),
                ("subject", models.CharField(max_length=300)),
                ("text", models.TextField()),
                ("html", models.TextField()),
                (
                    "send",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="archived", to="mail.send"
                    ),
                ),
            ],
            options={
                "ordering": ["-pk"],
            },
        ),
        migrations.AddIndex(
            model_name="send",
            index=models.Index(
                condition=models.Q(("state__in", ["planned", "claimed", "handed_over"])),
                fields=["rank", "id"],
                name="send_open",
            ),
        ),
        migrations.AddIndex(
            model_name="send",
            index=models.Index(fields=["contact", "-created_at"], name="send_contact"),
        ),
        migrations.AddIndex(
            model_name="send",
            index=models.Index(
                condition=models.Q(("user__isnull", False)), fields=["user", "-created_at"], name="send_user"
            ),
        ),
        migrations.AddIndex(
            model_name="send",
            index=models.Index(
                django.db.models.functions.text.Lower("recipient"),
                models.OrderBy(models.F("id"), descending=True),
                name="send_recipient",
            ),
        ),
        migrations.AddIndex(
            model_name="send",
            index=models.Index(condition=models.Q(("state", "unknown")), fields=["id"], name="send_unknown"),
        ),
        migrations.AddIndex(
            model_name="send",
            index=models.Index(
                condition=models.Q(("message_id", ""), _negated=True), fields=["message_id"], name="send_message_id"
            ),
        ),
        migrations.AddConstraint(
            model_name="send",
            constraint=models.UniqueConstraint(
                models.F("purpose"),
                models.F("subject_id"),
                django.db.models.functions.text.Lower("recipient"),
                models.F("number"),
                name="send_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="send",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("contact__isnull", False), ("user", None)),
                    models.Q(("contact", None), ("user__isnull", False)),
                    _connector="OR",
                ),
                name="mail_to_one_person",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="archivedmessage",
            trigger=pgtrigger.compiler.Trigger(
                name="unalterable",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="5dba1b98af7bdbc757afc0bb8f0ea276f1cef2a0",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_unalterable_f4645",
                    table="mail_archivedmessage",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="archivedmessage",
            trigger=pgtrigger.compiler.Trigger(
                name="no_truncate",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'Cannot truncate table %', TG_TABLE_NAME;",
                    hash="3ff7c91251110d93b81e380a65d87f3fdab4d205",
                    level="STATEMENT",
                    operation="TRUNCATE",
                    pgid="pgtrigger_no_truncate_1d35d",
                    table="mail_archivedmessage",
                    when="BEFORE",
                ),
            ),
        ),
        # One row, always there.
        migrations.RunSQL("INSERT INTO mail_pace (id, next_at) VALUES (1, now())", migrations.RunSQL.noop),
    ]
