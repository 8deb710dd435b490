"""Registry numbers: what people and other systems see instead of internal keys.

A prefix, nine or more digits and a check character by ISO/IEC 7064 MOD 37,36 over prefix and digits,
so that one wrong character or two swapped ones are noticed: `F-000012345-7`.
"""

from __future__ import annotations

import os
import re
from functools import lru_cache

from stdnum.iso7064 import mod_37_36

from registry.core.errors import Invalid, NotFound
from schemas.words import said

_SHAPE = re.compile(r"([A-Z]{1,2})-?([0-9]{9,19})-?([0-9A-Z])")


@lru_cache(maxsize=1 << 16)
def registry_number(prefix: str, key: int) -> str:
    """The number shown for an internal key; inverse of parse_registry_number."""
    digits = f"{key:09d}"
    return f"{prefix}-{digits}-{mod_37_36.calc_check_digit(prefix + digits)}"


def parse_registry_number(prefix: str, text: str, field: str = "number") -> int:
    """The internal key of a number typed or scanned, with or without hyphens, in any case.

    Raises Invalid when the check character does not fit, so that a misread number never opens
    another record.
    """
    key = key_of(prefix, text)
    if key is None:
        raise Invalid.at(
            field,
            said(
                "%(text)s is not a registry number beginning with %(prefix)s, or is misread",
                text=f"{text[:40]!r}",
                prefix=prefix,
            ),
        )
    return key


def find_registry_number(prefix: str, text: str) -> int:
    """As parse_registry_number, for addresses: raises NotFound."""
    key = key_of(prefix, text)
    if key is None:
        raise NotFound(said("No record has the number %(text)s", text=f"{text[:40]!r}"))
    return key


@lru_cache(maxsize=1 << 16)
def key_of(prefix: str, text: str) -> int | None:
    """The internal key, or None when the text is not a number with this prefix."""
    shape = _SHAPE.fullmatch(text.strip().upper())
    if shape is None or shape[1] != prefix or not mod_37_36.is_valid(shape[1] + shape[2] + shape[3]):
        return None
    key = int(shape[2])
    return key if 0 < key < 2**63 else None


def new_request_id() -> str:
    """An identifier for one request, for logs and answers; says nothing of its content."""
    return os.urandom(16).hex()
