-- Trigger on contacts_contact, each row: links and open invitations end with a changed address, a deactivation, a death
-- and a deletion.
UPDATE outreach_link SET revoked_at = now()
WHERE contact_id = NEW.id AND spent_at IS NULL AND revoked_at IS NULL;
UPDATE outreach_invitation SET
    revoked_at = now(),
    revoked_why = CASE
        WHEN NEW.deleted_at IS NOT NULL THEN 'Contact deleted'
        WHEN NEW.deactivated_at IS NOT NULL THEN 'Contact deactivated'
        WHEN NEW.deceased THEN 'Contact deceased'
        ELSE 'Email address changed'
    END
WHERE contact_id = NEW.id AND accepted_at IS NULL AND revoked_at IS NULL;
RETURN NULL;
