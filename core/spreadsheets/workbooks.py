"""A workbook (.xlsx) piece by piece, as fast as plain text and in flat memory: sheets of rows, and nothing else.

    for part in xlsx_parts(COLUMNS, rows, timezone.get_current_timezone()): …

The sheets have a heading that stays, filter arrows and widths; a text is always a text, never a formula
(see `core.spreadsheets.writing`), dates and times are real ones. Libraries that write everything a
workbook can hold take ten times as long for a cell, or cannot tell a time from a date in one column.

The file is a ZIP archive without the extensions for huge ones, which Excel takes for damage: a sheet ends before
its two gigabytes and before the rows that a sheet holds, and another follows.
"""

import math
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime, tzinfo
from decimal import Decimal
from itertools import islice
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from core.spreadsheets.formulas import guard

SHEET_ROWS = 1_048_575  # what a sheet holds below its headings
SHEET_BYTES = 1_900_000_000  # what a member of a plain ZIP archive may unpack to, and a margin
CELL_LENGTH = 32_767  # what a cell holds
ROWS_AT_ONCE = 500
FIRST_DAY = date(1900, 3, 1)  # before that day Excel counts a day that never was
DAY_ZERO = date(1899, 12, 30).toordinal()

HEADING, MOMENT, DAY, TEXT = 1, 2, 3, 4  # the cell formats of STYLES, in their order

_E164 = re.compile(r"\+[0-9]{1,15}\Z")
# What XML cannot hold, or would change, or what looks like the code by which a workbook spells such a character.
_UNSPEAKABLE = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
_SPECIAL = re.compile("[&<>_\x00-\x1f\ud800-\udfff\ufffe\uffff]")

_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"

