"""Labels and documents as an independent reader sees them."""

from __future__ import annotations

import re
import subprocess

import pytest

from registry.core.printing import fonts
from registry.core.printing.paper import (
    FindingBox,
    Frame,
    Heading,
    KeyValues,
    Paragraph,
    Step,
    Table,
    Timeline,
    document,
)
from tests.naughty import NAUGHTY, public_list

FRAME = Frame("Trace report", "T-000000012-3", "National Firearms Authority", "2026-11-24 10:00 UTC")


def words(pdf: bytes) -> str:
    ran = subprocess.run(["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True)
    return ran.stdout.decode()


def test_text_of_every_script_is_embedded_and_none_disappears() -> None:
    printed = document(FRAME, [Paragraph("АВ Ωμέγα سلاح"), Paragraph("<b>bold</b> \x07")])
    fonts = subprocess.run(["pdffonts", "-"], input=printed, capture_output=True, check=True).stdout.decode()
    used = fonts.splitlines()[2:]
    assert len(used) == 2
    assert all(" yes yes yes " in line for line in used)
    assert "АВ Ωμέγα" in words(printed)
    assert "<b>bold</b> \ufffd" in words(printed)


def test_an_accent_written_apart_stands_on_its_letter() -> None:
    text = words(document(FRAME, [Paragraph("Andre\u0301 x\u0301")]))
    assert "André" in text
    assert "x\u0301" in text


def test_what_is_longer_than_a_page_goes_on_and_none_is_lost() -> None:
    long = " ".join(f"word{n:04d}" for n in range(1500))
    blocks = [
        [Paragraph(long)], [KeyValues([("Name", long)])], [KeyValues([(long, "Value")])],
        [Table([("Head", 1), ("Beside", 1)], [(long, "x")])], [Timeline([Step("2026", "made", long, long)])],
        [FindingBox("alarm", "Alarm", long)],
    ]  # fmt: skip
    for block in blocks:
        printed = document(FRAME, block)
        text = words(printed)
        assert text.count("\f") > 1
        assert all(f"word{n:04d}" in text for n in range(1500)), block


def test_long_names_run_into_nothing() -> None:
    name = "A name that would reach far into the value beside it if it were on one line"
    ran = subprocess.run(
        ["pdftotext", "-bbox", "-", "-"],
        input=document(FRAME, [KeyValues([(name, "VALUE")]), Timeline([Step("2026", name, "PARTY")])]),
        capture_output=True,
        check=True,
    ).stdout.decode()
    boxes = re.findall(r'xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)">([^<]*)<', ran)
    placed = [(tuple(map(float, found[:4])), found[4]) for found in boxes]
    beside = [box for box, word in placed if word in ("VALUE", "PARTY")]
    assert len(beside) == 2
    for left, top, _, bottom in beside:
        row = [box for box, _ in placed if box[1] < bottom and box[3] > top and box[0] < left]
        assert row
        assert all(box[2] < left for box in row)


def test_naughty_texts_print_everywhere() -> None:
    for text in NAUGHTY:
        short = text[:200]
        blocks = [
            Heading(short), Paragraph(short), KeyValues([(short, short)]), Table([(short, 1)], [(short,)]),
            Timeline([Step(short, short, short, short)]), FindingBox("alarm", short, short),
        ]  # fmt: skip
        assert document(FRAME, blocks).startswith(b"%PDF")


def test_the_public_list_of_naughty_texts_prints() -> None:
    blocks = [block for text in public_list() for block in (Paragraph(text), KeyValues([(text[:40], text)]))]
    assert document(FRAME, blocks).startswith(b"%PDF")


def test_long_documents_number_their_pages_and_repeat_the_head_of_a_table() -> None:
    rows = [(f"Buyer {n}", f"{n:,}") for n in range(120)]
    printed = document(FRAME, [Heading("Sales"), Table((("Buyer", 3), ("Cartridges", 1)), rows)])
    text = words(printed)
    pages = text.count("\f")
    assert pages > 1
    assert f"Page 1 of {pages}" in text
    assert f"Page {pages} of {pages}" in text
    assert text.count("Cartridges") == pages
    assert all(f"Buyer {n} " in text for n in range(120))


def test_the_same_values_give_the_same_bytes() -> None:
    assert document(FRAME, [Paragraph("same")]) == document(FRAME, [Paragraph("same")])


def test_a_heading_is_never_parted_from_its_table() -> None:
    for lines in range(30, 60):
        frame = Frame(title="Report", number="T-1", authority="Authority", issued="today")
        filler = KeyValues([("Line", str(n)) for n in range(lines)])
        table = Table((("Record", 1), ("Mark", 1)), [("FIRST ROW " * 12, "AB12")])
        pages = words(document(frame, [filler, Heading("Records that fit"), table])).split("\f")
        (page,) = [page for page in pages if "Records that fit" in page]
        assert "FIRST" in page, lines


@pytest.mark.parametrize(
    ("written", "drawn"),
    [
        ("صالحة من 2026-09-01 إلى 2027-10-02", ("2026-09-01", "2027-10-02")),
        ("انتهت 23:59:01 يوم 12.11.2026", ("23:59:01", "12.11.2026")),
        ("الليل (America/Sao_Paulo) بعد", ("(America/Sao_Paulo)",)),
        ("(abc 4) ب", ("(abc 4)",)),
    ],
)
def test_dates_and_brackets_keep_their_order_in_a_line_from_right_to_left(
    written: str, drawn: tuple[str, ...]
) -> None:
    seen = fonts.visual(written)
    assert all(piece in seen for piece in drawn), seen


def test_every_line_of_a_paragraph_runs_the_same_way() -> None:
    lines = fonts.wrapped("صالحة من AB ABC ABD ABE ABF إلى AGG", 10, 60)
    assert len(lines) > 2
    assert all(fonts.is_right_to_left(line) for line in lines)
    others = fonts.wrapped("Forjas Taurus شركة الأسلحة الوطنية المحدودة → Casa do Caçador", 10, 60)
    assert len(others) > 3
    assert not any(fonts.is_right_to_left(line) for line in others)
