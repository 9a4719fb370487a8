"""The immutable SQL function behind the search column, with the extensions it needs."""

from django.contrib.postgres.operations import BtreeGinExtension, TrigramExtension, UnaccentExtension
from django.db import migrations

CREATE = """
CREATE FUNCTION contacts_search_text(first_name text, last_name text, preferred text, email text, phone text)
RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT lower(public.unaccent('public.unaccent'::regdictionary,
        coalesce(first_name, '') || ' ' || coalesce(last_name, '') || ' ' || coalesce(preferred, '')
        || ' ' || coalesce(email, '') || ' ' || coalesce(phone, '')))
$$;
"""


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        TrigramExtension(),
        BtreeGinExtension(),
        UnaccentExtension(),
        migrations.RunSQL(CREATE, "DROP FUNCTION contacts_search_text(text, text, text, text, text)"),
    ]
