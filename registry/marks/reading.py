"""Reading a mark: what it says once spelling, script and look-alike characters are taken away.

The text as seen is always kept beside these keys. Pure, and fast enough for whole registers.
"""

from __future__ import annotations

import unicodedata

from registry.core.errors import Unmet
from schemas.words import said

LONGEST = 64
# Characters that engraving, wear and handwriting make one of another (facts: marking pathologies).
_ALIKE = str.maketrans("OQDILSBZGU", "000115826V")
# Cyrillic and Greek capitals with the shape of a Latin one.
_TWINS = str.maketrans(
    "АВЕЁЗКМНОРСТУҮХІЇЈЅԚԜҺԌАΑΒΕΖΗΙΚΜΝΟΡΤΥΧϹϺ",
    "ABEE3KMHOPCTYYXIIJSQWHGAABEZHIKMNOPTYXCM",
)
_PLACEHOLDERS = frozenset(
    {
        "NONE",
        "OBLIT",
        "OBLITERATED",
        "UNKNOWN",
        "UNK",
        "NA",
        "NOSERIAL",
        "NOSERIALNUMBER",
        "NOTVISIBLE",
        "REMOVED",
        "ILLEGIBLE",
        "UNREADABLE",
        "DEFACED",
        "RASPADA",
        "RASPADO",
        "SUPRIMIDA",
        "SUPRIMIDO",
        "OBLITERADA",
        "ILEGIVEL",
        "SEMNUMERO",
        "SEMNUMERACAO",
        "BORRADA",
        "BORRADO",
        "ILEGIBLE",
        "SINNUMERO",
        "EFFACE",
        "EFFACÉ",
        "ILEGÍVEL",
        "SEMNÚMERO",
        "SINNÚMERO",
        "ILLISIBLE",
        "GROUND",
        "GROUNDOFF",
        "SN",
        "NIL",
        "NULL",
        "TEST",
    }
)
_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn"}
_SCRIPTS = ("LATIN", "CYRILLIC", "GREEK", "ARABIC", "HEBREW", "CJK", "HANGUL", "HIRAGANA", "KATAKANA")
_DROPPED = str.maketrans("", "", " -./\\_,:;'\"()+#*?&!|~")


def normal_form(text: str) -> str:
    """The text in capitals with ASCII digits, without spaces and punctuation; zeros are kept."""
    if text.isascii():
        plain = text.upper().translate(_DROPPED)
        return plain if plain.isalnum() or not plain else "".join(filter(str.isalnum, plain))
    unified = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).upper())
    return "".join(_digit(character) for character in unified if _counts(character))


def _counts(character: str) -> bool:
    return unicodedata.category(character)[0] in "LN"


def _digit(character: str) -> str:
    """Arabic-Indic and other decimal digits as ASCII ones."""
    value = unicodedata.decimal(character, None)
    return character if value is None else str(value)


def folded(text: str) -> str:
    """The normal form with look-alikes made one: 0OQD, 1IL, 5S, 8B, 2Z, 6G, UV, twins of scripts."""
    return fold_key(normal_form(text))


def fold_key(key: str) -> str:
    """As folded, for a text that already is a normal form (wildcards pass unchanged)."""
    return in_latin(key).translate(_ALIKE)


def in_latin(key: str) -> str:
    """A normal form with the Latin twins of its Cyrillic and Greek letters."""
    return key if key.isascii() else key.translate(_TWINS)


def script_of(text: str) -> str:
    """The script of the letters: "Latin", "Cyrillic", "Han", "mixed", or "" without letters."""
    scripts = {_script(character) for character in text if character.isalpha()}
    if len(scripts) > 1:
        return "mixed"
    return next(iter(scripts), "")


def _script(character: str) -> str:
    name = unicodedata.name(character, "")
    first = next((script for script in _SCRIPTS if name.startswith(script)), "other")
    if name.startswith("FULLWIDTH LATIN"):
        return "Latin"
    return "Han" if first == "CJK" else first.capitalize()


def is_placeholder(text: str) -> bool:
    """Whether the text stands for a missing serial ("NONE", "OBLIT", "0000", "XXXX") and is none."""
    return is_placeholder_key(normal_form(text))


def is_placeholder_key(key: str) -> bool:
    """As is_placeholder, for a text that already is a normal form."""
    return (
        not key
        or key in _PLACEHOLDERS
        or (key[0] in "0XO" and key == key[0] * len(key))
        or (key.startswith(("NOSERIAL", "OBLIT", "NOTREAD")) and not any(c.isdigit() for c in key))
    )


def acceptable_text(text: str, field: str) -> list[Unmet]:
    """What keeps a text from being a mark as seen: nothing visible, too long, or hidden characters."""
    if len(text) > LONGEST:
        return [Unmet(said("At most %(count)s characters.", count=LONGEST), field)]
    hidden = next((c for c in text if unicodedata.category(c) in _HIDDEN), None)
    if hidden is not None:
        return [
            Unmet(
                said("Contains a character that cannot be seen (%(code)s).", code=f"U+{ord(hidden):04X}"),
                field,
            )
        ]
    if not normal_form(text):
        return [Unmet("Contains no letter and no digit.", field)]
    return []
