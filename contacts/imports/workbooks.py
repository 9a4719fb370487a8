"""Reading the first sheet of a workbook (.xlsx), a row at a time, whatever somebody has made of the file.

A few megabytes unpack to any number of elements, and the first rows are read while their owner waits, so nothing is
ever held as a whole: the XML comes as events, of the texts that cells share no more are read than rows have asked for,
and between two rows stands no more than a row may hold. Libraries for workbooks build an object of each shared text and
each style before the first row, and read the whole sheet when it does not say how large it is, as ours do not.
"""

import io
import posixpath
import re
import zipfile
from array import array
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from typing import IO, Any
from xml.parsers.expat import ParserCreate

from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format, is_timedelta_format
from openpyxl.utils import get_column_letter
from openpyxl.utils.datetime import MAC_EPOCH, WINDOWS_EPOCH, from_excel, from_ISO8601

from contacts.imports.limits import COLUMNS_AT_MOST, Unreadable

# Bytes of a part once it is unpacked. A million rows of all the columns of our own export are one sheet of 1.6 GB.
SHEET_AT_MOST = 2_000_000_000
TEXTS_AT_MOST = 100_000_000
FRAME_AT_MOST = 10_000_000  # of the others that are read: which sheets there are, and formats
ROW_AT_MOST = 5_000_000
# A part of some size that unpacks to more than so many times its own is no list: those come to 5 to 30.
RATIO_AT_MOST, RATIO_FROM = 100, 10_000_000
PARTS_AT_MOST = 10_000
FORMATS_AT_MOST = 65_490  # what a workbook has
LINES_AT_MOST = 1_048_576  # what a sheet has
TEXT_LENGTH = 32_767  # what a cell holds
PIECE = 65_536

TOO_LARGE = "The Excel file is too large once unpacked. Save it as CSV, or in parts."
DAMAGED = "The Excel file is damaged. Save it again and try once more."

_COLUMNS = {get_column_letter(number): number - 1 for number in range(1, COLUMNS_AT_MOST + 1)}
_CODE = re.compile("_x(?!(?i:d[89a-f]))([0-9A-Fa-f]{4})_")  # halves of a character are none


def check_workbook(file: IO[bytes]) -> None:
    """Refuse what is no workbook. Raises Unreadable."""
    file.seek(0)
    # Before the archive is opened, for that makes an object of each entry.
    if sum(piece.count(b"PK\x01\x02") for piece in iter(lambda: file.read(1_000_000), b"")) > PARTS_AT_MOST:
        raise Unreadable(TOO_LARGE)
    try:
        with zipfile.ZipFile(file) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        raise Unreadable(DAMAGED) from None
    if "xl/workbook.xml" not in names:
        raise Unreadable("This is not an Excel file. Choose a .csv or .xlsx file.")


def first_sheet(file: IO[bytes]) -> Iterator[tuple[int, list[str]]]:
    """Line and cells of every row of the first sheet that has any, as texts. Raises Unreadable."""
    try:
        with zipfile.ZipFile(file) as archive:
            yield from _sheet(_Parts(archive, file.seek(0, io.SEEK_END))).rows()
    except Unreadable:
        raise
    except Exception as error:  # whatever a damaged archive, its XML or its numbers make us stumble over
        raise Unreadable(f"The Excel file cannot be read ({type(error).__name__}). Save it as CSV.") from error


def _sheet(parts: "_Parts") -> "_Sheet":
    """The first sheet of a workbook, ready to be read."""
    targets, texts = {}, None
    for _, link in parts.elements("xl/_rels/workbook.xml.rels"):
        target = posixpath.normpath(posixpath.join("/xl", link.get("Target", ""))).lstrip("/")
        if link.get("Type", "").endswith("/worksheet"):
            targets[link.get("Id")] = target
        elif link.get("Type", "").endswith("/sharedStrings"):
            texts = target
    listed = (targets.get(one.get("id")) for name, one in parts.elements("xl/workbook.xml") if name == "sheet")
    first = next(filter(None, listed), None)
    if first is None:
        raise Unreadable("The Excel file has no sheet with cells.")
    shared = _SharedTexts(parts.open(texts, TEXTS_AT_MOST)) if texts else []
    return _Sheet(parts.open(first, SHEET_AT_MOST), shared, _Formats(parts))


