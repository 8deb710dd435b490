"""What was scanned at a counter, as lines of the sales register."""

from __future__ import annotations

from registry.ammunition import package_queries
from registry.ammunition.packaging import package_key
from registry.core.errors import Invalid, Unmet
from registry.core.numbers import registry_number
from registry.core.work import Work
from schemas.ammunition_sales import PAPERS, AtCounter, SaleLine
from schemas.words import said


def lines(work: Work, sale: AtCounter) -> list[SaleLine]:
    """A line of the register for each package, or for each part of one ("package quantity").

    Raises Invalid naming every line that is no package, or one that was scanned before.
    """
    unmet: list[Unmet] = []
    found: list[SaleLine] = []
    for n, text in enumerate(sale.scanned, 1):
        try:
            line = _line(work, sale, text.split())
        except Invalid as misread:
            why = misread.unmet[0].message
            unmet.append(Unmet(said("Line %(n)s: %(why)s", n=n, why=why), "scanned"))
            continue
        if line is None:
            words = said("Line %(n)s: %(text)s is no package.", n=n, text=text[:60])
            unmet.append(Unmet(words, "scanned"))
        elif line.quantity is None and line in found:
            unmet.append(Unmet(said("Line %(n)s: this package was scanned before.", n=n), "scanned"))
        else:
            found.append(line)
    if unmet:
        raise Invalid(unmet=unmet)
    return found


def _line(work: Work, sale: AtCounter, words: list[str]) -> SaleLine | None:
    number = package_queries.number_scanned(work, words[0])
    key = package_key(number)
    part = words[1] if len(words) == 2 else ""
    if key is None or len(words) > 2 or not (part == "" or (part.isascii() and part.isdecimal())):
        return None
    return SaleLine(
        lot=registry_number("L", key[0]),
        seller=sale.seller,
        buyer=sale.buyer,
        sold_on=sale.sold_on,
        package=number,
        quantity=int(part[:9]) if part else None,
        place=sale.place,
        reason=sale.reason,
        **{name: getattr(sale, name) for name in PAPERS},
    )
