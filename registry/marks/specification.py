"""How marks are to be made: height, depth and alphabet, where the law of the EU or the US says so. Pure."""

from __future__ import annotations

import re

from registry.core.errors import Unmet
from registry.marks.reading import script_of
from schemas.words import said

LEAST_HEIGHT_UM = 1600  # EU 2019/68; 27 CFR 478.92 asks for 1/16 inch, 1.5875 mm
LEAST_HEIGHT_US_UM = 1588
LEAST_DEPTH_UM = 76  # 27 CFR 478.92: 0.003 inch, 0.0762 mm
_ALPHABETS = frozenset(("", "Latin", "Cyrillic", "Greek", "mixed"))
_EASTERN_DIGITS = re.compile("[\u0660-\u0669\u06f0-\u06f9\u0966-\u096f]")


def shortcomings(
    named: str, text: str, height_um: int | None, depth_um: int | None, field: str = ""
) -> list[Unmet]:
    """What falls short of the specifications of the EU and the US. named: the mark, as a subject."""
    found = []
    if height_um is not None and height_um < LEAST_HEIGHT_UM:
        law = "EU 2019/68" + ("; 27 CFR 478.92" if height_um < LEAST_HEIGHT_US_UM else "")
        found.append(Unmet(said("%(named)s is lower than 1.6 mm.", named=named), f"{field}height_mm", law))
    if depth_um is not None and depth_um < LEAST_DEPTH_UM:
        found.append(
            Unmet(
                said("%(named)s is shallower than 0.0762 mm.", named=named),
                f"{field}depth_mm",
                "27 CFR 478.92",
            )
        )
    if script_of(text) not in _ALPHABETS or _EASTERN_DIGITS.search(text):
        message = f"{named} is not in the Latin, Cyrillic or Greek alphabet with Arabic or Roman numerals."
        found.append(Unmet(message, f"{field}text", "EU 2019/68"))
    return found
