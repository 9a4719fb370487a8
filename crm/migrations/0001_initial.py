"""Connections to CRMs and the records they hold."""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.core.validators
import django.db.models.deletion
import django.db.models.functions.datetime
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
            name="Connection",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=100)),
                ("adapter", models.CharField(max_length=50)),
                ("config", models.JSONField(blank=True, default=dict)),
                ("secrets", models.TextField(blank=True)),
                (
                    "fields",
                    models.JSONField(
                        blank=True, default=list, help_text="Names of the custom fields that are brought in."
                    ),
                ),
                (
                    "field_labels",
                    models.JSONField(
                        blank=True,
                        default=dict,
                        help_text="What people call the custom fields that are brought in, by name.",
                    ),
                ),
                (
                    "left_out",
                    models.JSONField(blank=True, default=list, help_text="Fields of ours that are not brought in."),
                ),
                (
                    "default_type",
                    models.CharField(
                        blank=True,
                        choices=[("client", "Client"), ("prospect", "Prospect"), ("lead", "Lead")],
                        help_text="Empty: such records cannot be imported before their type is set.",
                        max_length=10,
                        verbose_name="type of records without a category",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("new", "Not synced yet"),
                            ("good", "Working"),
                            ("waiting", "Waiting for the CRM"),
                            ("attention", "Needs attention"),
                        ],
                        default="new",
                        max_length=10,
                    ),
                ),
                ("trouble", models.TextField(blank=True, help_text="What is wrong, in words.")),
                (
                    "who",
                    models.CharField(
                        blank=True, help_text="Whose credentials these are, as the CRM says.", max_length=200
                    ),
                ),
                (
                    "scopes",
                    models.JSONField(
                        blank=True, default=list, help_text="What the credentials allow, in the CRM's words."
                    ),
                ),
                ("warnings", models.JSONField(blank=True, default=list)),
                ("credentials_expire_on", models.DateField(blank=True, null=True)),
                ("quota_left", models.IntegerField(blank=True, null=True)),
                (
                    "page_size",
                    models.PositiveIntegerField(
                        blank=True,
                        help_text="Records asked for at once, where larger pages have taken too long.",
                        null=True,
                    ),
                ),
                ("sync_state", models.JSONField(blank=True, default=dict)),
                (
                    "retry_at",
                    models.DateTimeField(
                        blank=True, help_text="When a sync that waits for the CRM goes on.", null=True
                    ),
                ),
                ("checked_at", models.DateTimeField(blank=True, null=True)),
                ("synced_at", models.DateTimeField(blank=True, null=True)),
                (
                    "compared_at",
                    models.DateTimeField(blank=True, help_text="When all records were last gone through.", null=True),
                ),
                (
                    "read_at",
                    models.DateTimeField(
                        blank=True, help_text="When they were last read, not only listed by id.", null=True
                    ),
                ),
                (
                    "compare_days",
                    models.PositiveSmallIntegerField(
                        default=7,
                        help_text="Finds what the CRM has told of no change for. 0: only when somebody asks for it.",
                        validators=[django.core.validators.MaxValueValidator(365)],
                        verbose_name="go through all records every so many days",
                    ),
                ),
                ("removed_at", models.DateTimeField(blank=True, null=True)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "ordering": ["name", "pk"],
            },
        ),
        migrations.CreateModel(
            name="FollowedContact",
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
            name="Category",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("value", models.CharField(max_length=200)),
                (
                    "contact_type",
                    models.CharField(
                        blank=True,
                        choices=[("client", "Client"), ("prospect", "Prospect"), ("lead", "Lead")],
                        max_length=10,
                        verbose_name="type",
                    ),
                ),
                (
                    "connection",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="categories", to="crm.connection"
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "categories",
                "ordering": ["value"],
            },
        ),
        migrations.CreateModel(
            name="Owner",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("remote_id", models.CharField(max_length=200)),
                ("name", models.CharField(blank=True, max_length=200)),
                ("email", models.CharField(blank=True, max_length=254)),
                ("active", models.BooleanField(default=True)),
                (
                    "by_hand",
                    models.BooleanField(default=False, help_text="Set by a person: not matched by email again."),
                ),
                (
                    "connection",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="owners", to="crm.connection"
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="crm_owners",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["name", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Record",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("remote_id", models.CharField(max_length=200)),
                ("url", models.CharField(blank=True, max_length=500)),
                ("payload", models.JSONField(default=dict)),
                ("payload_digest", models.CharField(max_length=32)),
                ("mends", models.JSONField(blank=True, default=dict)),
                ("values", models.JSONField(blank=True, default=dict)),
                ("digest", models.CharField(blank=True, max_length=32)),
                ("seen_digest", models.CharField(blank=True, max_length=32)),
                ("applied", models.JSONField(blank=True, default=dict)),
                ("name", models.CharField(blank=True, max_length=400)),
                ("email", models.CharField(blank=True, help_text="In lower case.", max_length=254)),
                ("category", models.CharField(blank=True, max_length=200)),
                ("owner_id_there", models.CharField(blank=True, max_length=200)),
                ("household_id_there", models.CharField(blank=True, max_length=200)),
                ("household_name", models.CharField(blank=True, max_length=200)),
                ("household_role", models.CharField(blank=True, max_length=20)),
                ("household_head", models.BooleanField(default=False)),
                (
                    "other_owners_there",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=200), blank=True, default=list, size=None
                    ),
                ),
                (
                    "other_advisors",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(),
                        blank=True,
                        default=list,
                        help_text="Keys of those it is also assigned to.",
                        size=None,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("ready", "Ready to be imported"),
                            ("cannot", "Cannot be imported"),
                            ("linked", "Imported"),
                        ],
                        default="cannot",
                        max_length=10,
                    ),
                ),
                ("reasons", models.JSONField(blank=True, default=list)),
                (
                    "kept_apart",
                    models.BooleanField(
                        default=False, help_text="A person said that this is not the contact proposed."
                    ),
                ),
                (
                    "former_contact_id",
                    models.BigIntegerField(blank=True, help_text="Imported once, then deleted here.", null=True),
                ),
                ("remote_created_at", models.DateTimeField(blank=True, null=True)),
                ("remote_updated_at", models.DateTimeField(blank=True, null=True)),
                (
                    "changed_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        help_text="When a sync last brought something new.",
                    ),
                ),
                (
                    "updated_here_at",
                    models.DateTimeField(blank=True, help_text="Last import or update of the contact.", null=True),
                ),
                ("gone_at", models.DateTimeField(blank=True, null=True)),
                ("merged_into", models.CharField(blank=True, max_length=200)),
                ("seen_in", models.BigIntegerField(default=0, help_text="The latest sync that met it.")),
                (
                    "advisor",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="crm_records",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "connection",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="records", to="crm.connection"
                    ),
                ),
                (
                    "contact",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="crm_record",
                        to="contacts.contact",
                    ),
                ),
                (
                    "match",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="contacts.contact",
                    ),
                ),
            ],
            options={
                "ordering": ["name", "pk"],
            },
        ),
        migrations.CreateModel(
            name="RemoteHousehold",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("remote_id", models.CharField(max_length=200)),
                (
                    "connection",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="households", to="crm.connection"
                    ),
                ),
                (
                    "household",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="crm_households",
                        to="contacts.household",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Sync",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("whole", models.BooleanField(default=False)),
                ("by_ids", models.BooleanField(default=False)),
                ("scheduled", models.BooleanField(default=False)),
                ("place", models.JSONField(blank=True, default=dict)),
                ("asked", models.PositiveIntegerField(default=0)),
                ("kept", models.PositiveIntegerField(default=0)),
                ("found", models.JSONField(blank=True, default=dict)),
                ("added", models.PositiveIntegerField(default=0)),
                ("changed", models.PositiveIntegerField(default=0)),
                ("unchanged", models.PositiveIntegerField(default=0)),
                ("gone", models.PositiveIntegerField(default=0)),
                ("bad", models.PositiveIntegerField(default=0)),
                ("vanished", models.PositiveIntegerField(default=0)),
                ("vanishing_accepted", models.BooleanField(default=False)),
                ("complete", models.BooleanField(default=False, help_text="The last page has been saved.")),
                ("notes", models.JSONField(blank=True, default=list)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "connection",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="syncs", to="crm.connection"
                    ),
                ),
                (
                    "operation",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="crm_sync", to="core.operation"
                    ),
                ),
            ],
            options={
                "ordering": ["-pk"],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="followedcontact",
            trigger=pgtrigger.compiler.Trigger(
                name="record_follows_trash",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."deleted_at" IS DISTINCT FROM (NEW."deleted_at"))',
                    func="UPDATE crm_record SET\n    state = CASE WHEN NEW.deleted_at IS NULL THEN 'linked' ELSE 'cannot' END,\n    reasons = CASE WHEN NEW.deleted_at IS NULL THEN '[]'::jsonb ELSE '[\"deleted_here\"]'::jsonb END\nWHERE contact_id = NEW.id;\nRETURN NULL;",
                    hash="96fd82092c26fba0303a54066e61580fe8cb0cb6",
                    operation='UPDATE OF "deleted_at"',
                    pgid="pgtrigger_record_follows_trash_b2385",
                    table="contacts_contact",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="category",
            constraint=models.UniqueConstraint(fields=("connection", "value"), name="category_once"),
        ),
        migrations.AddConstraint(
            model_name="owner",
            constraint=models.UniqueConstraint(fields=("connection", "remote_id"), name="owner_once"),
        ),
        migrations.AddIndex(
            model_name="record",
            index=models.Index(fields=["connection", "state", "name", "id"], name="record_by_name"),
        ),
        migrations.AddIndex(
            model_name="record",
            index=models.Index(fields=["advisor", "state", "name", "id"], name="record_by_advisor"),
        ),
        migrations.AddIndex(
            model_name="record",
            index=models.Index(fields=["email", "id"], name="record_by_email"),
        ),
        migrations.AddIndex(
            model_name="record",
            index=models.Index(fields=["connection", "seen_in"], name="record_by_sync"),
        ),
        migrations.AddIndex(
            model_name="record",
            index=models.Index(fields=["connection", "owner_id_there"], name="record_by_owner"),
        ),
        migrations.AddIndex(
            model_name="record",
            index=models.Index(fields=["connection", "category"], name="record_by_category"),
        ),
        migrations.AddIndex(
            model_name="record",
            index=models.Index(
                condition=models.Q(("merged_into", ""), _negated=True),
                fields=["connection", "merged_into"],
                name="record_by_heir",
            ),
        ),
        migrations.AddIndex(
            model_name="record",
            index=django.contrib.postgres.indexes.GinIndex(fields=["other_advisors"], name="record_other_advisors"),
        ),
        migrations.AddIndex(
            model_name="record",
            index=django.contrib.postgres.indexes.GinIndex(fields=["other_owners_there"], name="record_other_owners"),
        ),
        migrations.AddIndex(
            model_name="record",
            index=django.contrib.postgres.indexes.GinIndex(
                fields=["reasons"], name="record_reasons", opclasses=["jsonb_path_ops"]
            ),
        ),
        migrations.AddConstraint(
            model_name="record",
            constraint=models.UniqueConstraint(fields=("connection", "remote_id"), name="record_once"),
        ),
        migrations.AddConstraint(
            model_name="record",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "linked"), _negated=True), ("contact__isnull", False), _connector="OR"
                ),
                name="linked_has_contact",
            ),
        ),
        migrations.AddConstraint(
            model_name="remotehousehold",
            constraint=models.UniqueConstraint(fields=("connection", "remote_id"), name="household_once"),
        ),
        migrations.AddConstraint(
            model_name="sync",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at", None)), fields=("connection",), name="one_open_sync"
            ),
        ),
    ]
