"""Staff and clients who sign in, and the firm, whose one row is there from the start."""

import re

import django.core.validators
import django.db.models.deletion
import django.db.models.functions.datetime
import django.db.models.functions.text
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

import accounts.models.firm


def create_firm(apps, schema_editor):
    """Make row 1 with the default settings."""
    apps.get_model("accounts", "Firm").objects.get_or_create(pk=1)


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("pghistory", "0007_auto_20250421_0444"),
    ]

    operations = [
        migrations.CreateModel(
            name="Firm",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(default="Your firm", max_length=100)),
                ("address", models.TextField(blank=True, help_text="Shown at the foot of every mail.")),
                ("phone", models.CharField(blank=True, max_length=30)),
                (
                    "support_email",
                    models.EmailField(blank=True, help_text="Replies to the firm's mail go here.", max_length=254),
                ),
                ("website", models.URLField(blank=True)),
                (
                    "brand_colour",
                    models.CharField(
                        default="#2f5fde",
                        max_length=7,
                        validators=[
                            django.core.validators.RegexValidator(
                                re.compile("^#[0-9a-fA-F]{6}$"), "Give a colour such as #2f5fde."
                            )
                        ],
                    ),
                ),
                ("logo", models.ImageField(blank=True, upload_to="firm/")),
                (
                    "time_zone",
                    models.CharField(
                        default="America/New_York", max_length=50, validators=[accounts.models.firm.validate_time_zone]
                    ),
                ),
                (
                    "default_country",
                    models.CharField(
                        default="US", help_text="Used for phone numbers without a country code.", max_length=2
                    ),
                ),
                (
                    "invitation_link_days",
                    models.PositiveSmallIntegerField(
                        default=7,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(30),
                        ],
                    ),
                ),
                (
                    "reinvite_gap_hours",
                    models.PositiveSmallIntegerField(
                        default=24,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(720),
                        ],
                    ),
                ),
                (
                    "invitations_at_most",
                    models.PositiveSmallIntegerField(
                        default=5,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(20),
                        ],
                    ),
                ),
                (
                    "undo_days",
                    models.PositiveSmallIntegerField(
                        db_default=30,
                        default=30,
                        help_text="Bulk changes can be undone for this many days (0 = never).",
                        validators=[django.core.validators.MaxValueValidator(365)],
                    ),
                ),
                ("auto_reinvite", models.BooleanField(default=False, verbose_name="automatic re-invites")),
                (
                    "reinvite_days",
                    models.JSONField(
                        default=accounts.models.firm.default_reinvite_days,
                        help_text="Days after the first invitation.",
                        validators=[accounts.models.firm.validate_reinvite_days],
                    ),
                ),
                (
                    "quiet_from",
                    models.TimeField(
                        default=accounts.models.firm.quiet_from,
                        help_text="Campaigns do nothing in these hours, where the contact lives.",
                        verbose_name="quiet hours from",
                    ),
                ),
                (
                    "quiet_until",
                    models.TimeField(default=accounts.models.firm.quiet_until, verbose_name="quiet hours until"),
                ),
                (
                    "step_window_hours",
                    models.PositiveSmallIntegerField(
                        default=48,
                        help_text="Hours. A step that is later, as after an outage, is skipped and shown as skipped.",
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(168),
                        ],
                        verbose_name="skip campaign steps later than",
                    ),
                ),
                ("campaigns_held_at", models.DateTimeField(blank=True, editable=False, null=True)),
                ("campaigns_resumed_at", models.DateTimeField(blank=True, editable=False, null=True)),
                (
                    "sends_per_minute",
                    models.PositiveIntegerField(
                        default=600,
                        help_text="Mail leaves no faster than this, over all workers.",
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(100000),
                        ],
                    ),
                ),
                ("invitation_subject", models.CharField(default="Your invitation from {firm_name}", max_length=200)),
                (
                    "invitation_text",
                    models.TextField(
                        default="Dear {preferred_name},\n\n{advisor_name} has prepared your personal client portal. Choose a password to open it.\n\nWe look forward to seeing you there.\n{firm_name}"
                    ),
                ),
            ],
            options={
                "verbose_name": "firm settings",
                "verbose_name_plural": "firm settings",
            },
        ),
        migrations.CreateModel(
            name="FirmEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                ("name", models.CharField(default="Your firm", max_length=100)),
                ("address", models.TextField(blank=True, help_text="Shown at the foot of every mail.")),
                ("phone", models.CharField(blank=True, max_length=30)),
                (
                    "support_email",
                    models.EmailField(blank=True, help_text="Replies to the firm's mail go here.", max_length=254),
                ),
                ("website", models.URLField(blank=True)),
                (
                    "brand_colour",
                    models.CharField(
                        default="#2f5fde",
                        max_length=7,
                        validators=[
                            django.core.validators.RegexValidator(
                                re.compile("^#[0-9a-fA-F]{6}$"), "Give a colour such as #2f5fde."
                            )
                        ],
                    ),
                ),
                ("logo", models.ImageField(blank=True, upload_to="firm/")),
                (
                    "time_zone",
                    models.CharField(
                        default="America/New_York", max_length=50, validators=[accounts.models.firm.validate_time_zone]
                    ),
                ),
                (
                    "default_country",
                    models.CharField(
                        default="US", help_text="Used for phone numbers without a country code.", max_length=2
                    ),
                ),
                (
                    "invitation_link_days",
                    models.PositiveSmallIntegerField(
                        default=7,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(30),
                        ],
                    ),
                ),
                (
                    "reinvite_gap_hours",
                    models.PositiveSmallIntegerField(
                        default=24,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(720),
                        ],
                    ),
                ),
                (
                    "invitations_at_most",
                    models.PositiveSmallIntegerField(
                        default=5,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(20),
                        ],
                    ),
                ),
                (
                    "undo_days",
                    models.PositiveSmallIntegerField(
                        db_default=30,
                        default=30,
                        help_text="Bulk changes can be undone for this many days (0 = never).",
                        validators=[django.core.validators.MaxValueValidator(365)],
                    ),
                ),
                ("auto_reinvite", models.BooleanField(default=False, verbose_name="automatic re-invites")),
                (
                    "reinvite_days",
                    models.JSONField(
                        default=accounts.models.firm.default_reinvite_days,
                        help_text="Days after the first invitation.",
                        validators=[accounts.models.firm.validate_reinvite_days],
                    ),
                ),
                (
                    "quiet_from",
                    models.TimeField(
                        default=accounts.models.firm.quiet_from,
                        help_text="Campaigns do nothing in these hours, where the contact lives.",
                        verbose_name="quiet hours from",
                    ),
                ),
                (
                    "quiet_until",
                    models.TimeField(default=accounts.models.firm.quiet_until, verbose_name="quiet hours until"),
                ),
                (
                    "step_window_hours",
                    models.PositiveSmallIntegerField(
                        default=48,
                        help_text="Hours. A step that is later, as after an outage, is skipped and shown as skipped.",
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(168),
                        ],
                        verbose_name="skip campaign steps later than",
                    ),
                ),
                ("campaigns_held_at", models.DateTimeField(blank=True, editable=False, null=True)),
                ("campaigns_resumed_at", models.DateTimeField(blank=True, editable=False, null=True)),
                (
                    "sends_per_minute",
                    models.PositiveIntegerField(
                        default=600,
                        help_text="Mail leaves no faster than this, over all workers.",
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(100000),
                        ],
                    ),
                ),
                ("invitation_subject", models.CharField(default="Your invitation from {firm_name}", max_length=200)),
                (
                    "invitation_text",
                    models.TextField(
                        default="Dear {preferred_name},\n\n{advisor_name} has prepared your personal client portal. Choose a password to open it.\n\nWe look forward to seeing you there.\n{firm_name}"
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Session",
            fields=[
                (
                    "session_key",
                    models.CharField(max_length=40, primary_key=True, serialize=False, verbose_name="session key"),
                ),
                ("session_data", models.TextField(verbose_name="session data")),
                ("expire_date", models.DateTimeField(db_index=True, verbose_name="expire date")),
                ("began_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "seen_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        help_text="To the minute; asking for progress does not count.",
                    ),
                ),
                ("address", models.CharField(blank=True, help_text="Where the sign-in came from.", max_length=45)),
                (
                    "browser",
                    models.CharField(blank=True, help_text="What it called itself at the sign-in.", max_length=200),
                ),
            ],
            options={
                "verbose_name": "session",
                "verbose_name_plural": "sessions",
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="UserEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                ("email", models.EmailField(max_length=254)),
                ("first_name", models.CharField(blank=True, max_length=100)),
                ("last_name", models.CharField(blank=True, max_length=100)),
                ("job_title", models.CharField(blank=True, max_length=100)),
                ("phone", models.CharField(blank=True, max_length=20)),
                ("photo", models.ImageField(blank=True, upload_to="staff/")),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("admin", "Admin"),
                            ("advisor", "Advisor"),
                            ("support", "Support"),
                            ("compliance", "Compliance"),
                            ("contact", "Contact"),
                        ],
                        max_length=12,
                    ),
                ),
                ("time_zone", models.CharField(blank=True, help_text="Empty: the firm's time zone.", max_length=50)),
                ("is_active", models.BooleanField(default=True, verbose_name="active")),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="User",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("password", models.CharField(max_length=128, verbose_name="password")),
                ("last_login", models.DateTimeField(blank=True, null=True, verbose_name="last login")),
                ("email", models.EmailField(max_length=254)),
                ("first_name", models.CharField(blank=True, max_length=100)),
                ("last_name", models.CharField(blank=True, max_length=100)),
                ("job_title", models.CharField(blank=True, max_length=100)),
                ("phone", models.CharField(blank=True, max_length=20)),
                ("photo", models.ImageField(blank=True, upload_to="staff/")),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("admin", "Admin"),
                            ("advisor", "Advisor"),
                            ("support", "Support"),
                            ("compliance", "Compliance"),
                            ("contact", "Contact"),
                        ],
                        max_length=12,
                    ),
                ),
                ("time_zone", models.CharField(blank=True, help_text="Empty: the firm's time zone.", max_length=50)),
                ("is_active", models.BooleanField(default=True, verbose_name="active")),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "session_generation",
                    models.PositiveIntegerField(
                        db_default=0,
                        default=0,
                        editable=False,
                        help_text="Counting on ends every session of this user, seen again or not.",
                    ),
                ),
                (
                    "alert",
                    models.CharField(
                        blank=True,
                        db_default="",
                        default="",
                        editable=False,
                        help_text="What an admin has yet to see.",
                        max_length=300,
                    ),
                ),
            ],
            options={
                "ordering": ["last_name", "first_name", "pk"],
                "constraints": [
                    models.UniqueConstraint(
                        django.db.models.functions.text.Lower("email"),
                        condition=models.Q(("role", "contact"), _negated=True),
                        name="staff_email_unique",
                        violation_error_message="Somebody on the staff already has this email address.",
                    ),
                    models.UniqueConstraint(
                        django.db.models.functions.text.Lower("email"),
                        condition=models.Q(("role", "contact")),
                        name="portal_email_unique",
                        violation_error_message="A contact already signs in with this email address.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("role__in", ["admin", "advisor", "support", "compliance", "contact"])),
                        name="role_known",
                    ),
                ],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="user",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "accounts_userevent" ("created_at", "email", "first_name", "id", "is_active", "job_title", "last_name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phone", "photo", "role", "time_zone") VALUES (NEW."created_at", NEW."email", NEW."first_name", NEW."id", NEW."is_active", NEW."job_title", NEW."last_name", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."phone", NEW."photo", NEW."role", NEW."time_zone"); RETURN NULL;',
                    hash="218eb0e7be4b4fded1a5c78fb230aad2616ad1ef",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_3867c",
                    table="accounts_user",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="user",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."email" IS DISTINCT FROM (NEW."email") OR OLD."first_name" IS DISTINCT FROM (NEW."first_name") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."is_active" IS DISTINCT FROM (NEW."is_active") OR OLD."job_title" IS DISTINCT FROM (NEW."job_title") OR OLD."last_name" IS DISTINCT FROM (NEW."last_name") OR OLD."phone" IS DISTINCT FROM (NEW."phone") OR OLD."photo" IS DISTINCT FROM (NEW."photo") OR OLD."role" IS DISTINCT FROM (NEW."role") OR OLD."time_zone" IS DISTINCT FROM (NEW."time_zone"))',
                    func='INSERT INTO "accounts_userevent" ("created_at", "email", "first_name", "id", "is_active", "job_title", "last_name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phone", "photo", "role", "time_zone") VALUES (NEW."created_at", NEW."email", NEW."first_name", NEW."id", NEW."is_active", NEW."job_title", NEW."last_name", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."phone", NEW."photo", NEW."role", NEW."time_zone"); RETURN NULL;',
                    hash="345e6409c4e6bfeaef014df9b475010e25b31fe8",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_0e890",
                    table="accounts_user",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="firm",
            constraint=models.CheckConstraint(condition=models.Q(("pk", 1)), name="one_firm"),
        ),
        migrations.AddConstraint(
            model_name="firm",
            constraint=models.CheckConstraint(
                condition=models.Q(("invitation_link_days__gte", 1), ("invitation_link_days__lte", 30)),
                name="invitation_link_days_1_to_30",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="firm",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "accounts_firmevent" ("address", "auto_reinvite", "brand_colour", "campaigns_held_at", "campaigns_resumed_at", "default_country", "id", "invitation_link_days", "invitation_subject", "invitation_text", "invitations_at_most", "logo", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phone", "quiet_from", "quiet_until", "reinvite_days", "reinvite_gap_hours", "sends_per_minute", "step_window_hours", "support_email", "time_zone", "undo_days", "website") VALUES (NEW."address", NEW."auto_reinvite", NEW."brand_colour", NEW."campaigns_held_at", NEW."campaigns_resumed_at", NEW."default_country", NEW."id", NEW."invitation_link_days", NEW."invitation_subject", NEW."invitation_text", NEW."invitations_at_most", NEW."logo", NEW."name", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."phone", NEW."quiet_from", NEW."quiet_until", NEW."reinvite_days", NEW."reinvite_gap_hours", NEW."sends_per_minute", NEW."step_window_hours", NEW."support_email", NEW."time_zone", NEW."undo_days", NEW."website"); RETURN NULL;',
                    hash="ed0d7bbd7a8a09576f95748cba78177414e67853",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_8e82c",
                    table="accounts_firm",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="firm",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "accounts_firmevent" ("address", "auto_reinvite", "brand_colour", "campaigns_held_at", "campaigns_resumed_at", "default_country", "id", "invitation_link_days", "invitation_subject", "invitation_text", "invitations_at_most", "logo", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phone", "quiet_from", "quiet_until", "reinvite_days", "reinvite_gap_hours", "sends_per_minute", "step_window_hours", "support_email", "time_zone", "undo_days", "website") VALUES (NEW."address", NEW."auto_reinvite", NEW."brand_colour", NEW."campaigns_held_at", NEW."campaigns_resumed_at", NEW."default_country", NEW."id", NEW."invitation_link_days", NEW."invitation_subject", NEW."invitation_text", NEW."invitations_at_most", NEW."logo", NEW."name", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."phone", NEW."quiet_from", NEW."quiet_until", NEW."reinvite_days", NEW."reinvite_gap_hours", NEW."sends_per_minute", NEW."step_window_hours", NEW."support_email", NEW."time_zone", NEW."undo_days", NEW."website"); RETURN NULL;',
                    hash="d80f6a08907732ff158c766a425b159e1803e1b1",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_9a61f",
                    table="accounts_firm",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddField(
            model_name="firmevent",
            name="pgh_context",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="pghistory.context",
            ),
        ),
        migrations.AddField(
            model_name="firmevent",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="events",
                to="accounts.firm",
            ),
        ),
        migrations.AddField(
            model_name="session",
            name="user",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="sessions",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="userevent",
            name="pgh_context",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="pghistory.context",
            ),
        ),
        migrations.AddField(
            model_name="userevent",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="events",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="firmevent",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="393e046776784e327958a8f44cedd57c4c287d5e",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_b4f03",
                    table="accounts_firmevent",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="userevent",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="9e9498e73f6fbdf2642fb33fa14189f1ad2382c8",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_45b21",
                    table="accounts_userevent",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.RunPython(create_firm, migrations.RunPython.noop),
    ]
