"""What the law asks of lots and sales. Pure; each condition with its source.

16 D LOG: Brazil, ordinance 16 D LOG of 28 December 2004; Law 10.826/2003 art. 23.
"""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from stdnum import ean

from registry.core.errors import Unmet
from schemas.vocabulary import MarkingScheme, MovementKind
from schemas.words import amount, said, word

LIMIT_SOURCE = "16 D LOG art. 2"
BUYER_SOURCE = "Law 10.826 art. 23 § 2"
BOX_SOURCE = "Law 10.826 art. 23 § 1"
SALE_SOURCE = "16 D LOG"
HISTORICAL_AFTER = timedelta(days=365)
GONE = frozenset(
    {
        MovementKind.EXPENDED,
        MovementKind.LOST,
        MovementKind.STOLEN,
        MovementKind.DESTROYED,
    }
)
"""After these nobody holds the cartridges; after an export a foreign party may be named."""
NO_MOVEMENT = frozenset({MovementKind.MANUFACTURED, MovementKind.IMPORTED, MovementKind.SOLD})
"""Not recorded by hand: the first two come with the lot, a sale with its line in the register."""


@dataclass(frozen=True)
class LotFacts:
    """by_authority: whether the authority itself records it; imported_on: None when it was made here.

    above_limit: whether a rule in force when it was made does not allow so many.
    """

    produced_on: date
    above_limit: bool = False
    gtin: str = ""
    historical: bool = False
    by_authority: bool = True
    has_importer: bool = False
    imported_on: date | None = None


def unmet_for_lot(facts: LotFacts, today: date) -> list[Unmet]:
    """What keeps a lot from being recorded; a historical one above the limit is flagged instead."""
    unmet = _unmet_for_historical(facts, today) if facts.historical else []
    if facts.produced_on > today:
        unmet.append(Unmet("This day has not come yet.", "produced_on", "FP 7"))
    if facts.gtin and not ean.is_valid(facts.gtin):
        unmet.append(Unmet("The check digit of this GTIN is wrong.", "gtin", "GS1"))
    return unmet + _unmet_for_import(facts, today)


def _unmet_for_historical(facts: LotFacts, today: date) -> list[Unmet]:
    """Nobody gets round the limit by calling a new lot old."""
    unmet = []
    if facts.produced_on > today - HISTORICAL_AFTER:
        unmet.append(Unmet("A lot made within the last year is not historical.", "historical", LIMIT_SOURCE))
    if facts.above_limit and not facts.by_authority:
        unmet.append(
            Unmet("Only the authority records an old lot above the limit.", "historical", LIMIT_SOURCE)
        )
    return unmet


def _unmet_for_import(facts: LotFacts, today: date) -> list[Unmet]:
    if not facts.has_importer and facts.imported_on is None:
        return []
    if not facts.has_importer:
        return [Unmet("Say who imported it.", "importer", "FP 7(b)")]
    if facts.imported_on is None:
        return [Unmet("Say when it was imported.", "imported_on", "FP 7(b)")]
    if facts.imported_on > today:
        return [Unmet("This day has not come yet.", "imported_on", "FP 7(b)")]
    if facts.imported_on < facts.produced_on:
        words = said("The lot was made later, on %(day)s.", day=facts.produced_on)
        return [Unmet(words, "imported_on", "FP 7(b)")]
    return []


NAMED_BUYER = frozenset({"BR"})
"""States whose law wants the buyer in the code on the box."""


def unmet_for_artwork(home: str, buyers: Set[int | None], named: int | None) -> list[Unmet]:
    """Law 10.826 art. 23 § 1: the code printed on a box names its buyer, and the register's where it has one.

    buyers: to whom each package was sold, None where to nobody yet; named: who is said to buy.
    """
    if named is not None and buyers - {None, named}:
        return [Unmet(said("The register says that somebody else bought these."), "buyer", BOX_SOURCE)]
    if home in NAMED_BUYER and None in buyers and named is None:
        return [Unmet(said("Say who buys: the code on a box names its buyer."), "buyer", BOX_SOURCE)]
    return []


class Recorded(NamedTuple):
    """A lot on record. consignment: whether customs let it in; to_id, on: who had it first, since when."""

    number: str
    consignment: bool
    to_id: int | None
    on: date


