"""Threads between clients and staff."""

import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
import django.db.models.functions.datetime
import django.db.models.functions.text
import django.db.models.lookups
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("contacts", "0001_initial"),
        ("experiences", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Message",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "side",
                    models.CharField(
                        choices=[
                            ("client", "Client"),
                            ("staff", "Staff"),
                            ("campaign", "Campaign"),
                            ("note", "Note for staff"),
                        ],
                        max_length=8,
                    ),
                ),
                ("text", models.TextField(blank=True, help_text="Empty only where files say it.")),
                (
                    "attachment_count",
                    models.PositiveSmallIntegerField(
                        db_default=0,
                        default=0,
                        help_text="Written with the message: whether it may be without text hangs on it.",
                    ),
                ),
                (
                    "step_run",
                    models.BigIntegerField(blank=True, help_text="The step that wrote it.", null=True, unique=True),
                ),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "addressee",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        help_text="Whom the client wrote to, in a direct thread: the thread may be handed on later.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "author",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        help_text="Of the staff; empty for the client. A campaign writes in an advisor's name.",
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
                        help_text="What a campaign sent along.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="experiences.resource",
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="SavedReply",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("title", models.CharField(max_length=80)),
                ("text", models.TextField(max_length=4000)),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        help_text="Empty: shared by the firm.",
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="saved_replies",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "saved replies",
                "ordering": [django.db.models.functions.text.Lower("title"), "pk"],
            },
        ),
        migrations.CreateModel(
            name="Thread",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(choices=[("direct", "Direct"), ("team", "Team")], max_length=6)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("last_message_at", models.DateTimeField(help_text="Of messages; notes do not count.", null=True)),
                ("last_client_message_at", models.DateTimeField(null=True)),
                (
                    "unanswered_since",
                    models.DateTimeField(help_text="The first message of the client not answered yet.", null=True),
                ),
                (
                    "client_unread",
                    models.PositiveIntegerField(default=0, help_text="Messages that the client has not read."),
                ),
                (
                    "client_notified_at",
                    models.DateTimeField(
                        help_text="When the mail was planned that tells the client; empty once they have read.",
                        null=True,
                    ),
                ),
                (
                    "staff_notified_at",
                    models.DateTimeField(
                        help_text="When mails were planned that tell the staff; empty once one of them has read.",
                        null=True,
                    ),
                ),
                (
                    "contact",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="threads", to="contacts.contact"
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="experiences.team",
                    ),
                ),
                (
                    "user",
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
                "verbose_name": "message thread",
                "ordering": ["-last_message_at", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="Reading",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "message",
                    models.ForeignKey(
                        db_index=False,
                        help_text="The last one that was read.",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="messaging.message",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "thread",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="readings",
                        to="messaging.thread",
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
            },
        ),
        migrations.AddField(
            model_name="message",
            name="thread",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="messages",
                to="messaging.thread",
            ),
        ),
        migrations.CreateModel(
            name="Attachment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("file", models.FileField(upload_to="attachments/")),
                ("name", models.CharField(help_text="What its sender calls it.", max_length=200)),
                ("size", models.PositiveIntegerField(help_text="In bytes.")),
                ("content_type", models.CharField(max_length=100)),
                ("sha256", models.CharField(max_length=64)),
                (
                    "message",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="attachments", to="messaging.message"
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("file", ""), _negated=True),
                            models.Q(("name", ""), _negated=True),
                            ("size__gt", 0),
                            django.db.models.lookups.Exact(django.db.models.functions.text.Length("sha256"), 64),
                        ),
                        name="attachment_is_there",
                    )
                ],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="attachment",
            trigger=pgtrigger.compiler.Trigger(
                name="unalterable",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="4d9de66333ae896087148182f5187b5248dede2e",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_unalterable_64601",
                    table="messaging_attachment",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="attachment",
            trigger=pgtrigger.compiler.Trigger(
                name="no_truncate",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'Cannot truncate table %', TG_TABLE_NAME;",
                    hash="713b8f4d2b25e76d4b6d4adc7816c1e92de9ab85",
                    level="STATEMENT",
                    operation="TRUNCATE",
                    pgid="pgtrigger_no_truncate_4866f",
                    table="messaging_attachment",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="attachment",
            trigger=pgtrigger.compiler.Trigger(
                name="attachments_complete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    constraint="CONSTRAINT",
                    func="IF (SELECT attachment_count FROM messaging_message WHERE id = NEW.message_id)\n    <> (SELECT count(*) FROM messaging_attachment WHERE message_id = NEW.message_id) THEN\n    RAISE EXCEPTION 'Message % has other files than it says', NEW.message_id USING ERRCODE = 'check_violation';\nEND IF;\nRETURN NULL;",
                    hash="00f9e26ed6eae65363ad5822d1631fc24c5627a9",
                    operation="INSERT",
                    pgid="pgtrigger_attachments_complete_599e3",
                    table="messaging_attachment",
                    timing="DEFERRABLE INITIALLY DEFERRED",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="savedreply",
            constraint=models.UniqueConstraint(
                models.F("owner"),
                django.db.models.functions.text.Lower("title"),
                name="saved_reply_title_unique",
                nulls_distinct=False,
                violation_error_message="There is a saved reply with this title already.",
            ),
        ),
        migrations.AddConstraint(
            model_name="savedreply",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    django.db.models.lookups.GreaterThan(django.db.models.functions.text.Length("text"), 0),
                    django.db.models.lookups.LessThanOrEqual(django.db.models.functions.text.Length("text"), 4000),
                ),
                name="saved_reply_length",
            ),
        ),
        migrations.AddIndex(
            model_name="thread",
            index=models.Index(
                condition=models.Q(("user__isnull", False)),
                fields=["user", "-last_message_at", "-id"],
                include=("contact",),
                name="thread_of_user",
            ),
        ),
        migrations.AddIndex(
            model_name="thread",
            index=models.Index(
                condition=models.Q(("team__isnull", False)),
                fields=["team", "-last_message_at", "-id"],
                include=("contact",),
                name="thread_of_team",
            ),
        ),
        migrations.AddIndex(
            model_name="thread",
            index=models.Index(
                condition=models.Q(("unanswered_since__isnull", False), ("user__isnull", False)),
                fields=["user", "unanswered_since", "id"],
                name="thread_waits_for_user",
            ),
        ),
        migrations.AddIndex(
            model_name="thread",
            index=models.Index(
                condition=models.Q(("team__isnull", False), ("unanswered_since__isnull", False)),
                fields=["team", "unanswered_since", "id"],
                name="thread_waits_for_team",
            ),
        ),
        migrations.AddIndex(
            model_name="thread",
            index=models.Index(
                condition=models.Q(("unanswered_since__isnull", False)),
                fields=["unanswered_since", "id"],
                name="thread_waits",
            ),
        ),
        migrations.AddIndex(
            model_name="thread",
            index=models.Index(fields=["-last_message_at", "-id"], name="thread_latest"),
        ),
        migrations.AddConstraint(
            model_name="thread",
            constraint=models.UniqueConstraint(
                condition=models.Q(("user__isnull", False)), fields=("contact", "user"), name="one_direct_thread"
            ),
        ),
        migrations.AddConstraint(
            model_name="thread",
            constraint=models.UniqueConstraint(
                condition=models.Q(("team__isnull", False)), fields=("contact", "team"), name="one_team_thread"
            ),
        ),
        migrations.AddConstraint(
            model_name="thread",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "direct"), ("team", None), ("user__isnull", False)),
                    models.Q(("kind", "team"), ("team__isnull", False), ("user", None)),
                    _connector="OR",
                ),
                name="thread_has_one_counterpart",
            ),
        ),
        migrations.AddConstraint(
            model_name="thread",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("unanswered_since", None),
                    ("last_client_message_at__gte", models.F("unanswered_since")),
                    _connector="OR",
                ),
                name="unanswered_is_of_the_client",
            ),
        ),
        migrations.AddConstraint(
            model_name="reading",
            constraint=models.UniqueConstraint(
                fields=("thread", "message", "user"), name="read_once_by_each", nulls_distinct=False
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="reading",
            trigger=pgtrigger.compiler.Trigger(
                name="unalterable",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="bb1319f3403fb12b19c646abcd08bdb4d8794648",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_unalterable_4472e",
                    table="messaging_reading",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="reading",
            trigger=pgtrigger.compiler.Trigger(
                name="no_truncate",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'Cannot truncate table %', TG_TABLE_NAME;",
                    hash="3ac024464f7fae25153086e832f30aae45076d9a",
                    level="STATEMENT",
                    operation="TRUNCATE",
                    pgid="pgtrigger_no_truncate_9f55c",
                    table="messaging_reading",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(fields=["thread", "-id"], name="message_of_thread"),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(condition=models.Q(("author__isnull", False)), fields=["author"], name="message_author"),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                condition=models.Q(("addressee__isnull", False)), fields=["addressee"], name="message_addressee"
            ),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(fields=["-at", "-id"], name="message_at"),
        ),
        migrations.AddIndex(
            model_name="message",
            index=django.contrib.postgres.indexes.GinIndex(
                django.contrib.postgres.search.SearchVector("text", config="simple"), name="message_words"
            ),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("author", None), ("side", "client")),
                    models.Q(
                        ("addressee", None), ("author__isnull", False), ("side__in", ["staff", "campaign", "note"])
                    ),
                    _connector="OR",
                ),
                name="message_has_one_author",
            ),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        django.db.models.lookups.GreaterThan(django.db.models.functions.text.Length("text"), 0),
                        models.Q(("attachment_count__gt", 0)),
                        _connector="OR",
                    ),
                    django.db.models.lookups.LessThanOrEqual(django.db.models.functions.text.Length("text"), 4000),
                ),
                name="message_length",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="message",
            trigger=pgtrigger.compiler.Trigger(
                name="unalterable",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="3b36dd037b4823ecb6143f25a0fc4afe13911d03",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_unalterable_0bf04",
                    table="messaging_message",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="message",
            trigger=pgtrigger.compiler.Trigger(
                name="no_truncate",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'Cannot truncate table %', TG_TABLE_NAME;",
                    hash="ff8b90078ac7991ff0c2ae4c38115697f18ef2f6",
                    level="STATEMENT",
                    operation="TRUNCATE",
                    pgid="pgtrigger_no_truncate_d3307",
                    table="messaging_message",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="message",
            trigger=pgtrigger.compiler.Trigger(
                name="attachments_complete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (NEW."attachment_count" > 0)',
                    constraint="CONSTRAINT",
                    func="IF (SELECT attachment_count FROM messaging_message WHERE id = NEW.id)\n    <> (SELECT count(*) FROM messaging_attachment WHERE message_id = NEW.id) THEN\n    RAISE EXCEPTION 'Message % has other files than it says', NEW.id USING ERRCODE = 'check_violation';\nEND IF;\nRETURN NULL;",
                    hash="1a58c16be78217e41353b0334dc5bde6d701ee56",
                    operation="INSERT",
                    pgid="pgtrigger_attachments_complete_3b917",
                    table="messaging_message",
                    timing="DEFERRABLE INITIALLY DEFERRED",
                    when="AFTER",
                ),
            ),
        ),
    ]
