-- What contacts are sorted by. The character between the names sorts before any other: "De" comes before "De la".
CREATE FUNCTION contacts_sort_name(last_name text, first_name text)
RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT lower(public.unaccent('public.unaccent'::regdictionary,
        coalesce(last_name, '') || chr(1) || coalesce(first_name, '')))
$$;
