"""Every design on every format in every language and script, at every resolution, clean and dirty.

`make test` alone runs the whole of it; a change's own check keeps the pairs of `test_labels`.
"""

from __future__ import annotations

import numpy as np
import pytest

from registry.core.errors import Invalid
from registry.core.printing import sheets, zpl
from registry.core.printing.composing import Label, panel_for
from registry.core.printing.designs import DESIGNS, TINY, Panel
from registry.core.printing.media import MEDIA, Medium, roll
from registry.core.printing.sheets import Printer
from schemas.label_vocabulary import LabelDesign as D
from schemas.label_vocabulary import MediumKind
from tests.core.seeing import Pixels, label, other_make, rastered, read, says, through_dirt

pytestmark = pytest.mark.timeout(1200)
SPOKEN = (("en", "五六式-12345"), ("pt", "АВ-1234"), ("ar", "سلاح ٧٧"), ("pt", "ΑΒΓ-1821"), ("ar", "PT 92"))
"""Language and mark: each language of the State, each script that marks are written in."""


def each(pages: list[Pixels], medium: Medium, resolution: int, count: int) -> list[Pixels]:
    """The picture of each label, cut out of its page."""
    if medium.kind is MediumKind.ROLL:
        return pages
    dots = resolution / 25.4
    wide, tall = round(medium.width * dots), round(medium.height * dots)
    found = []
    for n in range(count):
        page, place = divmod(n, medium.places)
        left, top = (round(length * dots) for length in medium.corner(place))
        found.append(pages[page][top : top + tall, left : left + wide])
    return found


def made(design: D, panel: Panel) -> list[Label]:
    """A label in each language and script; of the smallest, one fact less."""
    some = slice(3 if panel is TINY else None)
    return [
        label(design, language, n, mark=mark, lines=label(language=language).lines[some])
        for n, (language, mark) in enumerate(SPOKEN)
    ]


@pytest.mark.parametrize("resolution", [203, 300, 600])
@pytest.mark.parametrize("name", MEDIA)
def test_every_design_is_read_on_every_format_in_every_language(name: str, resolution: int) -> None:
    medium, fitting = MEDIA[name], 0
    for design in D:
        try:
            panel = panel_for(DESIGNS[design], medium.width, medium.height)
        except Invalid:
            continue  # too small for it, as `test_labels` holds
        fitting += 1
        labels = made(design, panel)
        printed = b"".join(sheets.pdf(labels, medium, Printer(resolution)))
        pictures = each(rastered(printed, resolution), medium, resolution, len(labels))
        for n, (one, picture) in enumerate(zip(labels, pictures, strict=True)):
            where = (design.value, *SPOKEN[n])
            assert says(read(picture), one, bars=panel.bars is not None), (where, read(picture))
            seen = through_dirt(picture)
            assert says(seen, one, bars=panel.bars is not None), (where, "dirty", seen)
    assert fitting >= 4


@pytest.mark.parametrize("resolution", [203, 300, 600])
@pytest.mark.parametrize("design", D)
def test_every_design_in_zpl_says_the_same_to_a_renderer_of_another_make(design: D, resolution: int) -> None:
    size = DESIGNS[design].size
    panel = panel_for(DESIGNS[design], *size)
    labels = made(design, panel)[: 3 if resolution < 600 and size[1] < 100 else 1]
    dots = {203: 8, 300: 12, 600: 24}[resolution]
    jobs = [(next(zpl.zpl([one], roll(*size), Printer(resolution))), *size, dots) for one in labels]
    for one, picture in zip(labels, other_make(jobs), strict=True):
        assert says(read(picture), one, bars=panel.bars is not None), (one.mark, read(picture))


def test_negative_control_a_label_with_a_bar_too_few_is_not_read() -> None:
    (picture,) = rastered(b"".join(sheets.pdf([label()], MEDIA["roll-100x50"], Printer(203))), 203)
    spoilt = np.array(picture)
    spoilt[:, : picture.shape[1] // 3] = 255
    assert says(read(picture), label(), bars=True)
    assert not says(read(spoilt), label(), bars=True)