STYLES = (
    f'{_XML}<styleSheet xmlns="{_MAIN}"><numFmts count="2"><numFmt numFmtId="164" formatCode="yyyy-mm-dd hh:mm"/>'
    '<numFmt numFmtId="165" formatCode="yyyy-mm-dd"/></numFmts>'
    '<fonts count="2"><font><sz val="11"/><name val="Calibri"/><family val="2"/></font>'
    '<font><b/><sz val="11"/><name val="Calibri"/><family val="2"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="2"><border><left/><right/><top/><bottom/><diagonal/></border>'
    '<border><left/><right/><top/><bottom style="thin"><color auto="1"/></bottom><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="5"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="0" fontId="1" fillId="0" borderId="1" xfId="0" applyFont="1" applyBorder="1"/>'
    '<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
    '<xf numFmtId="165" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
    '<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0" quotePrefix="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)


def xlsx_parts(columns: Sequence, rows: Iterable[Sequence], zone: tzinfo) -> Iterator[bytes]:
    """A workbook of `rows` piece by piece; columns have a `heading` and a `width`. Times are told in `zone`."""
    rows = iter(rows)
    pipe = _Pipe()
    heights: list[int] = []
    with ZipFile(pipe, "w", ZIP_DEFLATED, compresslevel=1) as archive:
        batch = list(islice(rows, min(ROWS_AT_ONCE, SHEET_ROWS)))
        while batch or not heights:
            with archive.open(f"xl/worksheets/sheet{len(heights) + 1}.xml", "w") as sheet:
                size = sheet.write(_beginning(columns).encode())
                height = 0
                while batch and size < SHEET_BYTES:
                    size += sheet.write(_lines(batch, height + 2, len(columns), zone))
                    height += len(batch)
                    yield pipe.taken()
                    batch = list(islice(rows, min(ROWS_AT_ONCE, SHEET_ROWS - height)))
                sheet.write(f'</sheetData><autoFilter ref="{_area(columns, height)}"/></worksheet>'.encode())
            heights.append(height)
            batch = batch or list(islice(rows, min(ROWS_AT_ONCE, SHEET_ROWS)))
        for name, text in _frame([_area(columns, height) for height in heights]):
            archive.writestr(name, text)
    yield pipe.taken()


class _Pipe:
    """Where the archive is written to: what has come is taken away at once."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def write(self, data: bytes) -> int:
        """Keep it until it is taken."""
        self._parts.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Nothing is held back."""

    def taken(self) -> bytes:
        """All that has been written since the last time."""
        parts, self._parts = self._parts, []
        return b"".join(parts)


def _lines(rows: list[Sequence], first: int, width: int, zone: tzinfo) -> bytes:
    """Rows of a sheet, from line `first` on."""
    letters = [f'<c r="{_letters(index)}' for index in range(width)]
    lines = []
    for line, row in enumerate(rows, start=first):
        plain = f'{line}" t="inlineStr"><is><t>'
        cells = [f'<row r="{line}">']
        for letter, value in zip(letters, row, strict=True):
            if value is None or value == "":
                continue
            # Nearly every cell goes this short way: a text with nothing special about it.
            if value.__class__ is str and value[0].isalnum() and value[-1].isalnum() and not _SPECIAL.search(value):
                cells.append(f"{letter}{plain}{value[:CELL_LENGTH]}</t></is></c>")
            else:
                cells.append(f'{letter}{line}"{_content(value, zone)}</c>')
        cells.append("</row>")
        lines.append("".join(cells))
    return "".join(lines).encode()


def _content(value: Any, zone: tzinfo) -> str:
    """A cell after its address: its format and what it holds."""
    for kind, content in _CONTENTS.items():
        if isinstance(value, kind):
            return content(value, zone)
    return _text(str(value), zone)


def _text(value: str, zone: tzinfo | None = None, style: int = 0) -> str:
    """A text as a text, whatever it looks like; a phone number bears Excel's own mark for it."""
    if _E164.match(value):
        return f' s="{TEXT}" t="inlineStr"><is><t>{value}</t></is>'
    value = guard(value)[:CELL_LENGTH].replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    value = _UNSPEAKABLE.sub(lambda found: f"_x{ord(found[0]):04X}_", value)
    mark = f' s="{style}"' if style else ""
    return f'{mark} t="inlineStr"><is><t xml:space="preserve">{value}</t></is>'


def _moment(value: datetime, zone: tzinfo) -> str:
    """A moment in `zone`, to the minute."""
    local = value.astimezone(zone)
    if local.date() < FIRST_DAY:
        return _text(local.isoformat(" ", "minutes")[:16])
    days = local.toordinal() - DAY_ZERO + (local.hour * 60 + local.minute) / 1440
    return f' s="{MOMENT}"><v>{days:.10f}</v>'


def _day(value: date, zone: tzinfo) -> str:
    """A day; one that Excel cannot count as a text."""
    return _text(value.isoformat()) if value < FIRST_DAY else f' s="{DAY}"><v>{value.toordinal() - DAY_ZERO}</v>'


def _number(value: int | float | Decimal, zone: tzinfo) -> str:
    """A number; one that is none as a text."""
    return f"><v>{value}</v>" if math.isfinite(value) else _text(str(value))


# By what a value is; a kind comes before those it is a kind of.
_CONTENTS: dict[type | tuple, Callable[[Any, tzinfo], str]] = {
    str: _text,
    datetime: _moment,
    date: _day,
    bool: lambda value, zone: f' t="b"><v>{value:d}</v>',
    (int, float, Decimal): _number,
}


def _beginning(columns: Sequence) -> str:
    """A sheet up to its first row, with the headings."""
    widths = "".join(
        f'<col min="{number}" max="{number}" width="{column.width}" customWidth="1"/>'
        for number, column in enumerate(columns, start=1)
    )
    headings = "".join(
        f'<c r="{_letters(index)}1"{_text(column.heading, style=HEADING)}</c>' for index, column in enumerate(columns)
    )
    return (
        f'{_XML}<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0">'
        '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
        f'<sheetFormatPr defaultRowHeight="15"/><cols>{widths}</cols><sheetData><row r="1">{headings}</row>'
    )


def _area(columns: Sequence, height: int) -> str:
    """The headings and all rows of a sheet."""
    return f"A1:{_letters(len(columns) - 1)}{height + 1}"


def _fixed(area: str) -> str:
    """The area as a name points to it: $A$1:$C$9."""
    return re.sub("([A-Z]+)([0-9]+)", r"$\1$\2", area)


def _letters(index: int) -> str:
    """A, B … Z, AA …: a column's name."""
    name = ""
    index += 1
    while index:
        index, letter = divmod(index - 1, 26)
        name = chr(65 + letter) + name
    return name


def _frame(areas: list[str]) -> Iterator[tuple[str, str]]:
    """All other files of a workbook with a sheet for each area."""
    numbers = range(1, len(areas) + 1)
    sheets = "".join(f'<sheet name="Sheet{n}" sheetId="{n}" r:id="rId{n}"/>' for n in numbers)
    filters = "".join(
        f'<definedName name="_xlnm._FilterDatabase" localSheetId="{index}" hidden="1">Sheet{index + 1}!'
        f"{_fixed(area)}</definedName>"
        for index, area in enumerate(areas)
    )
    links = "".join(
        f'<Relationship Id="rId{n}" Type="{_OFFICE}/worksheet" Target="worksheets/sheet{n}.xml"/>' for n in numbers
    )
    overrides = "".join(
        f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="{_TYPE}.worksheet+xml"/>' for n in numbers
    )
    yield "xl/styles.xml", STYLES
    yield (
        "xl/workbook.xml",
        f'{_XML}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><bookViews><workbookView/></bookViews>'
        f"<sheets>{sheets}</sheets><definedNames>{filters}</definedNames></workbook>",
    )
    yield (
        "xl/_rels/workbook.xml.rels",
        f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">{links}'
        f'<Relationship Id="rId{len(areas) + 1}" Type="{_OFFICE}/styles" Target="styles.xml"/></Relationships>',
    )
    yield (
        "_rels/.rels",
        f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    )
    yield (
        "[Content_Types].xml",
        f'{_XML}<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{_TYPE}.styles+xml"/>{overrides}</Types>',
    )
