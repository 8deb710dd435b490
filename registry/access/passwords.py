"""Which new passwords are too easy to guess. Asks no network (ASVS 5.0, 6.2.1, 6.2.4, 6.2.11, 6.2.12).

A long password of few parts that everybody uses is as weak as a short one, so what counts is not the length
alone: the password is read as parts (common passwords, sequences, repetitions, years, words of this place)
and single characters, and has to be worth something after that.

common_passwords.txt.gz: letters and digits of the 20,000 most common passwords, by Royce Williams, as Django
distributes them (BSD 3-clause).
"""

from __future__ import annotations

import gzip
import re
import unicodedata
from functools import cache, lru_cache
from pathlib import Path

from registry.core.errors import Unmet
from schemas.words import said

LEAST_LENGTH = 15
MOST_LENGTH = 200
LEAST_WORTH = 9
COMMON = 3  # worth of a common password
SIMPLE = 2  # of a sequence, a repetition, a year
LOCAL = 1  # of a word that stands over the door
LOCAL_WORDS = frozenset(
    ["firearm", "firearms", "weapon", "weapons", "registry", "authority", "national", "police", "customs"]
)
LONGEST_PART = 24
_ROWS = [
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "azertyuiop",
    "1q2w3e4r5t6y",
]
_SEQUENCES = tuple(row for forward in _ROWS for row in (forward, forward[::-1]))
_YEAR = re.compile(r"(?:19|20)[0-9]{2}")
_LEET = str.maketrans("013457$@!", "oieastsai")


def unmet_for_password(password: str, login: str, state: str = "") -> list[Unmet]:
    """What a new password lacks. state: name of the State whose registry it is for."""
    if len(password) < LEAST_LENGTH:
        return [
            Unmet(
                said("At least %(count)s characters; a sentence is easy to keep.", count=LEAST_LENGTH),
                "password",
            )
        ]
    if len(password) > MOST_LENGTH:
        return [Unmet(said("At most %(count)s characters.", count=MOST_LENGTH), "password")]
    if password != password.strip():
        return [Unmet("No space at the beginning or end.", "password")]
    if any(name and _folded(name) in _folded(password) for name in (login, state)):
        return [Unmet("Too easy to guess: leave out the login and the name of the State.", "password")]
    if worth(password) < LEAST_WORTH:
        common = "Too easy to guess: it is made of common passwords, sequences or repetitions."
        return [Unmet(common, "password")]
    return []


def worth(password: str) -> int:
    """How much there is to guess at the least: a character counts one, a part as little as it is worth.

    A part that comes again counts nothing. The cheapest reading counts, letters for digits or not.
    """
    folded = _folded(password)
    return min(_cheapest(text) for text in {folded, _folded(password.translate(_LEET))})


def _folded(text: str) -> str:
    """Letters and digits without case and accents."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(character for character in plain if character.isalnum())


def _cheapest(text: str) -> int:
    """Each place is reached at the least cost; parts met on the way there are free when they come again."""
    reached: list[tuple[int, frozenset[str]]] = [(0, frozenset())]
    for end in range(1, len(text) + 1):
        ways = [_with(reached[start], text[start:end]) for start in range(max(0, end - LONGEST_PART), end)]
        reached.append(min((way for way in ways if way), key=lambda way: way[0]))
    return reached[-1][0]


def _with(before: tuple[int, frozenset[str]], part: str) -> tuple[int, frozenset[str]] | None:
    cost, met = before
    if part in met:
        return before
    price = _price(part)
    return None if price is None else (cost + price, met | {part})


@lru_cache(maxsize=4096)
def _price(part: str) -> int | None:
    """What a part is worth; None for what is none."""
    if len(part) == 1:
        return 1
    if part in LOCAL_WORDS:
        return LOCAL
    if _simple(part):
        return SIMPLE
    return COMMON if len(part) >= 4 and part in common_passwords() else None


def _simple(part: str) -> bool:
    """A run of one character, a stretch of the alphabet or of the keyboard, a year."""
    run = len(part) >= 3 and len(set(part)) == 1
    stretch = len(part) >= 4 and any(part in sequence for sequence in _SEQUENCES)
    return run or stretch or _YEAR.fullmatch(part) is not None


@cache
def common_passwords() -> frozenset[str]:
    """The list, read when it is first asked for."""
    content = (Path(__file__).parent / "common_passwords.txt.gz").read_bytes()
    return frozenset(gzip.decompress(content).decode("ascii").split("\n"))
