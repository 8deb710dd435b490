"""Reading a file of rows, whatever wrote it: its encoding, separator and heading; bounded. Pure."""

from __future__ import annotations

import csv
import io
import itertools
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO, NamedTuple

from registry.core.errors import Invalid
from schemas.words import said

HEAD = 1 << 16
LONGEST_LINE = 1 << 16
MOST_LINES = 50
"""Lines of one row, as a text with line ends in quotes has."""
MOST_COLUMNS = 200
SEPARATORS = ",;\t|"
_ESCAPED = re.compile("[\udc80-\udcff]")
"""Bytes of another encoding."""
_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


@dataclass(frozen=True)
class Layout:
    """How a file is written. separator: "" of JSON Lines and workbooks; columns: its heading; sheet: of a
    workbook.
    """

    encoding: str
    separator: str
    columns: tuple[str, ...]
    sheet: str = ""


class Row(NamedTuple):
    """cells: in the order of the columns; line: of the file, counted from 1."""

    line: int
    cells: tuple[str, ...]


def layout(head: bytes) -> Layout:
    """How a file is written, by its first 64 KB; raises Invalid where it is no table of text."""
    if not head.strip():
        raise Invalid.at("file", "The file is empty.")
    encoding = _encoding(head)
    text = head.decode(encoding, "replace").lstrip("\ufeff")
    if "\0" in text:
        raise Invalid.at("file", "This is no text: it holds NULs. Save it as CSV.")
    if text.lstrip().startswith("{"):
        first = _object(text.lstrip().splitlines()[0], 1)
        return Layout(encoding, "", heading(list(first)))
    line = next(iter(text.splitlines()), "")
    separator = max(SEPARATORS, key=line.count)
    return Layout(encoding, separator, heading(next(csv.reader([line], delimiter=separator), [])))


def _encoding(head: bytes) -> str:
    for mark, name in _MARKS:
        if head.startswith(mark):
            return name
    whole = head if len(head) < HEAD else head[: head.rfind(b"\n") + 1] or head[:-4]
    try:
        whole.decode("utf-8")
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def heading(names: Sequence[str]) -> tuple[str, ...]:
    """The names of columns; raises Invalid for too many, none, or one that is there twice."""
    columns = tuple(name.strip() for name in names)
    if any(cannot_be_kept(name) for name in columns):
        raise Invalid.at("file", "A name of a column holds NULs or half characters.")
    if len(columns) > MOST_COLUMNS:
        words = said("%(count)s columns; at most %(most)s.", count=len(columns), most=MOST_COLUMNS)
        raise Invalid.at("file", words)
    if not any(columns):
        raise Invalid.at("file", "The first line has to name the columns.")
    twice = next((name for name in columns if name and columns.count(name) > 1), "")
    if twice:
        raise Invalid.at("file", said("The column %(name)s is there twice.", name=twice))
    return columns


def rows(stream: BinaryIO, found: Layout) -> Iterator[Row]:
    """Every row after the heading; empty ones are passed over. Raises Invalid naming the line."""
    text = io.TextIOWrapper(stream, found.encoding, errors="surrogateescape", newline="")
    lines = _lines(text)
    try:
        yield from _plain(lines, found) if found.separator else _objects(lines, found)
    finally:
        text.detach()  # the stream is its owner's


def _lines(text: io.TextIOWrapper) -> Iterator[tuple[int, str]]:
    for n in itertools.count(1):
        try:
            line = text.readline(LONGEST_LINE + 1)
        except UnicodeError:
            raise wrong(n, said("It is not written in the encoding of the file.")) from None
        if not line:
            return
        if len(line) > LONGEST_LINE:
            raise wrong(n, said("It is longer than %(most)s characters.", most=LONGEST_LINE))
        if "\0" in line:
            raise wrong(n, said("It holds NULs."))
        if not line.isascii() and _ESCAPED.search(line):
            raise wrong(n, said("It is not written in the encoding of the lines before it."))
        yield n, line


def _plain(lines: Iterator[tuple[int, str]], found: Layout) -> Iterator[Row]:
    at = begun = 0

    def fed() -> Iterator[str]:
        nonlocal at
        for n, line in lines:
            at = n
            if at - begun > MOST_LINES:
                raise wrong(begun + 1, said("A quote in it never ends."))
            yield line

    reader = csv.reader(fed(), delimiter=found.separator)
    for n in itertools.count():
        begun = at
        try:
            cells = next(reader, None)
        except csv.Error as error:
            raise wrong(at, said("It cannot be read: %(why)s.", why=str(error))) from None
        if cells is None:
            return
        if n and any(kept := fitted(cells, found, begun + 1)):
            yield Row(begun + 1, kept)


def fitted(cells: Sequence[str], found: Layout, line: int) -> tuple[str, ...]:
    """As many cells as there are columns; more of them, not empty, are a fault of the file."""
    width = len(found.columns)
    if len(cells) == width:
        return tuple(map(str.strip, cells))
    if any(cell.strip() for cell in cells[width:]):
        words = said("It has %(cells)s cells, the heading %(columns)s.", cells=len(cells), columns=width)
        raise wrong(line, words)
    return tuple(map(str.strip, (*cells[:width], *[""] * (width - len(cells)))))


def _objects(lines: Iterator[tuple[int, str]], found: Layout) -> Iterator[Row]:
    for n, line in lines:
        if line.strip():
            told = _object(line, n)
            strange = next((name for name in told if name.strip() not in found.columns), None)
            if strange is not None:
                raise wrong(n, said("The first row has no %(name)s.", name=ascii(strange[:80])))
            cells = tuple(_text(told.get(name)) for name in found.columns)
            if any(cannot_be_kept(cell) for cell in cells):
                raise wrong(n, said("It holds NULs or half characters."))
            yield Row(n, cells)


def _object(line: str, n: int) -> dict[str, object]:
    try:
        told = json.loads(line)
    except (ValueError, RecursionError):
        raise wrong(n, said("It is no JSON object.")) from None
    if not isinstance(told, dict):
        raise wrong(n, said("It is no JSON object."))
    return told


def cannot_be_kept(text: str) -> bool:
    """Whether a database would refuse it."""
    return "\0" in text or any("\ud800" <= c <= "\udfff" for c in text)


def _text(value: object) -> str:
    return "" if value is None else str(value).strip()


def wrong(line: int, why: str) -> Invalid:
    """What is said of a file that cannot be read from a line on."""
    return Invalid.at("file", said("Line %(line)s: %(why)s", line=line, why=why))
