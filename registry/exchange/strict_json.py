"""JSON in which nothing can be read in two ways (RFC 8259, and narrower).

Python's own reader keeps the last of two equal names, takes NaN and Infinity, and ends in a RecursionError
at some depth; two readers of one signed record must never see two records.
"""

from __future__ import annotations

import json
import math
import re
import unicodedata
from typing import Any, NoReturn

DEEPEST = 32
LARGEST = 2**53
_STRINGS = re.compile(rb'"(?:[^"\\]|\\.)*"', re.DOTALL)
_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


class NotStrictError(ValueError):
    """The text is not JSON, or could be read in two ways."""


def loads(content: bytes) -> dict[str, Any]:
    """The object in these bytes; raises NotStrictError. Names hold no invisible character, values no NUL."""
    _refuse_depth(content)
    try:
        found = json.loads(
            content.decode("utf-8"),
            object_pairs_hook=_object,
            parse_constant=_constant,
            parse_int=_whole,
            parse_float=_fraction,
        )
    except (ValueError, RecursionError) as error:
        raise NotStrictError(str(error)[:200]) from None
    if not isinstance(found, dict):
        raise NotStrictError("not an object")
    if b"\\u" in content:  # neither stands in JSON in UTF-8 without being escaped
        _refuse_unkept(found)
    return found


def dumps(value: dict[str, Any]) -> bytes:
    """The bytes to sign; whoever reads them gets the same value."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode("utf-8")


def _refuse_depth(content: bytes) -> None:
    if content.count(b"[") + content.count(b"{") <= DEEPEST:
        return
    depth = 0
    for byte in _STRINGS.sub(b"", content):
        if byte in b"[{":
            depth += 1
            if depth > DEEPEST:
                raise NotStrictError(f"deeper than {DEEPEST}")
        elif byte in b"]}":
            depth -= 1


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise NotStrictError("a name comes twice")
    for name in found:
        plain = name.isascii() and name.isprintable()
        if not plain and any(unicodedata.category(character) in _HIDDEN for character in name):
            raise NotStrictError("a name with an invisible character")
    return found


def _constant(text: str) -> NoReturn:
    raise NotStrictError(f"{text} is not JSON")


def _whole(text: str) -> int:
    if len(text) > 17 or abs(number := int(text)) > LARGEST:
        raise NotStrictError("a number beyond 2^53")
    return number if number or not text.startswith("-") else 0


def _fraction(text: str) -> float:
    number = float(text)
    if not math.isfinite(number) or abs(number) > LARGEST:
        raise NotStrictError("a number beyond 2^53")
    return number


def _refuse_unkept(value: Any) -> None:
    if isinstance(value, str):
        if "\0" in value:
            raise NotStrictError("a character that not every database keeps")
        if not value.isascii() and any("\ud800" <= character <= "\udfff" for character in value):
            raise NotStrictError("half of a character")
    elif isinstance(value, dict):
        for name, inner in value.items():
            _refuse_unkept(name)
            _refuse_unkept(inner)
    elif isinstance(value, list):
        for inner in value:
            _refuse_unkept(inner)
