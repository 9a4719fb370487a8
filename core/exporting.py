"""Exports: rows of any number as CSV or XLSX, read through a server-side cursor, never held in memory.

    COLUMNS = [Column("First name", "first_name"), Column("Type", "contact_type", ContactType(…).label)]
    return export(request.GET.get("format"), "contacts", COLUMNS, Contact.objects.visible_to(user))

**Formulas.** A spreadsheet runs a text that begins with `= + - @`. Such a text, and one that hides its sign
behind blanks, control characters or quotes, gets an apostrophe in front: `=1+1` leaves as `'=1+1`. `unguard`
takes exactly that apostrophe off again, so what was exported comes back unchanged; the file import calls
it on every cell. A bare number in international form, `+12125550123`, is guarded the same way in CSV; in XLSX
it carries Excel's own mark for "this is text" instead, so that phones read as phones.

Times are written in the zone of whoever asked, dates as dates, absent values as empty cells.
"""

import csv
import io
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from typing import Any

from django.db.models import QuerySet
from django.http import FileResponse, HttpResponseBase, StreamingHttpResponse
from django.utils import timezone
from xlsxwriter import Workbook

CSV, XLSX = "csv", "xlsx"
FORMATS = (CSV, XLSX)
ROWS_AT_ONCE = 2000
SHEET_ROWS = 1_048_575  # what a sheet holds below its headings
CELL_LENGTH = 32_767  # what a cell of a spreadsheet holds

# Blanks, control and invisible characters and quotes, and then a sign (also in its full-width form).
_FORMULA = re.compile(
    "[\\s'\"\x00-\x1f\x7f-\xa0\xad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]*[=+\\-@\uff1d\uff0b\uff0d\uff20]"
)
_SEPARATORS = ("\t", "\r", "\n")
_E164 = re.compile(r"\+[0-9]{1,15}\Z")
_CONTENT_TYPES = {
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


def export(file_format: str | None, name: str, columns: Sequence[Column], rows: QuerySet) -> HttpResponseBase:
    """The answer that carries all `rows` as a file; CSV unless `file_format` is "xlsx".

    `rows` is filtered and ordered by the caller; of each only the columns' values are read.
    """
    file_format = file_format if file_format in FORMATS else CSV
    values = rows.values_list(*(column.name for column in columns)).iterator(chunk_size=ROWS_AT_ONCE)
    cells = _shown(columns, values, timezone.get_current_timezone())
    if file_format == XLSX:
        response = FileResponse(write_xlsx(columns, cells), content_type=_CONTENT_TYPES[XLSX])
    else:
        response = StreamingHttpResponse(csv_parts(columns, cells), content_type=_CONTENT_TYPES[CSV])
    stamp = timezone.localdate().isoformat()
    response["Content-Disposition"] = f'attachment; filename="{name}-{stamp}.{file_format}"'
    return response


def needs_guard(text: str) -> bool:
    """Whether a spreadsheet might take `text` for a formula."""
    return text.startswith(_SEPARATORS) or _FORMULA.match(text) is not None


def guard(text: str) -> str:
    """`text`, with an apostrophe in front where a spreadsheet might take it for a formula."""
    return f"'{text}" if needs_guard(text) else text


def unguard(text: str) -> str:
    """The text that `guard` was given. Texts it would not have made stay as they are."""
    return text[1:] if text.startswith("'") and needs_guard(text[1:]) else text


def csv_parts(columns: Sequence[Column], rows: Iterable[Sequence]) -> Iterator[bytes]:
    """A CSV file piece by piece: UTF-8 with the mark by which spreadsheets know it, lines ended by CRLF."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    buffer.write("\ufeff")
    writer.writerow([column.heading for column in columns])
    rows = iter(rows)
    while True:
        writer.writerows([_csv_cell(value) for value in row] for row in islice(rows, ROWS_AT_ONCE))
        part = buffer.getvalue()
        if not part:
            return
        yield part.encode("utf-8", "replace")
        buffer.seek(0)
        buffer.truncate()


def write_xlsx(columns: Sequence[Column], rows: Iterable[Sequence]) -> io.BufferedIOBase:
    """A workbook in an anonymous file on disk, ready to be read; further sheets take what one cannot hold."""
    target = tempfile.TemporaryFile()  # noqa: SIM115  (the answer that sends it closes it, which removes it)
    book = Workbook(target, {"constant_memory": True, "default_date_format": "yyyy-mm-dd"})
    writer = _SheetWriter(book, columns)
    writer.start()
    for row in rows:
        writer.write(row)
    writer.finish()
    book.close()
    target.seek(0)
    return target


class _SheetWriter:
    """Writes rows into a workbook, sheet after sheet."""

    def __init__(self, book: Workbook, columns: Sequence[Column]) -> None:
        self.book = book
        self.columns = columns
        self.heading = book.add_format({"bold": True, "bottom": 1})
        self.moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        self.text = book.add_format({"quote_prefix": True})

    def start(self) -> None:
        """Begin the next sheet with its headings."""
        self.sheet = self.book.add_worksheet()
        self.sheet.freeze_panes(1, 0)
        for index, column in enumerate(self.columns):
            self.sheet.set_column(index, index, column.width)
            self.sheet.write_string(0, index, guard(column.heading), self.heading)
        self.line = 1

    def finish(self) -> None:
        """Give the last sheet its filter arrows."""
        self.sheet.autofilter(0, 0, self.line - 1, len(self.columns) - 1)

    def write(self, row: Sequence) -> None:
        """Put one row below the last."""
        if self.line > SHEET_ROWS:
            self.finish()
            self.start()
        for index, value in enumerate(row):
            if value is None or value == "":
                continue
            if isinstance(value, str):
                self._write_text(index, value)
            elif isinstance(value, datetime):
                self.sheet.write_datetime(self.line, index, value, self.moment)
            elif isinstance(value, date):
                self.sheet.write_datetime(self.line, index, value)
            else:
                self.sheet.write_number(self.line, index, value)
        self.line += 1

    def _write_text(self, index: int, value: str) -> None:
        """A text as a text, whatever it looks like."""
        if _E164.match(value):
            self.sheet.write_string(self.line, index, value, self.text)
        else:
            self.sheet.write_string(self.line, index, guard(value)[:CELL_LENGTH])


def _shown(columns: Sequence[Column], values: Iterable[tuple], zone) -> Iterator[list]:
    """The values as cells: shown as their column says; times in `zone`, without it, as spreadsheets want them."""
    shows = [column.show for column in columns]
    for row in values:
        cells = [show(value) if show else value for show, value in zip(shows, row, strict=True)]
        yield [_local(cell, zone) if isinstance(cell, datetime) else cell for cell in cells]


def _local(moment: datetime, zone) -> datetime:
    """A moment in `zone`, to the minute, without its zone."""
    return moment.astimezone(zone).replace(tzinfo=None, second=0, microsecond=0)


def _csv_cell(value: Any) -> Any:
    """A cell as CSV writes it."""
    if isinstance(value, str):
        return guard(value)
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M")
    return "" if value is None else value
