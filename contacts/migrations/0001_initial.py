"""Contacts, their assignments and what hangs on them, with the SQL functions behind the generated columns."""

import django.contrib.postgres.indexes
import django.core.validators
import django.db.models.deletion
import django.db.models.functions.datetime
import django.db.models.functions.text
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.contrib.postgres.operations import BtreeGinExtension, TrigramExtension, UnaccentExtension
from django.db import migrations, models

import contacts.models.contact
from core.sql import read_sql

# Have PostgreSQL clean up after a bulk change of one row in fifty, not only of one in five: until then every count of a
# million reads the rows beside the index, and takes seven times as long.
SOONER = "autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02"


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "__first__"),
        ("core", "0001_initial"),
        ("experiences", "0001_initial"),
        ("pghistory", "0007_auto_20250421_0444"),
    ]

    operations = [
        TrigramExtension(),
        BtreeGinExtension(),
        UnaccentExtension(),
        migrations.RunSQL(
            read_sql("contacts", "search_text"), "DROP FUNCTION contacts_search_text(text, text, text, text, text)"
        ),
        migrations.RunSQL(read_sql("contacts", "sort_name"), "DROP FUNCTION contacts_sort_name(text, text)"),
        migrations.CreateModel(
            name="Contact",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("first_name", models.CharField(max_length=100)),
                ("last_name", models.CharField(max_length=100)),
                ("preferred_name", models.CharField(blank=True, max_length=100)),
                ("photo", models.ImageField(blank=True, upload_to="contacts/")),
                ("gender", models.CharField(blank=True, max_length=30)),
                ("date_of_birth", models.DateField(blank=True, null=True)),
                (
                    "contact_type",
                    models.CharField(
                        choices=[("client", "Client"), ("prospect", "Prospect"), ("lead", "Lead")],
                        max_length=10,
                        verbose_name="type",
                    ),
                ),
                ("email", models.EmailField(max_length=254)),
                ("phone", models.CharField(help_text="Stored as E.164, for example +12125550123.", max_length=20)),
                (
                    "phone_extension",
                    models.CharField(
                        blank=True,
                        db_default="",
                        default="",
                        max_length=7,
                        validators=[django.core.validators.RegexValidator("^\\d+$", "Use digits only.")],
                    ),
                ),
                ("address_1", models.CharField(blank=True, max_length=200, verbose_name="address")),
                ("address_2", models.CharField(blank=True, max_length=200, verbose_name="address, second line")),
                ("city", models.CharField(blank=True, max_length=100)),
                ("state", models.CharField(blank=True, max_length=100)),
                ("postal_code", models.CharField(blank=True, max_length=20)),
                ("country", models.CharField(blank=True, max_length=100)),
                ("time_zone", models.CharField(blank=True, max_length=50)),
                ("household_role", models.CharField(blank=True, max_length=40)),
                ("custom_data", models.JSONField(blank=True, default=dict)),
                (
                    "do_not_contact_since",
                    models.DateField(
                        blank=True,
                        help_text="Empty: the firm may write to them.",
                        null=True,
                        verbose_name="do not contact since",
                    ),
                ),
                (
                    "do_not_contact_from",
                    models.CharField(
                        blank=True, db_default="", default="", max_length=200, verbose_name="do not contact, asked by"
                    ),
                ),
                ("deceased", models.BooleanField(db_default=False, default=False)),
                (
                    "deceased_on",
                    models.DateField(
                        blank=True, help_text="Empty: not known.", null=True, verbose_name="date of death"
                    ),
                ),
                (
                    "source",
                    models.CharField(
                        choices=[("manual", "Added by hand"), ("file", "File import"), ("crm", "CRM")],
                        default="manual",
                        max_length=6,
                    ),
                ),
                ("locked_fields", models.JSONField(blank=True, default=list)),
                (
                    "crm_mark",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("linked", "As in the CRM"),
                            ("newer", "Newer in the CRM"),
                            ("gone", "Gone from the CRM"),
                        ],
                        db_default="",
                        default="",
                        help_text="How the contact stands to its CRM record, kept up by the CRM room for lists.",
                        max_length=6,
                        verbose_name="CRM",
                    ),
                ),
                ("first_invited_at", models.DateTimeField(blank=True, null=True)),
                ("last_invited_at", models.DateTimeField(blank=True, null=True)),
                ("invitations_sent", models.PositiveSmallIntegerField(default=0)),
                (
                    "start_at",
                    models.DateTimeField(blank=True, help_text="First sign-in.", null=True, verbose_name="start date"),
                ),
                ("last_login_at", models.DateTimeField(blank=True, null=True, verbose_name="last login")),
                ("deactivated_at", models.DateTimeField(blank=True, null=True)),
                ("deleted_at", models.DateTimeField(blank=True, null=True)),
                (
                    "purged_at",
                    models.DateTimeField(
                        blank=True,
                        help_text="Deleted for good; the row stays, nameless, for what must be kept.",
                        null=True,
                    ),
                ),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "status",
                    models.GeneratedField(
                        db_persist=True,
                        expression=models.Case(
                            models.When(deactivated_at__isnull=False, then=models.Value("deactivated")),
                            models.When(start_at__isnull=False, then=models.Value("active")),
                            models.When(first_invited_at__isnull=False, then=models.Value("invited")),
                            models.When(experience__isnull=False, then=models.Value("assigned")),
                            default=models.Value("not_invited"),
                        ),
                        output_field=models.CharField(
                            choices=[
                                ("not_invited", "Not invited"),
                                ("assigned", "Assigned"),
                                ("invited", "Invited"),
                                ("active", "Active"),
                                ("deactivated", "Deactivated"),
                            ],
                            max_length=12,
                        ),
                    ),
                ),
                (
                    "search_text",
                    models.GeneratedField(
                        db_persist=True,
                        expression=contacts.models.contact.SearchText(
                            "first_name", "last_name", "preferred_name", "email", "phone"
                        ),
                        output_field=models.TextField(),
                    ),
                ),
                (
                    "sort_name",
                    models.GeneratedField(
                        db_persist=True,
                        expression=contacts.models.contact.SortName("last_name", "first_name"),
                        output_field=models.TextField(db_collation="C"),
                    ),
                ),
                (
                    "campaign",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        help_text="The open assignment's, repeated here for lists.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="contacts",
                        to="experiences.campaign",
                    ),
                ),
                (
                    "deleted_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "experience",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        help_text="The open assignment's, repeated here for lists.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="contacts",
                        to="experiences.experience",
                    ),
                ),
                (
                    "primary_advisor",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="advised_contacts",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="contacts",
                        to="experiences.team",
                    ),
                ),
                (
                    "user",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="contact",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["sort_name", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Assignment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("assigned_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "campaign_started_on",
                    models.DateField(
                        blank=True, help_text="Day 1 of the campaign, in the contact's time zone.", null=True
                    ),
                ),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "assigned_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "campaign",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="assignments",
                        to="experiences.campaign",
                    ),
                ),
                (
                    "card_template",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="assignments",
                        to="experiences.cardtemplate",
                    ),
                ),
                (
                    "experience",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="assignments",
                        to="experiences.experience",
                    ),
                ),
                (
                    "featured_template",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="assignments",
                        to="experiences.featuredtemplate",
                    ),
                ),
                (
                    "resource_template",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="assignments",
                        to="experiences.resourcetemplate",
                    ),
                ),
                (
                    "contact",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="assignments",
                        to="contacts.contact",
                    ),
                ),
            ],
            options={
                "ordering": ["-assigned_at", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="FileImport",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("file", models.FileField(upload_to="imports/")),
                ("file_name", models.CharField(max_length=200)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("mapping", "Columns to be mapped"),
                            ("checking", "Being checked"),
                            ("checked", "Checked"),
                            ("applying", "Being applied"),
                            ("applied", "Applied"),
                            ("failed", "Failed"),
                        ],
                        default="mapping",
                        max_length=10,
                    ),
                ),
                ("headings", models.JSONField(default=list)),
                ("sample", models.JSONField(default=list)),
                ("reading", models.JSONField(default=dict, help_text="Encoding, delimiter, sheet.")),
                ("mapping", models.JSONField(default=dict)),
                ("options", models.JSONField(default=dict, help_text="Values for columns the file lacks.")),
                ("row_count", models.PositiveIntegerField(default=0)),
                ("error", models.CharField(blank=True, max_length=500)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
                (
                    "cleared_at",
                    models.DateTimeField(
                        blank=True, help_text="When the file and its rows were removed; the totals stay.", null=True
                    ),
                ),
                (
                    "kept_totals",
                    models.JSONField(
                        blank=True,
                        default=dict,
                        help_text="Rows by verdict, and those left alone, as they were when removed.",
                    ),
                ),
                (
                    "apply_operation",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="core.operation",
                    ),
                ),
                (
                    "check_operation",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="core.operation",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "ordering": ["-pk"],
            },
        ),
        migrations.CreateModel(
            name="Household",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=120)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "head",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="head_of",
                        to="contacts.contact",
                    ),
                ),
            ],
            options={
                "ordering": ["name", "pk"],
            },
        ),
        migrations.CreateModel(
            name="ContactEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                ("first_name", models.CharField(max_length=100)),
                ("last_name", models.CharField(max_length=100)),
                ("preferred_name", models.CharField(blank=True, max_length=100)),
                ("photo", models.ImageField(blank=True, upload_to="contacts/")),
                ("gender", models.CharField(blank=True, max_length=30)),
                ("date_of_birth", models.DateField(blank=True, null=True)),
                (
                    "contact_type",
                    models.CharField(
                        choices=[("client", "Client"), ("prospect", "Prospect"), ("lead", "Lead")],
                        max_length=10,
                        verbose_name="type",
                    ),
                ),
                ("email", models.EmailField(max_length=254)),
                ("phone", models.CharField(help_text="Stored as E.164, for example +12125550123.", max_length=20)),
                (
                    "phone_extension",
                    models.CharField(
                        blank=True,
                        db_default="",
                        default="",
                        max_length=7,
                        validators=[django.core.validators.RegexValidator("^\\d+$", "Use digits only.")],
                    ),
                ),
                ("address_1", models.CharField(blank=True, max_length=200, verbose_name="address")),
                ("address_2", models.CharField(blank=True, max_length=200, verbose_name="address, second line")),
                ("city", models.CharField(blank=True, max_length=100)),
                ("state", models.CharField(blank=True, max_length=100)),
                ("postal_code", models.CharField(blank=True, max_length=20)),
                ("country", models.CharField(blank=True, max_length=100)),
                ("time_zone", models.CharField(blank=True, max_length=50)),
                ("household_role", models.CharField(blank=True, max_length=40)),
                ("custom_data", models.JSONField(blank=True, default=dict)),
                (
                    "do_not_contact_since",
                    models.DateField(
                        blank=True,
                        help_text="Empty: the firm may write to them.",
                        null=True,
                        verbose_name="do not contact since",
                    ),
                ),
                (
                    "do_not_contact_from",
                    models.CharField(
                        blank=True, db_default="", default="", max_length=200, verbose_name="do not contact, asked by"
                    ),
                ),
                ("deceased", models.BooleanField(db_default=False, default=False)),
                (
                    "deceased_on",
                    models.DateField(
                        blank=True, help_text="Empty: not known.", null=True, verbose_name="date of death"
                    ),
                ),
                (
                    "source",
                    models.CharField(
                        choices=[("manual", "Added by hand"), ("file", "File import"), ("crm", "CRM")],
                        default="manual",
                        max_length=6,
                    ),
                ),
                ("locked_fields", models.JSONField(blank=True, default=list)),
                ("first_invited_at", models.DateTimeField(blank=True, null=True)),
                ("last_invited_at", models.DateTimeField(blank=True, null=True)),
                ("invitations_sent", models.PositiveSmallIntegerField(default=0)),
                (
                    "start_at",
                    models.DateTimeField(blank=True, help_text="First sign-in.", null=True, verbose_name="start date"),
                ),
                ("deactivated_at", models.DateTimeField(blank=True, null=True)),
                ("deleted_at", models.DateTimeField(blank=True, null=True)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "deleted_by",
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
                        to="contacts.contact",
                    ),
                ),
                (
                    "primary_advisor",
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
                    "team",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="experiences.team",
                    ),
                ),
                (
                    "user",
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
                    "household",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="contacts.household",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.AddField(
            model_name="contact",
            name="household",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="members",
                to="contacts.household",
            ),
        ),
        migrations.CreateModel(
            name="HouseholdEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                ("name", models.CharField(max_length=120)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "head",
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
                        to="contacts.household",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="ImportedContact",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "subject_id",
                    models.BigIntegerField(help_text="The contact's key; a purge removes it."),
                ),
                (
                    "before",
                    models.JSONField(blank=True, help_text="Nothing for a contact that the import added.", null=True),
                ),
                ("after", models.JSONField()),
                (
                    "operation",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="core.operation",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ImportRow",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField(help_text="Line of the file, headings being line 1.")),
                (
                    "key",
                    models.CharField(
                        blank=True, help_text="The email address in lower case, for matching.", max_length=254
                    ),
                ),
                ("values", models.JSONField(help_text="What the file says, by field, after mending.")),
                (
                    "verdict",
                    models.CharField(
                        choices=[
                            ("create", "Create"),
                            ("update", "Update"),
                            ("unchanged", "Unchanged"),
                            ("cannot", "Cannot be imported"),
                        ],
                        max_length=9,
                    ),
                ),
                ("reasons", models.JSONField(default=list, help_text="List of {field, code, message}.")),
                ("changes", models.JSONField(default=dict, help_text="Field: [from, to], for updates.")),
                (
                    "outcome",
                    models.CharField(
                        blank=True, help_text="What applying did: as the verdict, or stale.", max_length=9
                    ),
                ),
                (
                    "file_import",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="rows", to="contacts.fileimport"
                    ),
                ),
                (
                    "match",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="contacts.contact"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Note",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("text", models.TextField(max_length=10000)),
                ("pinned", models.BooleanField(default=False)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("edited_at", models.DateTimeField(blank=True, null=True)),
                (
                    "author",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "contact",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="notes", to="contacts.contact"
                    ),
                ),
            ],
            options={
                "ordering": ["-pinned", "-created_at", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="NoteEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                ("text", models.TextField(max_length=10000)),
                ("pinned", models.BooleanField(default=False)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("edited_at", models.DateTimeField(blank=True, null=True)),
                (
                    "author",
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
                        to="contacts.note",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="PortalSignIn",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "contact",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="sign_ins", to="contacts.contact"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ResourceView",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("where", models.CharField(blank=True, max_length=20)),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "assignment",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="resource_views",
                        to="contacts.assignment",
                    ),
                ),
                (
                    "contact",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="resource_views",
                        to="contacts.contact",
                    ),
                ),
                (
                    "resource",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="views", to="experiences.resource"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="SavedView",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=60)),
                (
                    "query",
                    models.CharField(
                        blank=True, help_text="The list's query string, without its page.", max_length=2000
                    ),
                ),
                ("is_shared", models.BooleanField(default=False, verbose_name="shared with everybody")),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="saved_views",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": [django.db.models.functions.text.Lower("name"), "pk"],
            },
        ),
        migrations.CreateModel(
            name="Tag",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=40)),
            ],
            options={
                "ordering": [django.db.models.functions.text.Lower("name")],
                "constraints": [
                    models.UniqueConstraint(
                        django.db.models.functions.text.Lower("name"),
                        name="tag_name_unique",
                        violation_error_message="This tag exists already.",
                    )
                ],
            },
        ),
        migrations.AddField(
            model_name="contact",
            name="tags",
            field=models.ManyToManyField(blank=True, related_name="contacts", to="contacts.tag"),
        ),
        migrations.CreateModel(
            name="ColumnMapping",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("fingerprint", models.CharField(help_text="SHA-256 of the headings.", max_length=64)),
                ("mapping", models.JSONField()),
                ("used_at", models.DateTimeField(auto_now=True)),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("owner", "fingerprint"), name="one_mapping_per_headings")
                ],
            },
        ),
        migrations.CreateModel(
            name="Engagement",
            fields=[
                (
                    "contact",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="engagement",
                        serialize=False,
                        to="contacts.contact",
                    ),
                ),
                ("sign_ins", models.PositiveIntegerField()),
                ("opened", models.PositiveIntegerField()),
            ],
            options={
                "indexes": [
                    models.Index(fields=["sign_ins", "contact"], name="engagement_sign_ins"),
                    models.Index(fields=["opened", "contact"], name="engagement_opened"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Listing",
            fields=[
                (
                    "contact",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        primary_key=True,
                        related_name="listing",
                        serialize=False,
                        to="contacts.contact",
                    ),
                ),
                ("status", models.CharField(max_length=12)),
                ("contact_type", models.CharField(max_length=10)),
                ("deleted_at", models.DateTimeField(null=True)),
                ("sort_name", models.TextField(db_collation="C")),
                (
                    "campaign",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="experiences.campaign",
                    ),
                ),
                (
                    "experience",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="experiences.experience",
                    ),
                ),
                (
                    "primary_advisor",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="experiences.team",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="AssignmentEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                ("assigned_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "campaign_started_on",
                    models.DateField(
                        blank=True, help_text="Day 1 of the campaign, in the contact's time zone.", null=True
                    ),
                ),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "assigned_by",
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
                    "card_template",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="experiences.cardtemplate",
                    ),
                ),
                (
                    "experience",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="experiences.experience",
                    ),
                ),
                (
                    "featured_template",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="experiences.featuredtemplate",
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
                        to="contacts.assignment",
                    ),
                ),
                (
                    "resource_template",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="experiences.resourcetemplate",
                    ),
                ),
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
            ],
            options={
                "abstract": False,
                "indexes": [models.Index(fields=["contact"], name="assignmentevent_by_contact")],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="assignmentevent",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="cdcfa396c33c1f0c63e1140389b0dad3a9cc9ebf",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_6cf46",
                    table="contacts_assignmentevent",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="assignment",
            index=models.Index(
                condition=models.Q(("campaign_started_on__isnull", False), ("ended_at", None)),
                fields=["campaign_started_on", "-contact"],
                name="assignment_begun",
            ),
        ),
        migrations.AddIndex(
            model_name="assignment",
            index=models.Index(
                condition=models.Q(("campaign_started_on__isnull", False), ("ended_at", None)),
                fields=["campaign", "campaign_started_on"],
                name="assignment_campaign_day",
            ),
        ),
        migrations.AddIndex(
            model_name="assignment",
            index=models.Index(
                condition=models.Q(("card_template__isnull", False), ("ended_at", None)),
                fields=["card_template"],
                name="assignment_card",
            ),
        ),
        migrations.AddIndex(
            model_name="assignment",
            index=models.Index(
                condition=models.Q(("ended_at", None), ("resource_template__isnull", False)),
                fields=["resource_template"],
                name="assignment_resource",
            ),
        ),
        migrations.AddIndex(
            model_name="assignment",
            index=models.Index(
                condition=models.Q(("ended_at", None), ("featured_template__isnull", False)),
                fields=["featured_template"],
                name="assignment_featured",
            ),
        ),
        migrations.AddConstraint(
            model_name="assignment",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at", None)), fields=("contact",), name="one_open_assignment"
            ),
        ),
        migrations.AddConstraint(
            model_name="assignment",
            constraint=models.CheckConstraint(
                condition=models.Q(("ended_at", None), ("ended_at__gte", models.F("assigned_at")), _connector="OR"),
                name="assignment_in_order",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="assignment",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='IF EXISTS (SELECT FROM new_values) THEN EXECUTE $history$ WITH entries AS (WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "contacts_assignmentevent" ("assigned_at", "assigned_by_id", "campaign_id", "campaign_started_on", "card_template_id", "contact_id", "ended_at", "experience_id", "featured_template_id", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "resource_template_id") SELECT new_values."assigned_at", new_values."assigned_by_id", new_values."campaign_id", new_values."campaign_started_on", new_values."card_template_id", new_values."contact_id", new_values."ended_at", new_values."experience_id", new_values."featured_template_id", new_values."id", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."resource_template_id" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context RETURNING 1) INSERT INTO core_change (at) SELECT statement_timestamp() FROM entries LIMIT 1 $history$; END IF; RETURN NULL;',
                    hash="93384b4947c65fc120692061eba0ff7f35f1493c",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_04a04",
                    referencing="REFERENCING NEW TABLE AS new_values ",
                    table="contacts_assignment",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="assignment",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='IF EXISTS (SELECT FROM new_values) THEN EXECUTE $history$ WITH entries AS (WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "contacts_assignmentevent" ("assigned_at", "assigned_by_id", "campaign_id", "campaign_started_on", "card_template_id", "contact_id", "ended_at", "experience_id", "featured_template_id", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "resource_template_id") SELECT new_values."assigned_at", new_values."assigned_by_id", new_values."campaign_id", new_values."campaign_started_on", new_values."card_template_id", new_values."contact_id", new_values."ended_at", new_values."experience_id", new_values."featured_template_id", new_values."id", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."resource_template_id" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context RETURNING 1) INSERT INTO core_change (at) SELECT statement_timestamp() FROM entries LIMIT 1 $history$; END IF; RETURN NULL;',
                    hash="7c1eb75b7839ad30481ed0face5e2cc081514be9",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_66767",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="contacts_assignment",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="assignment",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='IF EXISTS (SELECT FROM old_values) THEN EXECUTE $history$ WITH entries AS (WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "contacts_assignmentevent" ("assigned_at", "assigned_by_id", "campaign_id", "campaign_started_on", "card_template_id", "contact_id", "ended_at", "experience_id", "featured_template_id", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "resource_template_id") SELECT old_values."assigned_at", old_values."assigned_by_id", old_values."campaign_id", old_values."campaign_started_on", old_values."card_template_id", old_values."contact_id", old_values."ended_at", old_values."experience_id", old_values."featured_template_id", old_values."id", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."resource_template_id" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context RETURNING 1) INSERT INTO core_change (at) SELECT statement_timestamp() FROM entries LIMIT 1 $history$; END IF; RETURN NULL;',
                    hash="aaaf98a74ed2e8ecfbfa26ae1e60db98ba4e7840",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_c1e56",
                    referencing="REFERENCING OLD TABLE AS old_values ",
                    table="contacts_assignment",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="household",
            index=django.contrib.postgres.indexes.GinIndex(
                django.contrib.postgres.indexes.OpClass(django.db.models.functions.text.Upper("name"), "gin_trgm_ops"),
                name="household_by_name_part",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="household",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "contacts_householdevent" ("created_at", "head_id", "id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."created_at", NEW."head_id", NEW."id", NEW."name", _pgh_attach_context(), NOW(), \'insert\', NEW."id"); RETURN NULL;',
                    hash="546ff064a2f9d9942d99747bc312cf547583a7f5",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_d14e6",
                    table="contacts_household",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="household",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "contacts_householdevent" ("created_at", "head_id", "id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."created_at", NEW."head_id", NEW."id", NEW."name", _pgh_attach_context(), NOW(), \'update\', NEW."id"); RETURN NULL;',
                    hash="bf5e00aca8cb4eb06222f1d141d834391b25852a",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_9e902",
                    table="contacts_household",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="contactevent",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="505ae91e744506bc96239d442b220d182c3a2cc4",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_89e84",
                    table="contacts_contactevent",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="householdevent",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="3faf1aeeca86f7f9031a526157b6d708aa90cebf",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_732da",
                    table="contacts_householdevent",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="importedcontact",
            constraint=models.UniqueConstraint(fields=("operation", "subject_id"), name="imported_contact_once"),
        ),
        migrations.AddIndex(
            model_name="importrow",
            index=models.Index(fields=["file_import", "verdict", "number"], name="import_row_verdict"),
        ),
        migrations.AddIndex(
            model_name="importrow",
            index=models.Index(fields=["file_import", "key"], name="import_row_key"),
        ),
        migrations.AddConstraint(
            model_name="importrow",
            constraint=models.UniqueConstraint(fields=("file_import", "number"), name="import_row_once"),
        ),
        migrations.AddConstraint(
            model_name="importrow",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("verdict", "cannot"), _negated=True),
                    models.Q(("reasons", []), _negated=True),
                    _connector="OR",
                ),
                name="cannot_says_why",
            ),
        ),
        migrations.AddIndex(
            model_name="note",
            index=models.Index(fields=["contact", "-created_at"], name="note_contact"),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="note",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "contacts_noteevent" ("author_id", "contact_id", "created_at", "edited_at", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "pinned", "text") VALUES (NEW."author_id", NEW."contact_id", NEW."created_at", NEW."edited_at", NEW."id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."pinned", NEW."text"); RETURN NULL;',
                    hash="67eb2e809c27b9a5d760bf7232223830c24aef70",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_ee589",
                    table="contacts_note",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="note",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "contacts_noteevent" ("author_id", "contact_id", "created_at", "edited_at", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "pinned", "text") VALUES (NEW."author_id", NEW."contact_id", NEW."created_at", NEW."edited_at", NEW."id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."pinned", NEW."text"); RETURN NULL;',
                    hash="155999460402986d1b3999b69761ef651270c055",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_46e1b",
                    table="contacts_note",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="noteevent",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="1d057b6be354e4c41b52aa94347adead147e6c42",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_56aff",
                    table="contacts_noteevent",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="portalsignin",
            index=models.Index(fields=["contact", "-at"], name="sign_in_contact"),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="portalsignin",
            trigger=pgtrigger.compiler.Trigger(
                name="engagement_counted",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="IF EXISTS (SELECT FROM new_values) THEN\n    EXECUTE $count$\n        INSERT INTO contacts_engagement (contact_id, sign_ins, opened)\n        SELECT DISTINCT contact_id, 0, 0 FROM new_values ORDER BY contact_id ON CONFLICT DO NOTHING\n    $count$;\n    EXECUTE $count$\n        SELECT FROM contacts_engagement WHERE contact_id IN (SELECT contact_id FROM new_values)\n        ORDER BY contact_id FOR UPDATE\n    $count$;\n    EXECUTE $count$\n        UPDATE contacts_engagement AS engagement SET sign_ins = found.number\n        FROM (\n            SELECT contact_id, count(*) AS number FROM contacts_portalsignin\n            WHERE contact_id IN (SELECT contact_id FROM new_values) GROUP BY contact_id\n        ) AS found\n        WHERE engagement.contact_id = found.contact_id\n    $count$;\nEND IF;\nRETURN NULL;",
                    hash="2bb879bc75c69688320500ca4af4a386646e8f0b",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_engagement_counted_ddf81",
                    referencing="REFERENCING NEW TABLE AS new_values ",
                    table="contacts_portalsignin",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="resourceview",
            index=models.Index(fields=["contact", "-at"], name="view_contact"),
        ),
        migrations.AddIndex(
            model_name="resourceview",
            index=models.Index(fields=["resource", "-at"], name="view_resource"),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="resourceview",
            trigger=pgtrigger.compiler.Trigger(
                name="engagement_counted",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="IF EXISTS (SELECT FROM new_values) THEN\n    EXECUTE $count$\n        INSERT INTO contacts_engagement (contact_id, sign_ins, opened)\n        SELECT DISTINCT contact_id, 0, 0 FROM new_values ORDER BY contact_id ON CONFLICT DO NOTHING\n    $count$;\n    EXECUTE $count$\n        SELECT FROM contacts_engagement WHERE contact_id IN (SELECT contact_id FROM new_values)\n        ORDER BY contact_id FOR UPDATE\n    $count$;\n    EXECUTE $count$\n        UPDATE contacts_engagement AS engagement SET opened = found.number\n        FROM (\n            SELECT contact_id, count(DISTINCT resource_id) AS number FROM contacts_resourceview\n            WHERE contact_id IN (SELECT contact_id FROM new_values) GROUP BY contact_id\n        ) AS found\n        WHERE engagement.contact_id = found.contact_id\n    $count$;\nEND IF;\nRETURN NULL;",
                    hash="4a16cd67ce06387190821fd54537269b7b48dfde",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_engagement_counted_0eb9d",
                    referencing="REFERENCING NEW TABLE AS new_values ",
                    table="contacts_resourceview",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="savedview",
            constraint=models.UniqueConstraint(
                models.F("owner"),
                django.db.models.functions.text.Lower("name"),
                name="saved_view_name_unique",
                violation_error_message="You have a view of this name already.",
            ),
        ),
        migrations.AddIndex(
            model_name="contact",
            index=models.Index(
                condition=models.Q(("deleted_at", None)),
                fields=["sort_name", "id"],
                include=("primary_advisor", "team"),
                name="contact_by_name",
            ),
        ),
        migrations.AddIndex(
            model_name="contact",
            index=models.Index(
                condition=models.Q(("deleted_at", None)),
                fields=["contact_type", "sort_name", "id"],
                include=("primary_advisor", "team"),
                name="contact_by_type",
            ),
        ),
        migrations.AddIndex(
            model_name="contact",
            index=models.Index(
                condition=models.Q(("deleted_at", None)),
                fields=["status", "sort_name", "id"],
                include=("primary_advisor", "team"),
                name="contact_by_status",
            ),
        ),
        migrations.AddIndex(
            model_name="contact",
            index=models.Index(
                models.OrderBy(models.F("last_login_at"), descending=True, nulls_last=True),
                models.OrderBy(models.F("id"), descending=True),
                condition=models.Q(("deleted_at", None)),
                include=("primary_advisor", "team", "status"),
                name="contact_by_login",
            ),
        ),
        migrations.AddIndex(
            model_name="contact",
            index=models.Index(
                models.F("primary_advisor"),
                models.F("sort_name"),
                models.F("id"),
                condition=models.Q(("deleted_at", None)),
                name="contact_by_advisor",
            ),
        ),
        migrations.AddIndex(
            model_name="contact",
            index=models.Index(
                models.F("team"),
                models.F("sort_name"),
                models.F("id"),
                condition=models.Q(("deleted_at", None)),
                name="contact_by_team",
            ),
        ),
        migrations.AddIndex(
            model_name="contact",
            index=models.Index(
                models.F("created_at"),
                models.F("id"),
                condition=models.Q(("deleted_at", None)),
                name="contact_by_creation",
            ),
        ),
        migrations.AddIndex(
            model_name="contact",
            index=models.Index(
                models.OrderBy(models.F("start_at"), descending=True, nulls_last=True),
                models.OrderBy(models.F("id"), descending=True),
                condition=models.Q(("deleted_at", None)),
                name="contact_by_start",
            ),
        ),
        migrations.AddIndex(
            model_name="contact",
            index=models.Index(
                condition=models.Q(("deleted_at", None), ("first_invited_at__isnull", False)),
                fields=["first_invited_at", "status"],
                include=("primary_advisor", "team"),
                name="contact_by_first_invitation",
            ),
        ),
        migrations.AddIndex(
            model_name="contact",
            index=models.Index(
                models.F("deleted_at"), condition=models.Q(("deleted_at", None), _negated=True), name="contact_in_trash"
            ),
        ),
        migrations.AddIndex(
            model_name="contact",
            index=models.Index(
                models.F("household"), condition=models.Q(("household__isnull", False)), name="contact_in_household"
            ),
        ),
        migrations.AddIndex(
            model_name="contact",
            index=models.Index(
                models.F("sort_name"),
                models.F("id"),
                condition=models.Q(("deleted_at", None), ("crm_mark__in", ["newer", "gone"])),
                name="contact_crm_marked",
            ),
        ),
        migrations.AddIndex(
            model_name="contact",
            index=models.Index(
                models.F("sort_name"),
                models.F("id"),
                condition=models.Q(("deleted_at", None), ("do_not_contact_since__isnull", False)),
                name="contact_not_contacted",
            ),
        ),
        migrations.AddIndex(
            model_name="contact",
            index=models.Index(
                models.F("sort_name"),
                models.F("id"),
                condition=models.Q(("deleted_at", None), ("deceased", True)),
                name="contact_deceased",
            ),
        ),
        migrations.AddIndex(
            model_name="contact",
            index=django.contrib.postgres.indexes.GinIndex(
                django.contrib.postgres.indexes.OpClass("search_text", "gin_trgm_ops"), name="contact_search"
            ),
        ),
        migrations.AddConstraint(
            model_name="contact",
            constraint=models.UniqueConstraint(
                django.db.models.functions.text.Lower("email"),
                condition=models.Q(("deleted_at", None)),
                name="contact_email_unique",
                violation_error_message="Another contact has this email address.",
            ),
        ),
        migrations.AddConstraint(
            model_name="contact",
            constraint=models.CheckConstraint(
                condition=models.Q(("contact_type__in", ["client", "prospect", "lead"])), name="type_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="contact",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("first_name", ""), _negated=True),
                    models.Q(("last_name", ""), _negated=True),
                    models.Q(("email", ""), _negated=True),
                    models.Q(("phone", ""), _negated=True),
                ),
                name="contact_required_fields",
            ),
        ),
        migrations.AddConstraint(
            model_name="contact",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("do_not_contact_from", ""), ("do_not_contact_since__isnull", False), _connector="OR"
                ),
                name="do_not_contact_has_a_day",
            ),
        ),
        migrations.AddConstraint(
            model_name="contact",
            constraint=models.CheckConstraint(
                condition=models.Q(("deceased_on", None), ("deceased", True), _connector="OR"),
                name="date_of_death_of_the_deceased",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="contact",
            trigger=pgtrigger.compiler.Trigger(
                name="portal_account_follows",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."deactivated_at" IS DISTINCT FROM (NEW."deactivated_at") OR OLD."deceased" IS DISTINCT FROM (NEW."deceased") OR OLD."deleted_at" IS DISTINCT FROM (NEW."deleted_at") OR OLD."email" IS DISTINCT FROM (NEW."email") OR OLD."first_name" IS DISTINCT FROM (NEW."first_name") OR OLD."last_name" IS DISTINCT FROM (NEW."last_name") OR OLD."user_id" IS DISTINCT FROM (NEW."user_id"))',
                    func="UPDATE accounts_user SET\n    is_active = NEW.deactivated_at IS NULL AND NEW.deleted_at IS NULL AND NOT NEW.deceased,\n    session_generation = session_generation\n        + (NEW.deactivated_at IS NOT NULL OR NEW.deleted_at IS NOT NULL OR NEW.deceased)::integer,\n    email = CASE WHEN NEW.deleted_at IS NULL THEN NEW.email ELSE 'deleted-' || NEW.id || '@portal.invalid' END,\n    first_name = NEW.first_name,\n    last_name = NEW.last_name\nWHERE id = NEW.user_id AND role = 'contact';\nRETURN NULL;",
                    hash="316a323ec795df23475cb656abcb8afa2c536440",
                    operation="UPDATE",
                    pgid="pgtrigger_portal_account_follows_290fe",
                    table="contacts_contact",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="contact",
            trigger=pgtrigger.compiler.Trigger(
                name="listing_begins",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="IF EXISTS (SELECT FROM new_values) THEN EXECUTE $listing$ INSERT INTO contacts_listing (contact_id, experience_id, campaign_id, primary_advisor_id, team_id, status, contact_type, deleted_at, sort_name) SELECT id, contact.experience_id, contact.campaign_id, contact.primary_advisor_id, contact.team_id, contact.status, contact.contact_type, contact.deleted_at, contact.sort_name FROM new_values AS contact $listing$; END IF; RETURN NULL;",
                    hash="730732bcf198c8504f0cb5bb5fa3b1f033d1c846",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_listing_begins_7514a",
                    referencing="REFERENCING NEW TABLE AS new_values ",
                    table="contacts_contact",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="contact",
            trigger=pgtrigger.compiler.Trigger(
                name="listing_follows",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="IF EXISTS (SELECT FROM new_values) THEN EXECUTE $listing$ UPDATE contacts_listing AS listing SET (experience_id, campaign_id, primary_advisor_id, team_id, status, contact_type, deleted_at, sort_name) = ROW(contact.experience_id, contact.campaign_id, contact.primary_advisor_id, contact.team_id, contact.status, contact.contact_type, contact.deleted_at, contact.sort_name) FROM new_values AS contact WHERE listing.contact_id = contact.id AND (listing.experience_id, listing.campaign_id, listing.primary_advisor_id, listing.team_id, listing.status, listing.contact_type, listing.deleted_at, listing.sort_name) IS DISTINCT FROM (contact.experience_id, contact.campaign_id, contact.primary_advisor_id, contact.team_id, contact.status, contact.contact_type, contact.deleted_at, contact.sort_name) $listing$; END IF; RETURN NULL;",
                    hash="eacd3c5318a2397fbd21d82118c718fb204e8fe4",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_listing_follows_51399",
                    referencing="REFERENCING NEW TABLE AS new_values ",
                    table="contacts_contact",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="contact",
            trigger=pgtrigger.compiler.Trigger(
                name="listing_ends",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="IF EXISTS (SELECT FROM old_values) THEN EXECUTE $listing$ DELETE FROM contacts_listing WHERE contact_id IN (SELECT id FROM old_values) $listing$; END IF; RETURN NULL;",
                    hash="74a36c582deed837d1974fa3808656f15e42fdbb",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_listing_ends_ac4d0",
                    referencing="REFERENCING OLD TABLE AS old_values ",
                    table="contacts_contact",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="contact",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='IF EXISTS (SELECT FROM new_values) THEN EXECUTE $history$ WITH entries AS (WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "contacts_contactevent" ("address_1", "address_2", "city", "contact_type", "country", "created_at", "custom_data", "date_of_birth", "deactivated_at", "deceased", "deceased_on", "deleted_at", "deleted_by_id", "do_not_contact_from", "do_not_contact_since", "email", "first_invited_at", "first_name", "gender", "household_id", "household_role", "id", "invitations_sent", "last_invited_at", "last_name", "locked_fields", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phone", "phone_extension", "photo", "postal_code", "preferred_name", "primary_advisor_id", "source", "start_at", "state", "team_id", "time_zone", "user_id") SELECT new_values."address_1", new_values."address_2", new_values."city", new_values."contact_type", new_values."country", new_values."created_at", new_values."custom_data", new_values."date_of_birth", new_values."deactivated_at", new_values."deceased", new_values."deceased_on", new_values."deleted_at", new_values."deleted_by_id", new_values."do_not_contact_from", new_values."do_not_contact_since", new_values."email", new_values."first_invited_at", new_values."first_name", new_values."gender", new_values."household_id", new_values."household_role", new_values."id", new_values."invitations_sent", new_values."last_invited_at", new_values."last_name", new_values."locked_fields", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."phone", new_values."phone_extension", new_values."photo", new_values."postal_code", new_values."preferred_name", new_values."primary_advisor_id", new_values."source", new_values."start_at", new_values."state", new_values."team_id", new_values."time_zone", new_values."user_id" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context RETURNING 1) INSERT INTO core_change (at) SELECT statement_timestamp() FROM entries LIMIT 1 $history$; END IF; RETURN NULL;',
                    hash="7dadeff5b4defe593a3027b7c7c78e17e830bb3e",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_60225",
                    referencing="REFERENCING NEW TABLE AS new_values ",
                    table="contacts_contact",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="contact",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='IF EXISTS (SELECT FROM new_values) THEN EXECUTE $history$ WITH entries AS (WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "contacts_contactevent" ("address_1", "address_2", "city", "contact_type", "country", "created_at", "custom_data", "date_of_birth", "deactivated_at", "deceased", "deceased_on", "deleted_at", "deleted_by_id", "do_not_contact_from", "do_not_contact_since", "email", "first_invited_at", "first_name", "gender", "household_id", "household_role", "id", "invitations_sent", "last_invited_at", "last_name", "locked_fields", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phone", "phone_extension", "photo", "postal_code", "preferred_name", "primary_advisor_id", "source", "start_at", "state", "team_id", "time_zone", "user_id") SELECT new_values."address_1", new_values."address_2", new_values."city", new_values."contact_type", new_values."country", new_values."created_at", new_values."custom_data", new_values."date_of_birth", new_values."deactivated_at", new_values."deceased", new_values."deceased_on", new_values."deleted_at", new_values."deleted_by_id", new_values."do_not_contact_from", new_values."do_not_contact_since", new_values."email", new_values."first_invited_at", new_values."first_name", new_values."gender", new_values."household_id", new_values."household_role", new_values."id", new_values."invitations_sent", new_values."last_invited_at", new_values."last_name", new_values."locked_fields", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."phone", new_values."phone_extension", new_values."photo", new_values."postal_code", new_values."preferred_name", new_values."primary_advisor_id", new_values."source", new_values."start_at", new_values."state", new_values."team_id", new_values."time_zone", new_values."user_id" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."address_1" IS DISTINCT FROM (new_values."address_1") OR old_values."address_2" IS DISTINCT FROM (new_values."address_2") OR old_values."city" IS DISTINCT FROM (new_values."city") OR old_values."contact_type" IS DISTINCT FROM (new_values."contact_type") OR old_values."country" IS DISTINCT FROM (new_values."country") OR old_values."created_at" IS DISTINCT FROM (new_values."created_at") OR old_values."custom_data" IS DISTINCT FROM (new_values."custom_data") OR old_values."date_of_birth" IS DISTINCT FROM (new_values."date_of_birth") OR old_values."deactivated_at" IS DISTINCT FROM (new_values."deactivated_at") OR old_values."deceased" IS DISTINCT FROM (new_values."deceased") OR old_values."deceased_on" IS DISTINCT FROM (new_values."deceased_on") OR old_values."deleted_at" IS DISTINCT FROM (new_values."deleted_at") OR old_values."deleted_by_id" IS DISTINCT FROM (new_values."deleted_by_id") OR old_values."do_not_contact_from" IS DISTINCT FROM (new_values."do_not_contact_from") OR old_values."do_not_contact_since" IS DISTINCT FROM (new_values."do_not_contact_since") OR old_values."email" IS DISTINCT FROM (new_values."email") OR old_values."first_invited_at" IS DISTINCT FROM (new_values."first_invited_at") OR old_values."first_name" IS DISTINCT FROM (new_values."first_name") OR old_values."gender" IS DISTINCT FROM (new_values."gender") OR old_values."household_id" IS DISTINCT FROM (new_values."household_id") OR old_values."household_role" IS DISTINCT FROM (new_values."household_role") OR old_values."id" IS DISTINCT FROM (new_values."id") OR old_values."invitations_sent" IS DISTINCT FROM (new_values."invitations_sent") OR old_values."last_invited_at" IS DISTINCT FROM (new_values."last_invited_at") OR old_values."last_name" IS DISTINCT FROM (new_values."last_name") OR old_values."locked_fields" IS DISTINCT FROM (new_values."locked_fields") OR old_values."phone" IS DISTINCT FROM (new_values."phone") OR old_values."phone_extension" IS DISTINCT FROM (new_values."phone_extension") OR old_values."photo" IS DISTINCT FROM (new_values."photo") OR old_values."postal_code" IS DISTINCT FROM (new_values."postal_code") OR old_values."preferred_name" IS DISTINCT FROM (new_values."preferred_name") OR old_values."primary_advisor_id" IS DISTINCT FROM (new_values."primary_advisor_id") OR old_values."source" IS DISTINCT FROM (new_values."source") OR old_values."start_at" IS DISTINCT FROM (new_values."start_at") OR old_values."state" IS DISTINCT FROM (new_values."state") OR old_values."team_id" IS DISTINCT FROM (new_values."team_id") OR old_values."time_zone" IS DISTINCT FROM (new_values."time_zone") OR old_values."user_id" IS DISTINCT FROM (new_values."user_id")) ) AS new_values, _pgh_attached_context RETURNING 1) INSERT INTO core_change (at) SELECT statement_timestamp() FROM entries LIMIT 1 $history$; END IF; RETURN NULL;',
                    hash="e71e27f52bf88f2b100c0366129e7a4d8d6e8778",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_7498c",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="contacts_contact",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="listing",
            index=models.Index(
                condition=models.Q(("deleted_at", None)),
                fields=["experience", "sort_name", "contact"],
                include=("primary_advisor", "team", "status", "contact_type"),
                name="listing_by_experience",
            ),
        ),
        migrations.AddIndex(
            model_name="listing",
            index=models.Index(
                condition=models.Q(("deleted_at", None)),
                fields=["campaign", "sort_name", "contact"],
                include=("primary_advisor", "team", "status", "contact_type"),
                name="listing_by_campaign",
            ),
        ),
        migrations.AddIndex(
            model_name="listing",
            index=models.Index(
                condition=models.Q(("deleted_at", None)), fields=["primary_advisor"], name="listing_by_advisor"
            ),
        ),
        migrations.AddIndex(
            model_name="listing",
            index=models.Index(condition=models.Q(("deleted_at", None)), fields=["team"], name="listing_by_team"),
        ),
        *(
            migrations.RunSQL(f"ALTER TABLE {table} SET ({SOONER})", migrations.RunSQL.noop)
            for table in ("contacts_contact", "contacts_assignment", "contacts_listing")
        ),
        # Room on each page for a row's next version, which then needs no entry in any index.
        migrations.RunSQL("ALTER TABLE contacts_contact SET (fillfactor = 85)", migrations.RunSQL.noop),
    ]
