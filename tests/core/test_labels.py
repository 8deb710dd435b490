"""Every design on every medium in every language, read by an independent decoder; nothing is ever clipped."""

from __future__ import annotations

import os
import re
import subprocess
import time
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
import resvg_py
import zxingcpp
from PIL import Image, ImageFilter

from registry.core.errors import Invalid
from registry.core.printing import barcodes, media, plates, sheets, zpl
from registry.core.printing.composing import Element, Label, Line, bracketed, compose
from registry.core.printing.designs import DESIGNS
from registry.core.printing.media import MEDIA, Places, roll
from registry.core.printing.sheets import Printer
from schemas.label_vocabulary import LabelDesign as D
from schemas.label_vocabulary import MediumKind
from tests.core.seeing import (
    LANGUAGES,
    PACKED,
    Pixels,
    label,
    other_make,
    rastered,
    read,
    says,
    through_dirt,
)
from tests.naughty import NAUGHTY, public_list

SMALL_OF = {D.FIREARM: (50, 25), D.PART: (38.1, 21.2), D.IMPORT_MARK: (50, 25), D.SHIPMENT: (100, 70)}


def printed(labels: list[Label], medium: media.Medium, resolution: int = 203, **given: object) -> bytes:
    return b"".join(sheets.pdf(labels, medium, Printer(resolution), **given))  # type: ignore[arg-type]


@pytest.mark.parametrize("design", D)
def test_every_design_is_read_in_every_language_clean_and_dirty(design: D) -> None:
    made = [label(design, language) for language in LANGUAGES]
    for resolution in (203, 300) if DESIGNS[design].size[1] < 100 else (203,):
        pages = rastered(printed(made, roll(*DESIGNS[design].size), resolution), resolution)
        assert len(pages) == len(LANGUAGES)
        for one, page in zip(made, pages, strict=True):
            assert says(read(page), one), (resolution, read(page))
        assert says(through_dirt(pages[-1]), made[-1]), (resolution, through_dirt(pages[-1]))


@pytest.mark.parametrize("design", SMALL_OF)
def test_a_smaller_label_is_set_in_a_smaller_design_that_is_read_too(design: D) -> None:
    made = [label(design, language, lines=label(language=language).lines[:3]) for language in LANGUAGES]
    for resolution in (203, 600):
        for one, page in zip(
            made, rastered(printed(made, roll(*SMALL_OF[design]), resolution), resolution), strict=True
        ):
            assert says(read(page), one), (design, resolution)


@pytest.mark.parametrize("name", [name for name, medium in MEDIA.items() if medium.kind is MediumKind.SHEET])
def test_every_code_on_a_full_sheet_is_read_at_its_place(name: str) -> None:
    medium = MEDIA[name]
    lines = label().lines[:3]
    made = [label(number=n, lines=lines) for n in range(medium.places)]
    (page,) = rastered(printed(made, medium), 203)
    found = zxingcpp.read_barcodes(page)
    squares = {code.text: code.position.top_left for code in found if "Matrix" in str(code.format)}
    assert squares.keys() == {one.number for one in made}
    for n, one in enumerate(made):
        left, top = (part * 203 / 25.4 for part in medium.corner(n))
        at = squares[one.number]
        assert left < at.x < left + medium.width * 203 / 25.4
        assert top < at.y < top + medium.height * 203 / 25.4


def test_artwork_shows_what_the_printed_label_shows() -> None:
    for language in LANGUAGES:
        one = label(language=language)
        svg = plates.svg(compose(one, 100, 50, 300))
        assert says(read(drawn(svg, 300)), one, bars=True)
        assert 'aria-label="arrow_in_triangle"' in svg
        assert one.mark in svg


