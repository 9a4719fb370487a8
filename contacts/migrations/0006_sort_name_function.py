"""The immutable SQL function behind the column that lists are sorted by."""

from django.db import migrations

# The character between the names sorts before any other: "De" comes before "De la".
CREATE = """
CREATE FUNCTION contacts_sort_name(last_name text, first_name text)
RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT lower(public.unaccent('public.unaccent'::regdictionary,
        coalesce(last_name, '') || chr(1) || coalesce(first_name, '')))
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("contacts", "0005_portal_sessions_end")]
    operations = [migrations.RunSQL(CREATE, "DROP FUNCTION contacts_sort_name(text, text)")]
