"""Exports: what a file holds, and that no spreadsheet runs it."""

import csv
import io
import re
from datetime import UTC, date, datetime

import openpyxl
import pytest
from hypothesis import example, given
from hypothesis import strategies as some

from contacts.models import Contact
from core.spreadsheets import workbooks
from core.spreadsheets.formulas import guard, guard_parts, is_plain, unguard, unguard_parts
from core.spreadsheets.writing import Column, csv_parts, export
from tests.factories import ContactFactory

COLUMNS = [Column("Last name", "last_name"), Column("Phone", "phone"), Column("Born", "date_of_birth")]
DANGEROUS = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    " =1",
    "\t=1",
    "\r@x",
    "\x00=1",
    "\u200b=1",
    "\ufeff=1",
    "'=1",
    "\tx",
    "'\tx",
]
# What makes or hides a formula, or ends a cell, and plain letters; of these any text.
TRICKY = some.text(some.sampled_from("=+-@'\" \t\r\n;|,a\x00\u200b\ufeff\uff1d"), max_size=12)


@pytest.mark.parametrize("text", DANGEROUS)
def test_formulas_are_guarded_and_come_back_unchanged(text):
    assert guard(text) == "'" + text
    assert unguard(guard(text)) == text


@pytest.mark.parametrize("text", ["", "O'Neill", "'t Hooft", "a=b", "Smith-Jones", "12"])
def test_plain_texts_stay_as_they_are(text):
    assert guard(text) == text
    assert unguard(text) == text


@given(TRICKY)
@example("x;'=1")
@example("''\t'x")
def test_any_text_comes_back_unchanged(text):
    assert unguard(guard(text)) == text
    assert unguard_parts(guard_parts(text)) == text
    assert not is_plain(text) or guard_parts(text) == text


# A formula, read with caution: blanks, control and invisible characters and quotes before it do not count.
RUNS = re.compile('[\\s"\\x00-\\x1f\u200b\ufeff]*[=+@\uff1d-]')


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@given(some.lists(TRICKY, min_size=1, max_size=3))
@example(["x;=cmd|' /C calc'!A0"])
@example(["a", 'x;"=1;', "b"])
@example(["a", "x\n=1\n", "b"])
@example(["a", "x|\t-1", "b"])
def test_no_cell_is_a_formula_whatever_parts_the_cells(separator, texts):
    columns = [Column(f"Column {number}", "name") for number in range(len(texts))]
    text = b"".join(csv_parts(columns, [texts], UTC)).decode("utf-8-sig")
    # Read as spreadsheets do: quotes count where a cell begins, and what follows them belongs to it.
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    assert [cell for line in lines for cell in line if RUNS.match(cell)] == []


def read_csv(response) -> list[list[str]]:
    content = b"".join(response.streaming_content)
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def read_xlsx(response) -> openpyxl.Workbook:
    book = openpyxl.load_workbook(io.BytesIO(b"".join(response.streaming_content)))
    response.close()
    return book


def test_csv_holds_every_row_in_the_order_given(advisor):
    for name in ["Zoë", "=cmd()", "Li\nne"]:
        ContactFactory(last_name=name, phone="+12125550100", primary_advisor=advisor)
    rows = read_csv(export("csv", "contacts", COLUMNS, Contact.objects.visible_to(advisor).order_by("pk")))
    assert rows == [
        ["Last name", "Phone", "Born"],
        ["Zoë", "'+12125550100", ""],
        ["'=cmd()", "'+12125550100", ""],
        ["Li\nne", "'+12125550100", ""],
    ]


def test_xlsx_holds_texts_and_dates_but_no_formula(advisor):
    ContactFactory(last_name="=1+1", phone="+12125550100", date_of_birth=date(1960, 2, 29), primary_advisor=advisor)
    sheet = read_xlsx(export("xlsx", "contacts", COLUMNS, Contact.objects.visible_to(advisor))).active
    assert [cell.value for cell in sheet[1]] == ["Last name", "Phone", "Born"]
    assert [cell.value for cell in sheet[2]] == ["'=1+1", "+12125550100", datetime(1960, 2, 29)]
    assert [cell.data_type for cell in sheet[2]] == ["s", "s", "d"]
    assert sheet["B2"].quotePrefix


def test_a_full_sheet_is_followed_by_another(monkeypatch, advisor):
    monkeypatch.setattr(workbooks, "SHEET_ROWS", 2)
    ContactFactory.create_batch(3, primary_advisor=advisor)
    book = read_xlsx(export("xlsx", "contacts", COLUMNS, Contact.objects.visible_to(advisor)))
    assert [sheet.max_row for sheet in book.worksheets] == [3, 2]


def test_times_are_those_of_whoever_asked(settings, advisor):
    settings.TIME_ZONE = "America/New_York"
    ContactFactory(last_login_at=datetime(2026, 7, 1, 12, 30, 59, tzinfo=UTC), primary_advisor=advisor)
    columns = [Column("Last login", "last_login_at")]
    assert read_csv(export("csv", "contacts", columns, Contact.objects.visible_to(advisor)))[1] == ["2026-07-01 08:30"]


def test_the_file_has_a_name_and_an_unknown_format_is_csv(advisor):
    response = export("exe", "contacts", COLUMNS, Contact.objects.visible_to(advisor))
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Content-Disposition"].startswith('attachment; filename="contacts-')
    assert response["Content-Disposition"].endswith('.csv"')
