"""The picture in the documentation is the one that the table of states and acts draws."""

from __future__ import annotations

import re
from pathlib import Path

from flask import Flask

from registry.licensing import life, picture
from registry.licensing.picture import svg
from schemas.licensing_vocabulary import LicenceMove, LicenceState

DRAWN = Path(__file__).parents[2] / "docs" / "licence-life.svg"


def test_the_picture_in_the_documentation_is_the_one_that_is_drawn(app: Flask) -> None:
    printed = app.test_cli_runner().invoke(args=["licences", "life"])
    assert printed.exit_code == 0
    assert printed.output == DRAWN.read_text(encoding="utf-8") == svg()


def test_every_state_and_every_act_is_in_it() -> None:
    drawn = re.findall(r"<text [^>]*>([^<]*)</text>", svg())
    texts = {part.strip() for text in drawn for part in text.split(",")}
    assert {state.replace("_", " ") for state in LicenceState} <= texts
    assert {move.replace("_", " ") for move in LicenceMove} <= texts
    assert set(picture.PLACES) == set(LicenceState)


def test_every_state_is_reached_from_the_draft() -> None:
    reached = {LicenceState.DRAFT}
    for _ in LicenceState:
        reached |= {
            life.state_after(name, state)
            for name, move in life.MOVES.items()
            for state in move.after & reached
        }
    assert reached == set(LicenceState)
