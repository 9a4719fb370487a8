"""Triggers of tables that nobody may change or empty; rows go only with the database."""

import pgtrigger


def append_only(name: str = "append_only") -> list[pgtrigger.Trigger]:
    """No update, no delete and no TRUNCATE, also not of a table that this one refers to, with CASCADE."""
    refused = pgtrigger.Protect(name=name, operation=pgtrigger.Update | pgtrigger.Delete)
    emptied = pgtrigger.Trigger(
        name="no_truncate",
        when=pgtrigger.Before,
        level=pgtrigger.Statement,
        operation=pgtrigger.Truncate,
        func="RAISE EXCEPTION 'Cannot truncate table %', TG_TABLE_NAME;",
    )
    return [refused, emptied]
