-- Trigger on contacts_portalsignin and contacts_resourceview, each statement: counts again for the contacts of new rows.
-- Planned anew each time: see core/history/events.py. The row is held while it is counted, so that of two at once the
-- second counts what the first has added. {column}, {what} and {table} are filled in by the model.
IF EXISTS (SELECT FROM new_values) THEN
    EXECUTE $count$
        INSERT INTO contacts_engagement (contact_id, sign_ins, opened)
        SELECT DISTINCT contact_id, 0, 0 FROM new_values ORDER BY contact_id ON CONFLICT DO NOTHING
    $count$;
    EXECUTE $count$
        SELECT FROM contacts_engagement WHERE contact_id IN (SELECT contact_id FROM new_values)
        ORDER BY contact_id FOR UPDATE
    $count$;
    EXECUTE $count$
        UPDATE contacts_engagement AS engagement SET {column} = found.number
        FROM (
            SELECT contact_id, count({what}) AS number FROM {table}
            WHERE contact_id IN (SELECT contact_id FROM new_values) GROUP BY contact_id
        ) AS found
        WHERE engagement.contact_id = found.contact_id
    $count$;
END IF;
RETURN NULL;
