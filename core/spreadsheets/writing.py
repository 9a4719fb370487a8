"""Exports: rows of any number as CSV or XLSX, read through a server-side cursor, never held in memory or on disk.

    COLUMNS = [Column("First name", "first_name"), Column("Type", "contact_type", ContactType(…).label)]
    return export(request.GET.get("format"), "contacts", COLUMNS, Contact.objects.visible_to(user))

**Formulas.** No text leaves that a spreadsheet would run, whatever it takes for the end of a cell;
`core.spreadsheets.formulas` says how. A bare number in international form, `+12125550123`, is guarded the same way in
CSV; in XLSX it carries Excel's own mark for "this is text" instead, so that phones read as phones.

Times are written in the zone of whoever asked, dates as dates, absent values as empty cells.
"""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from decimal import Decimal
from itertools import islice
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.http import StreamingHttpResponse
from django.utils import timezone

from core.spreadsheets.formulas import guard_parts, is_plain
from core.spreadsheets.workbooks import xlsx_parts

CSV, XLSX = "csv", "xlsx"
FORMATS = (CSV, XLSX)
ROWS_AT_ONCE = min(2000, settings.OPERATION_ROWS)

CONTENT_TYPES = {
    CSV: "text/csv; charset=utf-8",
    XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@dataclass(frozen=True)
class Column:
    """A column of an export: its heading, the name of the value in the queryset, and how a value is shown."""

    heading: str
    name: str
    show: Callable[[Any], Any] | None = None
    width: int = 18


def export(file_format: str | None, name: str, columns: Sequence[Column], rows: QuerySet) -> StreamingHttpResponse:
    """The answer that carries all `rows` as a file; CSV unless `file_format` is "xlsx".

    `rows` is filtered and ordered by the caller; of each only the columns' values are read.
    """
    values = rows.values_list(*(column.name for column in columns)).iterator(chunk_size=ROWS_AT_ONCE)
    return export_values(file_format, name, columns, values)


def export_values(
    file_format: str | None, name: str, columns: Sequence[Column], values: Iterable[tuple]
) -> StreamingHttpResponse:
    """As `export`, of the columns' values row by row."""
    file_format = file_format if file_format in FORMATS else CSV
    response = StreamingHttpResponse(
        file_parts(file_format, columns, values, timezone.get_current_timezone()),
        content_type=CONTENT_TYPES[file_format],
    )
    stamp = timezone.localdate().isoformat()
    response["Content-Disposition"] = f'attachment; filename="{name}-{stamp}.{file_format}"'
    return response


def file_parts(file_format: str, columns: Sequence[Column], values: Iterable[tuple], zone: tzinfo) -> Iterator[bytes]:
    """The file piece by piece, of the columns' values row by row; times are told in `zone`."""
    parts = xlsx_parts if file_format == XLSX else csv_parts
    return parts(columns, _shown(columns, values), zone)


def csv_parts(columns: Sequence[Column], rows: Iterable[Sequence], zone: tzinfo) -> Iterator[bytes]:
    """A CSV file piece by piece: UTF-8 with the mark by which spreadsheets know it, lines ended by CRLF."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    buffer.write("\ufeff")
    writer.writerow([guard_parts(column.heading) for column in columns])
    rows = iter(rows)
    while True:
        # Nearly every cell goes the short way: nothing, or a text that is no formula by its looks.
        writer.writerows(
            [
                value if not value or (value.__class__ is str and is_plain(value)) else _csv_cell(value, zone)
                for value in row
            ]
            for row in islice(rows, ROWS_AT_ONCE)
        )
        part = buffer.getvalue()
        if not part:
            return
        yield part.encode("utf-8", "replace")
        buffer.seek(0)
        buffer.truncate()


def _shown(columns: Sequence[Column], values: Iterable[tuple]) -> Iterator[Sequence]:
    """The values, shown as their column says."""
    shows = [(index, column.show) for index, column in enumerate(columns) if column.show]
    for row in values:
        cells = list(row)
        for index, show in shows:
            cells[index] = show(cells[index])
        yield cells


def _csv_cell(value: Any, zone: tzinfo) -> Any:
    """A cell as CSV writes it."""
    if isinstance(value, datetime):
        return value.astimezone(zone).isoformat(" ", "minutes")[:16]
    if isinstance(value, int | float | Decimal):
        return value
    return guard_parts(str(value))
