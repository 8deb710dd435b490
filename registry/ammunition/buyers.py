"""Who may buy cartridges: the checks that sales systems are known to have missed. Pure.

Invalid tax numbers, minors, dead buyers, and calibres of which the buyer has no firearm let more than two
million rounds be sold irregularly; each is asked here before a sale is recorded.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from stdnum.br import cnpj
from stdnum.util import get_cc_module

from registry.core.errors import Unmet
from registry.directory import rules as directory
from registry.marks.reading import is_placeholder
from schemas.vocabulary import PartyKind
from schemas.words import said

IDENTITY_SOURCE = "FP 7"
FITS: Mapping[str, frozenset[str]] = {
    "38-special": frozenset({"357-mag"}),
    "44-special": frozenset({"44-mag"}),
    "32-sw": frozenset({"32-sw-long", "32-hr", "327-fed"}),
    "32-sw-long": frozenset({"32-hr", "327-fed"}),
}
"""Calibres of firearms that fire a cartridge of another calibre too."""


@dataclass(frozen=True)
class Holding:
    """A firearm that somebody had from a day to a day; until: None while they have it."""

    calibre: str
    since: date
    until: date | None = None


@dataclass(frozen=True)
class Buyer:
    """A party as the checks need it: its papers, and the firearms it had."""

    id: int
    kind: str
    country: str
    identifier: str = ""
    document_kind: str = ""
    document_number: str = ""
    birth_date: date | None = None
    died_on: date | None = None
    firearms: tuple[Holding, ...] = ()
    closed_on: date | None = None

    def age(self, on: date) -> int | None:
        """In full years on a day; None for a party that was never born."""
        born = self.birth_date
        return None if born is None else on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def unmet_for_buyer(buyer: Buyer, calibre: str, sold_on: date) -> list[Unmet]:
    """What speaks against selling this calibre to this buyer on that day."""
    if buyer.kind != PartyKind.PERSON:
        return _unmet_for_identifier(buyer)
    unmet = _unmet_for_document(buyer)
    if buyer.birth_date is None:
        unmet.append(Unmet("The buyer's day of birth is not recorded.", "buyer", IDENTITY_SOURCE))
    if buyer.died_on is not None and sold_on >= buyer.died_on:
        unmet.append(
            Unmet(said("The buyer died on %(died_on)s.", died_on=buyer.died_on), "buyer", IDENTITY_SOURCE)
        )
    fitting = {calibre} | FITS.get(calibre, frozenset())
    if not any(_had(firearm, fitting, sold_on) for firearm in buyer.firearms):
        unmet.append(
            Unmet("No firearm of this calibre was registered to the buyer on that day.", "buyer", "FP 7")
        )
    return unmet


def _had(firearm: Holding, fitting: set[str] | frozenset[str], on: date) -> bool:
    until = firearm.until
    return firearm.calibre in fitting and firearm.since <= on and (until is None or on < until)


def _unmet_for_identifier(buyer: Buyer) -> list[Unmet]:
    digits = "".join(filter(str.isdigit, buyer.identifier))
    if buyer.country == "BR" and len(digits) == 14 and not cnpj.is_valid(digits):
        return [Unmet("The check digits of the buyer's CNPJ are wrong.", "buyer", IDENTITY_SOURCE)]
    return []


def _unmet_for_document(buyer: Buyer) -> list[Unmet]:
    if is_placeholder(buyer.document_number):
        return [Unmet("The buyer's identity document is not recorded.", "buyer", IDENTITY_SOURCE)]
    if not _valid(buyer.country, buyer.document_kind, buyer.document_number):
        words = f"The buyer's {buyer.document_kind} has wrong check digits."
        return [Unmet(words, "buyer", IDENTITY_SOURCE)]
    return []


@lru_cache(maxsize=1 << 16)
def _valid(country: str, kind: str, number: str) -> bool:
    """Whether a document with a known way of checking passes it; others cannot be judged."""
    name = kind.strip().lower()
    if not name.isidentifier() or not country.isalpha():
        return True
    module = get_cc_module(country.lower(), name)
    return module is None or bool(module.is_valid(number))


def unmet_for_closed(seller: Buyer, buyer: Buyer, sold_on: date) -> list[Unmet]:
    """FP 7: a company that has closed sells and buys nothing more."""
    if seller.closed_on is None and buyer.closed_on is None:
        return []
    closed = {one.id: one.closed_on for one in (seller, buyer) if one.closed_on is not None}
    return directory.unmet_for_closed(closed, sold_on, seller.id, buyer.id, fields=("seller", "buyer"))


def unmet_for_licence(authorization: str) -> list[Unmet]:
    """A number that stands for none ("NONE", "0000") is no licence."""
    if not is_placeholder(authorization):
        return []
    return [
        Unmet(
            said("%(authorization)s is no number of a licence.", authorization=authorization),
            "authorization",
            "16 D LOG",
        )
    ]
