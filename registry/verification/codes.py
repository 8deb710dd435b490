"""Verification codes: 135 bits that nobody can guess and a check character, to be typed from paper. Pure.

28 characters of Crockford's base 32 (no I, L, O, U), in seven groups of four; the last one is a check by
the hybrid system of ISO/IEC 7064 with 32 characters, so that every single wrong character is noticed.
"""

from __future__ import annotations

import hashlib
import hmac
import re

from stdnum.iso7064 import mod_37_36

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 28
_RANDOM = LENGTH - 1  # characters of five bits each
_READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1", "U": "V"})
_FACTS = re.compile(r"[^0-9A-Za-z][0-9]{40,}$")  # what a square says behind #
_BETWEEN = re.compile(r"[\s‐-―-]+")


def code_for(key: bytes, salt: bytes, document: str) -> str:
    """The code of a document, from a secret key and the document's salt: HMAC-SHA-256, cut to 135 bits."""
    number = int.from_bytes(hmac.digest(key, salt + document.encode(), "sha256"), "big")
    letters = "".join(ALPHABET[number >> 5 * n & 31] for n in range(_RANDOM))
    return letters + mod_37_36.calc_check_digit(letters, ALPHABET)


def seal_of(code: str) -> bytes:
    """What is kept of a code: enough to know it again, not to tell it."""
    return hashlib.sha256(code.encode()).digest()


def shown(code: str) -> str:
    """The code in groups, as it stands on paper."""
    return "-".join(code[at : at + 4] for at in range(0, len(code), 4))


def read(text: str) -> str:
    """What was typed or scanned as a code, "" if it cannot be one. Hyphens, spaces and case do not count.

    O is read as 0, I and L as 1, U as V: those letters are in no code. An address that ends in a code
    is read too, since that is what the square on a document holds, with or without signed facts behind it.
    """
    last = _FACTS.sub("", text.strip()).rstrip("/").rsplit("/", 1)[-1][:80]
    code = _BETWEEN.sub("", last).upper().translate(_READ_AS)
    if len(code) != LENGTH or not set(code) <= set(ALPHABET):
        return ""
    return code if mod_37_36.is_valid(code, ALPHABET) else ""
