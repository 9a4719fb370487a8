-- Trigger on contacts_contact, each row: the portal account has its contact's name and address, and ends with it.
UPDATE accounts_user SET
    is_active = NEW.deactivated_at IS NULL AND NEW.deleted_at IS NULL AND NOT NEW.deceased,
    session_generation = session_generation
        + (NEW.deactivated_at IS NOT NULL OR NEW.deleted_at IS NOT NULL OR NEW.deceased)::integer,
    email = CASE WHEN NEW.deleted_at IS NULL THEN NEW.email ELSE 'deleted-' || NEW.id || '@portal.invalid' END,
    first_name = NEW.first_name,
    last_name = NEW.last_name
WHERE id = NEW.user_id AND role = 'contact';
RETURN NULL;
