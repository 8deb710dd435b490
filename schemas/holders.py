"""Shapes of releasing who holds a firearm last to another State, which takes two officers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from schemas.base import Shape
from schemas.fields import Code, Codes, Day, Text
from schemas.requests_vocabulary import HolderField, Onward


@dataclass(frozen=True, kw_only=True)
class HolderRelease:
    """reason: for whoever approves it. withheld: what of the identity stays here; the name is told.

    words: to the other State; onward, retain_until, caveat: what its receiver is held to.
    """

    reason: str
    withheld: tuple[HolderField, ...] = ()
    words: str = ""
    onward: Onward = Onward.NONE
    retain_until: date | None = None
    caveat: str = ""


class HolderReleaseSchema(Shape):
    makes = HolderRelease
    reason = Text(required=True, longest=400, metadata={"description": "For whoever approves it."})
    withheld = Codes(HolderField, most=len(HolderField), load_default=())
    words = Text(longest=2000, load_default="", metadata={"description": "To the other State."})
    onward = Code(Onward, load_default=Onward.NONE)
    retain_until = Day(load_default=None, allow_none=True)
    caveat = Text(longest=60, load_default="")
