-- Trigger on contacts_contact, each row: a record whose contact lies in the trash cannot be imported.
UPDATE crm_record SET
    state = CASE WHEN NEW.deleted_at IS NULL THEN 'linked' ELSE 'cannot' END,
    reasons = CASE WHEN NEW.deleted_at IS NULL THEN '[]'::jsonb ELSE '["deleted_here"]'::jsonb END
WHERE contact_id = NEW.id;
RETURN NULL;
