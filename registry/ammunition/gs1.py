"""GS1 keys and element strings: what the codes on packages say, and what a scanner typed. Pure.

Formats, and which identifiers need or exclude each other, are those of the GS1 General Specifications: 37
counts the trade items in a logistic unit, so it stands with 00 and 02 and never beside 01; 10, 11 and 21
stand with 01 (10 and 11 with 02 as well); 30 is the number of pieces beside 01.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice

from stdnum import ean

from registry.core.errors import Invalid, Unmet
from schemas.words import said

FNC1 = "\x1d"
"""The separator after a value of open length, as scanners send it (ISO/IEC 646 GS)."""
MOST_READINGS = 400
LONGEST_SYMBOL = 48  # characters of a GS1-128 symbol
_PLAIN = re.compile(r"[!\"%&'*+,\-./0-9:;<=>?A-Z_a-z]+")  # character set 82 without brackets
_BRACKETED = re.compile(r"\(([0-9]{2,4})\)\s*([^()\s]+)\s*")
_SYMBOLOGY = re.compile(r"\](C1|d2|e0|Q3|J1)")
_WRITTEN = re.compile("\N{SYMBOL FOR GROUP SEPARATOR}|<GS>|\\{GS\\}|<FNC1>|\\{FNC1\\}", re.IGNORECASE)

_KEYS = {"00", "01", "02"}
"""One of these is in every code of a package."""
Elements = tuple[tuple[str, str], ...]
"""(application identifier, value), in the order in which they are printed."""


@dataclass(frozen=True)
class Format:
    """longest: characters; fixed: always so many. checked: the last digit checks the others."""

    longest: int
    fixed: bool = False
    digits: bool = True
    checked: bool = False
    day: bool = False


_KEY = Format(13, fixed=True, checked=True)
_NAME = Format(20, digits=False)
_DAY = Format(6, fixed=True, day=True)
_INTERNAL = Format(90, digits=False)
FORMATS: Mapping[str, Format] = {
    "00": Format(18, fixed=True, checked=True),
    "01": Format(14, fixed=True, checked=True),
    "02": Format(14, fixed=True, checked=True),
    "10": _NAME,
    "11": _DAY,
    "13": _DAY,
    "15": _DAY,
    "17": _DAY,
    "20": Format(2, fixed=True),
    "21": _NAME,
    "22": _NAME,
    "30": Format(8),
    "37": Format(8),
    "90": Format(30, digits=False),
    "240": Format(30, digits=False),
    "241": Format(30, digits=False),
    "250": Format(30, digits=False),
    "251": Format(30, digits=False),
    "400": Format(30, digits=False),
    "420": _NAME,
    "422": Format(3),
    **{str(ai): _KEY for ai in range(410, 418)},
    **{str(ai): _INTERNAL for ai in range(91, 100)},
}


def check_digit(digits: str) -> str:
    """The digit that checks the others: of a GTIN, a GLN or an SSCC."""
    return str(ean.calc_check_digit(digits))


def is_checked(digits: str) -> bool:
    """Whether the last digit checks the others."""
    return digits.isascii() and digits.isdecimal() and check_digit(digits[:-1]) == digits[-1]


def sscc(prefix: str, number: int) -> str:
    """The SSCC of a logistic unit: extension digit, company prefix, serial reference, check digit.

    number: extension digit and serial reference as one, below `room(prefix)`.
    """
    serial = f"{number:0{17 - len(prefix)}d}"
    digits = serial[0] + prefix + serial[1:]
    return digits + check_digit(digits)


def room(prefix: str) -> int:
    """How many SSCCs a company prefix has."""
    return int(10 ** (17 - len(prefix)))


def sscc_number(code: str, prefix: str) -> int:
    """The inverse of `sscc`."""
    return int(code[0] + code[1 + len(prefix) : -1])


def unmet_for_prefix(prefix: str, field: str = "prefix") -> list[Unmet]:
    """What keeps a text from being a GS1 company prefix."""
    if prefix.isascii() and prefix.isdecimal() and 4 <= len(prefix) <= 12:
        return []
    return [Unmet(said("A GS1 company prefix has 4 to 12 digits."), field, "GS1")]


def unmet_for_gln(gln: str, field: str = "gln") -> list[Unmet]:
    """What keeps a text from being a global location number."""
    if len(gln) != 13 or not (gln.isascii() and gln.isdecimal()):
        return [Unmet(said("A global location number has 13 digits."), field, "GS1")]
    if not is_checked(gln):
        return [Unmet(said("The check digit of this number is wrong."), field, "GS1")]
    return []


def lot_value(code: str, key: str) -> str:
    """A lot's code as AI 10 carries it: as written where GS1 allows that, else its normal form `key`.

    Raises Invalid where neither fits.
    """
    for text in (code, key):
        if len(text) <= _NAME.longest and _PLAIN.fullmatch(text):
            return text
    raise Invalid.at(
        "code", said("GS1 codes carry 20 Latin letters and digits: %(code)s is none.", code=code), "GS1"
    )


@dataclass(frozen=True)
class Printed:
    """What the codes of a package say. buyer: (AI, value): 411 its GLN, else 90 its registry number."""

    lot: str
    produced_on: date
    quantity: int
    buyer: tuple[str, str] | None


def box(gtin: str, serial: int, told: Printed) -> Elements:
    """A trade item: product and serial number, production day, lot, cartridges and buyer."""
    rest = (("10", told.lot), ("30", str(told.quantity)))
    named = (("01", gtin.zfill(14)), ("11", f"{told.produced_on:%y%m%d}"), ("21", str(serial)), *rest)
    return (*named, told.buyer) if told.buyer else named


def logistic_unit(code: str, content: tuple[str, int] | None, told: Printed) -> Elements:
    """A carton, case or pallet: SSCC; what is in it (GTIN, how many) with production day and lot; buyer."""
    named: Elements = (("00", code),)
    if content:
        gtin, count = content
        named += (
            ("02", gtin.zfill(14)),
            ("11", f"{told.produced_on:%y%m%d}"),
            ("37", str(count)),
            ("10", told.lot),
        )
    return (*named, told.buyer) if told.buyer else named


def bracketed(elements: Iterable[tuple[str, str]]) -> str:
    """As people read it under a symbol: (01)… (10)…"""
    return "".join(f"({ai}){value}" for ai, value in elements)


def joined(elements: Sequence[tuple[str, str]], separator: str = FNC1) -> str:
    """As a symbol carries it: a separator after each value of open length but the last."""
    parts = [f"{ai}{value}" for ai, value in elements]
    closed = [FORMATS[ai].fixed for ai, _ in elements]
    ends = [*("" if fixed else separator for fixed in closed[:-1]), ""]
    return "".join(part + end for part, end in zip(parts, ends, strict=True))


def scanned(text: str) -> list[dict[str, str]]:
    """What a code may say, each reading by application identifier; none for what is no GS1 code.

    With brackets, or as a scanner types it: with or without the identifier of its symbology, FNC1 as a
    separator, written out, or lost; without it a value of open length ends where one reading after the
    other lets it end, the longest first. An SSCC or GTIN may stand alone.
    """
    text = _WRITTEN.sub(FNC1, text.strip(" \t\r\n"))
    if text.startswith("("):
        whole = "".join(match[0] for match in _BRACKETED.finditer(text)) == text
        pairs = _BRACKETED.findall(text) if whole else []
        return [dict(pairs)] if _KEYS & dict(pairs).keys() and all(_fits(*pair) for pair in pairs) else []
    rest = _SYMBOLOGY.sub("", text, count=1).strip(FNC1)
    found = [dict(reading) for reading in islice(_readings(rest, frozenset()), MOST_READINGS)]
    found = [told for told in found if _KEYS & told.keys()]
    found.sort(key=lambda reading: bool(faults(reading)))
    return found or _alone(rest)


def _readings(rest: str, used: frozenset[str]) -> Iterator[Elements]:
    if not rest:
        yield ()
        return
    for ai in (rest[:length] for length in (2, 3)):
        known = FORMATS.get(ai)
        if known is None or ai in used:
            continue
        for end in _ends(rest, len(ai), known):
            value = rest[len(ai) : end]
            if _fits(ai, value):
                after = rest[end:].removeprefix(FNC1)
                yield from (((ai, value), *others) for others in _readings(after, used | {ai}))


def _ends(rest: str, begin: int, known: Format) -> Iterable[int]:
    """Where a value may end: at its length, at the next separator, or where none is left anywhere."""
    if known.fixed:
        return (begin + known.longest,)
    at = rest.find(FNC1, begin)
    return (at,) if at >= 0 else range(min(len(rest), begin + known.longest), begin, -1)


def _fits(ai: str, value: str) -> bool:
    known = FORMATS.get(ai)
    if known is None or not 0 < len(value) <= known.longest or (known.fixed and len(value) != known.longest):
        return False
    return value.isascii() and (value.isdecimal() if known.digits else bool(_PLAIN.fullmatch(value)))


def _alone(digits: str) -> list[dict[str, str]]:
    """An SSCC or a GTIN without its application identifier, where its check digit fits."""
    if not (len(digits) in (8, 12, 13, 14, 18) and is_checked(digits)):
        return []
    return [{"00": digits} if len(digits) == 18 else {"01": digits.zfill(14)}]


def faults(fields: Mapping[str, str]) -> list[Unmet]:
    """Check digits that do not fit and days that no calendar has, by application identifier."""
    unmet = []
    for ai, value in fields.items():
        known = FORMATS[ai]
        if known.checked and not is_checked(value):
            unmet.append(
                Unmet(said("The check digit of (%(ai)s)%(value)s is wrong.", ai=ai, value=value), ai, "GS1")
            )
        if known.day and not _is_day(value):
            unmet.append(Unmet(said("(%(ai)s)%(value)s is no day (YYMMDD).", ai=ai, value=value), ai, "GS1"))
    return unmet


def _is_day(value: str) -> bool:
    """YYMMDD; day 00 stands for the month."""
    try:
        date(2000 + int(value[:2]), int(value[2:4]), int(value[4:]) or 1)
    except ValueError:
        return False
    return True
