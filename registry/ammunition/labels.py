"""What labels of packages say: GS1 elements, lot, quantity, maker and buyer. On the box itself: `artwork`."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from registry.ammunition import gs1, package_queries, queries
from registry.ammunition.packaging import package_number
from registry.ammunition.views import PackageView
from registry.core.errors import Conflict, Invalid
from registry.core.numbers import key_of
from registry.core.printing.composing import Element, Label, Line
from registry.core.work import Work, allow
from registry.labels.sources import MOST, Source
from schemas.label_vocabulary import LabelDesign
from schemas.vocabulary import May, PackageLevel, PartyKind
from schemas.words import Language, said

DESIGNS = {
    LabelDesign.UNIT_BOX: (PackageLevel.UNIT_BOX,),
    LabelDesign.CARTON: (PackageLevel.CARTON,),
    LabelDesign.PALLET: (PackageLevel.CASE, PackageLevel.PALLET),
}


def _contents(design: LabelDesign) -> Callable[[Work, Sequence[str], Language], list[Label]]:
    def contents(work: Work, numbers: Sequence[str], say: Language) -> list[Label]:
        """Labels of packages; raises Conflict for one without a number of GS1."""
        allow(work.actor, May.LOT_READ)
        return [_label(package_queries.package(work, number), design, say) for number in numbers]

    return contents


def _label(found: PackageView, design: LabelDesign, say: Language) -> Label:
    if found.level not in DESIGNS[design]:
        words = said("%(number)s is no package of this level.", number=found.number)
        raise Invalid.at("numbers", words)
    if not found.elements:
        words = said(
            "%(number)s has no number of GS1 yet, so there is no code to print.", number=found.number
        )
        raise Conflict(words)
    buyer = found.buyer if found.buyer and found.buyer.kind != PartyKind.PERSON else None
    return Label(
        design=design,
        number=found.number,
        heading=say.label(found.level),
        authority=found.number,
        mark=found.code,
        elements=tuple(Element(ai, value, gs1.FORMATS[ai].fixed) for ai, value in found.elements),
        lines=(
            Line("maker", say("Maker"), found.maker.name),
            Line("product", say("Product"), " ".join(filter(None, (found.product, found.calibre_name)))),
            Line("quantity", say("Cartridges"), say.number(found.quantity)),
            Line("buyer", say("Buyer"), buyer.name if buyer else ""),
            Line("produced_on", say("Made on"), found.produced_on.isoformat()),
        ),
        rightwards=say.code == "ar",
    )


def _members(design: LabelDesign) -> Callable[[Work, str], list[str] | None]:
    def members(work: Work, number: str) -> list[str] | None:
        """The packages of a lot on this level that were not opened; None for a text that names no lot."""
        key = key_of("L", number)
        if key is None:
            return None
        allow(work.actor, May.LOT_READ)
        queries.lot_row(work, key)
        runs = [run for run in package_queries.runs(work.session, key) if run.level in DESIGNS[design]]
        found = [package_number(key, n) for run in runs for n in range(run.n, run.n + run.count)]
        if len(found) > MOST:
            raise Invalid.at("source", said("At most %(most)s labels to a job.", most=MOST))
        return found

    return members


LABELS = {design: Source(_contents(design), _members(design)) for design in DESIGNS}
