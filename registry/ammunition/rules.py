"""What the law asks of lots and sales. Pure; each condition with its source.

16 D LOG: Brazil, ordinance 16 D LOG of 28 December 2004; Law 10.826/2003 art. 23.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from stdnum import ean

from registry.core.errors import Unmet
from schemas.vocabulary import MarkingScheme, MovementKind

LOT_LIMIT = 10_000
LIMIT_SOURCE = "16 D LOG art. 2"
GONE = frozenset(
    {
        MovementKind.EXPENDED,
        MovementKind.LOST,
        MovementKind.STOLEN,
        MovementKind.DESTROYED,
        MovementKind.EXPORTED,
    }
)
"""After these nobody here holds the cartridges."""
NO_MOVEMENT = frozenset({MovementKind.MANUFACTURED, MovementKind.IMPORTED, MovementKind.SOLD})
"""Not recorded by hand: the first two come with the lot, a sale with its line in the register."""


def breaks_limit(quantity: int) -> bool:
    """Whether a lot has more cartridges than one code may stand for."""
    return quantity > LOT_LIMIT


def unmet_for_limit(quantity: int) -> list[Unmet]:
    """16 D LOG art. 2: one code for at most 10,000 cartridges."""
    if not breaks_limit(quantity):
        return []
    return [
        Unmet(f"{quantity:,} cartridges under one code; at most {LOT_LIMIT:,}.", "quantity", LIMIT_SOURCE)
    ]


def unmet_for_lot(quantity: int, produced_on: date, gtin: str, historical: bool, today: date) -> list[Unmet]:
    """What keeps a lot from being recorded; a historical one above the limit is flagged instead."""
    unmet = [] if historical else unmet_for_limit(quantity)
    if produced_on > today:
        unmet.append(Unmet("This day has not come yet.", "produced_on", "FP 7"))
    if gtin and not ean.is_valid(gtin.lstrip("0").zfill(13) if len(gtin) == 14 else gtin):
        unmet.append(Unmet("The check digit of this GTIN is wrong.", "gtin", "GS1"))
    return unmet


@dataclass(frozen=True)
class SaleFacts:
    """other_buyers: who bought of this lot from its maker before; held: what the seller still has of it."""

    sold_on: date
    invoice_date: date
    permit_date: date
    quantity: int
    produced_on: date
    scheme: MarkingScheme
    seller_id: int
    buyer_id: int
    seller_is_maker: bool
    other_buyers: frozenset[int]
    held: int


def unmet_for_sale(facts: SaleFacts, today: date) -> list[Unmet]:
    """What keeps a sale from being recorded."""
    unmet = _unmet_for_dates(facts, today) + unmet_for_quantity(facts.quantity, facts.held)
    if facts.seller_id == facts.buyer_id:
        unmet.append(Unmet("Nobody sells to themselves.", "buyer", "16 D LOG art. 4"))
    one_buyer = facts.scheme is MarkingScheme.LOT_AND_BUYER_CODE and facts.seller_is_maker
    if one_buyer and facts.other_buyers - {facts.buyer_id}:
        unmet.append(
            Unmet("The code on these cartridges names another buyer.", "buyer", "Law 10.826 art. 23 § 2")
        )
    return unmet


def _unmet_for_dates(facts: SaleFacts, today: date) -> list[Unmet]:
    unmet = []
    for field, day in (
        ("sold_on", facts.sold_on),
        ("invoice_date", facts.invoice_date),
        ("permit_date", facts.permit_date),
    ):
        if day > today:
            unmet.append(Unmet("This day has not come yet.", field, "FP 7"))
    if facts.sold_on < facts.produced_on:
        unmet.append(Unmet(f"The lot was made later, on {facts.produced_on}.", "sold_on", "FP 7"))
    return unmet


def unmet_for_quantity(quantity: int, held: int) -> list[Unmet]:
    """Nobody hands over what they do not hold."""
    if quantity <= held:
        return []
    return [Unmet(f"Only {held:,} cartridges of this lot are held here.", "quantity", "FP 7")]


def unmet_for_movement(
    kind: MovementKind, happened_on: date, to_given: bool, produced_on: date, today: date
) -> list[Unmet]:
    """What keeps a movement from being recorded."""
    unmet = []
    if kind in NO_MOVEMENT:
        unmet.append(Unmet("Record this with the lot, or as a sale.", "kind", "16 D LOG art. 4"))
    if happened_on > today:
        unmet.append(Unmet("This day has not come yet.", "happened_on", "FP 7"))
    if happened_on < produced_on:
        unmet.append(Unmet(f"The lot was made later, on {produced_on}.", "happened_on", "FP 7"))
    if kind in GONE and to_given:
        unmet.append(Unmet(f"Nobody here holds cartridges that were {kind.value}.", "to_party", "FP 7"))
    if kind not in GONE and not to_given:
        unmet.append(Unmet("Say who has them now.", "to_party", "FP 7"))
    return unmet