class _Parts:
    """The parts of a workbook, none of which unpacks to more than it may."""

    def __init__(self, archive: zipfile.ZipFile, size: int) -> None:
        self._archive = archive
        self._names = set(archive.namelist())
        self._size = size

    def open(self, name: str, at_most: int) -> IO[bytes]:
        """A part to read from: never more comes than the archive's directory says, whatever was packed."""
        part = self._archive.getinfo(name)
        # The other ways of packing unpack a piece at once, however large it becomes; Excel knows none of them.
        if part.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) or part.compress_size > self._size:
            raise Unreadable(DAMAGED)
        swollen = part.file_size > max(RATIO_FROM, RATIO_AT_MOST * part.compress_size)
        if part.file_size > at_most or swollen:
            raise Unreadable(TOO_LARGE)
        return self._archive.open(part)

    def elements(self, name: str) -> Iterator[tuple[str, dict[str, str]]]:
        """Every element of a part with its attributes, in their order; none if there is no such part."""
        if name not in self._names:
            return
        part = _Elements(self.open(name, FRAME_AT_MOST))
        while part.read_on():
            yield from part.taken()


class _Part:
    """XML that is read by events, a piece at a time; names go without their prefixes, which some programs write.

    Kept is the text of elements called as `wanted`, but for how it is pronounced.
    """

    wanted = ""

    def __init__(self, source: IO[bytes]) -> None:
        self._source = source
        self._over = self._reading = self._aside = False
        self._read: list[str] = []
        self._length = 0
        self._parser = ParserCreate()
        self._parser.buffer_text = True
        self._parser.StartDoctypeDeclHandler = self._refuse
        self._parser.StartElementHandler = self._begin
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._characters

    def read_on(self) -> bool:
        """Read the next piece, or find that the last was whole; whether there was anything left to do."""
        if self._over:
            return False
        piece = self._source.read(PIECE)
        self._over = not piece
        self._parser.Parse(piece, self._over)
        return True

    def entered(self, name: str, attributes: dict[str, str]) -> None:
        """Another element begins."""

    def left(self, name: str) -> None:
        """Another element ends."""

    def _refuse(self, *declared: Any) -> None:
        """Workbooks declare nothing; what could be declared are texts that swell."""
        raise Unreadable(DAMAGED)

    def _begin(self, name: str, attributes: dict[str, str]) -> None:
        name = _plain(name) if ":" in name else name  # it is asked some ten times a cell: a call less
        if name == self.wanted:
            self._reading = not self._aside
        elif name == "rPh":
            self._aside = True
        else:
            self.entered(name, attributes)

    def _end(self, name: str) -> None:
        name = _plain(name) if ":" in name else name
        if name == self.wanted:
            self._reading = False
        elif name == "rPh":
            self._aside = False
        else:
            self.left(name)

    def _characters(self, text: str) -> None:
        if self._reading and self._length < TEXT_LENGTH:
            self._read.append(text)
            self._length += len(text)

    def _taken(self) -> str:
        """The text that has been read since the last time."""
        text = "".join(self._read)
        self._read.clear()
        self._length = 0
        return text


class _Elements(_Part):
    """What counts are the elements and their attributes."""

    def __init__(self, source: IO[bytes]) -> None:
        super().__init__(source)
        self._found: list[tuple[str, dict[str, str]]] = []

    def taken(self) -> list[tuple[str, dict[str, str]]]:
        """Those that have come since the last time."""
        found, self._found = self._found, []
        return found

    def entered(self, name: str, attributes: dict[str, str]) -> None:
        """Keep it."""
        self._found.append((name, {_plain(key): value for key, value in attributes.items()}))


class _SharedTexts(_Part):
    """The texts that cells share, read as far as they are asked for and kept as bytes: an object each would not fit."""

    wanted = "t"

    def __init__(self, source: IO[bytes]) -> None:
        super().__init__(source)
        self._bytes = bytearray()
        self._ends = array("Q", [0])

    def __getitem__(self, index: int) -> str:
        """The text of this number; a number too high is an error of the file's."""
        while index + 1 >= len(self._ends):
            if not self.read_on():
                raise Unreadable(DAMAGED)
        return self._bytes[self._ends[index] : self._ends[index + 1]].decode()

    def left(self, name: str) -> None:
        """A text is whole."""
        if name == "si":
            self._bytes += self._taken().encode()
            self._ends.append(len(self._bytes))


