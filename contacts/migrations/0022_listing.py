"""Lists by experience and by campaign read a table of their own, see contacts.models.listing."""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

# The triggers hold off whoever would write contacts meanwhile.
FILL = """
INSERT INTO contacts_listing (
    contact_id, experience_id, campaign_id, primary_advisor_id, team_id, status, contact_type, deleted_at, sort_name
)
SELECT id, experience_id, campaign_id, primary_advisor_id, team_id, status, contact_type, deleted_at, sort_name
FROM contacts_contact
"""


class Migration(migrations.Migration):
    dependencies = [
        ("contacts", "0021_assignments_tell_their_history"),
        ("experiences", "0003_fewer_indexes"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
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
                ("status", models.CharField(max_length=12)),
                ("contact_type", models.CharField(max_length=10)),
                ("deleted_at", models.DateTimeField(null=True)),
                ("sort_name", models.TextField(db_collation="C")),
            ],
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
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
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
        migrations.RemoveIndex(
            model_name="contact",
            name="contact_by_experience",
        ),
        migrations.RemoveIndex(
            model_name="contact",
            name="contact_by_campaign",
        ),
        # Room on each page for a row's next version, which then needs no entry in any index.
        migrations.RunSQL(
            "ALTER TABLE contacts_contact SET (fillfactor = 85)", "ALTER TABLE contacts_contact RESET (fillfactor)"
        ),
        # As in 0019.
        migrations.RunSQL(
            "ALTER TABLE contacts_listing SET (autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02)",
            "ALTER TABLE contacts_listing RESET (autovacuum_vacuum_scale_factor, autovacuum_analyze_scale_factor)",
        ),
        migrations.RunSQL("ANALYZE contacts_listing", migrations.RunSQL.noop),
    ]
