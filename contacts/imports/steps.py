"""From upload to report: what each step of an import sets going."""

import json
from contextlib import closing
from itertools import islice

from django.db import connection, transaction
from django.db.models import Q

from contacts.imports.checking import Verdict, last_line, plan
from contacts.imports.limits import Unreadable
from contacts.imports.mapping import remember, suggest
from contacts.imports.reading import describe, rows
from contacts.imports.storing import row_key, write_plans
from contacts.models import FileImport, ImportRow
from contacts.operations.importing import batches
from core.models import Operation
from core.operations import running, selecting

State = FileImport.State
SAMPLE_ROWS = 5
REPEATABLE = [State.MAPPING, State.CHECKED, State.FAILED]


def receive(upload, user) -> FileImport:
    """Look into an uploaded file, guess its columns, and keep it. Raises Unreadable."""
    reading = describe(upload)
    with closing(rows(upload, reading)) as source:
        first = next(source, None)
        sample = [cells for _, cells in islice(source, SAMPLE_ROWS)]
    if not sample:
        raise Unreadable("The file has headings but no rows." if first else "The file is empty.")
    headings = [heading or f"Column {number}" for number, heading in enumerate(first[1], start=1)]
    upload.seek(0)
    return FileImport.objects.create(
        owner=user,
        file=upload,
        file_name=upload.name[-200:],
        reading=reading,
        headings=headings,
        sample=sample,
        mapping=suggest(headings, sample, user),
    )


@transaction.atomic
def check(file_import: FileImport, mapping: dict[str, str], options: dict, by) -> bool:
    """Begin the dry run with these columns; they are remembered for the next file of the kind.

    False when a check is under way, or rows have been imported already.
    """
    if not _claim(file_import, State.CHECKING, state__in=REPEATABLE, apply_operation=None):
        return False
    remember(file_import.headings, mapping, by)
    operation = _begin("contacts.import_check", f"Check {file_import.file_name}", file_import, by)
    selecting.freeze(operation, [0])
    FileImport.objects.filter(pk=file_import.pk).update(
        mapping=mapping, options=options, check_operation=operation, error=""
    )
    running.start(operation)
    return True


@transaction.atomic
def apply(file_import: FileImport, by) -> bool:
    """Begin to apply what the dry run showed; False when it is not ready or has begun already."""
    if not _claim(file_import, State.APPLYING, state=State.CHECKED):
        return False
    operation = _begin("contacts.import_apply", f"Import {file_import.file_name}", file_import, by)
    selecting.freeze(operation, batches(last_line(file_import)))
    FileImport.objects.filter(pk=file_import.pk).update(apply_operation=operation, error="")
    running.start(operation)
    return True


def _claim(file_import: FileImport, to: str, **still) -> bool:
    """Move the import on to a state, if it is `still` as the lookups say: a second click finds it moved."""
    return bool(FileImport.objects.filter(pk=file_import.pk, **still).update(state=to))


def _begin(kind: str, title: str, file_import: FileImport, by, **params) -> Operation:
    """A draft operation about the import. Contacts change by its owner's rights, so it is the import's owner's."""
    return Operation.objects.create(
        kind=kind,
        title=title[:200],
        owner=file_import.owner,
        params={"file_import": file_import.pk, "started_by": by.pk, **params},
        selection=f"{file_import.row_count:,} rows" if file_import.row_count else "",
    )


@transaction.atomic
def mend(file_import: FileImport, row: ImportRow, values: dict[str, str]) -> bool:
    """Put other values into a row, and look again at it and at the rows that share its address, then or now.

    False when the import has gone on meanwhile.
    """
    at_rest = FileImport.objects.select_for_update().filter(pk=file_import.pk, state=State.CHECKED)
    if not at_rest.exists():
        return False
    key = row_key(values)
    ImportRow.objects.filter(pk=row.pk).update(values=values, key=key)
    shared = Q(key__in={row.key, key} - {""})
    write_plans(plan(file_import, list(file_import.rows.filter(Q(pk=row.pk) | shared, outcome="").order_by("number"))))
    return True


@transaction.atomic
def mend_reason(file_import: FileImport, field: str, value: str, by) -> int:
    """Put one value into every row that cannot be imported because of `field`, and check them again.

    Returns how many rows were given the value, none when the import has gone on meanwhile. The check runs in the
    background. `field` is not the email: rows are known by it.
    """
    if not _claim(file_import, State.CHECKING, state=State.CHECKED):
        return 0
    wanted = [{"field": field}]
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE contacts_importrow SET values = jsonb_set(values, ARRAY[%s], to_jsonb(%s::text))"
            " WHERE file_import_id = %s AND verdict = 'cannot' AND reasons @> %s::jsonb",
            [field, value, file_import.pk, json.dumps(wanted)],
        )
        count = cursor.rowcount
    operation = _begin("contacts.import_check", f"Check {file_import.file_name} again", file_import, by, again=True)
    selecting.freeze(operation, batches(last_line(file_import)))
    FileImport.objects.filter(pk=file_import.pk).update(check_operation=operation, error="")
    running.start(operation)
    return count


def reasons_of(file_import: FileImport) -> list[tuple[str, str, int]]:
    """Why rows cannot be imported: field, code, how many rows, most frequent first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT reason ->> 'field', reason ->> 'code', count(DISTINCT row.id) FROM contacts_importrow AS row,"
            " jsonb_array_elements(row.reasons) AS reason WHERE row.file_import_id = %s AND row.verdict = %s"
            " GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2",
            [file_import.pk, Verdict.CANNOT],
        )
        return cursor.fetchall()
