"""A register with the serials real makers use, and damage done to them without looking at the register."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from registry.core import migrate
from registry.demo.catalogue import Maker, Model, makers, models
from registry.marks.reading import fold_key, normal_form
from tests.bench import population

LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ"
CYRILLIC = "АБВГДЕЖЗИКЛМНПРСТУФХЦЧШЭЮЯ"
ALIKE = ("0OQD", "1IL", "5S", "8B", "2Z", "6G", "UV")
TWINS = dict(zip("ABEKMHOPCTYX", "АВЕКМНОРСТУХ", strict=True))


@dataclass(frozen=True)
class Made:
    """A firearm as its maker made it."""

    key: int
    serial: str
    model: Model
    calibre: str


def made(size: int, forms: Sequence[str] = (), seed: int = 11, letters: str = LETTERS) -> Iterator[Made]:
    """So many firearms of real models, the commoner ones oftener; the same each time.

    forms: of their serials, at random, in place of those that their makers use.
    """
    random = Random(seed)
    weighted = [model for model in models() for _ in range(model.weight)]
    for key in range(1, size + 1):
        model = random.choice(weighted)
        form = random.choice(forms) if forms else model.serials
        yield Made(key, _serial(random, form, letters), model, random.choice(model.calibres))


def _serial(random: Random, pattern: str, letters: str = LETTERS) -> str:
    kinds = {"9": "0123456789", "A": letters, "Я": CYRILLIC}
    return "".join(random.choice(kinds[c]) if c in kinds else c for c in pattern)


def load(url: str, firearms: Sequence[Made]) -> None:
    """Fill an empty database with them; the index of damaged marks is built afterwards."""
    migrate.upgrade(url)
    names = [maker.short for maker in makers()]
    codes = sorted({one.calibre for one in firearms})
    population.fill(
        url,
        [
            ("state", population.STATE, iter([("BR", "Brazil", False, 1)])),
            ("calibre", ("code", "name"), iter([(code, code) for code in codes])),
            ("party", population.PARTY, (_party(n, maker) for n, maker in enumerate(makers(), 1))),
            ("firearm", population.FIREARM, (_firearm(one, names) for one in firearms)),
            ("mark", population.MARK, (_mark(one) for one in firearms)),
        ],
    )


def _party(key: int, maker: Maker) -> tuple[Any, ...]:
    return (key, "maker", maker.name, maker.name.casefold(), maker.short, "BR", "", "", population.AT, 1)


def _firearm(one: Made, names: list[str]) -> tuple[Any, ...]:
    maker = names.index(one.model.maker) + 1
    return (one.key, one.model.type, one.model.action, maker, one.model.name, one.calibre, one.calibre, "BR",
            1999, "", "manufactured", maker, 1, 0, 0, population.AT, 1)  # fmt: skip


def _mark(one: Made) -> tuple[Any, ...]:
    key = normal_form(one.serial)
    return (one.key, 1, "manufacture", one.serial, "", key, fold_key(key), "", "engraved", "intact", "BR",
            1999, "", population.AT)  # fmt: skip


def unreadable(mark: str, random: Random) -> str:
    """Two characters cannot be read."""
    return _at_two(mark, random, lambda _: "?")


def confused(mark: str, random: Random) -> str:
    """Two characters are taken for others: for a look-alike where there is one, else for any."""
    return _at_two(mark, random, lambda character: _other(character, random))


def _at_two(mark: str, random: Random, change: Callable[[str], str]) -> str:
    places = [n for n, character in enumerate(mark) if character.isalnum()]
    hit = set(random.sample(places, min(2, len(places) - 2)))
    return "".join(change(character) if n in hit else character for n, character in enumerate(mark))


def _other(character: str, random: Random) -> str:
    alike = next((group for group in ALIKE if character in group), "")
    wrong = alike or (LETTERS if character in LETTERS else "0123456789")
    return random.choice([other for other in wrong if other != character])


def swapped(mark: str, random: Random) -> str:
    """Two neighbours change places."""
    n = random.randrange(len(mark) - 1)
    return mark[:n] + mark[n + 1] + mark[n] + mark[n + 2 :]


def without_prefix(mark: str, random: Random) -> str:
    """The letters at the start were not read as part of it, or its first character where there are none."""
    rest = mark.lstrip(LETTERS + CYRILLIC + "- ")
    return rest if rest != mark and len(rest) > 2 else mark[1:]


def in_another_script(mark: str, random: Random) -> str:
    """Letters typed on another keyboard, digits in full width."""
    back = {twin: letter for letter, twin in TWINS.items()}
    turned = "".join(TWINS.get(character, back.get(character, character)) for character in mark)
    return turned.translate({ord(str(n)): chr(0xFF10 + n) for n in range(10)})


DAMAGE = (unreadable, confused, swapped, without_prefix, in_another_script)
