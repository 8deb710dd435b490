"""What is known of marks: factory symbols, patterns of serials, date codes. Data, each with its source.

What nobody could name a source for is left out; an authority adds what it knows (`mark_rule`). Sources
are those of the registry's own facts, section 7, or the page named.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from schemas.vocabulary import Symbol


@dataclass(frozen=True)
class SymbolMeaning:
    """What a sign can stand for beside a code. code: how the code must begin, "" for any."""

    symbol: Symbol
    code: str
    factory: str
    country: str
    source: str


@dataclass(frozen=True)
class MarkRule:
    """A pattern of serials and what it tells. `grammar.compiled` says how it is written.

    symbol: the sign that must stand beside it, if any. first, last: years of make.
    """

    maker: str
    country: str
    pattern: str
    model: str = ""
    symbol: str = ""
    first: int | None = None
    last: int | None = None
    tells: str = ""
    source: str = ""


_SOURCES = {
    "izhevsk": "id.rbth.com/82690",
    "makarov": "makarov.ch",
    "sks": "canadiangunnutz.com, SKS codes",
    "why": "slideserve.com, Why Mark Firearms",
}
_TELLS = {
    "shared": "Numbers of this model, which other models of the maker share.",
    "year": "Letters, two digits for the year (1960 and so many), then the number.",
    "apart": "Cyrillic letters and digits; the year is marked apart.",
    "letter": "A letter and four digits: the first series.",
    "digits": "Seven digits: after the series with a letter.",
}

# symbol | code | factory | country | source
_MEANINGS = """
arrow_in_triangle | | Izhevsk | SU | izhevsk
arrow_in_triangle | | Izhevsk | RU | izhevsk
star | | Tula | SU | izhevsk
star | | Tula | RU | izhevsk
ten_in_double_circle | | Arsenal | BG | makarov
double_circle | 10 | Arsenal | BG | makarov
sixty_six_in_triangle | | State factory 66 | CN | sks
triangle | 66 | State factory 66 | CN | sks
twenty_six_in_triangle | | State factory 26, Jianshe | CN | sks
triangle | 26 | State factory 26, Jianshe | CN | sks
"""

# maker | country | pattern | model | symbol | first | last | what it tells | source
_RULES = """
Colt | US | <16001-572215> | 1903 | | 1903 | | shared | why
Colt | US | <1-409061> | 1908 | | 1908 | | shared | why
S&W | US | <33804-62449> | 1902 | | 1902 | | shared | why
Arsenal | BG | ??{year+1960}9999 | Makarov | ten_in_double_circle | | | year | makarov
Arsenal | BG | ??{year+1960}999999 | Makarov | ten_in_double_circle | | | year | makarov
Izhevsk | SU | ЯЯ9999 | Makarov | arrow_in_triangle | | | apart | makarov
Baikal | RU | ЯЯЯ9999 | Makarov | arrow_in_triangle | | | apart | makarov
Jianshe | CN | A9999 | SKS Type 56 | twenty_six_in_triangle | | | letter | sks
Jianshe | CN | 9999999 | SKS Type 56 | twenty_six_in_triangle | | | digits | sks
"""

_ROMAN = "X XI XII XIII XIV XV XVI XVII XVIII XIX XX XXI XXII XXIII XXIV XXV XXVI XX7 XX8 XX9"
_ITALIAN = (
    f"{_ROMAN} {'X' * 3} AA AB AC AD AE AF AH AI AL AM AN AP AS AT AU AZ BA BB BC BD BF BH BI BL BM BN BP BS "
    "BT BU BZ CA CB CC CD CF CH CI CL CM CN CP CS"
)
_SPANISH_FIRST = "A B C CH D E F G H I J K L LL M N Ñ O P Q R S T U V X Y Z"
_SPANISH_LATER = "A B C D E F G H I J K L M N Ñ O P Q R S T U V X Y Z"
_SPANISH_LAST = "A B C D E F G H I J K L M N Ñ O P Q R S T"


@dataclass(frozen=True)
class DateCode:
    """A proof house's code of a year: not a serial, though it is often typed as one."""

    code: str
    year: int
    of: str
    country: str
    source: str


@cache
def meanings() -> tuple[SymbolMeaning, ...]:
    """What each sign stands for."""
    return tuple(
        SymbolMeaning(Symbol(symbol), code, factory, country, _SOURCES[source])
        for symbol, code, factory, country, source in map(_cells, _MEANINGS.strip().splitlines())
    )


@cache
def rules() -> tuple[MarkRule, ...]:
    """The patterns that come with the registry."""
    found = []
    for maker, country, pattern, model, symbol, first, last, tells, source in map(
        _cells, _RULES.strip().splitlines()
    ):
        years = (int(first) if first else None, int(last) if last else None)
        found.append(
            MarkRule(maker, country, pattern, model, symbol, *years, _TELLS[tells], _SOURCES[source])
        )
    return tuple(found)


@cache
def date_codes() -> dict[str, DateCode]:
    """Codes of years by what is marked."""
    italian = "Banco Nazionale di Prova, Gardone Val Trompia (armietiro.it, Punzoni e marchi)"
    spanish = "Banco de pruebas, Eibar (cruffler.com, Dates of production)"
    found = _years(_ITALIAN, "", 1954, "Gardone Val Trompia", "IT", italian)
    found += _years(_SPANISH_FIRST, "", 1927, "Eibar", "ES", spanish)
    found += _years(_SPANISH_LATER, "1", 1955, "Eibar", "ES", spanish)
    found += _years(_SPANISH_LAST, "2", 1981, "Eibar", "ES", spanish)
    return {one.code: one for one in found}


def _years(codes: str, suffix: str, first: int, of: str, country: str, source: str) -> list[DateCode]:
    return [DateCode(code + suffix, first + n, of, country, source) for n, code in enumerate(codes.split())]


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.split("|")]
