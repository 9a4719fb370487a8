"""Workbooks as other programs read them."""

import io
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as some

from core.spreadsheets import workbooks
from core.spreadsheets.workbooks import xlsx_parts
from core.spreadsheets.writing import Column

NEW_YORK = ZoneInfo("America/New_York")
# What XML holds as it is; the rest is spelled as a code that openpyxl does not read back.
TEXTS = some.text(some.characters(codec="utf-8", exclude_categories=["Cc"], exclude_characters="_\ufffe\uffff"))


def written(*rows, columns: int | None = None) -> bytes:
    headings = [Column(f"Column {number}", "name") for number in range(columns or len(rows[0]))]
    return b"".join(xlsx_parts(headings, rows, NEW_YORK))


def read(data: bytes):
    """The first sheet's cells below the headings."""
    return list(openpyxl.load_workbook(io.BytesIO(data)).active.iter_rows(min_row=2))


def values(data: bytes) -> list[list]:
    return [[cell.value for cell in row] for row in read(data)]


def test_a_cell_is_of_its_kind():
    moment = datetime(2026, 7, 1, 12, 30, 59, tzinfo=UTC)
    (row,) = read(written(["x", moment, date(2026, 2, 3), 12, 1.5, Decimal("2.50"), True, None, ""]))
    assert [cell.data_type for cell in row] == ["s", "d", "d", "n", "n", "n", "b", "n", "n"]
    assert [cell.value for cell in row] == [
        "x",
        datetime(2026, 7, 1, 8, 30),
        datetime(2026, 2, 3),
        12,
        1.5,
        2.5,
        True,
        None,
        None,
    ]
    assert [cell.number_format for cell in row[1:3]] == ["yyyy-mm-dd hh:mm", "yyyy-mm-dd"]


@pytest.mark.parametrize("minutes", [0, 1, 719, 1438, 1439])
def test_no_minute_is_lost(minutes):
    moment = datetime(2026, 7, 1, *divmod(minutes, 60), tzinfo=NEW_YORK)
    assert values(written([moment])) == [[moment.replace(tzinfo=None)]]


def test_what_excel_cannot_count_is_a_text():
    old = datetime(1899, 1, 1, 12, 5, tzinfo=NEW_YORK)
    assert values(written([date(1900, 2, 28), date(1900, 3, 1), old, float("inf"), Decimal("NaN")])) == [
        ["1900-02-28", datetime(1900, 3, 1), "1899-01-01 12:05", "inf", "NaN"]
    ]


@given(some.lists(TEXTS.filter(lambda text: text and workbooks.guard(text) == text), min_size=1, max_size=5))
def test_texts_come_through(texts):
    assert values(written(texts)) == [texts]


def test_what_xml_cannot_hold_is_spelled_as_excel_does():
    assert values(written(["a\x00b", "a\rb", "_x0041_", "a\ud800b", "a_b"])) == [
        ["a_x0000_b", "a_x000D_b", "_x005F_x0041_", "a_xD800_b", "a_b"]
    ]


def test_no_text_is_a_formula_and_a_phone_is_marked_as_text():
    (row,) = read(written(["=1+1", "+12125550123", "+1 212", " =1", "x" * 40_000]))
    assert [cell.value for cell in row] == ["'=1+1", "+12125550123", "'+1 212", "' =1", "x" * 32_767]
    assert [cell.data_type for cell in row] == ["s"] * 5
    assert [cell.quotePrefix for cell in row] == [False, True, False, False, False]


def test_the_heading_stays_and_has_filter_arrows():
    data = b"".join(xlsx_parts([Column("=A & B", "a", width=30), Column("B", "b")], [["x", "y"]], NEW_YORK))
    sheet = openpyxl.load_workbook(io.BytesIO(data)).active
    assert [(cell.value, cell.font.bold) for cell in sheet[1]] == [("'=A & B", True), ("B", True)]
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("A2", "A1:B2")
    assert (sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width) == (30, 18)


def test_many_columns_have_names():
    assert [workbooks._letters(index) for index in (0, 25, 26, 51, 52, 701, 702)] == [
        "A",
        "Z",
        "AA",
        "AZ",
        "BA",
        "ZZ",
        "AAA",
    ]


@pytest.mark.parametrize(("count", "heights"), [(0, [1]), (1, [2]), (4, [5]), (5, [5, 2]), (8, [5, 5]), (9, [5, 5, 2])])
def test_a_full_sheet_is_followed_by_another(monkeypatch, count, heights):
    monkeypatch.setattr(workbooks, "SHEET_ROWS", 4)
    monkeypatch.setattr(workbooks, "ROWS_AT_ONCE", 3)
    book = openpyxl.load_workbook(io.BytesIO(written(*([n] for n in range(count)), columns=1)))
    assert [sheet.max_row for sheet in book.worksheets] == heights
    assert [row[0] for sheet in book.worksheets for row in sheet.iter_rows(2, values_only=True)] == list(range(count))


def test_a_sheet_ends_before_what_a_plain_archive_holds(monkeypatch):
    monkeypatch.setattr(workbooks, "SHEET_BYTES", 1000)
    monkeypatch.setattr(workbooks, "ROWS_AT_ONCE", 2)
    book = openpyxl.load_workbook(io.BytesIO(written(*(["x" * 400] for _ in range(5)))))
    assert [sheet.max_row for sheet in book.worksheets] == [3, 3, 2]


def test_the_archive_has_no_extensions_for_huge_ones():
    with zipfile.ZipFile(io.BytesIO(written(["x"]))) as archive:
        assert archive.testzip() is None
        assert {(one.extract_version, one.extra) for one in archive.infolist()} == {(20, b"")}


def test_it_comes_in_parts_and_may_be_broken_off():
    parts = xlsx_parts([Column("A", "a")], ([n] for n in range(10**9)), NEW_YORK)
    assert next(parts).startswith(b"PK")
    parts.close()