def unmet_for_doubled(known: Recorded | None, importer_id: int, since: date) -> list[Unmet]:
    """FP 7: what its importer recorded with a whole lot since their licence began is not recorded again."""
    if known is None or known.consignment or known.to_id != importer_id or known.on < since:
        return []
    words = said(
        "Its importer has recorded this lot already, as %(lot)s of %(day)s: correct that record first.",
        lot=known.number,
        day=known.on,
    )
    return [Unmet(words, "lot", "FP 7")]


def unmet_for_buyers(scheme: MarkingScheme, buyers: int) -> list[Unmet]:
    """Law 10.826 art. 23 § 2: a code that names the buyer is sold to one buyer only."""
    if scheme is not MarkingScheme.LOT_AND_BUYER_CODE or buyers < 2:
        return []
    return [
        Unmet(
            said("The code names one buyer, and %(buyers)s bought of this lot.", buyers=buyers),
            "scheme",
            BUYER_SOURCE,
        )
    ]


class SaleFacts(NamedTuple):
    """held: what the seller had of it on the day; other_buyers: who else bought from whoever had it whole.

    from_whole: whether the seller is who had the whole lot, its maker or importer.
    """

    sold_on: date
    invoice_date: date
    permit_date: date
    quantity: int
    held: int
    produced_on: date
    scheme: MarkingScheme
    historical: bool
    seller_id: int
    buyer_id: int
    from_whole: bool
    other_buyers: Set[int] = frozenset()


def unmet_for_sale(facts: SaleFacts, today: date) -> list[Unmet]:
    """What keeps a sale from being recorded; for a historical lot a second buyer is flagged instead."""
    unmet = [
        *unmet_for_day("sold_on", facts.sold_on, facts.produced_on, today),
        *unmet_for_day("invoice_date", facts.invoice_date, None, today),
        *unmet_for_day("permit_date", facts.permit_date, None, today),
        *unmet_for_quantity(facts.quantity, facts.held),
    ]
    if facts.seller_id == facts.buyer_id:
        unmet.append(Unmet("Nobody sells to themselves.", "buyer", SALE_SOURCE))
    one_buyer = facts.scheme is MarkingScheme.LOT_AND_BUYER_CODE and not facts.historical
    if one_buyer and facts.from_whole and facts.other_buyers - {facts.buyer_id}:
        unmet.append(Unmet("The code on these cartridges names another buyer.", "buyer", BUYER_SOURCE))
    return unmet


def unmet_for_day(field: str, day: date, produced_on: date | None, today: date) -> list[Unmet]:
    """Nothing happens to a lot before it is made, or after today."""
    if day > today:
        return [Unmet("This day has not come yet.", field, "FP 7")]
    if produced_on is not None and day < produced_on:
        return [Unmet(said("The lot was made later, on %(day)s.", day=produced_on), field, "FP 7")]
    return []


def unmet_for_quantity(quantity: int, held: int) -> list[Unmet]:
    """Nobody hands over what they do not hold."""
    if quantity <= held:
        return []
    words = said(
        "%(asked)s cartridges are asked for; held there on that day: %(held)s.",
        asked=amount(quantity),
        held=amount(held),
    )
    return [Unmet(words, "quantity", "FP 7")]


def unmet_for_movement(
    kind: MovementKind,
    happened_on: date,
    giver: tuple[int, str],
    taker: tuple[int | None, str],
    produced_on: date,
    today: date,
) -> list[Unmet]:
    """What keeps a movement from being recorded. giver, taker: each with its unit, "" for none."""
    unmet = unmet_for_day("happened_on", happened_on, produced_on, today)
    if kind in NO_MOVEMENT:
        unmet.append(Unmet("Record this with the lot, or as a sale.", "kind", SALE_SOURCE))
    elif kind in GONE and taker[0] is not None:
        unmet.append(
            Unmet(
                said("Nobody holds cartridges that were %(kind)s.", kind=word(kind.value)), "to_party", "FP 7"
            )
        )
    elif kind not in GONE | {MovementKind.EXPORTED} and taker[0] is None:
        unmet.append(Unmet("Say who has them now.", "to_party", "FP 7"))
    if taker[0] is None and taker[1]:
        unmet.append(Unmet("A unit belongs to whoever has them now.", "to_unit", "FP 7"))
    if taker == giver:
        unmet.append(Unmet("They are there already.", "to_party", "FP 7"))
    return unmet
