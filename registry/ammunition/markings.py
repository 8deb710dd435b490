"""What stands on cartridges and packages beside the lot's code, and who asks for it. Pure.

CIP: the inspection mark of a proof house on each box (cip-bobp.org, Ammunition; members of the Convention of
1 July 1969). EU: Directive (EU) 2021/555 art. 4. ECOWAS: Convention on Small Arms of 14 June 2006, art. 18.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from registry.core.errors import Unmet
from registry.directory import calibres
from registry.marks.reading import acceptable_text, folded, normal_form
from schemas.ammunition_markings import MarkingNew
from schemas.ammunition_vocabulary import MarkedItem, MarkingStandard
from schemas.vocabulary import MarkingScheme
from schemas.words import said, word


def _states(codes: str) -> frozenset[str]:
    return frozenset(codes.split())


FP = "FP 7(a)"
CIP_SOURCE = "CIP, inspection of ammunition"
CIP_STATES = _states("AE AT BE CL CZ DE ES FI FR GB HU IT RU SK")


@dataclass(frozen=True)
class Standard:
    """cartridge: parts of the headstamp that it asks for; package: what the smallest package must bear.

    where_known: what the package must bear when it was known at making.
    """

    standard: MarkingStandard
    source: str
    states: frozenset[str]
    cartridge: tuple[str, ...] = ()
    package: tuple[MarkedItem, ...] = ()
    where_known: tuple[MarkedItem, ...] = ()


STANDARDS = (
    Standard(
        MarkingStandard.EUROPEAN_UNION,
        "Directive (EU) 2021/555 art. 4",
        _states("AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK"),
        package=(MarkedItem.MAKER, MarkedItem.LOT, MarkedItem.CALIBRE, MarkedItem.TYPE),
    ),
    Standard(
        MarkingStandard.ECOWAS,
        "ECOWAS Convention art. 18",
        _states("BF BJ CI CV GH GM GN GW LR ML NE NG SL SN TG"),
        cartridge=("maker_mark", "country_mark", "year_mark"),
        package=(MarkedItem.MAKER, MarkedItem.LOT, MarkedItem.COUNTRY, MarkedItem.YEAR),
        where_known=(MarkedItem.PURCHASER, MarkedItem.DESTINATION),
    ),
    Standard(MarkingStandard.CIP, CIP_SOURCE, CIP_STATES, package=(MarkedItem.CONTROL_MARK,)),
)


def whole(new: MarkingNew) -> str:
    """The headstamp: as it was read around the base, or put together of its parts."""
    return new.headstamp or " ".join(filter(None, (new.maker_mark, new.calibre_mark, new.year_mark)))


def ring(headstamp: str) -> str:
    """A headstamp with look-alikes made one, twice over: it is round and may be read from anywhere."""
    return folded(headstamp) * 2


def unmet_for_marking(new: MarkingNew, before: bool) -> list[Unmet]:
    """What keeps a marking from being recorded. before: whether it corrects one on record."""
    unmet = list(_unreadable(new))
    if not any((whole(new), new.country_mark, new.control_mark, new.control_country, new.package)):
        unmet.append(Unmet(said("Say what cartridges or packages of the lot bear."), "headstamp", FP))
    if before and not new.reason:
        unmet.append(Unmet(said("Say why what was recorded before is corrected."), "reason", FP))
    return [*unmet, *_apart(new), *_unmet_for_control(new)]


def _unreadable(new: MarkingNew) -> Iterator[Unmet]:
    if len(whole(new)) > 64:
        yield Unmet(said("At most %(count)s characters.", count=64), "headstamp")
    for name in ("headstamp", "maker_mark", "calibre_mark", "year_mark", "control_mark"):
        text = getattr(new, name)
        # a control mark may be a mere sign, which is described in words
        yield from acceptable_text(text, name) if text else ()


def _apart(new: MarkingNew) -> Iterator[Unmet]:
    """A part that is nowhere on the headstamp was mistyped in one of the two."""
    around = ring(whole(new))
    for name in ("maker_mark", "calibre_mark", "year_mark"):
        part = folded(getattr(new, name))
        if part and part not in around:
            yield Unmet(said("This is not part of the headstamp as it is told."), name, FP)


def _unmet_for_control(new: MarkingNew) -> Iterator[Unmet]:
    if new.control_mark and not new.control_country:
        yield Unmet(said("Say in which State the proof house is."), "control_country", CIP_SOURCE)
    if new.control_country and not new.control_mark:
        yield Unmet(said("Say what the control mark shows."), "control_mark", CIP_SOURCE)
    if new.control_country and new.control_country not in CIP_STATES:
        yield Unmet(
            said("%(state)s has no proof house of the CIP.", state=new.control_country),
            "control_country",
            CIP_SOURCE,
        )


@dataclass(frozen=True)
class Recorded:
    """The lot as the record has it. buyer_known: whether its code names who buys."""

    calibre: str
    produced_on: date
    scheme: MarkingScheme

    @property
    def buyer_known(self) -> bool:
        return self.scheme is MarkingScheme.LOT_AND_BUYER_CODE


def contradictions(marked: MarkingNew, lot: Recorded) -> list[Unmet]:
    """Where a headstamp does not say what the record of its lot says."""
    unmet = []
    if (year := _year(marked.year_mark)) and not str(lot.produced_on.year).endswith(year):
        words = said(
            "The headstamp says made in %(told)s, the record %(recorded)s.",
            told=marked.year_mark,
            recorded=lot.produced_on.year,
        )
        unmet.append(Unmet(words, "year_mark", FP))
    meant = calibres.find(marked.calibre_mark) if marked.calibre_mark else None
    if meant and not _same(meant, lot.calibre):
        known = calibres.BY_CODE.get(lot.calibre)
        words = said(
            "The headstamp says %(told)s, the record %(recorded)s.",
            told=marked.calibre_mark,
            recorded=known.name if known else lot.calibre,
        )
        unmet.append(Unmet(words, "calibre_mark", FP))
    return unmet


def _year(text: str) -> str:
    """Two or four digits of a year; "" for what is no year in plain digits."""
    key = normal_form(text)
    return key if key.isdecimal() and len(key) in (2, 4) else ""


def _same(meant: calibres.Calibre, code: str) -> bool:
    """Whether a headstamp may mean a calibre: "9mm" alone stands on several."""
    return code == meant.code or code in meant.confusable_with


def unmet_for_standard(asked: Standard, marked: MarkingNew, lot: Recorded) -> list[Unmet]:
    """What a lot lacks of what somebody asks for."""
    known = {MarkedItem.PURCHASER: lot.buyer_known, MarkedItem.DESTINATION: bool(marked.destination)}
    wanted = (*asked.package, *(item for item in asked.where_known if known[item]))
    return [
        *(_lacking(name.removesuffix("_mark"), name, asked, _CARTRIDGE) for name in _missing(asked, marked)),
        *(_lacking(item.value, "package", asked, _PACKAGE) for item in wanted if item not in marked.package),
    ]


_CARTRIDGE = "The cartridge does not bear: %(what)s."
_PACKAGE = "The smallest package does not bear: %(what)s."


def _missing(asked: Standard, marked: MarkingNew) -> Iterable[str]:
    return (name for name in asked.cartridge if not getattr(marked, name))


def _lacking(what: str, field: str, asked: Standard, template: str) -> Unmet:
    return Unmet(said(template, what=word(what)), field, asked.source)