def test_a_sheet_begins_at_a_free_place_and_passes_over_used_ones() -> None:
    medium = MEDIA["a4-2x7"]
    taken = [
        place for place, _ in zip(media.places(medium, Places(12, frozenset({13}))), range(4), strict=False)
    ]
    assert taken == [(0, 11), (0, 13), (1, 0), (1, 1)]
    pages = rastered(printed([label(number=n) for n in range(3)], medium, free=Places(13)), 203)
    assert [len(read(page)) // 2 for page in pages] == [2, 1]
    for free, field in ((Places(15), "start"), (Places(0), "start"), (Places(1, frozenset({99})), "used"),
                        (Places(14, frozenset({14})), "used")):  # fmt: skip
        with pytest.raises(Invalid) as refusal:
            printed([label()], medium, free=free)
        assert refusal.value.unmet[0].field == field


def test_the_offset_of_a_printer_moves_all_of_the_page_by_whole_dots() -> None:
    straight, moved = (
        rastered(b"".join(sheets.pdf([label()], MEDIA["a4-2x7"], Printer(203, right, down))), 203)[0]
        for right, down in ((0, 0), (2.0, -1.0))
    )
    dots = round(2.0 * 203 / 25.4), round(1.0 * 203 / 25.4)
    assert (np.roll(straight, (-dots[1], dots[0]), (0, 1)) == moved).mean() > 0.9999


@pytest.mark.parametrize("resolution", [203, 300, 600])
@pytest.mark.parametrize("design", D)
def test_modules_are_whole_dots_and_never_below_what_is_read(design: D, resolution: int) -> None:
    plate = compose(label(design), *DESIGNS[design].size, resolution)
    codes = [part for part in plate.parts if isinstance(part, plates.Linear | plates.Square)]
    assert len(codes) >= (1 if design is D.PART else 2)
    for code in codes:
        dots = code.module * resolution / 72
        assert dots == pytest.approx(round(dots))
        assert dots >= 2
        assert code.module / plates.MM >= (DESIGNS[design].module if design not in PACKED else 0.25) - 1e-6
        assert code.x * resolution / 72 == pytest.approx(round(code.x * resolution / 72), abs=1e-6)
        assert 0 <= code.x <= code.x + code.wide <= plate.width
    keys = [
        p
        for p in codes
        if isinstance(p, plates.Linear) and p.bars.values[:3] in ((105, 102, 0), (105, 102, 2))
    ]
    assert all(p.module / plates.MM >= DESIGNS[design].module - 1e-6 for p in keys)


def test_zpl_says_the_same_to_a_renderer_of_another_make() -> None:
    made, jobs = [], []
    for design in D:
        size = SMALL_OF.get(design, DESIGNS[design].size)
        for language in LANGUAGES if size[0] <= 70 else ("ar",):  # large pictures take that renderer seconds
            one = label(design, language, lines=label(language=language).lines[:3])
            made.append(one)
            jobs.append((next(zpl.zpl([one], roll(*size), Printer(203))), *size, 8))
    part = label(D.PART)
    jobs.append((next(zpl.zpl([part], roll(50, 25), Printer(300))), 50, 25, 12))
    for one, picture in zip([*made, part], other_make(jobs), strict=True):
        assert says(read(picture), one), (one.design, read(picture))


def test_no_text_ends_its_field_of_zpl() -> None:
    nasty = r"^XZ^XA~JA\5E_1>8&{}"
    one = label(mark=nasty, authority=nasty, heading=nasty, lines=(Line("maker", nasty, nasty),))
    (told,) = zpl.zpl([one], roll(100, 60), Printer(203))
    text = told.decode()
    assert text.count("^XA") == text.count("^XZ") == 1
    assert "~JA" not in text
    said = [
        re.sub(r"\\([0-9A-F]{2})", lambda m: chr(int(m[1], 16)), d)
        for d in re.findall(r"\^FD(.*?)\^FS", text)
    ]
    assert said.count(nasty) == 5
    with pytest.raises(Invalid, match="medium"):
        zpl.zpl([one], MEDIA["a4-2x7"], Printer(203))
    with pytest.raises(Invalid, match="printer"):
        list(zpl.zpl([label()], roll(100, 50), Printer(203, right=-9)))


def fields(design: D, text: str) -> Iterator[tuple[str, dict[str, object]]]:
    """One label for each field that holds a text."""
    for name in ("heading", "issue", "authority", "mark"):
        yield name, {name: text}
    yield ("elements", {"elements": (Element("10", text, False),)}) if design in PACKED else (
        "number", {"number": text},
    )  # fmt: skip
    yield "maker", {"lines": (Line("maker", "Maker", text), Line("model", "Model", "PT 92"))}


@pytest.mark.parametrize("design", D)
def test_naughty_texts_are_set_right_or_refused_by_the_name_of_their_field(design: D) -> None:
    width, height = DESIGNS[design].size
    drawn, refused = 0, list[tuple[str, list[str], str]]()
    for text in (*NAUGHTY, *(public_list() if design in (D.FIREARM, D.CARTON, D.PART) else ())):
        for field, given in fields(design, text):
            try:
                plate = compose(label(design, **given), width, height, 203)
            except Invalid as refusal:
                refused.append((field, [unmet.field for unmet in refusal.unmet], text[:40]))
                continue
            drawn += 1
            for part in plate.parts:
                high = part.size if isinstance(part, plates.Words) else getattr(part, "height", part.wide)
                assert part.x >= -0.01, (field, text[:40])
                assert part.x + part.wide <= plate.width + 0.01, (field, text[:40])
                assert -0.01 <= part.y < part.y + high <= plate.height + high * 0.3, (field, text[:40])
    assert [(field, named, text) for field, named, text in refused if named != [field]] == []
    assert drawn > len(refused) > 0


@pytest.mark.parametrize("design", [D.PART, D.SHIPMENT, D.UNIT_BOX])
def test_a_naughty_number_is_carried_to_the_letter_or_refused(design: D) -> None:
    made = []
    for text in NAUGHTY:
        given = dict(fields(design, text))["elements" if design in PACKED else "number"]
        one = label(design, **given)
        try:
            compose(one, *DESIGNS[design].size, 203)
        except Invalid:
            continue
        made.append(one)
    assert len(made) > 3
    pages = rastered(printed(made, roll(*DESIGNS[design].size)), 203)
    for one, page in zip(made, pages, strict=True):
        assert says(read(page), one), one.number


def test_artwork_and_pictures_for_printers_show_the_letters_of_the_printed_label() -> None:
    lines = (Line("maker", "制造商", "中国兵器 АБ Ωμέγα سلاح"),)
    made = [label(language=language, lines=lines) for language in LANGUAGES]
    papers = rastered(printed(made, roll(100, 50)), 203)
    told = [next(zpl.zpl([one], roll(100, 50), Printer(203))) for one in made]
    thermal = other_make([(one, 100, 50, 8) for one in told])
    for one, paper, dots in zip(made, papers, thermal, strict=True):
        plate = compose(one, 100, 50, 203)
        words = [p for p in plate.parts if isinstance(p, plates.Words) and max(p.text) > "ÿ"]
        assert len(words) > 2
        artwork = drawn(plates.svg(plate), 203)
        for part in words:
            assert alike(paper, artwork, plate, part) > 0.9, part.text
            assert alike(paper, artwork[:, ::-1], plate, part) < 0.6, "negative control"
            assert alike(paper, dots, plate, part) > 0.8, part.text


def drawn(svg: str, resolution: int) -> Pixels:
    png = bytes(resvg_py.svg_to_bytes(svg_string=svg, dpi=resolution))
    return np.asarray(Image.open(BytesIO(png)).convert("L"))


def alike(one: Pixels, other: Pixels, plate: plates.Plate, part: plates.Words) -> float:
    """How far two pictures of a label agree where words stand, 1 for the same; seen a little blurred."""
    dots = 203 / 72
    left, right = round(part.x * dots), round((part.x + part.wide) * dots)
    low, high = (round((plate.height - part.y + n * part.size) * dots) for n in (-1, 0.3))
    seen = []
    for picture in (one, other):
        cut = Image.fromarray(picture[low:high, left:right]).filter(ImageFilter.GaussianBlur(2))
        seen.append(np.asarray(cut, float).ravel())
    return float(np.corrcoef(*seen)[0, 1])


def test_naughty_texts_that_are_set_leave_the_codes_readable() -> None:
    made = []
    for text in NAUGHTY:
        for _, given in fields(D.FIREARM, text):
            one = label(**({"number": len(made)} | given))
            try:
                compose(one, 100, 50, 203)
            except Invalid:
                continue
            made.append(one)
    pages = rastered(printed(made[:40], MEDIA["a4-2x7"]), 203)
    found = {text for page in pages for kind, text in read(page) if "Matrix" in kind}
    assert found == {one.number for one in made[:40]}


def test_what_is_too_long_or_too_small_is_refused_by_name() -> None:
    for given, field in (
        ({"number": "F" * 60}, "number"),
        ({"number": "Ж"}, "number"),
        ({"mark": "W" * 200}, "mark"),
        ({"symbols": ("no_such",)}, "symbols"),
        ({"heading": "W" * 200}, "heading"),
        ({"mark": "\u202eesrever"}, "mark"),
        ({"lines": tuple(Line(f"line{n}", "a", "b") for n in range(40))}, "line0"),
    ):
        with pytest.raises(Invalid) as refusal:
            compose(replace(label(), **given), 70, 37, 203)  # type: ignore[arg-type]
        assert refusal.value.unmet[0].field == field
    with pytest.raises(Invalid, match="medium"):
        compose(label(), 30, 15, 203)
    with pytest.raises(Invalid, match="medium"):
        compose(label(D.CARTON), 70, 37, 203)


def test_facts_that_are_not_needed_go_where_there_is_no_room() -> None:
    lines = (*label().lines, *(Line(f"more{n}", "More", "x", needed=False) for n in range(30)))
    words = [p.text for p in compose(label(lines=lines), 70, 37, 203).parts if isinstance(p, plates.Words)]
    assert {line.value for line in label().lines} <= set(words)
    assert words.count("x") < 30


def test_formats_that_cannot_be_printed_are_refused_by_name() -> None:
    sheet = MEDIA["a4-2x7"]
    bad = {
        "width": roll(5, 50),
        "height": roll(50, 5000),
        "across": media.Medium(**(vars(sheet) | {"across": 90.0})),
        "down": media.Medium(**(vars(sheet) | {"down": 30.0})),
        "page_width": media.Medium(**(vars(sheet) | {"left": 20.0})),
        "page_height": media.Medium(**(vars(sheet) | {"top": 40.0})),
        "rows": media.Medium(**(vars(sheet) | {"rows": 0})),
    }
    for field, medium in bad.items():
        assert field in {unmet.field for unmet in media.unmet_for_medium(medium)}, field
    assert [name for name, medium in MEDIA.items() if media.unmet_for_medium(medium)] == []


def test_the_set_of_pairs_is_left_once_at_most_and_the_text_stays() -> None:
    for text in ("F-000000001-X", "1234567", "12345678AB123456CD", "AB"):
        bars = barcodes.without_return(barcodes.code128(text))
        assert 99 not in bars.values[1:] or bars.values[0] == 105
        row = np.full(bars.width, 255, np.uint8)
        for at, wide in bars.dark:
            row[barcodes.QUIET_BARS + at : barcodes.QUIET_BARS + at + wide] = 0
        assert read(np.repeat(np.tile(row, (40, 1)), 3, axis=1)) == {("Code 128", text)}


def test_memory_does_not_grow_with_the_number_of_labels() -> None:
    def resident() -> int:
        return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGESIZE")

    half, whole, written = 2500, 5000, 0
    seen = []
    for n, piece in enumerate(sheets.pdf((label(number=n) for n in range(whole)), roll(100, 50), Printer())):
        written += len(piece)
        if n in (half, whole):
            seen.append(resident())
    assert written > whole * 1000
    assert seen[1] - seen[0] < written / 4


def test_a_file_of_many_pages_is_whole_and_its_fonts_are_embedded() -> None:
    made = [label(number=n, language=("en", "ar", "pt")[n % 3]) for n in range(300)]
    begun = time.process_time()
    pdf = printed(made, roll(50, 25), 300, title="Labels: سلاح", language="ar")
    assert time.process_time() - begun < 5
    told = subprocess.run(["pdfinfo", "-"], input=pdf, capture_output=True, check=True)
    assert re.search(r"Pages:\s+300\b", told.stdout.decode())
    assert "Labels: سلاح" in told.stdout.decode()
    assert told.stderr == b""
    fonts = subprocess.run(["pdffonts", "-"], input=pdf, capture_output=True, check=True).stdout.decode()
    assert all(" yes yes yes " in line for line in fonts.splitlines()[2:])
    text = subprocess.run(["pdftotext", "-", "-"], input=pdf, capture_output=True, check=True).stdout.decode()
    assert all(one.number in text for one in made)
    assert bracketed(()) == ""
