"""Files for spreadsheets hold text and numbers, never formulas."""

from __future__ import annotations

import csv
import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.core.web import sheets
from tests.house.sources import ROOT, python_files
from tests.naughty import NAUGHTY

FORMULAS = [
    "=1+1",
    "=cmd|' /C calc'!A0",
    '=HYPERLINK("http://evil.example","see")',
    "+1",
    "-1+1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "  =1",
    '"=1',
    "'=1",
    "\ufeff=1",
    "\u200b=1",
    "＝1+1",
    "＋1",
    "－1",
    "＠SUM(A1)",
    "|cmd",
    "%0A=1",
    "fine;=1+1",
    "fine\t=1+1",
    "fine\n=1+1",
]
BEGINS = re.compile(r"[\s\0\"\u200b\u2060\ufeff]*[=+\-@|%＝＋－＠]")


def opened(text: str) -> list[str]:
    """Every cell of a file as programs open it, whichever separator they expect."""
    found = [text for row in csv.reader(io.StringIO(text)) for text in row]
    for separator in ";\t":
        found += [part for line in re.split(r"[\r\n]+", text) for part in line.split(separator)]
    return found


def formulas(text: str) -> list[str]:
    """Cells that a spreadsheet would compute."""
    return [cell for cell in opened(text) if BEGINS.match(cell)]


def written(*values: object) -> str:
    return sheets.answer("x.csv", ["name", *("other" for _ in values[1:])], [values]).get_data(as_text=True)


@pytest.mark.parametrize("formula", FORMULAS)
def test_no_formula_gets_through(formula: str) -> None:
    assert formulas(written("safe", formula, 7)) == []
    assert formulas(written(formula, formula)) == []


@given(st.text())
def test_no_text_at_all_becomes_a_formula(text: str) -> None:
    assert formulas(written("safe", text)) == []


def test_negative_control_what_is_written_as_it_stands_is_found() -> None:
    plain = io.StringIO()
    csv.writer(plain).writerows([["safe", formula] for formula in FORMULAS])
    assert len(formulas(plain.getvalue())) >= len(FORMULAS) - 1


def test_what_is_no_formula_stays_as_it_is() -> None:
    harmless = [text for text in NAUGHTY if not BEGINS.match(text) and not re.search(r"[;\t\v\f\r\n]", text)]
    assert len(harmless) > 20
    for text in harmless:
        if not text.startswith("'"):
            assert sheets.cell(text) == text
    assert [sheets.cell(value) for value in (-5, 0, None, "ABC-1", "9 × 19")] == [
        "-5",
        "0",
        "",
        "ABC-1",
        "9 × 19",
    ]


def test_spreadsheets_are_written_in_one_place() -> None:
    writers = {
        path.relative_to(ROOT).as_posix()
        for path in python_files("registry")
        if re.search(r"text/csv|csv\.(Dict)?[wW]riter|openpyxl|xlsx", path.read_text(encoding="utf-8"))
    }
    reads_them = {"registry/intake/workbooks.py"}
    writes_files = {"registry/transfer/exporting.py"}  # by its own rule, which `tests/transfer` holds
    assert writers - reads_them - writes_files == {"registry/core/web/sheets.py"}
