"""Writing import rows by the thousand: COPY in, UPDATE … FROM (VALUES …) for verdicts."""

import csv
import io
import json
from collections.abc import Iterator
from contextlib import closing
from itertools import islice

from django.db import connection

from contacts.imports.checking import Plan
from contacts.imports.reading import rows as read_rows
from contacts.models import FileImport
from core.emails import canonical
from core.listing.lookups import key_array

ROWS_AT_ONCE = 5000
UNCHECKED = [{"field": "", "code": "unchecked", "message": "Not checked yet."}]


def stage(file_import: FileImport) -> int:
    """Put every row of the file, mapped, into the table in place of what was there; answers how many.

    Raises Unreadable.
    """
    file_import.rows.all()._raw_delete("default")
    columns = {int(index): name for index, name in file_import.mapping.items()}
    with file_import.file.open("rb") as file, closing(read_rows(file, file_import.reading)) as source:
        next(source, None)  # the headings
        count = 0
        while batch := list(islice(source, ROWS_AT_ONCE)):
            _copy(file_import.pk, ((number, _values(cells, columns)) for number, cells in batch))
            count += len(batch)
    return count


def _values(cells: list[str], columns: dict[int, str]) -> dict[str, str]:
    """Cells by field; of two columns for one field the first that is not empty counts."""
    found: dict[str, str] = {}
    for index, name in columns.items():
        text = cells[index] if index < len(cells) else ""
        if text and not found.get(name):
            found[name] = text
    return found


def row_key(values: dict[str, str]) -> str:
    """By what a row is known among the others: its address in its one form, as far as it has one."""
    return canonical(values.get("email", ""))[:254]


def _copy(import_id: int, rows: Iterator[tuple[int, dict[str, str]]]) -> None:
    """COPY rows as not yet checked."""
    text = io.StringIO()
    writer = csv.writer(text)
    reasons = json.dumps(UNCHECKED)
    for number, values in rows:
        writer.writerow([import_id, number, row_key(values), json.dumps(values), "cannot", reasons, "{}", ""])
    text.seek(0)
    with connection.cursor() as cursor:
        cursor.copy_expert(
            "COPY contacts_importrow (file_import_id, number, key, values, verdict, reasons, changes, outcome)"
            " FROM STDIN WITH (FORMAT csv, NULL '\\N')",
            text,
        )


def write_plans(plans: list[Plan]) -> None:
    """Keep verdict, reasons, match and changes of each row."""
    rows = [
        {"id": one.row.pk, "v": one.verdict, "r": one.reasons, "c": one.changes, "m": one.contact_id} for one in plans
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE contacts_importrow AS row SET verdict = found.v, reasons = found.r, changes = found.c,"
            " match_id = found.m"
            " FROM jsonb_to_recordset(%s) AS found (id bigint, v text, r jsonb, c jsonb, m bigint)"
            " WHERE row.id = found.id",
            [json.dumps(rows)],
        )


def write_outcomes(outcomes: dict[int, str], reasons: dict[int, str]) -> None:
    """Keep what applying did with each row, and why where it did nothing."""
    alike: dict[tuple[str, str], list[int]] = {}
    for pk, outcome in outcomes.items():
        alike.setdefault((outcome, reasons.get(pk, "")), []).append(pk)
    with connection.cursor() as cursor:
        for (outcome, words), pks in alike.items():
            reason = json.dumps([{"field": "", "code": outcome, "message": words}]) if words else None
            cursor.execute(
                "UPDATE contacts_importrow SET outcome = %s, reasons = coalesce(%s::jsonb, reasons)"
                " WHERE id = ANY(%s::bigint[])",
                [outcome, reason, key_array(pks)],
            )
