"""Reading a sheet of a workbook (XLSX, ECMA-376) as rows of text; bounded before anything is taken in. Pure.

A workbook is a ZIP of XML. Its parts are looked through once before openpyxl reads them, so that a small file
cannot grow to fill the memory, name things outside of it, or go on for ever.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time
from typing import Any, BinaryIO
from xml.parsers import expat

import openpyxl

from registry.core.errors import Invalid, RegistryError
from registry.intake.reading import MOST_COLUMNS, Layout, Row, cannot_be_kept, fitted, heading, wrong
from schemas.words import said

XLSX = "xlsx"
"""Stands for the encoding of a workbook."""
MOST_PARTS = 2_000
LARGEST_SHEET = 1 << 30
LARGEST_STRINGS = 96 << 20
LARGEST_PART = 16 << 20
"""Bytes of a part once it is unpacked: a sheet, the texts that sheets share, anything else."""
LARGEST_BOOK = LARGEST_SHEET + LARGEST_STRINGS + 4 * LARGEST_PART
"""Bytes of all parts that are looked through."""
LONGEST_NAME = 31
"""Characters of the name of a sheet."""
MOST_NAMED = 20
"""Sheets that a refusal names."""
MOST_IN_A_ROW = 60_000
"""XML elements of one row; a sheet has at most 16,384 columns, a cell has three of them."""
LONGEST_TEXT = 1 << 17
"""Characters of one text; a cell holds at most 32,767."""
MOST_ROWS = 1 << 20
EXACT = 10**15
"""From here on a spreadsheet no longer keeps every figure of a number."""
_SHEETS = re.compile(r"xl/worksheets/[^/]+\.xml", re.ASCII)
_SHARED = "xl/sharedStrings.xml"
_UNITS = {"row", "si"}
_WITH_UNITS = {"worksheet", "sst"}
_XML = re.compile(rb"(\xef\xbb\xbf)?[ \t\r\n\x00]*<|\xfe\xff|\xff\xfe")
"""How a part begins that a reader of XML takes on, whatever its name is."""


def is_workbook(head: bytes) -> bool:
    """Whether a file begins as a ZIP does."""
    return head.startswith(b"PK\x03\x04")


def read(file: BinaryIO, sheet: str = "") -> tuple[Layout, Iterator[Row]]:
    """The heading of a sheet, and every row after it that is not empty; the sheet that is named, else the
    only one that has rows.

    Raises Invalid where it is no workbook, has no such sheet, or several to choose from; going through the
    rows it names the row.
    """
    with _refusing():
        with zipfile.ZipFile(file) as parts:
            _look_through(parts)
        book = openpyxl.load_workbook(file, read_only=True, data_only=True, keep_links=False)
        chosen = _chosen(book, sheet)
        told = _told(chosen)
        _, cells = next(told, (0, ()))
    found = Layout(XLSX, "", heading(cells), chosen.title)
    return found, _rows(told, found)


def _chosen(book: Any, sheet: str) -> Any:
    shown = [one for one in book.worksheets if one.sheet_state == "visible"]
    if sheet:
        chosen = [one for one in shown if one.title == sheet]
    else:
        chosen = [one for one in shown if next(_told(one), None) is not None]
    names = ", ".join(one.title[:LONGEST_NAME] for one in (chosen or shown)[:MOST_NAMED])
    if not chosen and sheet:
        raise Invalid.at("sheet", said("There is no such sheet; there are: %(names)s.", names=names))
    if not chosen:
        raise Invalid.at("file", "The file is empty.")
    if len(chosen) > 1:
        raise Invalid.at("sheet", said("There are several sheets, tell which: %(names)s.", names=names))
    if len(chosen[0].title) > LONGEST_NAME:
        raise Invalid.at(
            "file", said("The name of a sheet has at most %(most)s characters.", most=LONGEST_NAME)
        )
    return chosen[0]


def _rows(told: Iterator[tuple[int, tuple[str, ...]]], found: Layout) -> Iterator[Row]:
    with _refusing():
        for line, cells in told:
            yield Row(line, fitted(cells, found, line))


@contextmanager
def _refusing() -> Iterator[None]:
    """Whatever openpyxl stumbles over is a file that is no good workbook."""
    try:
        yield
    except RegistryError:
        raise
    except Exception as error:
        words = "This is no workbook that can be read (%(kind)s). Save it as XLSX or CSV."
        raise Invalid.at("file", said(words, kind=type(error).__name__)) from error


def _look_through(parts: zipfile.ZipFile) -> None:
    """Refuse what would be too much; the sizes a ZIP declares are the most that is ever unpacked of it."""
    told = parts.infolist()
    if len(told) > MOST_PARTS or len({one.filename for one in told}) < len(told):
        raise Invalid.at("file", "This ZIP is not made as a workbook is.")
    whole = 0
    for one in told:
        with parts.open(one) as stream:
            if not _XML.match(stream.read(64)):
                continue  # pictures and the like are never read
        sheet, shared = bool(_SHEETS.fullmatch(one.filename)), one.filename == _SHARED
        most = LARGEST_SHEET if sheet else LARGEST_STRINGS if shared else LARGEST_PART
        if one.file_size > most:
            words = said(
                "%(part)s has %(bytes)s bytes unpacked; at most %(most)s. Save it as CSV.",
                part=one.filename[:80], bytes=one.file_size, most=most,
            )  # fmt: skip
            raise Invalid.at("file", words)
        whole += one.file_size
        if whole > LARGEST_BOOK:
            words = said("More than %(most)s bytes unpacked. Save it as CSV.", most=LARGEST_BOOK)
            raise Invalid.at("file", words)
        with parts.open(one) as stream:
            _Look(one.filename).through(stream)


class _Look:
    """One pass over the XML of a part that keeps nothing."""

    def __init__(self, part: str) -> None:
        self.part, self.elements, self.characters = part, 0, 0
        self.in_units: bool | None = None

    def through(self, stream: Any) -> None:
        """Raises Invalid for a document type, endless rows, endless texts."""
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = self._doctype
        parser.StartElementHandler = self._element
        parser.CharacterDataHandler = self._text
        parser.ParseFile(stream)

    def _doctype(self, *_: object) -> None:
        raise Invalid.at("file", said("%(part)s declares a document type.", part=self.part[:80]))

    def _element(self, name: str, attributes: dict[str, str]) -> None:
        self.characters = 0
        unit = name.rpartition(":")[2]
        if self.in_units is None:  # what the part is its first element tells, not its name
            self.in_units = unit in _WITH_UNITS
        if not self.in_units:
            return
        self.elements += 1
        if unit in _UNITS:
            self.elements = 0
            place = attributes.get("r", "")
            if unit == "row" and place.isdecimal() and int(place[:12]) > MOST_ROWS:
                raise Invalid.at("file", said("A sheet has at most %(most)s rows.", most=MOST_ROWS))
        elif self.elements > MOST_IN_A_ROW:
            raise Invalid.at("file", said("%(part)s holds a row without an end.", part=self.part[:80]))

    def _text(self, told: str) -> None:
        self.characters += len(told)
        if self.characters > LONGEST_TEXT and self.in_units:
            raise Invalid.at("file", said("%(part)s holds a text without an end.", part=self.part[:80]))


def _told(sheet: Any) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Rows that tell something, with their numbers in the sheet."""
    sheet.reset_dimensions()  # what a file says of its size need not be so
    told = sheet.iter_rows(min_row=1, max_col=MOST_COLUMNS + 1, values_only=True)
    for line, values in enumerate(told, 1):
        if line > MOST_ROWS:
            raise Invalid.at("file", said("A sheet has at most %(most)s rows.", most=MOST_ROWS))
        cells = tuple(map(_cell, values))
        if any(cells):
            if any(map(cannot_be_kept, cells)):
                raise wrong(line, said("It holds NULs or half characters."))
            yield line, _without_end(cells)


def _without_end(cells: tuple[str, ...]) -> tuple[str, ...]:
    last = max(n for n, cell in enumerate(cells) if cell)
    return cells[: last + 1]


def _cell(value: object) -> str:
    """A value as a person would have typed it; a number beyond what a spreadsheet keeps stays short."""
    match value:
        case None:
            return ""
        case bool():
            return str(value).upper()
        case float() if value.is_integer() and abs(value) < EXACT:
            return str(int(value))
        case int() if abs(value) >= EXACT:
            return f"{float(value):.14E}"
        case float() if abs(value) >= EXACT:
            return f"{value:.14E}"
        case datetime() if value.time() == time():
            return value.date().isoformat()
        case datetime():
            return value.isoformat(" ", "seconds")
        case date() | time():
            return value.isoformat()
        case _:
            return str(value).strip()
