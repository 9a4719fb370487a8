"""Workbooks that are brought: read as their makers meant them, and never larger than they may be."""

import io
import zipfile
from datetime import UTC, date, datetime, time

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import example, given
from hypothesis import strategies as some
from openpyxl import Workbook

from contacts.imports import workbooks
from contacts.imports.limits import Unreadable
from contacts.imports.reading import rows
from contacts.imports.workbooks import first_sheet
from core.spreadsheets.writing import Column, file_parts

pytestmark = pytest.mark.django_db

MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
SHEET, TEXTS = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"
HEAD, TAIL = f"<worksheet {MAIN}><sheetData>", "</sheetData></worksheet>"
LINKS = f"""<Relationships>
<Relationship Id="r1" Type="{OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>
<Relationship Id="r2" Type="{OFFICE}/sharedStrings" Target="/xl/sharedStrings.xml"/></Relationships>"""
BOOK = f'<workbook {MAIN} xmlns:r="{OFFICE}"><sheets><sheet name="A" sheetId="1" r:id="r1"/></sheets></workbook>'


def packed(parts: dict[str, str], how: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A workbook of these parts, and of the smallest there can be of the others."""
    parts = {"xl/workbook.xml": BOOK, "xl/_rels/workbook.xml.rels": LINKS, TEXTS: "<sst/>"} | parts
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", how) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return file.getvalue()


def read(content: bytes) -> list[list[str]]:
    return [cells for _, cells in rows(io.BytesIO(content), {"kind": "xlsx"})]


def saved(*lines: list) -> bytes:
    """As openpyxl writes it, which is much as Excel does."""
    book, file = Workbook(), io.BytesIO()
    for line in lines:
        book.active.append(line)
    book.create_sheet("Another").append(["not", "read"])
    book.save(file)
    return file.getvalue()


def test_cells_are_read_as_what_they_show():
    moment = datetime(2026, 2, 3, 4, 5, 6)
    content = saved(
        ["Zoë", " x ", 12, 12.0, 1.5, -3, True, None, date(1980, 12, 31), moment, time(8, 30), "", "=1+1", "end"]
    )
    assert read(content) == [
        [
            "Zoë",
            "x",
            "12",
            "12",
            "1.5",
            "-3",
            "True",
            "",
            "1980-12-31",
            "2026-02-03 04:05:06",
            "08:30:00",
            "",
            "",
            "end",
        ]
    ]


def test_lines_keep_their_numbers_and_cells_their_columns():
    cell = '<c r="B3" t="inlineStr"><is><r><t>a</t></r><r><t>b</t></r><rPh><t>x</t></rPh></is></c>'
    content = packed({SHEET: f'{HEAD}<row r="3">{cell}</row><row><c><v>7</v></c></row>{TAIL}'})
    assert list(first_sheet(io.BytesIO(content))) == [(3, ["", "ab"]), (4, ["7"])]


def test_names_with_a_prefix_and_spelled_characters():
    text = '<x:sst xmlns:x="m"><x:si><x:t>one_x000A_two_x005F_x0041_</x:t></x:si></x:sst>'
    cell = '<x:c r="A1" t="s"><x:v>0</x:v></x:c>'
    lines = f'<x:worksheet xmlns:x="m"><x:sheetData><x:row r="1">{cell}</x:row></x:sheetData></x:worksheet>'
    assert read(packed({SHEET: lines, TEXTS: text})) == [["one\ntwo_x0041_"]]


@pytest.mark.parametrize(("from_1904", "shown"), [("0", "2026-07-01"), ("1", "2030-07-02")])
def test_days_are_counted_from_where_the_workbook_says(from_1904, shown):
    styles = '<styleSheet><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>'
    book = BOOK.replace("<sheets>", f'<workbookPr date1904="{from_1904}"/><sheets>')
    lines = f'{HEAD}<row><c s="1"><v>46204</v></c><c><v>46204</v></c></row>{TAIL}'
    assert read(packed({SHEET: lines, "xl/workbook.xml": book, "xl/styles.xml": styles})) == [[shown, "46204"]]


READINGS = {"csv": {"kind": "csv", "encoding": "utf-8-sig", "delimiter": ","}, "xlsx": {"kind": "xlsx"}}
ANY = some.characters(codec="utf-8", exclude_characters="\x00")  # as PostgreSQL holds it
TRICKY = some.sampled_from("=-'\" \t\r\n;|,a_x\u200b")


@pytest.mark.parametrize("file_format", READINGS)
@given(some.lists(some.text(ANY | TRICKY, max_size=20), min_size=1, max_size=5))
@example(["\r"])
@example(["_x000D_", "a_x005F_"])
def test_any_text_of_our_own_files_comes_back(file_format, texts):
    columns = [Column(f"Column {number}", "name") for number in range(len(texts))]
    file = io.BytesIO(b"".join(file_parts(file_format, columns, [texts], UTC)))
    found = [cells for _, cells in rows(file, READINGS[file_format])]
    cells = found[1] if len(found) > 1 else []
    assert cells + [""] * (len(texts) - len(cells)) == [text.strip() for text in texts]


def refused(client, content: bytes) -> str:
    """What whoever uploads it is told."""
    answer = client.post("/contacts/import/", {"file": SimpleUploadedFile("people.xlsx", content)})
    assert answer.status_code == 422
    return answer.context["form"].errors["file"][0]


ROW = f'{HEAD}<row><c t="s"><v>0</v></c></row><row><c t="s"><v>1</v></c></row>{TAIL}'
SWOLLEN = {
    "shared texts": {SHEET: ROW, TEXTS: f"<sst>{'<si><t/></si>' * 1_000_000}</sst>"},
    "formats": {SHEET: ROW, "xl/styles.xml": f"<styleSheet><cellXfs>{'<xf/>' * 70_000}</cellXfs></styleSheet>"},
    "sheets": {SHEET: ROW, "xl/workbook.xml": f"<workbook><sheets>{'<sheet/>' * 2_000_000}</sheets></workbook>"},
    "cells of a row": {SHEET: f"{HEAD}<row>{'<c/>' * 2_000_000}</row>{TAIL}"},
    "nothing before the first row": {SHEET: f"<worksheet>{'<x/>' * 2_000_000}<sheetData/></worksheet>"},
}


@pytest.mark.parametrize("what", SWOLLEN)
def test_what_swells_is_refused(as_user, admin, what):
    content = packed(SWOLLEN[what])
    assert len(content) < 100_000
    assert "too large" in refused(as_user(admin), content)


def test_a_text_that_swells_is_cut():
    text = f"<sst><si><t>{'x' * 9_000_000}</t></si><si><t>y</t></si></sst>"
    assert read(packed({SHEET: ROW, TEXTS: text})) == [["x" * 10_000], ["y"]]


def test_a_large_list_is_not_refused_for_being_packed_well(monkeypatch):
    monkeypatch.setattr(workbooks, "RATIO_FROM", 1000)
    content = saved(*[["Nora", "New", f"nora{number}@example.com", "Client"] for number in range(2000)])
    assert len(read(content)) == 2000


def test_parts_without_number_are_refused(as_user, admin, monkeypatch):
    monkeypatch.setattr(workbooks, "PARTS_AT_MOST", 100)
    content = packed({SHEET: ROW} | {f"xl/media/{number}": "" for number in range(100)})
    assert "too large" in refused(as_user(admin), content)


@pytest.mark.parametrize("how", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_what_unpacks_in_one_piece_is_refused(as_user, admin, how):
    assert "damaged" in refused(as_user(admin), packed({SHEET: ROW}, how))


def test_declared_texts_are_refused(as_user, admin):
    declared = f'<!DOCTYPE x [<!ENTITY a "{"x" * 1000}"><!ENTITY b "&a;&a;&a;">]>'
    assert "damaged" in refused(as_user(admin), packed({SHEET: f"{declared}{ROW}"}))


def test_no_more_is_unpacked_than_the_directory_says(as_user, admin):
    content = bytearray(packed({SHEET: ROW}))
    entry = content.rindex(b"PK\x01\x02")  # the sheet's, its size behind 24 bytes
    content[entry + 24 : entry + 28] = (70).to_bytes(4, "little")
    assert "cannot be read" in refused(as_user(admin), bytes(content))


def test_shared_texts_are_read_as_far_as_rows_need_them():
    texts = f"<sst><si><t>a</t></si><si><t>b</t></si>{'<si><t/></si>' * 20_000}</broken>"
    first, second = '<row><c t="s"><v>1</v></c></row>', '<row><c t="s"><v>20002</v></c></row>'
    both = f"{HEAD}{first}{' ' * 70_000}{second}{TAIL}"
    found = first_sheet(io.BytesIO(packed({SHEET: both, TEXTS: texts})))
    assert next(found) == (1, ["b"])
    with pytest.raises(Unreadable):
        list(found)
