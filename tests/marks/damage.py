"""Damage that people do to marks when they read, type and pass them on; made apart from the benchmark's."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

Damage = Callable[[str, Random], str]
LABELS = (
    "No. ",
    "No ",
    "№ ",
    "Nr. ",
    "S/N ",
    "SN: ",
    "Serial No. ",
    "Ser. ",
    "# ",
    "сер. № ",
    "N° ",
    "Série ",
)
ARABIC, PERSIAN, DEVANAGARI, WIDE = "٠١٢٣٤٥٦٧٨٩", "۰۱۲۳۴۵۶۷۸۹", "०१२३४५६७८९", "０１２３４５６７８９"
CIRCLED = "⓪①②③④⑤⑥⑦⑧⑨"
KEYS = "1234567890", "QWERTYUIOP", "ASDFGHJKL", "ZXCVBNM"
GREEK = dict(zip("ABEZHIKMNOPTYX", "ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", strict=True))
UPSIDE_DOWN = str.maketrans("6901", "9601")


def _places(mark: str, count: int, random: Random) -> list[int]:
    """Places of characters, not of hyphens; as many as leave something to read."""
    places = [n for n, character in enumerate(mark) if character.isalnum()]
    return random.sample(places, min(count, max(1, len(places) - 3)))


def _changed(mark: str, places: list[int], change: Callable[[str], str]) -> str:
    return "".join(change(character) if n in places else character for n, character in enumerate(mark))


def eastern_digits(mark: str, random: Random) -> str:
    """Digits of another country."""
    digits = random.choice((ARABIC, PERSIAN, DEVANAGARI, WIDE, CIRCLED))
    return "".join(digits[int(c)] if c in "0123456789" else c for c in mark)


def greek_letters(mark: str, _random: Random) -> str:
    """Letters typed on a Greek keyboard."""
    return "".join(GREEK.get(character, character) for character in mark)


def lower_case_in_groups(mark: str, random: Random) -> str:
    """Small letters, and spaces or hyphens where the engraving had none."""
    return "".join(c.lower() + random.choice(("", "", " ", "-", ".")) for c in mark)


def letters_for_digits(mark: str, _random: Random) -> str:
    """Letters for all digits that look like one."""
    return mark.translate(str.maketrans("01528", "OISZB"))


def digits_for_letters(mark: str, _random: Random) -> str:
    """Digits for all letters that look like one."""
    return mark.translate(str.maketrans("OQDILSZBG", "000115286"))


def labelled(mark: str, random: Random) -> str:
    """With the word for it before it."""
    return random.choice(LABELS) + mark


def with_a_chinese_prefix(mark: str, random: Random) -> str:
    """A sign of the factory typed as part of the serial."""
    return random.choice(("工", "军", "北京", "试")) + mark


def with_the_calibre(mark: str, random: Random) -> str:
    """What else stands on the slide, typed with it."""
    return random.choice(
        ("9MM {}", "{} 9x19", "MOD 85 {}", "{} CAL .38", "CAL. 12 {}", "MADE IN BRAZIL {}")
    ).format(mark)


def end_lost(mark: str, random: Random) -> str:
    """One or two characters at the end were not seen."""
    return mark[: -random.choice((1, 2))]


def start_lost(mark: str, random: Random) -> str:
    """One or two characters at the start were not seen."""
    return mark[random.choice((1, 2)) :]


def doubled(mark: str, random: Random) -> str:
    """A key struck twice."""
    [n] = _places(mark, 1, random)
    return mark[:n] + mark[n] + mark[n:]


def left_out(mark: str, random: Random) -> str:
    """A key not struck."""
    [n] = _places(mark, 1, random)
    return mark[:n] + mark[n + 1 :]


def a_key_beside(mark: str, random: Random) -> str:
    """The neighbouring key struck."""
    [n] = _places(mark, 1, random)
    row = next((row for row in KEYS if mark[n] in row), mark[n])
    at = row.index(mark[n])
    return mark[:n] + row[at - 1 if at else min(1, len(row) - 1)] + mark[n + 1 :]


def exchanged(mark: str, random: Random) -> str:
    """Two characters that are not neighbours changed places."""
    first, second = sorted(_places(mark, 2, random)) if len(mark) > 4 else (0, 1)
    return mark[:first] + mark[second] + mark[first + 1 : second] + mark[first] + mark[second + 1 :]


def two_wrong(mark: str, random: Random) -> str:
    """Two characters read as any other."""
    return _changed(
        mark, _places(mark, 2, random), lambda c: random.choice("ACEHKMPRTWXY34790".replace(c, ""))
    )


def wrong_and_unreadable(mark: str, random: Random) -> str:
    """One character read as any other, one not at all."""
    wrong, lost = [*_places(mark, 2, random), 0][:2]
    return _changed(
        _changed(mark, [wrong], lambda c: random.choice("AHKX347".replace(c, ""))), [lost], lambda _: "?"
    )


def swapped_and_unreadable(mark: str, random: Random) -> str:
    """Neighbours that changed places, and one that cannot be read."""
    n = random.randrange(len(mark) - 1)
    turned = mark[:n] + mark[n + 1] + mark[n] + mark[n + 2 :]
    return _changed(turned, _places(turned, 1, random), lambda _: "?")


def prefix_lost_and_unreadable(mark: str, random: Random) -> str:
    """The first character not seen, and one that cannot be read."""
    rest = mark[1:]
    return _changed(rest, _places(rest, 1, random), lambda _: "?")


def prefix_lost_and_wrong(mark: str, random: Random) -> str:
    """The first character not seen, and one misread as it often is."""
    rest = mark[1:]
    worn = dict(zip("0123456789", "6778965739", strict=True))
    return _changed(rest, _places(rest, 1, random), lambda c: worn.get(c, c))


def middle_ground_off(mark: str, random: Random) -> str:
    """Two characters in the middle ground off, so that nobody can tell how many they were."""
    n = random.randrange(1, max(2, len(mark) - 3))
    return mark[:n] + "*" + mark[n + 2 :]


def ground_off_and_wrong(mark: str, random: Random) -> str:
    """The end ground off, and one of the rest misread as it often is."""
    rest = mark[:-1]
    worn = dict(zip("0123456789", "6778965739", strict=True))
    return _changed(rest, _places(rest, 1, random), lambda c: worn.get(c, c)) + "*"


def choices(mark: str, random: Random) -> str:
    """Two characters of which one of two is certain."""
    return _changed(
        mark, _places(mark, 2, random), lambda c: f"[{random.choice('AHKX347'.replace(c, ''))}{c}]"
    )


def upside_down(mark: str, random: Random) -> str:
    """One 6 or 9 read the wrong way round."""
    places = [n for n, c in enumerate(mark) if c in "69"][:1]
    return _changed(mark, places, lambda c: c.translate(UPSIDE_DOWN))


DAMAGES: tuple[Damage, ...] = (
    eastern_digits, greek_letters, lower_case_in_groups, letters_for_digits, digits_for_letters, labelled,
    with_a_chinese_prefix, with_the_calibre, end_lost, start_lost, doubled, left_out, a_key_beside, exchanged,
    two_wrong, wrong_and_unreadable, swapped_and_unreadable, prefix_lost_and_unreadable,
    prefix_lost_and_wrong, middle_ground_off, ground_off_and_wrong, choices, upside_down,
)  # fmt: skip
