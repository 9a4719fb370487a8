"""History of contacts and assignments is written by statement, see core.history.events."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("contacts", "0013_fewer_indexes"),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name="assignment",
            name="insert_insert",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="assignment",
            name="update_update",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="contact",
            name="insert_insert",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="contact",
            name="update_update",
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="assignment",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='IF EXISTS (SELECT FROM new_values) THEN EXECUTE $history$ WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "contacts_assignmentevent" ("assigned_at", "assigned_by_id", "campaign_id", "campaign_started_on", "card_template_id", "contact_id", "ended_at", "experience_id", "featured_template_id", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "resource_template_id") SELECT new_values."assigned_at", new_values."assigned_by_id", new_values."campaign_id", new_values."campaign_started_on", new_values."card_template_id", new_values."contact_id", new_values."ended_at", new_values."experience_id", new_values."featured_template_id", new_values."id", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."resource_template_id" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context $history$; END IF; RETURN NULL;',
                    hash="cd6873d3d51a7912dca46b00fe7f2be98deb1e1c",
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
                    func='IF EXISTS (SELECT FROM new_values) THEN EXECUTE $history$ WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "contacts_assignmentevent" ("assigned_at", "assigned_by_id", "campaign_id", "campaign_started_on", "card_template_id", "contact_id", "ended_at", "experience_id", "featured_template_id", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "resource_template_id") SELECT new_values."assigned_at", new_values."assigned_by_id", new_values."campaign_id", new_values."campaign_started_on", new_values."card_template_id", new_values."contact_id", new_values."ended_at", new_values."experience_id", new_values."featured_template_id", new_values."id", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."resource_template_id" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context $history$; END IF; RETURN NULL;',
                    hash="6b1579b7871af2b85456855caa69871ebc5dd762",
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
            model_name="contact",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='IF EXISTS (SELECT FROM new_values) THEN EXECUTE $history$ WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "contacts_contactevent" ("address_1", "address_2", "campaign_id", "city", "contact_type", "country", "created_at", "custom_data", "date_of_birth", "deactivated_at", "deleted_at", "deleted_by_id", "email", "experience_id", "first_invited_at", "first_name", "gender", "household_id", "household_role", "id", "invitations_sent", "last_invited_at", "last_name", "locked_fields", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phone", "photo", "postal_code", "preferred_name", "primary_advisor_id", "source", "start_at", "state", "team_id", "time_zone", "user_id") SELECT new_values."address_1", new_values."address_2", new_values."campaign_id", new_values."city", new_values."contact_type", new_values."country", new_values."created_at", new_values."custom_data", new_values."date_of_birth", new_values."deactivated_at", new_values."deleted_at", new_values."deleted_by_id", new_values."email", new_values."experience_id", new_values."first_invited_at", new_values."first_name", new_values."gender", new_values."household_id", new_values."household_role", new_values."id", new_values."invitations_sent", new_values."last_invited_at", new_values."last_name", new_values."locked_fields", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."phone", new_values."photo", new_values."postal_code", new_values."preferred_name", new_values."primary_advisor_id", new_values."source", new_values."start_at", new_values."state", new_values."team_id", new_values."time_zone", new_values."user_id" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context $history$; END IF; RETURN NULL;',
                    hash="dcc4547e69a78f0365f2a66b7fff7bd88e9dd922",
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
                    func='IF EXISTS (SELECT FROM new_values) THEN EXECUTE $history$ WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "contacts_contactevent" ("address_1", "address_2", "campaign_id", "city", "contact_type", "country", "created_at", "custom_data", "date_of_birth", "deactivated_at", "deleted_at", "deleted_by_id", "email", "experience_id", "first_invited_at", "first_name", "gender", "household_id", "household_role", "id", "invitations_sent", "last_invited_at", "last_name", "locked_fields", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phone", "photo", "postal_code", "preferred_name", "primary_advisor_id", "source", "start_at", "state", "team_id", "time_zone", "user_id") SELECT new_values."address_1", new_values."address_2", new_values."campaign_id", new_values."city", new_values."contact_type", new_values."country", new_values."created_at", new_values."custom_data", new_values."date_of_birth", new_values."deactivated_at", new_values."deleted_at", new_values."deleted_by_id", new_values."email", new_values."experience_id", new_values."first_invited_at", new_values."first_name", new_values."gender", new_values."household_id", new_values."household_role", new_values."id", new_values."invitations_sent", new_values."last_invited_at", new_values."last_name", new_values."locked_fields", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."phone", new_values."photo", new_values."postal_code", new_values."preferred_name", new_values."primary_advisor_id", new_values."source", new_values."start_at", new_values."state", new_values."team_id", new_values."time_zone", new_values."user_id" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."address_1" IS DISTINCT FROM (new_values."address_1") OR old_values."address_2" IS DISTINCT FROM (new_values."address_2") OR old_values."campaign_id" IS DISTINCT FROM (new_values."campaign_id") OR old_values."city" IS DISTINCT FROM (new_values."city") OR old_values."contact_type" IS DISTINCT FROM (new_values."contact_type") OR old_values."country" IS DISTINCT FROM (new_values."country") OR old_values."created_at" IS DISTINCT FROM (new_values."created_at") OR old_values."custom_data" IS DISTINCT FROM (new_values."custom_data") OR old_values."date_of_birth" IS DISTINCT FROM (new_values."date_of_birth") OR old_values."deactivated_at" IS DISTINCT FROM (new_values."deactivated_at") OR old_values."deleted_at" IS DISTINCT FROM (new_values."deleted_at") OR old_values."deleted_by_id" IS DISTINCT FROM (new_values."deleted_by_id") OR old_values."email" IS DISTINCT FROM (new_values."email") OR old_values."experience_id" IS DISTINCT FROM (new_values."experience_id") OR old_values."first_invited_at" IS DISTINCT FROM (new_values."first_invited_at") OR old_values."first_name" IS DISTINCT FROM (new_values."first_name") OR old_values."gender" IS DISTINCT FROM (new_values."gender") OR old_values."household_id" IS DISTINCT FROM (new_values."household_id") OR old_values."household_role" IS DISTINCT FROM (new_values."household_role") OR old_values."id" IS DISTINCT FROM (new_values."id") OR old_values."invitations_sent" IS DISTINCT FROM (new_values."invitations_sent") OR old_values."last_invited_at" IS DISTINCT FROM (new_values."last_invited_at") OR old_values."last_name" IS DISTINCT FROM (new_values."last_name") OR old_values."locked_fields" IS DISTINCT FROM (new_values."locked_fields") OR old_values."phone" IS DISTINCT FROM (new_values."phone") OR old_values."photo" IS DISTINCT FROM (new_values."photo") OR old_values."postal_code" IS DISTINCT FROM (new_values."postal_code") OR old_values."preferred_name" IS DISTINCT FROM (new_values."preferred_name") OR old_values."primary_advisor_id" IS DISTINCT FROM (new_values."primary_advisor_id") OR old_values."source" IS DISTINCT FROM (new_values."source") OR old_values."start_at" IS DISTINCT FROM (new_values."start_at") OR old_values."state" IS DISTINCT FROM (new_values."state") OR old_values."team_id" IS DISTINCT FROM (new_values."team_id") OR old_values."time_zone" IS DISTINCT FROM (new_values."time_zone") OR old_values."user_id" IS DISTINCT FROM (new_values."user_id")) ) AS new_values, _pgh_attached_context $history$; END IF; RETURN NULL;',
                    hash="0eb62d84431c923cc7b57ace5a9f0b799d753fb9",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_7498c",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="contacts_contact",
                    when="AFTER",
                ),
            ),
        ),
    ]
