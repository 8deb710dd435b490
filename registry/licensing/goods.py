"""What the lines of a licence have to say, and the marks of what is in them. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from registry.core.errors import Unmet
from registry.licensing.facts import LineFacts
from schemas.licensing_vocabulary import HS_HEADINGS, GoodsKind, LicenceKind
from schemas.words import said, word

HEADINGS = {
    GoodsKind.FIREARM: frozenset({"9301", "9302", "9303", "9304"}),
    GoodsKind.PART: frozenset({"9305"}),
    GoodsKind.AMMUNITION: frozenset({"9306"}),
}
"""Under which headings goods of a kind fall."""


def unmet_for_lines(lines: Sequence[LineFacts], kind: LicenceKind) -> list[Unmet]:
    """FP 10(3): description and quantity, with the heading under which customs know the goods."""
    if not lines:
        return [Unmet(said("Say what is to be moved: at least one line."), "lines", "FP 10(3)")]
    return [
        replace(unmet, field=f"lines.{n}.{unmet.field}")
        for n, line in enumerate(lines)
        for unmet in _line(line)
    ]


def _line(line: LineFacts) -> list[Unmet]:
    unmet = []
    if not line.description:
        unmet.append(Unmet(said("Describe the goods."), "description", "FP 10(3)"))
    if line.quantity < 1:
        unmet.append(Unmet(said("Say how many."), "quantity", "FP 10(3)"))
    heading = line.hs[:4]
    if heading not in HS_HEADINGS or not line.hs.isdigit():
        words = said("%(hs)s is no heading of chapter 93.", hs=line.hs or "–")
        unmet.append(Unmet(words, "hs", "HS chapter 93"))
    elif heading not in HEADINGS[line.goods]:
        words = said(
            "Heading %(hs)s is not for %(goods)s (%(named)s).",
            hs=heading,
            goods=word(line.goods),
            named=HS_HEADINGS[heading],
        )
        unmet.append(Unmet(words, "hs", "HS chapter 93"))
    here = line.quantity - line.used_before
    if line.named > here:
        words = said("%(named)s are named, the line is of %(quantity)s.", named=line.named, quantity=here)
        unmet.append(Unmet(words, "items", "FP 10(3)"))
    return unmet


def unmet_for_marks(lines: Sequence[LineFacts]) -> list[Unmet]:
    """FP 3(e) and 8: nothing crosses a border that does not bear its marks."""
    return [
        Unmet(
            said("%(name)s: %(lacks)s", name=item.name, lacks=unmet.message),
            f"lines.{n}.items.{m}",
            unmet.article,
        )
        for n, line in enumerate(lines)
        for m, item in enumerate(line.items)
        for unmet in item.unmet
    ]


def unmet_for_held(lines: Sequence[LineFacts]) -> list[Unmet]:
    """FP 10(1): nobody exports what they do not hold."""
    return [
        Unmet(
            said("%(name)s: whoever asks for the licence does not hold it.", name=item.name),
            f"lines.{n}.items.{m}",
            "FP 10(1)",
        )
        for n, line in enumerate(lines)
        for m, item in enumerate(line.items)
        if not item.held
    ]


def unmet_for_authorised(lines: Sequence[LineFacts]) -> list[Unmet]:
    """FP 10(2)(a): goods and quantities are within what the import licence allows."""
    unmet = []
    for n, line in enumerate(lines):
        if line.authorised is None:
            words = said("Not compared with the import licence: %(goods)s.", goods=line.description)
        elif line.quantity > line.authorised:
            words = said(
                "%(quantity)s of %(goods)s; the import licence allows %(most)s.",
                quantity=line.quantity,
                goods=line.description,
                most=line.authorised,
            )
        else:
            continue
        unmet.append(Unmet(words, f"lines.{n}.quantity", "FP 10(2)(a)"))
    return unmet


def unmet_for_names(lines: Sequence[LineFacts]) -> list[Unmet]:
    """Serials or spans are named at the latest before shipment; parts need none unless they bear one."""
    return [
        Unmet(
            said(
                "%(named)s of %(quantity)s are named by serial or span: %(goods)s.",
                named=line.named,
                quantity=line.quantity - line.used_before,
                goods=line.description,
            ),
            f"lines.{n}.items",
            "EU 258/2012 art. 8",
        )
        for n, line in enumerate(lines)
        if line.goods is not GoodsKind.PART
        and line.named < min(line.quantity, line.drawn + 1) - line.used_before
    ]
