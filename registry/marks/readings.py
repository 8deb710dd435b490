"""What else a typed text can mean: without the word for a serial, one of its words, another script. Pure.

A person types what stands on the metal, and more than the serial stands there; or types it on the keyboard
at hand. Such readings are looked for only when the text as typed leads nowhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from registry.core.errors import Invalid
from registry.marks.patterns import STAR, Pattern, parse
from registry.marks.reading import normal_form
from schemas.words import Said, said

LEAST_OF_WORD = 4
MOST_WORDS = 8
_LABEL = re.compile(
    r"\s*(?:(?:S/?N|SER(?:IAL|IE|IENNUMMER)?|SÉR(?:IE)?|MATR(?:ICULE|ICOLA)?|СЕР(?:ИЙНЫЙ)?|ЗАВ(?:ОДСКОЙ)?)\b[\s.:]*)?"
    r"(?:(?:№|NUM(?:BER|ERO|ÉRO)?\b|НОМЕР\b|NR\b|NO\b|N[°º]|#)[\s.:]*)?",
    re.IGNORECASE,
)
PATENT = re.compile(r"(?:US|DE|GB|D)?(?:PAT(?:ENT)?S?|DRP|DRGM|BREV(?:ET)?|BREVETTATO)[A-Z]*\d+\w*")
MODEL = re.compile(r"(?:MODEL|MODELL|MODELO|MOD|MDL)[A-Z0-9]{1,8}")
CALIBRE = re.compile(
    r"(?:CAL(?:IBRE|IBER)?)?(?:9MM\w*|9X1[789]\w*|\d{2,3}ACP|\d{2,3}(?:SPECIAL|SPL|MAG|MAGNUM)|45AUTO|40SW|"
    r"(?:762X(?:25|39|51|54R?))|556X45|223REM|308WIN|12GA|20GA|22LR)"
)


def _spelt(letters: str, sounds: str) -> dict[str, str]:
    return dict(zip(letters, sounds.split(" "), strict=True))


_FROM_CYRILLIC = _spelt(
    "АБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯ",
    "A B V G D E ZH Z I Y K L M N O P R S T U F KH TS CH SH SHCH  Y  E YU YA",
)
_FROM_GREEK = _spelt("ΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩ", "A B G D E Z I TH I K L M N X O P R S T Y F CH PS O")
_TO_CYRILLIC = {latin: letter for letter, latin in reversed(_FROM_CYRILLIC.items()) if latin}
_LATIN_SOUND = re.compile("|".join(sorted(_TO_CYRILLIC, key=len, reverse=True)))
_KEYS, _CYRILLIC_KEYS = "QWERTYUIOPASDFGHJKLZXCVBNM", "ЙЦУКЕНГШЩЗФЫВАПРОЛДЯЧСМИТЬ"
_TURNS = re.compile("[01689HIMNOSWXZ?]+")
_TURNED = str.maketrans("69MW", "96WM")
_BY_KEY = str.maketrans(_KEYS + _CYRILLIC_KEYS, _CYRILLIC_KEYS + _KEYS)


@dataclass(frozen=True)
class Other:
    """Another reading. why: as a sentence for whoever must judge it."""

    pattern: Pattern
    why: Said


def unlabelled(text: str) -> str:
    """The text without the word for a serial before it ("No.", "S/N", "№"), if it has one and more."""
    found = _LABEL.match(text)
    rest = text[found.end() :] if found else text
    return rest if rest != text.lstrip() and normal_form(rest) else text


def without_label(pattern: Pattern) -> Pattern | None:
    """The mark without the word for a serial; None where it has none."""
    bare = unlabelled(pattern.raw)
    return None if bare == pattern.raw else parse(bare)


def others(pattern: Pattern) -> tuple[Other, ...]:
    """Other readings than the text as typed and that without a label, each once."""
    known = {pattern.cells}
    found = []
    for text, why in (*_texts(pattern.raw), *_in_other_order(pattern)):
        try:
            other = parse(text)
        except Invalid:
            continue
        if other.cells not in known:
            known.add(other.cells)
            found.append(Other(other, why))
    return tuple(found)


def _texts(raw: str) -> Iterator[tuple[str, Said]]:
    bare = unlabelled(raw)
    for word in _words(bare):
        yield word, said("Of what was typed, only %(part)s is taken for the serial.", part=word)
    yield from _in_other_scripts(bare.upper())


def _in_other_order(pattern: Pattern) -> Iterator[tuple[str, Said]]:
    """Parts that stand the other way round, and the firearm held upside down."""
    if STAR in pattern.cells:
        return
    signs = [cell if len(cell) == 1 else f"[{cell}]" for cell in pattern.cells]
    for at in range(1, len(signs) if len(signs) > LEAST_OF_WORD else 1):
        turned = "".join((*signs[at:], *signs[:at]))
        yield turned, said("Its parts in the other order: %(mark)s.", mark=turned)
    mark = "".join(signs)
    turned = mark.translate(_TURNED)
    if turned != mark:
        yield turned, said("6 and 9 taken for one another: %(mark)s.", mark=turned)
    if _TURNS.fullmatch(mark):
        yield turned[::-1], said("Read upside down: %(mark)s.", mark=turned[::-1])


def _words(text: str) -> list[str]:
    """Words that can be a serial, and what is left without the first or last ones."""
    words = text.split()[:MOST_WORDS]
    runs = [" ".join(part) for n in range(1, len(words)) for part in (words[n:], words[:-n])]
    single = words if len(words) > 1 else []
    return [run for run in dict.fromkeys((*single, *runs)) if _can_be_serial(normal_form(run))][:MOST_WORDS]


def _can_be_serial(key: str) -> bool:
    named = PATENT.fullmatch(key) or MODEL.fullmatch(key) or CALIBRE.fullmatch(key)
    return len(key) >= LEAST_OF_WORD and any(map(str.isdigit, key)) and not named


def _in_other_scripts(text: str) -> Iterator[tuple[str, Said]]:
    """Letters by their sound in the other script, and by the key they share on a keyboard."""
    spelt = "".join(_FROM_CYRILLIC.get(c, _FROM_GREEK.get(c, c)) for c in text)
    if spelt != text:
        yield spelt, said("Spelt in Latin letters: %(mark)s.", mark=spelt)
    else:
        spelt = _LATIN_SOUND.sub(lambda sound: _TO_CYRILLIC[sound[0]], text)
        yield spelt, said("Spelt in Cyrillic letters: %(mark)s.", mark=spelt)
    typed = text.translate(_BY_KEY)
    yield typed, said("The same keys of the other keyboard: %(mark)s.", mark=typed)
