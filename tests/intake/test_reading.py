"""Files as old systems write them, and files that mean harm."""

from __future__ import annotations

from io import BytesIO

import pytest

from registry.core.errors import Invalid
from registry.intake import columns, dates, reading


def read(content: bytes) -> tuple[reading.Layout, list[reading.Row]]:
    found = reading.layout(content[: reading.HEAD])
    return found, list(reading.rows(BytesIO(content), found))


@pytest.mark.parametrize(
    ("encoding", "separator", "name"),
    [
        ("utf-8", ",", "utf-8"),
        ("utf-8-sig", ";", "utf-8-sig"),
        ("cp1252", ";", "cp1252"),
        ("utf-16", "\t", "utf-16"),
        ("utf-8", "|", "utf-8"),
    ],
)
def test_encoding_and_separator_are_recognised(encoding: str, separator: str, name: str) -> None:
    lines = [["Número de série", "Fabricante"], ["AB1", "Fábrica São José"], ["AB2", "Rossi"]]
    found, rows = read("\r\n".join(separator.join(line) for line in lines).encode(encoding))
    assert (found.encoding, found.separator, found.columns) == (name, separator, tuple(lines[0]))
    assert [(row.line, list(row.cells)) for row in rows] == [(2, lines[1]), (3, lines[2])]


def test_quotes_line_ends_and_short_rows() -> None:
    _, rows = read(b'a,b,c\n"x, y","two\nlines",\n\n,,\n1\n')
    assert [(row.line, row.cells) for row in rows] == [(2, ("x, y", "two\nlines", "")), (6, ("1", "", ""))]


def test_json_lines() -> None:
    found, rows = read(b'{"serial": "AB1", "year": 1999}\n{"serial": "AB2", "year": null}\n')
    assert (found.separator, found.columns) == ("", ("serial", "year"))
    assert [row.cells for row in rows] == [("AB1", "1999"), ("AB2", "")]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "empty"),
        (b"a,b\0\n", "NULs"),
        (b"a,b\n" + b"1,2\n" * 20_000 + b"1,\0\n", "Line 20002"),
        (b"a,a\n", "twice"),
        (b",".join(b"c%d" % n for n in range(300)), "300 columns"),
        (b"a,b\n1,2,3\n", "3 cells"),
        (b'a,b\n"never ends,\n' + b"x\n" * 100, "never ends"),
        (b"a,b\n" + b"x" * 70_000, "longer than"),
        (b"a,b\n" + b"ok,ok\n" * 20_000 + "ç,ã\n".encode("latin-1"), "encoding"),
        (b'{"a": 1}\n[1]\n', "no JSON object"),
        (b'{"a": 1}\n{"b": 1}\n', "has no 'b'"),
        (b'{"a": ' + b"[" * 50_000, "no JSON object"),
        (b"PK\x03\x04\0\0\0\0", "NULs"),
        (b"\n\n", "empty"),
        (b";;;\n", "name the columns"),
    ],
)
def test_what_is_no_register_is_refused_by_its_line(content: bytes, says: str) -> None:
    with pytest.raises(Invalid) as refused:
        read(content)
    assert says in refused.value.unmet[0].message
    assert refused.value.unmet[0].field == "file"


def test_a_file_without_end_is_read_a_line_at_a_time() -> None:
    class Endless(BytesIO):
        given = 0

        def read(self, size: int | None = -1) -> bytes:
            if not self.given:
                self.given += 1
                return b"serial,maker\n"
            self.given += 1
            return b"AB1,Rossi\n" * 800

        read1 = read

    rows = reading.rows(Endless(), reading.Layout("utf-8", ",", ("serial", "maker")))
    assert [next(rows).line for _ in range(20_000)][-1] == 20_001


def test_columns_are_known_by_their_names_in_several_languages() -> None:
    told = ("Nº de Série", "FABRICANTE", "calibre", "País de Fabricação", "Data de Venda", "???")
    assert columns.FIREARMS.matched(told) == {
        "maker": "FABRICANTE",
        "calibre": "calibre",
        "country_made": "País de Fabricação",
        "disposed_on": "Data de Venda",
    } | ({"serial": "Nº de Série"} if columns.plain("Nº de Série") in columns.FIREARMS._known else {})
    assert columns.FIREARMS.matched(("Seriennummer", "Hersteller", "Kaliber"))["serial"] == "Seriennummer"
    assert columns.FIREARMS.matched(("serial", "Serial No"))["serial"] == "serial"


@pytest.mark.parametrize(
    ("text", "day", "whole"),
    [
        ("2020-04-03", "2020-04-03", True),
        ("03/04/2020", "2020-04-03", True),
        ("3.4.2020", "2020-04-03", True),
        ("2020-04-03 00:00:00", "2020-04-03", True),
        ("04/2020", "2020-04-01", False),
        ("2020-04", "2020-04-01", False),
        ("1987", "1987-01-01", False),
    ],
)
def test_days_as_registers_write_them(text: str, day: str, whole: bool) -> None:
    found = dates.read(text)
    assert found is not None
    assert (found[0].isoformat(), found[1]) == (day, whole)


@pytest.mark.parametrize("text", ["", "yesterday", "31/02/2020", "2020-13-01", "12/31/2020", "20"])
def test_what_is_no_day(text: str) -> None:
    assert dates.read(text) is None
