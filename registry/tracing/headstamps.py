"""What was read on a cartridge's base beside the code, held against recorded headstamps. Pure.

A headstamp is round and read from anywhere: each word that was read must stand on it, in any order. A short
word stands on many; so a headstamp is never said to differ where it may be the same.
"""

from __future__ import annotations

from registry.core.errors import Invalid
from registry.marks import patterns
from registry.marks.patterns import Pattern
from registry.marks.reading import normal_form
from schemas.tracing import Certainty
from schemas.vocabulary import CertaintyLevel
from schemas.words import amount, said

MOST_WORDS = 12


def read(text: str) -> tuple[Pattern, ...]:
    """Its words, signs without letters and digits passed over; raises Invalid where none is left."""
    words = text.split()
    if len(words) > MOST_WORDS:
        raise Invalid.at("headstamp", said("At most %(count)s words.", count=MOST_WORDS))
    found = tuple(patterns.parse(word, "headstamp") for word in words if normal_form(word))
    if not found:
        raise Invalid.at("headstamp", said("Contains no letter and no digit."))
    return found


def bears(words: tuple[Pattern, ...], ring: str) -> bool | None:
    """Whether all words stand on a recorded headstamp; None where none was read or none is on record."""
    if not words or not ring:
        return None
    return all(word.is_within(ring) for word in words)


def certainty(text: str, count: int, more: bool) -> Certainty:
    """How far a headstamp leads without a legible code."""
    told = {"text": text, "count": amount(count)}
    template = _MORE if more else _SOME if count != 1 else _ONE
    return Certainty(
        CertaintyLevel.POSSIBLE,
        said(template, **told),
        certain=(said("A headstamp names maker, calibre or year; it names no lot and no buyer."),),
        possible=(
            said("A lot whose headstamp nobody recorded is not among them and may bear it as well."),
            said("The code beside the headstamp, even in part, would narrow it."),
        ),
    )


_MORE = said("More than %(count)s lots on record bear the headstamp %(text)s; it may be of any of them.")
_SOME = said("%(count)s lots on record bear the headstamp %(text)s; it may be of any of them.")
_ONE = said("1 lot on record bears the headstamp %(text)s; others that are not on record may bear it too.")
