"""Reading a CSV or XLSX file of any common make, a row at a time: memory stays flat."""

import codecs
import csv
import io
from collections.abc import Iterator
from contextlib import closing
from typing import IO

from charset_normalizer import from_bytes

from contacts.imports.limits import CELL_AT_MOST, COLUMNS_AT_MOST, ROWS_AT_MOST, Unreadable
from contacts.imports.workbooks import check_workbook, first_sheet
from core.spreadsheets.formulas import unguard, unguard_parts

DELIMITERS = ",;\t|"
MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
LOOKED_AT = 200_000  # bytes from which encoding and delimiter are guessed
csv.field_size_limit(1_000_000)

Row = tuple[int, list[str]]


def describe(file: IO[bytes]) -> dict:
    """How to read the file: `{"kind": "xlsx"}` or kind, encoding and delimiter of a text file. Raises Unreadable."""
    file.seek(0)
    head = file.read(LOOKED_AT)
    if not head.strip(b"\x00 \r\n\t"):
        raise Unreadable("The file is empty.")
    if head[:4] == b"PK\x03\x04":
        check_workbook(file)
        return {"kind": "xlsx"}
    if head[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        raise Unreadable("This is an Excel file of the old kind or with a password. Save it as .xlsx or CSV.")
    encoding = encoding_of(head)
    return {"kind": "csv", "encoding": encoding, "delimiter": delimiter_of(head.decode(encoding, "replace"))}


def encoding_of(head: bytes) -> str:
    """By byte order mark, else UTF-8 if it is valid, else the best guess, else Windows Western."""
    for mark, name in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if head.startswith(mark):
            return name
    try:
        head[: head.rfind(b"\n") + 1 or len(head)].decode("utf-8")
        return "utf-8"
    except UnicodeDecodeError:
        pass
    if b"\x00" in head:
        raise Unreadable("This is not a text or Excel file. Choose a .csv or .xlsx file.")
    best = from_bytes(head[:50_000], cp_isolation=["cp1252", "cp1250", "mac_roman", "shift_jis"]).best()
    return best.encoding if best and best.encoding != "ascii" else "cp1252"


def delimiter_of(text: str) -> str:
    """The delimiter that gives the first lines the same, largest number of columns."""
    lines = [line for line in text.splitlines()[:30] if line.strip()]

    def score(delimiter: str) -> tuple[int, int]:
        widths = [len(row) for row in csv.reader(lines, delimiter=delimiter)]
        usual = max(set(widths), key=widths.count) if widths else 1
        return (widths.count(usual) * (usual > 1), usual)

    return max(DELIMITERS, key=score) if lines else ","


def rows(file: IO[bytes], reading: dict) -> Iterator[Row]:
    """Number (the first line is 1) and cells of every row that is not empty, headings included. Raises Unreadable.

    Who stops before the end closes it, or it lets go of a file that was closed meanwhile.
    """
    file.seek(0)
    source = _workbook_rows(file) if reading["kind"] == "xlsx" else _text_rows(file, reading)
    count = 0
    with closing(source):
        for number, cells in source:
            while cells and not cells[-1]:
                cells.pop()
            if not cells:
                continue
            if len(cells) > COLUMNS_AT_MOST:
                raise Unreadable(f"Line {number} has more than {COLUMNS_AT_MOST} columns. Is this a list of contacts?")
            count += 1
            if count > ROWS_AT_MOST + 1:
                raise Unreadable(f"The file has more than {ROWS_AT_MOST:,} rows. Import it in parts.")
            yield number, cells


def _text_rows(file: IO[bytes], reading: dict) -> Iterator[Row]:
    """Rows of a delimited text file; a quoted cell may hold line ends, so numbers are those of the file's lines."""
    text = io.TextIOWrapper(file, encoding=reading["encoding"], errors="replace", newline="")
    reader = csv.reader((line.replace("\x00", "") for line in text), delimiter=reading["delimiter"])
    last = 0
    try:
        for cells in reader:
            yield last + 1, [_cut(unguard_parts(cell)) for cell in cells]
            last = reader.line_num
    except csv.Error as error:
        raise Unreadable(f"Line {last + 1} cannot be read ({error}). Is a quotation mark missing?") from None
    finally:
        text.detach()


def _workbook_rows(file: IO[bytes]) -> Iterator[Row]:
    """Rows of the first sheet of a workbook."""
    for number, cells in first_sheet(file):
        yield number, [_cut(unguard(cell)) for cell in cells]


def _cut(text: str) -> str:
    """A cell without the blanks around it, and no longer than any field. An export's apostrophe stands before them."""
    return text.strip()[:CELL_AT_MOST]
