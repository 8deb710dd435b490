"""Documents that can be kept and read out: PDF/A-2a, checked clause by clause."""

from __future__ import annotations

import io
import subprocess
import unicodedata
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pikepdf
import pytest

from registry.core.printing import sheets
from registry.core.printing.media import roll
from registry.core.printing.paper import (
    Bars,
    Block,
    FindingBox,
    Frame,
    Heading,
    KeyValues,
    Paragraph,
    Seal,
    Step,
    Table,
    Timeline,
    document,
)
from registry.core.printing.sheets import Printer
from tests.archival import elements, faults
from tests.core.seeing import label
from tests.naughty import NAUGHTY

FRAME = Frame(
    title="Trace report",
    number="T-000000012-3",
    authority="National Firearms Authority",
    issued="2026-11-24 10:00 UTC",
    seal=Seal("ABCD-EFGH", "https://registry.example/verify/ABCD-EFGH", "Whether it is genuine:"),
)
ARABIC = replace(FRAME, title="تقرير التتبع", authority="الهيئة الوطنية للأسلحة النارية", language="ar")
SCRIPTS = "Ωμέγα АВ سلاح 武器登记 日本 한국어 → ✓"


def everything(words: str) -> list[Block]:
    """Every kind of block, over several pages."""
    return [
        Heading(words),
        Paragraph(f"{words} " * 30),
        KeyValues([("Maker", words), (words, f"{words} " * 12)]),
        Table((("Buyer", 3), ("Cartridges", 1)), [(f"{words} {n}", f"{n:,}") for n in range(60)]),
        Timeline([Step("2026-01-01", "Made", words, "Paper 12"), Step("2026-01-02", "Sold", words)]),
        FindingBox("alarm", "Alarm", f"{words} " * 80),
        Bars([("Pistols", 10, True), (words, 4, False)]),
    ]


def structure(printed: bytes) -> list[tuple[str, str]]:
    """(kind, words) of each element that holds words, as poppler reads them."""
    command = ["pdfinfo", "-struct-text", "-"]
    with_text = subprocess.run(command, input=printed, capture_output=True, check=True).stdout.decode()
    found, kind = [], ""
    for line in map(str.strip, with_text.splitlines()):
        if line.startswith('"'):
            found.append((kind, line.strip('"')))
        elif not line.startswith("/"):
            kind = line.split(" ")[0].rstrip(":")
    return found


@pytest.mark.parametrize("frame", [FRAME, ARABIC], ids=["en", "ar"])
def test_a_document_in_every_script_meets_every_clause(frame: Frame) -> None:
    assert faults(document(frame, everything(SCRIPTS))) == []


@pytest.mark.parametrize(
    "words",
    [
        "".join(chr(code) for code in range(0x621, 0x64B)),
        " ".join(chr(code) for code in range(0x621, 0x64B) if code not in range(0x63B, 0x640)),
        "".join(chr(code) for code in range(0x4E00, 0x4F80)),
        "".join(chr(code) for code in range(0xC0, 0x24F)) + "\\()",
    ],
    ids=["joined", "apart", "han", "latin"],
)
def test_more_letters_than_one_table_of_codes_holds_are_all_drawn(words: str) -> None:
    printed = document(FRAME, [Paragraph(words)])
    assert faults(printed) == []
    ran = subprocess.run(["pdftotext", "-raw", "-", "-"], input=printed, capture_output=True, check=True)
    read = unicodedata.normalize("NFKC", ran.stdout.decode())
    assert set(unicodedata.normalize("NFKC", words)) - {"\N{ARABIC TATWEEL}"} <= set(read)


def test_naughty_texts_meet_every_clause() -> None:
    blocks = [KeyValues([(text[:60], text[:200]) for text in NAUGHTY])]
    assert faults(document(replace(FRAME, title=f"\x07<&>{NAUGHTY[0][:20]}"), blocks)) == []


def _no_alt(pdf: pikepdf.Pdf) -> None:
    for element in elements(pdf):
        if element.S == "/Figure":
            del element.Alt


def _no_font(pdf: pikepdf.Pdf) -> None:
    for font in pdf.pages[0].Resources.Font.values():
        del font.FontDescriptor.FontFile2


