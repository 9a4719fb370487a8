"""A mailed link dies with its contact, as it does with a changed address, a deactivation and a deletion."""

from django.db import migrations

SQL = """
CREATE OR REPLACE FUNCTION outreach_links_follow_contact() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    why text := CASE
        WHEN NEW.deleted_at IS NOT NULL THEN 'Contact deleted'
        WHEN NEW.deactivated_at IS NOT NULL THEN 'Contact deactivated'
        {reason}
        ELSE 'Email address changed'
    END;
BEGIN
    UPDATE outreach_link SET revoked_at = now()
    WHERE contact_id = NEW.id AND spent_at IS NULL AND revoked_at IS NULL;
    UPDATE outreach_invitation SET revoked_at = now(), revoked_why = why
    WHERE contact_id = NEW.id AND accepted_at IS NULL AND revoked_at IS NULL;
    RETURN NULL;
END $$;
DROP TRIGGER outreach_links_follow_contact ON contacts_contact;
CREATE TRIGGER outreach_links_follow_contact
AFTER UPDATE OF email, deactivated_at, deleted_at{column} ON contacts_contact
FOR EACH ROW WHEN (
    lower(OLD.email) <> lower(NEW.email)
    OR (OLD.deactivated_at IS NULL AND NEW.deactivated_at IS NOT NULL)
    OR (OLD.deleted_at IS NULL AND NEW.deleted_at IS NOT NULL)
    {condition}
) EXECUTE FUNCTION outreach_links_follow_contact();
"""
AFTER = SQL.format(
    reason="WHEN NEW.deceased THEN 'Contact deceased'",
    column=", deceased",
    condition="OR (NOT OLD.deceased AND NEW.deceased)",
)
BEFORE = SQL.format(reason="", column="", condition="")


class Migration(migrations.Migration):
    dependencies = [
        ("outreach", "0006_bounces"),
        ("contacts", "0024_do_not_contact_and_deceased"),
    ]

    operations = [migrations.RunSQL(AFTER, BEFORE)]
