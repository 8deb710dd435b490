"""What an amendment makes of an issued licence, and what it may not; judged like the first issue. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from registry.core.errors import Unmet
from registry.licensing import rules
from registry.licensing.facts import LicenceFacts
from schemas.licensing_review import Amendment
from schemas.words import said

FIELDS = ("expires_on", "return_by", "recipient_address", "conditions")
"""What an amendment may say anew, beside quantities; anything else is another licence."""


def amended(facts: LicenceFacts, new: Amendment) -> LicenceFacts:
    """The licence as it would be."""
    wanted = {one.line: one.quantity for one in new.quantities}
    return replace(
        facts,
        lines=tuple(
            replace(line, quantity=wanted.get(n, line.quantity)) for n, line in enumerate(facts.lines, 1)
        ),
        expires_on=new.expires_on or facts.expires_on,
        return_by=new.return_by or facts.return_by,
        recipient_address=new.recipient_address or facts.recipient_address,
    )


def unmet_to_amend(facts: LicenceFacts, new: Amendment, today: date) -> list[Unmet]:
    """FP 10(2): every condition of issue holds for the amended licence, and what left it has left."""
    unmet = [*_drawn(facts, new), *_transits(facts, new)]
    return [*unmet, *rules.unmet_to_stand(amended(facts, new), today)]


def _drawn(facts: LicenceFacts, new: Amendment) -> list[Unmet]:
    """A line never holds less than what shipments took of it, those under way included."""
    unmet = []
    for n, one in enumerate(new.quantities):
        if one.line > len(facts.lines):
            words = said("There is no line %(line)s.", line=one.line)
            unmet.append(Unmet(words, f"quantities.{n}.line", "FP 10(3)"))
        elif one.quantity < (drawn := facts.lines[one.line - 1].drawn):
            words = said("%(drawn)s of this line are shipped already.", drawn=drawn)
            unmet.append(Unmet(words, f"quantities.{n}.quantity", "FP 10(3)"))
    return unmet


def _transits(facts: LicenceFacts, new: Amendment) -> list[Unmet]:
    """More goods than a transit State was asked about: it has to be asked again."""
    more = any(
        one.line <= len(facts.lines) and one.quantity > facts.lines[one.line - 1].quantity
        for one in new.quantities
    )
    if not more or not facts.transits:
        return []
    words = said("Transit States agreed to less; more goods need another licence.")
    return [Unmet(words, "quantities", "FP 10(2)(b)")]
