"""Workbooks as spreadsheets write them, and workbooks that mean harm."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from datetime import date, datetime
from io import BytesIO

import pytest

from registry.core.errors import Invalid
from registry.core.work import Office
from registry.intake import workbooks
from registry.intake.reading import Layout, Row
from tests.firearms.world import make_world
from tests.intake import book

HEAD: list[object] = ["Serial number", "Maker", "Year", "Date acquired"]
FIRST: list[object] = ["TAB1001", "Taurus", 1998, date(1998, 4, 3)]


def read(content: bytes, sheet: str = "") -> tuple[Layout, list[Row]]:
    found, rows = workbooks.read(BytesIO(content), sheet)
    return found, list(rows)


def refused(content: bytes, sheet: str = "") -> str:
    with pytest.raises(Invalid) as told:
        read(content, sheet)
    return "; ".join(f"{one.field}: {one.message}" for one in told.value.unmet)


def altered(content: bytes, change: Callable[[str, bytes], bytes]) -> bytes:
    """The workbook with other bytes in its parts."""
    made = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change(name, old.read(name)))
    return made.getvalue()


def in_sheet(old: bytes, new: bytes) -> bytes:
    """A good workbook in whose sheet something was put."""

    def change(name: str, part: bytes) -> bytes:
        return part.replace(old, new, 1) if name.startswith("xl/worksheets/") else part

    return altered(book.workbook(("Book", [HEAD, FIRST])), change)


def test_cells_are_what_a_person_would_have_typed() -> None:
    moment = datetime.fromisoformat("1998-04-03 10:05")
    rows: list[list[object]] = [
        [],
        HEAD,
        FIRST,
        [],
        ["0012", 12.5, 1998.0, moment],
        [1234567890123456789, True, "#N/A", None],
    ]
    found, told = read(book.workbook(("Book", rows)))
    assert found == Layout("xlsx", "", tuple(map(str, HEAD)), "Book")
    assert [(row.line, row.cells) for row in told] == [
        (3, ("TAB1001", "Taurus", "1998", "1998-04-03")),
        (5, ("0012", "12.5", "1998", "1998-04-03 10:05:00")),
        (6, ("1.23456789012346E+18", "TRUE", "#N/A", "")),
    ]


def test_the_sheet_that_has_rows_is_read_and_several_are_asked_about() -> None:
    one = book.workbook(("Empty", []), ("Book", [HEAD, FIRST]))
    assert read(one)[0].sheet == "Book"
    two = book.workbook(("1998", [HEAD, FIRST]), ("1999", [HEAD, ["TAB2", "Rossi", 1999, None]]))
    assert refused(two) == "sheet: There are several sheets, tell which: 1998, 1999."
    assert read(two, "1999")[1][0].cells[0] == "TAB2"
    assert "There is no such sheet; there are: 1998, 1999." in refused(two, "2000")
    assert "The file is empty." in refused(book.workbook(("Book", [])))


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"PK\x03\x04 and nothing", "no workbook that can be read (BadZipFile)"),
        (book.workbook(("Book", [HEAD, FIRST]))[:-900], "no workbook that can be read"),
        (book.workbook(("Book", [[f"c{n}" for n in range(300)]])), "201 columns; at most 200"),
        (book.workbook(("Book", [["a", "b"], [1, 2, 3]])), "Line 2: It has 3 cells, the heading 2."),
        (in_sheet(b"<sheetData>", b'<sheetData><row r="99999999999999"/>'), "at most 1048576 rows"),
        (in_sheet(b"<sheetData>", b"<sheetData><row>" + b"<c/>" * 70_000 + b"</row>"), "row without an end"),
        (in_sheet(b"<v>", b"<v>" + b"9" * 200_000), "text without an end"),
        (in_sheet(b"<worksheet", b'<!DOCTYPE x [<!ENTITY a "b">]><worksheet'), "declares a document type"),
        (in_sheet(b"</sheetData>", b""), "no workbook that can be read"),
        (in_sheet(b'r="A2"', b'r="ZZZZZZZ2"'), "no workbook that can be read"),
    ],
)
def test_hostile_workbooks_are_refused(content: bytes, says: str) -> None:
    assert says in refused(content)


def renamed(content: bytes, old: str, new: str) -> bytes:
    """The workbook with one of its parts under another name."""
    made = BytesIO()
    with (
        zipfile.ZipFile(BytesIO(content)) as parts,
        zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as other,
    ):
        for name in parts.namelist():
            part = parts.read(name).replace(
                old.removeprefix("xl/").encode(), new.removeprefix("xl/").encode()
            )
            other.writestr(name.replace(old, new), part)
    return made.getvalue()


def test_a_part_is_what_it_holds_whatever_its_name() -> None:
    old, new = "xl/worksheets/sheet1.xml", "xl/worksheets/sheet1.bin"
    good = renamed(book.workbook(("Book", [HEAD, FIRST])), old, new)
    assert read(good)[1][0].cells[0] == "TAB1001"
    endless = in_sheet(b"<sheetData>", b"<sheetData><row>" + b"<c/>" * 70_000 + b"</row>")
    assert "sheet1.bin holds a row without an end" in refused(renamed(endless, old, new))


def test_all_of_a_workbook_together_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbooks, "LARGEST_BOOK", 5_000)
    assert "More than 5000 bytes unpacked" in refused(book.workbook(("Book", [HEAD, FIRST])))


def test_a_name_of_a_sheet_that_no_spreadsheet_writes_is_refused() -> None:
    def named(name: str, part: bytes) -> bytes:
        return (
            part.replace(b'name="Book"', b'name="' + b"B" * 32 + b'"') if name == "xl/workbook.xml" else part
        )

    content = altered(book.workbook(("Book", [HEAD, FIRST])), named)
    assert refused(content) == "file: The name of a sheet has at most 31 characters."


def test_a_part_that_unpacks_to_too_much_is_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbooks, "LARGEST_SHEET", 10_000)
    assert "bytes unpacked; at most 10000" in refused(
        in_sheet(b"<sheetData>", b"<sheetData>" + b" " * 20_000)
    )


def test_a_workbook_becomes_records_and_shortened_numbers_are_faults(office: Office) -> None:
    make_world(office)
    head: list[object] = ["Serial number", "Maker", "Type", "Calibre", "Country", "Year"]
    rest: list[object] = ["Taurus", "pistol", "9x19", "Brazil", 1998]
    rows = [head, ["TAB1001", *rest], [1234567890123456789, *rest], ["#REF!", *rest]]
    found = book.hand_in(office, book.workbook(("Livro", rows)))
    assert (found.encoding, found.sheet, found.good, found.bad) == ("xlsx", "Livro", 1, 2)
    assert book.faults(office, found) == [(3, "serial", "1.23456789012346E+18"), (4, "serial", "#REF!")]
    assert book.enter(office, found).entered == 1
    assert book.by_mark(office, "TAB1001")[0].year_made == 1998
