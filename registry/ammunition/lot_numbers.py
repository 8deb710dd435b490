"""Lot numbers of MIL-STD-1168: what one says, and whether it says what the record says. Pure.

MIL-STD-1168C 4.1: the maker's symbol of one to three letters (hyphens fill it up), two digits of the year,
a letter for the month (A to M without I), a three-digit interfix, a hyphen or the lot's identifier code, a
three-digit sequence; 4.6: a reworked lot has one or two letters behind it and is a lot of its own;
4.8: a theatre indicator Y, W or T.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from registry.core.errors import Unmet
from schemas.words import said

SOURCE = "MIL-STD-1168 4.1"
MONTHS = "ABCDEFGHJKLM"
_NUMBER = re.compile(
    r"(?P<maker>[A-Z]{3}|[A-Z]{2}-|[A-Z]--)(?P<year>[0-9]{2})(?P<month>[A-Z])(?P<interfix>[0-9]{3})"
    r"(?P<identifier>[-A-Z])(?P<sequence>[0-9]{3})(?P<suffix>[A-Z]{0,2}?)(?P<theatre>[YWT]?)"
)


@dataclass(frozen=True)
class LotNumber:
    """identifier: the code in place of the hyphen; it, suffix and theatre are "" where there is none."""

    maker: str
    year: str
    month: int | None
    interfix: str
    identifier: str
    sequence: str
    suffix: str
    theatre: str


def parse(code: str) -> LotNumber | None:
    """What a code says as a lot number of the standard; None where it has not its form.

    month: None for a letter that stands for none.
    """
    found = _NUMBER.fullmatch(code.strip().upper())
    if found is None:
        return None
    parts = found.groupdict()
    at = MONTHS.find(parts["month"])
    return LotNumber(
        maker=parts["maker"].rstrip("-"),
        year=parts["year"],
        month=at + 1 if at >= 0 else None,
        interfix=parts["interfix"],
        identifier=parts["identifier"].strip("-"),
        sequence=parts["sequence"],
        suffix=parts["suffix"],
        theatre=parts["theatre"],
    )


def contradictions(number: LotNumber, produced_on: date) -> list[Unmet]:
    """Where a lot number does not agree with itself or with the day in the record."""
    if number.month is None:
        return [Unmet(said("The lot number has a letter that stands for no month."), "code", SOURCE)]
    told, recorded = f"{number.year}-{number.month:02d}", f"{produced_on:%y-%m}"
    if told == recorded:
        return []
    words = said(
        "The lot number says made in %(told)s, the record %(recorded)s.", told=told, recorded=recorded
    )
    return [Unmet(words, "code", SOURCE)]
