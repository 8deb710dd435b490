"""Damage of a second hand: what wear, tools, other stamps and restoration do to metal, and whoever reads it.

It shares nothing with the first generator (`damage`), neither kinds nor alphabets nor forms of serials.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random

Wear = Callable[[str, Random], str]
FORMS = (
    "99999", "999999", "A9999", "AA99999", "99999A", "9999AA", "A999A99", "000999", "0009999", "00A9999",
    "9A99999", "A-9999-99", "99/99999", "99-A-9999", "AAA 9999", "19AA99999", "9999 A99", "ЯЯ99999",
    "Я-99999", "AA9999AA",
)  # fmt: skip
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
STROKES_LEFT = {
    "A": "Λ4", "B": "P3", "D": "I0", "E": "FL", "F": "P", "G": "C", "H": "IK", "J": "I", "K": "X", "M": "N",
    "N": "VI", "O": "C", "P": "F", "Q": "O", "R": "P", "T": "I1", "U": "J", "W": "V", "X": "Y", "Z": "7",
    "0": "C", "3": "7", "4": "1", "5": "S", "6": "G", "7": "1", "8": "3", "9": "7",
}  # fmt: skip
"""What is left of a character of which a stroke is gone."""
TURNED = str.maketrans("69", "96")
BY_SHAPE = str.maketrans("NRXWHBKACEMOPTY", "ИЯЖШНВКАСЕМОРТУ")
BY_SHAPE_BACK = str.maketrans("ИЯЖШНВКАСЕМОРТУЗЧБЭЫЮЛПДЦГ", "NRXWHBKACEMOPTY346309NNAUF"[:26])


def _signs(mark: str) -> list[int]:
    return [n for n, character in enumerate(mark) if character.isalnum()]


def _bare(mark: str) -> str:
    return "".join(filter(str.isalnum, mark))


def _with(mark: str, at: int, text: str) -> str:
    return mark[:at] + text + mark[at + 1 :]


def stroke_gone(mark: str, random: Random) -> str:
    """One character lost a stroke, and is read as what is left."""
    places = [n for n in _signs(mark) if mark[n] in STROKES_LEFT]
    at = random.choice(places) if places else 0
    return _with(mark, at, random.choice(STROKES_LEFT.get(mark[at], mark[at])))


def strokes_gone_doubted(mark: str, random: Random) -> str:
    """Two characters lost a stroke; the reader writes what is left, and that it may be more."""
    for at in sorted(random.sample(_signs(mark), 2), reverse=True):
        mark = _with(mark, at, f"[{random.choice(STROKES_LEFT.get(mark[at], mark[at]))}?]")
    return mark


def ends_cut_off(mark: str, _random: Random) -> str:
    """The metal is cut at both ends, and nobody says so."""
    bare = _bare(mark)
    return bare[1:-1] if len(bare) > 6 else bare[1:]


def ends_cut_off_marked(mark: str, random: Random) -> str:
    """The metal is cut; how much is gone cannot be seen."""
    bare = _bare(mark)
    return random.choice((f"*{bare[2:]}", f"{bare[:-2]}*", f"*{bare[1:-1]}*"))


def blocks_transposed(mark: str, random: Random) -> str:
    """The parts of the mark stand on two lines, and are read in the wrong order."""
    bare = _bare(mark)
    at = next((n for n in range(1, len(bare)) if bare[n].isdigit() != bare[n - 1].isdigit()), len(bare) // 2)
    return bare[at:] + random.choice(("", " ", "-")) + bare[:at]


def over_stamped(mark: str, random: Random) -> str:
    """One character stands under another; the reader offers both, the wrong one first."""
    at = random.choice(_signs(mark))
    over = random.choice((LETTERS if mark[at].isalpha() else "0123456789").replace(mark[at], ""))
    return _with(mark, at, f"[{over}{mark[at]}]")


def over_stamped_unseen(mark: str, random: Random) -> str:
    """Two characters over one another are read as one full one."""
    at = random.choice(_signs(mark))
    return _with(mark, at, random.choice([c for c in "8B0H" if c != mark[at]]))


def restored_wrong(mark: str, random: Random) -> str:
    """Etching brought up a wrong character, and another only as a shadow."""
    wrong, shadow = random.sample(_signs(mark), 2)
    other = random.choice((LETTERS if mark[wrong].isalpha() else "0123456789").replace(mark[wrong], ""))
    parts = list(mark)
    parts[wrong], parts[shadow] = other, f"[{random.choice('38BEH')}{mark[shadow]}?]"
    return "".join(parts)


def restored_two_wrong(mark: str, random: Random) -> str:
    """Etching brought up two wrong characters of their kind."""
    parts = list(mark)
    for at in random.sample(_signs(mark), 2):
        parts[at] = random.choice((LETTERS if mark[at].isalpha() else "0123456789").replace(mark[at], ""))
    return "".join(parts)


def inspectors_stamp(mark: str, random: Random) -> str:
    """The stamp of an inspector beside it is read as part of it."""
    stamp = random.choice(("K", "P", "W3", "FB", "VZ", "1", "T.", "★"))
    return random.choice((f"{mark}{stamp}", f"{stamp}{mark}", f"{mark} {stamp}"))


def scratch_as_character(mark: str, random: Random) -> str:
    """A scratch within it is read as a 1 or an I."""
    at = random.randrange(1, len(mark))
    return mark[:at] + random.choice("1I7") + mark[at:]


def stroke_for_hyphen(mark: str, random: Random) -> str:
    """A hyphen or oblique stroke is read as a 1; without any, a dot is struck as 0 at the end."""
    at = next((n for n, character in enumerate(mark) if character in "-/ "), None)
    return mark + "0" if at is None else _with(mark, at, random.choice("1I"))


def in_letters_of_that_shape(mark: str, _random: Random) -> str:
    """Typed with the letters of the other script that look most like it."""
    return mark.translate(BY_SHAPE_BACK if any(c > "\u0400" for c in mark) else BY_SHAPE)


def sixes_and_nines(mark: str, _random: Random) -> str:
    """All sixes and nines are taken for one another."""
    return mark.translate(TURNED)


def zeros_left_out(mark: str, _random: Random) -> str:
    """Zeros at the start are left out."""
    return mark.lstrip("0") if mark.startswith("0") else mark.replace("0", "", 1)


def zeros_filled_in(mark: str, random: Random) -> str:
    """A form of another authority fills numbers up with zeros."""
    return "0" * random.choice((1, 2, 3)) + mark


def suffix_unseen_and_worn(mark: str, random: Random) -> str:
    """The last character is not seen, and another cannot be read."""
    rest = _bare(mark)[:-1]
    return _with(rest, random.randrange(len(rest)), "?")


WEARS: tuple[Wear, ...] = (
    stroke_gone, strokes_gone_doubted, ends_cut_off, ends_cut_off_marked, blocks_transposed, over_stamped,
    over_stamped_unseen, restored_wrong, restored_two_wrong, inspectors_stamp, scratch_as_character,
    stroke_for_hyphen, in_letters_of_that_shape, sixes_and_nines, zeros_left_out, zeros_filled_in,
    suffix_unseen_and_worn,
)  # fmt: skip