def _no_unicode(pdf: pikepdf.Pdf) -> None:
    for font in pdf.pages[0].Resources.Font.values():
        del font.ToUnicode


def _script(pdf: pikepdf.Pdf) -> None:
    pdf.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")


def _unmarked(pdf: pikepdf.Pdf) -> None:
    pdf.pages[0].contents_add(b"0 0 10 10 re f")


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        (_no_alt, "6.7.5"),
        (_no_font, "6.2.11.4"),
        (_no_unicode, "6.2.11.7"),
        (_script, "6.5"),
        (_unmarked, "6.7.3"),
    ],
)
def test_the_check_sees_what_is_missing(damage: Callable[[pikepdf.Pdf], None], told: str) -> None:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(document(FRAME, [Paragraph("words")]))) as pdf:
        damage(pdf)
        pdf.save(out)
    assert any(fault.startswith(told) for fault in faults(out.getvalue()))


def test_a_label_is_no_such_document() -> None:
    printed = b"".join(sheets.pdf([label()], roll(100, 50), Printer()))
    assert {"6.7.2: not marked", "6.2.3: output intent"} <= set(faults(printed))


def test_it_is_read_in_its_order_and_heads_of_pages_are_not_read_again() -> None:
    rows = [(f"Buyer {n}", str(n)) for n in range(70)]
    steps = [Step("2026-01-01", "Made", "Taurus", "Paper 12")]
    blocks = [Heading("Sales"), Table((("Buyer", 3), ("Cartridges", 1)), rows), Timeline(steps)]
    read = structure(document(FRAME, blocks))
    assert read[:5] == [
        ("P", "National Firearms Authority"), ("H1", "Trace report"), ("P", "T-000000012-3"),
        ("P", "2026-11-24 10:00 UTC"), ("Figure", ""),
    ]  # fmt: skip
    assert read[5:9] == [("H2", "Sales"), ("TH", "Buyer"), ("TH", "Cartridges"), ("TD", "Buyer 0")]
    cells = [words for kind, words in read if kind == "TD"]
    assert cells == [cell for row in rows for cell in row]
    at = read.index(("Lbl", "2026-01-01"))
    assert read[at + 1 : at + 4] == [("P", "Made"), ("P", "Taurus"), ("P", "Paper 12")]
    assert [words for kind, words in read if kind in ("H1", "TH")] == ["Trace report", "Buyer", "Cartridges"]
    assert read[-2:] == [("P", "ABCD-EFGH"), ("Figure", "")]


def test_lines_of_a_paragraph_do_not_run_together_and_a_broken_word_stays_one() -> None:
    long = "x" * 300
    read = dict(
        structure(document(replace(FRAME, seal=None), [Heading("a\nb"), FindingBox("alarm", "A", long)]))
    )
    assert read["H2"] == "a b"
    assert read["P"] == long
    words = "one two three " * 40
    assert dict(structure(document(replace(FRAME, seal=None), [Paragraph(words)])))["P"] == words.strip()


def test_what_is_drawn_in_another_order_or_with_a_box_is_said_as_it_was_written() -> None:
    def said(printed: bytes) -> list[str]:
        with pikepdf.open(io.BytesIO(printed)) as pdf:
            spoken: list[Any] = [element.get("/ActualText") for element in elements(pdf)]
        return [str(words) for words in spoken if words is not None]

    sentence = "صالحة من 2026-09-01 إلى 2027-10-02 (America/Sao_Paulo) " * 6
    written = [Paragraph(sentence), Paragraph("Thai ปืน"), Paragraph("plain → é")]
    thai, arabic = "Thai ปืน", sentence.strip()
    assert [one.replace("\u200f", "") for one in said(document(FRAME, written))] == [arabic, thai]


def test_brackets_after_a_date_keep_their_places_from_right_to_left() -> None:
    printed = document(ARABIC, [Paragraph("إلى 2027-10-02 (America/Sao_Paulo) بعد")])
    ran = subprocess.run(["pdftotext", "-raw", "-", "-"], input=printed, capture_output=True, check=True)
    assert "2027-10-02 (America/Sao_Paulo)" in ran.stdout.decode()
