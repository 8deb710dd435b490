"""What is asked of a delivery that a broker reports (FP 15, 7). Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from registry.core.errors import Unmet
from registry.licensing import content
from registry.licensing.facts import LicenceFacts
from schemas.licensing_vocabulary import LicenceKind
from schemas.words import said


@dataclass(frozen=True)
class DeliveryFacts:
    """quantities: of each line of the licence, in their order."""

    departed_on: date
    arrived_on: date
    quantities: Sequence[int]


def unmet_for_delivery(facts: LicenceFacts, told: DeliveryFacts, today: date) -> list[Unmet]:
    """It was made under a licence of brokering, within its days and within what was left of each line."""
    if facts.kind is not LicenceKind.BROKERING:
        words = said("Deliveries are reported under a licence of brokering; announce a shipment.")
        return [Unmet(words, "kind", "FP 15(1)")]
    return [
        *content.unmet_for_balance(facts),
        *_days(facts, told, today),
        *_quantities(facts, told.quantities),
    ]


def _days(facts: LicenceFacts, told: DeliveryFacts, today: date) -> list[Unmet]:
    if told.arrived_on > today:
        return [Unmet(said("This day has not come yet."), "arrived_on", "FP 7")]
    if told.arrived_on < told.departed_on:
        return [Unmet(said("It arrived before it left."), "arrived_on", "FP 7")]
    starts, ends = max(filter(None, (facts.starts_on, facts.issued_on)), default=None), facts.expires_on
    if starts is None or ends is None or not starts <= told.departed_on <= ends:
        words = said(
            "The licence is valid from %(first)s to %(last)s, not on %(day)s.",
            first=starts.isoformat() if starts else "?",
            last=ends.isoformat() if ends else "?",
            day=told.departed_on.isoformat(),
        )
        return [Unmet(words, "departed_on", "FP 10(3)")]
    return []


def _quantities(facts: LicenceFacts, quantities: Sequence[int]) -> list[Unmet]:
    if len(quantities) != len(facts.lines):
        words = said("A number for each of the %(lines)s lines.", lines=len(facts.lines))
        return [Unmet(words, "quantities", "FP 15(1)")]
    if not any(quantities):
        return [Unmet(said("Say how many."), "quantities", "FP 15(1)")]
    return [
        Unmet(
            said(
                "%(quantity)s of %(goods)s; %(left)s are left of the licence.",
                quantity=quantity,
                goods=line.description,
                left=line.quantity - line.drawn,
            ),
            f"quantities.{n}",
            "FP 10(3)",
        )
        for n, (line, quantity) in enumerate(zip(facts.lines, quantities, strict=True))
        if quantity > line.quantity - line.drawn
    ]
