"""Action items and reminders."""

import django.db.models.deletion
import django.db.models.functions.comparison
import django.db.models.functions.datetime
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("contacts", "0001_initial"),
        ("experiences", "0001_initial"),
        ("pghistory", "0007_auto_20250421_0444"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ActionItem",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("title", models.CharField(max_length=120)),
                ("text", models.TextField(blank=True, db_default="", default="", max_length=4000)),
                (
                    "due_on",
                    models.DateField(
                        blank=True,
                        help_text="The last day for it, where the client lives.",
                        null=True,
                        verbose_name="due",
                    ),
                ),
                (
                    "asks_for_upload",
                    models.BooleanField(
                        db_default=False,
                        default=False,
                        help_text="The client can send PDFs and pictures with it.",
                        verbose_name="ask for a file",
                    ),
                ),
                ("done_at", models.DateTimeField(blank=True, null=True)),
                ("done_by_client", models.BooleanField(db_default=False, default=False)),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
                (
                    "overdue_mail_at",
                    models.DateTimeField(
                        blank=True, help_text="When the one mail was planned that says that it is overdue.", null=True
                    ),
                ),
                (
                    "step_run",
                    models.BigIntegerField(
                        blank=True, help_text="The campaign's step that made it.", null=True, unique=True
                    ),
                ),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "contact",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="action_items",
                        to="contacts.contact",
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        help_text="Empty: a campaign.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "done_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        help_text="Of the staff; empty for the client.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "resource",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="action_items",
                        to="experiences.resource",
                    ),
                ),
            ],
            options={
                "ordering": ["-pk"],
            },
        ),
        migrations.CreateModel(
            name="ActionItemEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                ("title", models.CharField(max_length=120)),
                ("text", models.TextField(blank=True, db_default="", default="", max_length=4000)),
                (
                    "due_on",
                    models.DateField(
                        blank=True,
                        help_text="The last day for it, where the client lives.",
                        null=True,
                        verbose_name="due",
                    ),
                ),
                (
                    "asks_for_upload",
                    models.BooleanField(
                        db_default=False,
                        default=False,
                        help_text="The client can send PDFs and pictures with it.",
                        verbose_name="ask for a file",
                    ),
                ),
                ("done_at", models.DateTimeField(blank=True, null=True)),
                ("done_by_client", models.BooleanField(db_default=False, default=False)),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
                (
                    "overdue_mail_at",
                    models.DateTimeField(
                        blank=True, help_text="When the one mail was planned that says that it is overdue.", null=True
                    ),
                ),
                (
                    "step_run",
                    models.BigIntegerField(blank=True, help_text="The campaign's step that made it.", null=True),
                ),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
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
                        help_text="Empty: a campaign.",
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "done_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        help_text="Of the staff; empty for the client.",
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
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        to="todos.actionitem",
                    ),
                ),
                (
                    "resource",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="experiences.resource",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="ItemFile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("file", models.FileField(upload_to="action_items/")),
                ("name", models.CharField(max_length=200)),
                ("size", models.PositiveIntegerField(help_text="In bytes.")),
                ("sent_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="files", to="todos.actionitem"
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="Reminder",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("title", models.CharField(max_length=120)),
                ("text", models.TextField(blank=True, db_default="", default="", max_length=4000)),
                (
                    "audience",
                    models.CharField(
                        choices=[("advisor", "Primary advisor"), ("team", "Team")],
                        db_default="advisor",
                        default="advisor",
                        max_length=7,
                        verbose_name="for",
                    ),
                ),
                ("due_at", models.DateTimeField(verbose_name="due")),
                ("snoozed_until", models.DateTimeField(blank=True, null=True)),
                ("done_at", models.DateTimeField(blank=True, null=True)),
                (
                    "step_run",
                    models.BigIntegerField(
                        blank=True, help_text="The campaign's step that made it.", null=True, unique=True
                    ),
                ),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "shows_at",
                    models.GeneratedField(
                        db_persist=True,
                        expression=django.db.models.functions.comparison.Coalesce("snoozed_until", "due_at"),
                        output_field=models.DateTimeField(),
                    ),
                ),
                (
                    "contact",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="reminders",
                        to="contacts.contact",
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        help_text="Empty: a campaign.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "done_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["shows_at", "pk"],
            },
        ),
        migrations.CreateModel(
            name="ReminderEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                ("title", models.CharField(max_length=120)),
                ("text", models.TextField(blank=True, db_default="", default="", max_length=4000)),
                (
                    "audience",
                    models.CharField(
                        choices=[("advisor", "Primary advisor"), ("team", "Team")],
                        db_default="advisor",
                        default="advisor",
                        max_length=7,
                        verbose_name="for",
                    ),
                ),
                ("due_at", models.DateTimeField(verbose_name="due")),
                ("snoozed_until", models.DateTimeField(blank=True, null=True)),
                ("done_at", models.DateTimeField(blank=True, null=True)),
                (
                    "step_run",
                    models.BigIntegerField(blank=True, help_text="The campaign's step that made it.", null=True),
                ),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
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
                        help_text="Empty: a campaign.",
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "done_by",
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
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        to="todos.reminder",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.AddIndex(
            model_name="actionitem",
            index=models.Index(fields=["contact", "-id"], name="action_item_contact"),
        ),
        migrations.AddIndex(
            model_name="actionitem",
            index=models.Index(
                condition=models.Q(
                    ("done_at", None), ("due_on__isnull", False), ("overdue_mail_at", None), ("withdrawn_at", None)
                ),
                fields=["due_on"],
                name="action_item_to_remind",
            ),
        ),
        migrations.AddIndex(
            model_name="actionitem",
            index=models.Index(
                condition=models.Q(("done_by_client", True)), fields=["done_at"], name="action_item_done_by_client"
            ),
        ),
        migrations.AddConstraint(
            model_name="actionitem",
            constraint=models.CheckConstraint(
                condition=models.Q(("title", ""), _negated=True), name="action_item_titled"
            ),
        ),
        migrations.AddConstraint(
            model_name="actionitem",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("done_at", None), ("done_by", None), ("done_by_client", False)),
                    models.Q(("done_at__isnull", False), ("done_by", None), ("done_by_client", True)),
                    models.Q(("done_at__isnull", False), ("done_by__isnull", False), ("done_by_client", False)),
                    _connector="OR",
                ),
                name="action_item_done_by_one",
            ),
        ),
        migrations.AddConstraint(
            model_name="actionitem",
            constraint=models.CheckConstraint(
                condition=models.Q(("done_at", None), ("withdrawn_at", None), _connector="OR"),
                name="action_item_done_or_withdrawn",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="actionitem",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='IF EXISTS (SELECT FROM new_values) THEN EXECUTE $history$ WITH entries AS (WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "todos_actionitemevent" ("asks_for_upload", "contact_id", "created_at", "created_by_id", "done_at", "done_by_client", "done_by_id", "due_on", "id", "overdue_mail_at", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "resource_id", "step_run", "text", "title", "withdrawn_at") SELECT new_values."asks_for_upload", new_values."contact_id", new_values."created_at", new_values."created_by_id", new_values."done_at", new_values."done_by_client", new_values."done_by_id", new_values."due_on", new_values."id", new_values."overdue_mail_at", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."resource_id", new_values."step_run", new_values."text", new_values."title", new_values."withdrawn_at" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context RETURNING 1) INSERT INTO core_change (at) SELECT statement_timestamp() FROM entries LIMIT 1 $history$; END IF; RETURN NULL;',
                    hash="47da6c122a7341fcea05eab09cfc2057ce3d227c",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_625b1",
                    referencing="REFERENCING NEW TABLE AS new_values ",
                    table="todos_actionitem",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="actionitem",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='IF EXISTS (SELECT FROM new_values) THEN EXECUTE $history$ WITH entries AS (WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "todos_actionitemevent" ("asks_for_upload", "contact_id", "created_at", "created_by_id", "done_at", "done_by_client", "done_by_id", "due_on", "id", "overdue_mail_at", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "resource_id", "step_run", "text", "title", "withdrawn_at") SELECT new_values."asks_for_upload", new_values."contact_id", new_values."created_at", new_values."created_by_id", new_values."done_at", new_values."done_by_client", new_values."done_by_id", new_values."due_on", new_values."id", new_values."overdue_mail_at", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."resource_id", new_values."step_run", new_values."text", new_values."title", new_values."withdrawn_at" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context RETURNING 1) INSERT INTO core_change (at) SELECT statement_timestamp() FROM entries LIMIT 1 $history$; END IF; RETURN NULL;',
                    hash="ccc4a0d3966103f3d63070a862773026e3497d8a",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_7b098",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="todos_actionitem",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="actionitemevent",
            index=models.Index(fields=["contact"], name="actionitemevent_by_contact"),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="actionitemevent",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="c32526b1abde087482d24cd57d720a7d52512828",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_899de",
                    table="todos_actionitemevent",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="itemfile",
            index=models.Index(fields=["sent_at"], name="item_file_sent"),
        ),
        migrations.AddConstraint(
            model_name="itemfile",
            constraint=models.CheckConstraint(
                condition=models.Q(models.Q(("file", ""), _negated=True), models.Q(("name", ""), _negated=True)),
                name="item_file_is_there",
            ),
        ),
        migrations.AddIndex(
            model_name="reminder",
            index=models.Index(fields=["contact", "-id"], name="reminder_contact"),
        ),
        migrations.AddIndex(
            model_name="reminder",
            index=models.Index(condition=models.Q(("done_at", None)), fields=["shows_at", "id"], name="reminder_open"),
        ),
        migrations.AddIndex(
            model_name="reminder",
            index=models.Index(
                models.OrderBy(models.F("done_at"), descending=True),
                models.OrderBy(models.F("id"), descending=True),
                condition=models.Q(("done_at__isnull", False)),
                name="reminder_done",
            ),
        ),
        migrations.AddConstraint(
            model_name="reminder",
            constraint=models.CheckConstraint(condition=models.Q(("title", ""), _negated=True), name="reminder_titled"),
        ),
        migrations.AddConstraint(
            model_name="reminder",
            constraint=models.CheckConstraint(
                condition=models.Q(("audience__in", ["advisor", "team"])), name="reminder_audience_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="reminder",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("done_at", None), ("done_by", None)),
                    models.Q(("done_at__isnull", False), ("done_by__isnull", False)),
                    _connector="OR",
                ),
                name="reminder_done_by_somebody",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="reminder",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='IF EXISTS (SELECT FROM new_values) THEN EXECUTE $history$ WITH entries AS (WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "todos_reminderevent" ("audience", "contact_id", "created_at", "created_by_id", "done_at", "done_by_id", "due_at", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "snoozed_until", "step_run", "text", "title") SELECT new_values."audience", new_values."contact_id", new_values."created_at", new_values."created_by_id", new_values."done_at", new_values."done_by_id", new_values."due_at", new_values."id", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."snoozed_until", new_values."step_run", new_values."text", new_values."title" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context RETURNING 1) INSERT INTO core_change (at) SELECT statement_timestamp() FROM entries LIMIT 1 $history$; END IF; RETURN NULL;',
                    hash="9932c75d8b5f5944033f6c2b0b81e5df4962c138",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_afd42",
                    referencing="REFERENCING NEW TABLE AS new_values ",
                    table="todos_reminder",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="reminder",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='IF EXISTS (SELECT FROM new_values) THEN EXECUTE $history$ WITH entries AS (WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "todos_reminderevent" ("audience", "contact_id", "created_at", "created_by_id", "done_at", "done_by_id", "due_at", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "snoozed_until", "step_run", "text", "title") SELECT new_values."audience", new_values."contact_id", new_values."created_at", new_values."created_by_id", new_values."done_at", new_values."done_by_id", new_values."due_at", new_values."id", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."snoozed_until", new_values."step_run", new_values."text", new_values."title" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."audience" IS DISTINCT FROM (new_values."audience") OR old_values."contact_id" IS DISTINCT FROM (new_values."contact_id") OR old_values."created_at" IS DISTINCT FROM (new_values."created_at") OR old_values."created_by_id" IS DISTINCT FROM (new_values."created_by_id") OR old_values."done_at" IS DISTINCT FROM (new_values."done_at") OR old_values."done_by_id" IS DISTINCT FROM (new_values."done_by_id") OR old_values."due_at" IS DISTINCT FROM (new_values."due_at") OR old_values."id" IS DISTINCT FROM (new_values."id") OR old_values."snoozed_until" IS DISTINCT FROM (new_values."snoozed_until") OR old_values."step_run" IS DISTINCT FROM (new_values."step_run") OR old_values."text" IS DISTINCT FROM (new_values."text") OR old_values."title" IS DISTINCT FROM (new_values."title")) ) AS new_values, _pgh_attached_context RETURNING 1) INSERT INTO core_change (at) SELECT statement_timestamp() FROM entries LIMIT 1 $history$; END IF; RETURN NULL;',
                    hash="a5e2b7797758e851069e07d636dda002535a0d56",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_2cde6",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="todos_reminder",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="reminderevent",
            index=models.Index(fields=["contact"], name="reminderevent_by_contact"),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="reminderevent",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="951909902c827d55e61cc1198464134c48daa8cd",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_46bbf",
                    table="todos_reminderevent",
                    when="BEFORE",
                ),
            ),
        ),
    ]
