"""Writing many contacts at once: values as JSON in, one statement whatever their number.

Rows are dicts of values by field name; foreign keys by their key ("primary_advisor": 7). Only columns of the contact
itself are written; see `COLUMNS` of whoever calls.
"""

import json
from functools import cache
from typing import Any

from django.db import connection

from contacts.models import Contact


def insert_contacts(rows: list[dict[str, Any]], fields: list[str], same: dict[str, Any]) -> dict[str, int]:
    """Insert contacts in one statement: own values as JSON, what they have in common once. Their keys by email.

    `fields` names what rows may hold; `same` holds values by column. Raises IntegrityError when an address is taken.
    """
    if not rows:
        return {}
    own = dict(pair for name, pair in columns(tuple(fields)).items() if any(name in one for one in rows))
    shared = {column: value for column, value in (_defaults() | same).items() if column not in own}
    values = [f"coalesce(found.{column}, %s)" if column in _defaults() else f"found.{column}" for column in own]
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO contacts_contact ({', '.join([*own, *shared])}, updated_at)"  # noqa: S608 - our columns
            f" SELECT {', '.join([*values, *['%s'] * len(shared)])}, now()"
            f" FROM jsonb_to_recordset(%s) AS found ({', '.join(f'{name} {kind}' for name, kind in own.items())})"
            " RETURNING id, email",
            [
                *(_defaults()[column] for column in own if column in _defaults()),
                *shared.values(),
                _as_json(rows, fields),
            ],
        )
        return {email: pk for pk, email in cursor.fetchall()}


def update_contacts(rows: dict[int, dict[str, Any]], fields: list[str], *, may_empty: bool = False) -> None:
    """Write changed values of contacts, by key, in one statement.

    A value that a row does not hold stays; so does one that is None, unless `may_empty` columns that allow it.
    """
    written = {name: pair for name, pair in columns(tuple(fields)).items() if any(name in one for one in rows.values())}
    if not written:
        return
    sets = ", ".join(_set(name, column, may_empty) for name, (column, _) in written.items())
    found = ", ".join(f"{column} {kind}" for column, kind in written.values())
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE contacts_contact AS contact SET {sets}, updated_at = now()"  # noqa: S608 - names of our columns
            " FROM (SELECT * FROM jsonb_array_elements(%s) AS given (raw),"
            f" jsonb_to_record(given.raw) AS own (id bigint, {found})) AS found WHERE contact.id = found.id",
            [_as_json([{"id": pk} | values for pk, values in rows.items()], fields)],
        )


def _set(name: str, column: str, may_empty: bool) -> str:
    """How a column is written: None empties only what may be empty."""
    if may_empty and Contact._meta.get_field(name).null:
        return f"{column} = CASE WHEN found.raw ? '{column}' THEN found.{column} ELSE contact.{column} END"
    return f"{column} = coalesce(found.{column}, contact.{column})"


@cache
def _defaults() -> dict[str, Any]:
    """What columns get that may not be empty, where a row says nothing of them."""
    own = [field for field in Contact._meta.concrete_fields if not (field.null or field.generated)]
    defaults = {field: field.get_default() for field in own if field.has_default() or not field.has_db_default()}
    given = {field.column: (field, value) for field, value in defaults.items() if value is not None}
    return {column: field.get_db_prep_save(value, connection) for column, (field, value) in given.items()}


@cache
def columns(fields: tuple[str, ...]) -> dict[str, tuple[str, str]]:
    """Column and database type of each field."""
    found = {name: Contact._meta.get_field(name) for name in fields}
    return {name: (field.column, field.db_type(connection)) for name, field in found.items()}


def _as_json(rows: list[dict[str, Any]], fields: list[str]) -> str:
    """Values by field as JSON, by column; what is none of the fields is left out."""
    known = {"id": ("id", "bigint")} | columns(tuple(fields))
    return json.dumps([{known[name][0]: value for name, value in one.items() if name in known} for one in rows])