class _Formats:
    """How the numbers of a workbook are shown, by the names of their styles: most of all, which are moments."""

    def __init__(self, parts: _Parts) -> None:
        codes, within, count = dict(BUILTIN_FORMATS), "", 0
        self._moments: set[str] = set()
        self._spans: set[str] = set()
        for name, attributes in parts.elements("xl/styles.xml"):
            if name == "numFmt":
                codes[int(attributes["numFmtId"])] = attributes["formatCode"]
            elif name in ("cellStyleXfs", "cellXfs"):
                within = name
            elif name == "xf" and within == "cellXfs":
                self._add(str(count), codes.get(int(attributes.get("numFmtId", 0))))
                count += 1
                if count > FORMATS_AT_MOST:
                    raise Unreadable(TOO_LARGE)
        from_1904 = (one.get("date1904") for name, one in parts.elements("xl/workbook.xml") if name == "workbookPr")
        self._epoch = MAC_EPOCH if next(from_1904, None) in ("1", "true") else WINDOWS_EPOCH

    def _add(self, style: str, code: str | None) -> None:
        """Note whether a style is of moments or of spans of time."""
        if is_date_format(code):
            self._moments.add(style)
        if is_timedelta_format(code):
            self._spans.add(style)

    def number(self, raw: str, style: str) -> str:
        """A number: whole ones without ".0", moments and days in ISO form."""
        value = int(raw) if raw.isdecimal() else float(raw)
        if style in self._moments:
            try:
                return _moment(from_excel(value, self._epoch, timedelta=style in self._spans))
            except (OverflowError, ValueError):
                return "#VALUE!"  # as Excel shows it
        return str(int(value)) if value == value // 1 else str(value)


class _Sheet(_Part):
    """A sheet's rows, as far as they have been read."""

    def __init__(self, source: IO[bytes], texts: Sequence[str] | _SharedTexts, formats: _Formats) -> None:
        super().__init__(source)
        self._texts = texts
        self._formats = formats
        self._rows: list[tuple[int, list[str]]] = []
        self._line, self._column = 0, -1
        self._cells: list[str] = []
        self._kind = self._style = ""

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Line and cells of each row; what follows the last is not read."""
        since = 0
        while self.read_on():
            since = 0 if self._rows else since + PIECE
            if since > ROW_AT_MOST:
                raise Unreadable(f"Line {self._line + 1} of the Excel file is too large. Is this a list of contacts?")
            yield from self._rows
            self._rows.clear()

    def entered(self, name: str, attributes: dict[str, str]) -> None:
        """A cell or a row begins."""
        if name == "c":
            self._kind, self._style = attributes.get("t", "n"), attributes.get("s", "0")
            self.wanted = "t" if self._kind == "inlineStr" else "v"
            place = attributes.get("r", "").rstrip("0123456789")
            self._column = _COLUMNS.get(place, COLUMNS_AT_MOST) if place else self._column + 1
        elif name == "row":
            self._begin_row(attributes.get("r"))

    def _begin_row(self, line: str | None) -> None:
        """A row begins, below the last."""
        before, self._line, self._column = self._line, int(float(line)) if line else self._line + 1, -1
        if not before < self._line <= LINES_AT_MOST:
            raise Unreadable(DAMAGED)
        self._cells = []

    def left(self, name: str) -> None:
        """A cell, a row or the whole table ends."""
        if name == "c":
            if self._length:
                self._end_cell()
        elif name == "row":
            self._rows.append((self._line, self._cells))
        elif name == "sheetData":
            self._over = True

    def _end_cell(self) -> None:
        """Put a cell into its column; one beyond all columns stands for all of them."""
        text = self._shown(self._taken())
        column = min(self._column, COLUMNS_AT_MOST)
        self._cells.extend([""] * (column + 1 - len(self._cells)))
        self._cells[column] = text

    def _shown(self, raw: str) -> str:
        """What a cell shows, as near as text can be."""
        if self._kind == "s":
            return _spelled(self._texts[int(raw)])
        if self._kind == "n":
            return self._formats.number(raw, self._style)
        if self._kind == "b":
            return str(bool(int(raw)))
        if self._kind == "d":
            return _moment(from_ISO8601(raw))
        return _spelled(raw)


def _plain(name: str) -> str:
    """A name without its prefix."""
    return name.rpartition(":")[2]


def _spelled(text: str) -> str:
    """A text in which characters that XML cannot hold are spelled as codes, with the characters; NUL is left out."""
    return _CODE.sub(lambda found: chr(int(found[1], 16)), text).replace("\x00", "") if "_x" in text else text


def _moment(value: Any) -> str:
    """A date in ISO form, a moment as well, to the second."""
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time(0) else value.isoformat(" ", "seconds")
    return value.isoformat() if isinstance(value, date) else str(value)
