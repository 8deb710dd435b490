"""How a mark is understood before anything is searched for: what an expert would say of it. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from registry.marks import catalogue, grammar, symbols
from registry.marks.catalogue import MarkRule
from registry.marks.patterns import Pattern, parse
from registry.marks.reading import is_placeholder, normal_form, script_of
from registry.marks.readings import CALIBRE, MODEL, PATENT
from schemas.marks import Caution, Hypothesis, ReadingAsked, Understood
from schemas.vocabulary import MarkKind, Severity
from schemas.words import said, word

_IMPORT = re.compile(r"(?:IMP(?:ORT(?:ED)?)?)?([A-Z]{2})((?:19|20)\d{2}|\d{2})")
_WRITTEN_IMPORT = re.compile(
    r"^\s*(?:IMP\w*[\s.:]+)?[A-Z]{2}[\s./-]+(?:(?:19|20)\d{2}|\d{2})\s*$", re.IGNORECASE
)
_RETAILERS = ("CAI", "CENTURYARMS", "INTERARMS", "KBI", "PWARMS", "NAVYARMS")
_LATIN_ALIKE = {"Cyrillic", "Greek"}


@dataclass(frozen=True)
class ImportMark:
    """The State of import and the year, two digits as the last such year (FP 8(1)(b))."""

    country: str
    year: int


def import_mark(text: str, states: Iterable[str], this_year: int) -> ImportMark | None:
    """A mark of import such as "BR 05" or "IMP BR 2005"; None for anything else, such as a serial."""
    key = normal_form(text)
    found = _IMPORT.fullmatch(key)
    if found is None or found[1] not in set(states):
        return None
    if not (key.startswith("IMP") or _WRITTEN_IMPORT.match(text)):
        return None
    year = int(found[2])
    if year < 100:
        year += 2000 if 2000 + year <= this_year else 1900
    return ImportMark(found[1], year) if year <= this_year else None


def understand(
    asked: ReadingAsked, rules: Iterable[MarkRule], states: Iterable[str], this_year: int
) -> Understood:
    """How the mark is understood, with warnings; raises Invalid for what cannot be searched for."""
    text, told = symbols.told_in(asked.mark)
    signs = tuple(dict.fromkeys((*asked.symbols, *told)))
    pattern = parse(text)
    known = list(rules)
    imported = import_mark(text, states, this_year)
    found = grammar.hypotheses(pattern.key, signs, known) if pattern.is_exact and not imported else []
    warnings = [
        *_of_placeholder(pattern),
        *_of_kind(pattern, imported),
        *_of_script(pattern),
        *_of_maker(asked, pattern, known, found),
        *_of_symbols(asked, signs),
    ]
    return Understood(
        seen=asked.mark,
        key=pattern.key,
        folded=pattern.folded,
        kind=MarkKind.IMPORT if imported else MarkKind.MANUFACTURE if found else None,
        script=script_of(text),
        legible=pattern.legible,
        symbols=signs,
        hypotheses=tuple(found[:8]),
        warnings=tuple(warnings),
    )


def _of_placeholder(pattern: Pattern) -> Iterator[Caution]:
    if pattern.is_exact and is_placeholder(pattern.raw):
        yield Caution(
            Severity.ALARM,
            said(
                "%(mark)s stands for a missing serial; it is none. Type what is left of it, with ? and *.",
                mark=pattern.raw,
            ),
        )


def _of_kind(pattern: Pattern, imported: ImportMark | None) -> Iterator[Caution]:
    """Numbers that are no serials, though they are typed as such."""
    key = pattern.key
    if imported:
        yield Caution(
            Severity.WARNING,
            said(
                "This is a mark of import: %(country)s, %(year)s. "
                "Look for the serial on the frame or receiver.",
                country=imported.country,
                year=imported.year,
            ),
            "FP 8(1)(b)",
        )
    elif any(key.startswith(name) for name in _RETAILERS):
        yield Caution(Severity.WARNING, "This begins with the name of an importer, who is not the maker.")
    if PATENT.fullmatch(key):
        yield Caution(Severity.WARNING, "This looks like the number of a patent, not like a serial.")
    if MODEL.fullmatch(key):
        yield Caution(Severity.WARNING, "This looks like the name of a model, not like a serial.")
    if CALIBRE.fullmatch(key):
        yield Caution(Severity.WARNING, "This looks like a calibre, not like a serial.")
    code = catalogue.date_codes().get(key)
    if code is not None and len(key) > 1:
        yield Caution(
            Severity.WARNING,
            said(
                "The proof house of %(place)s marks the year %(year)s so (%(country)s); it is no serial.",
                place=code.of,
                year=code.year,
                country=code.country,
            ),
            code.source,
        )


def _of_script(pattern: Pattern) -> Iterator[Caution]:
    script = script_of(pattern.raw)
    if script == "mixed":
        yield Caution(
            Severity.INFORMATION,
            "Letters of several scripts stand in it; letters of one shape count as one in the search.",
        )
    elif script in _LATIN_ALIKE:
        yield Caution(
            Severity.INFORMATION,
            said(
                "%(script)s letters; Latin ones of the same shape are searched for too.", script=word(script)
            ),
        )
    if (
        pattern.raw
        and not pattern.raw.isascii()
        and any(c.isdigit() and not c.isascii() for c in pattern.raw)
    ):
        yield Caution(Severity.INFORMATION, "Its digits are read as 0 to 9.")


def _of_maker(
    asked: ReadingAsked, pattern: Pattern, rules: Iterable[MarkRule], found: Iterable[Hypothesis]
) -> Iterator[Caution]:
    """Whether the serial can be of the maker that was told."""
    if not asked.maker or not pattern.is_exact:
        return
    wanted = normal_form(asked.maker)
    theirs = [rule for rule in rules if normal_form(rule.maker).startswith(wanted)]
    fits = [one for one in found if normal_form(one.maker).startswith(wanted)]
    if theirs and not fits:
        forms = ", ".join(sorted({rule.pattern for rule in theirs})[:4])
        yield Caution(
            Severity.WARNING,
            said("No known serial of %(maker)s has this form (%(forms)s).", maker=asked.maker, forms=forms),
            theirs[0].source,
        )


def _of_symbols(asked: ReadingAsked, signs: Iterable[str]) -> Iterator[Caution]:
    states = symbols.decode(signs, asked.mark)
    if states and asked.country and symbols.successor(asked.country) not in states:
        yield Caution(
            Severity.WARNING,
            said(
                "The symbols stand for %(states)s, not for %(country)s.",
                states=tuple(sorted(states)),
                country=asked.country,
            ),
            "FP 8(1)(a)",
        )
