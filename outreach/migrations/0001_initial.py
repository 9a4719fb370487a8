"""Invitations, suppressions and the steps of campaigns."""

import django.contrib.postgres.fields
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
        ("experiences", "0001_initial"),
        ("mail", "0001_initial"),
        ("pghistory", "0007_auto_20250421_0444"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="LinkedContact",
            fields=[],
            options={
                "proxy": True,
                "default_permissions": (),
                "indexes": [],
                "constraints": [],
            },
            bases=("contacts.contact",),
        ),
        migrations.CreateModel(
            name="Bounce",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("attempt", models.PositiveIntegerField(help_text="The mail's number of claims when it was sent.")),
                ("email", models.EmailField(max_length=254)),
                ("permanent", models.BooleanField()),
                ("reason", models.CharField(blank=True, max_length=300)),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "send",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="bounces", to="mail.send"
                    ),
                ),
            ],
            options={
                "ordering": ["-pk"],
            },
        ),
        migrations.CreateModel(
            name="BounceMailbox",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid_validity", models.BigIntegerField(default=0)),
                ("last_uid", models.BigIntegerField(default=0)),
                ("lease_until", models.DateTimeField(blank=True, null=True)),
                ("read_at", models.DateTimeField(blank=True, null=True)),
                ("trouble", models.CharField(blank=True, max_length=300)),
            ],
            options={
                "constraints": [models.CheckConstraint(condition=models.Q(("pk", 1)), name="one_bounce_mailbox")],
            },
        ),
        migrations.CreateModel(
            name="CampaignPause",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("paused_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("resumed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "settled",
                    models.BooleanField(default=False, help_text="What became due meanwhile was done or skipped."),
                ),
                (
                    "campaign",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="pauses",
                        to="experiences.campaign",
                    ),
                ),
                (
                    "contact",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="pauses",
                        to="contacts.contact",
                    ),
                ),
                (
                    "paused_by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-paused_at", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="CampaignPauseEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                ("paused_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("resumed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "settled",
                    models.BooleanField(default=False, help_text="What became due meanwhile was done or skipped."),
                ),
                (
                    "campaign",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="experiences.campaign",
                    ),
                ),
                (
                    "contact",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="contacts.contact",
                    ),
                ),
                (
                    "paused_by",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "pgh_context",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="pghistory.context",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="events",
                        to="outreach.campaignpause",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Invitation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("accepted_at", models.DateTimeField(blank=True, null=True)),
                ("revoked_at", models.DateTimeField(blank=True, null=True)),
                ("revoked_why", models.CharField(blank=True, max_length=100)),
                (
                    "contact",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="invitations", to="contacts.contact"
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="InvitationEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("accepted_at", models.DateTimeField(blank=True, null=True)),
                ("revoked_at", models.DateTimeField(blank=True, null=True)),
                ("revoked_why", models.CharField(blank=True, max_length=100)),
                (
                    "contact",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="contacts.contact",
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "pgh_context",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="pghistory.context",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="events",
                        to="outreach.invitation",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Link",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "purpose",
                    models.CharField(
                        choices=[("invitation", "Invitation"), ("password", "New password")], max_length=10
                    ),
                ),
                ("token_hash", models.BinaryField(max_length=32, unique=True)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("expires_at", models.DateTimeField()),
                ("spent_at", models.DateTimeField(blank=True, null=True)),
                ("revoked_at", models.DateTimeField(blank=True, null=True)),
                (
                    "contact",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="links", to="contacts.contact"
                    ),
                ),
                (
                    "invitation",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="links",
                        to="outreach.invitation",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ScheduledInvitation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                ("again", models.BooleanField(default=False, help_text="Meant for somebody invited before.")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("gone", "Gone"),
                            ("cancelled", "Cancelled"),
                            ("skipped", "Skipped"),
                        ],
                        default="waiting",
                        max_length=9,
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=300)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "contact",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="scheduled_invitations",
                        to="contacts.contact",
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
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
            ],
            options={
                "ordering": ["at", "pk"],
            },
        ),
        migrations.CreateModel(
            name="StepClock",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("looked_until", models.DateTimeField()),
                ("looked_back_at", models.DateTimeField(help_text="When all of the window was looked through last.")),
                (
                    "zones",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=50),
                        db_default=[],
                        default=list,
                        help_text="The time zones of the contacts on campaigns, as of that moment.",
                        size=None,
                    ),
                ),
            ],
            options={
                "constraints": [models.CheckConstraint(condition=models.Q(("pk", 1)), name="one_step_clock")],
            },
        ),
        migrations.CreateModel(
            name="StepRun",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("message", "Message"),
                            ("post", "Post"),
                            ("reminder", "Reminder"),
                            ("action_item", "Action item"),
                        ],
                        max_length=12,
                    ),
                ),
                ("day", models.PositiveSmallIntegerField()),
                ("title", models.CharField(help_text="With its placeholders filled.", max_length=250)),
                ("text", models.TextField(blank=True)),
                ("due_at", models.DateTimeField()),
                ("state", models.CharField(choices=[("done", "Done"), ("skipped", "Skipped")], max_length=7)),
                (
                    "reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("late", "Too late: the time for it had passed"),
                            ("held", "The campaign was paused"),
                            ("closed", "The contact was deactivated, deleted or deceased"),
                            ("no_contact", "The contact is marked “do not contact”"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), help_text="When it was done or skipped."
                    ),
                ),
                (
                    "assignment",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="steps",
                        to="contacts.assignment",
                    ),
                ),
                (
                    "contact",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="steps",
                        to="contacts.contact",
                    ),
                ),
                (
                    "resource",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="experiences.resource",
                    ),
                ),
                (
                    "touchpoint",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="runs",
                        to="experiences.touchpoint",
                    ),
                ),
            ],
            options={
                "ordering": ["-due_at", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="Suppression",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("email", models.EmailField(max_length=254)),
                (
                    "kind",
                    models.CharField(
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
                ("reason", models.CharField(blank=True, max_length=200)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(django.db.models.functions.text.Lower("email"), name="suppressed_once")
                ],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="linkedcontact",
            trigger=pgtrigger.compiler.Trigger(
                name="links_follow_contact",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (lower(OLD.email) <> lower(NEW.email)\n    OR (OLD.deactivated_at IS NULL AND NEW.deactivated_at IS NOT NULL)\n    OR (OLD.deleted_at IS NULL AND NEW.deleted_at IS NOT NULL)\n    OR (NOT OLD.deceased AND NEW.deceased))",
                    func="UPDATE outreach_link SET revoked_at = now()\nWHERE contact_id = NEW.id AND spent_at IS NULL AND revoked_at IS NULL;\nUPDATE outreach_invitation SET\n    revoked_at = now(),\n    revoked_why = CASE\n        WHEN NEW.deleted_at IS NOT NULL THEN 'Contact deleted'\n        WHEN NEW.deactivated_at IS NOT NULL THEN 'Contact deactivated'\n        WHEN NEW.deceased THEN 'Contact deceased'\n        ELSE 'Email address changed'\n    END\nWHERE contact_id = NEW.id AND accepted_at IS NULL AND revoked_at IS NULL;\nRETURN NULL;",
                    hash="103821c2c01a6b46c59cb4ddd1eed94b1fb0d92c",
                    operation='UPDATE OF "email", "deactivated_at", "deleted_at", "deceased"',
                    pgid="pgtrigger_links_follow_contact_14511",
                    table="contacts_contact",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="bounce",
            index=models.Index(
                django.db.models.functions.text.Lower("email"),
                models.OrderBy(models.F("at"), descending=True),
                name="bounce_email",
            ),
        ),
        migrations.AddConstraint(
            model_name="bounce",
            constraint=models.UniqueConstraint(fields=("send", "attempt"), name="bounced_once"),
        ),
        migrations.AddIndex(
            model_name="campaignpause",
            index=models.Index(condition=models.Q(("settled", False)), fields=["resumed_at"], name="pause_to_settle"),
        ),
        migrations.AddConstraint(
            model_name="campaignpause",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("campaign__isnull", False), ("contact__isnull", True)),
                    models.Q(("campaign__isnull", True), ("contact__isnull", False)),
                    _connector="OR",
                ),
                name="pause_of_contact_or_campaign",
            ),
        ),
        migrations.AddConstraint(
            model_name="campaignpause",
            constraint=models.CheckConstraint(
                condition=models.Q(("resumed_at", None), ("resumed_at__gte", models.F("paused_at")), _connector="OR"),
                name="pause_in_order",
            ),
        ),
        migrations.AddConstraint(
            model_name="campaignpause",
            constraint=models.UniqueConstraint(
                condition=models.Q(("resumed_at", None)), fields=("contact",), name="one_pause_of_contact"
            ),
        ),
        migrations.AddConstraint(
            model_name="campaignpause",
            constraint=models.UniqueConstraint(
                condition=models.Q(("resumed_at", None)), fields=("campaign",), name="one_pause_of_campaign"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="campaignpause",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "outreach_campaignpauseevent" ("campaign_id", "contact_id", "id", "paused_at", "paused_by_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "resumed_at", "settled") VALUES (NEW."campaign_id", NEW."contact_id", NEW."id", NEW."paused_at", NEW."paused_by_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."resumed_at", NEW."settled"); RETURN NULL;',
                    hash="bad6a092fe7933848388a56439d6c6ee39d992a5",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_17a55",
                    table="outreach_campaignpause",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="campaignpause",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "outreach_campaignpauseevent" ("campaign_id", "contact_id", "id", "paused_at", "paused_by_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "resumed_at", "settled") VALUES (NEW."campaign_id", NEW."contact_id", NEW."id", NEW."paused_at", NEW."paused_by_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."resumed_at", NEW."settled"); RETURN NULL;',
                    hash="d6950e3725a1a456a9dfcdf8a8a0edb407fca490",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_cc639",
                    table="outreach_campaignpause",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="campaignpauseevent",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="43e5d7488efa1bb5e980f24d8f18293db8b4b991",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_962e9",
                    table="outreach_campaignpauseevent",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="invitation",
            constraint=models.UniqueConstraint(
                condition=models.Q(("accepted_at", None), ("revoked_at", None)),
                fields=("contact",),
                name="one_open_invitation",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="invitation",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "outreach_invitationevent" ("accepted_at", "contact_id", "created_at", "created_by_id", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "revoked_at", "revoked_why") VALUES (NEW."accepted_at", NEW."contact_id", NEW."created_at", NEW."created_by_id", NEW."id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."revoked_at", NEW."revoked_why"); RETURN NULL;',
                    hash="32727e36e390e178f2f906d4bab4b47228a6e1a1",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_b3194",
                    table="outreach_invitation",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="invitation",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "outreach_invitationevent" ("accepted_at", "contact_id", "created_at", "created_by_id", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "revoked_at", "revoked_why") VALUES (NEW."accepted_at", NEW."contact_id", NEW."created_at", NEW."created_by_id", NEW."id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."revoked_at", NEW."revoked_why"); RETURN NULL;',
                    hash="2e51def3c732b8301905d5686c4a74a45052aa8b",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_08f51",
                    table="outreach_invitation",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="invitationevent",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="4b14519975e43a46de4867f38dbea365352d9555",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_b8aa6",
                    table="outreach_invitationevent",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="link",
            constraint=models.CheckConstraint(
                condition=models.Q(("purpose", "password"), ("invitation__isnull", False), _connector="OR"),
                name="invitation_link_has_one",
            ),
        ),
        migrations.AddIndex(
            model_name="scheduledinvitation",
            index=models.Index(condition=models.Q(("state", "waiting")), fields=["at"], name="scheduled_due"),
        ),
        migrations.AddConstraint(
            model_name="scheduledinvitation",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "waiting")), fields=("contact",), name="one_waiting_invitation"
            ),
        ),
        migrations.AddIndex(
            model_name="steprun",
            index=models.Index(fields=["contact", "-due_at"], name="step_contact"),
        ),
        migrations.AddConstraint(
            model_name="steprun",
            constraint=models.UniqueConstraint(fields=("assignment", "touchpoint"), name="step_once"),
        ),
        migrations.AddConstraint(
            model_name="steprun",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("reason", ""), ("state", "done")),
                    models.Q(("state", "skipped"), models.Q(("reason", ""), _negated=True)),
                    _connector="OR",
                ),
                name="step_skipped_why",
            ),
        ),
        # One row, always there.
        migrations.RunSQL(
            "INSERT INTO outreach_stepclock (id, looked_until, looked_back_at) VALUES (1, now(), now())",
            migrations.RunSQL.noop,
        ),
    ]
