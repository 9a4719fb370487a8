-- What a contact is found by: lower case, no accents. IMMUTABLE, for a generated column is made of it.
CREATE FUNCTION contacts_search_text(first_name text, last_name text, preferred text, email text, phone text)
RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT lower(public.unaccent('public.unaccent'::regdictionary,
        coalesce(first_name, '') || ' ' || coalesce(last_name, '') || ' ' || coalesce(preferred, '')
        || ' ' || coalesce(email, '') || ' ' || coalesce(phone, '')))
$$;
