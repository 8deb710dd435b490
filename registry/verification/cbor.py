"""CBOR as this registry signs it: the deterministic encoding of RFC 8949 section 4.2.1, and nothing else.

Whole numbers, bytes, text, arrays and maps whose keys are whole numbers, of which each value has one
spelling alone: a reader that takes a second spelling lets two readers see two things. The browser reads by
the same rules (`cbor.js`). Pure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

Value = int | bytes | str | Sequence["Value"] | Mapping[int, "Value"]
DEEPEST = 8
LARGEST = 2**53 - 1
"""Beyond it a browser's numbers are no longer whole."""
_UNSIGNED, _NEGATIVE, _BYTES, _TEXT, _ARRAY, _MAP, _TAG = range(7)


class NotCbor(ValueError):
    """These bytes are not what `encoded` makes of any value."""


@dataclass(frozen=True)
class Tagged:
    """A value with its tag, such as 18 for COSE_Sign1."""

    tag: int
    value: Value


def encoded(value: Value | Tagged) -> bytes:
    """The bytes of a value; raises TypeError, OverflowError for what has none here."""
    match value:
        case Tagged():
            return _head(_TAG, value.tag) + encoded(value.value)
        case int() if not isinstance(value, bool):
            return _head(_UNSIGNED, value) if value >= 0 else _head(_NEGATIVE, -1 - value)
        case bytes():
            return _head(_BYTES, len(value)) + value
        case str():
            raw = value.encode("utf-8")
            return _head(_TEXT, len(raw)) + raw
        case Mapping():
            pairs = sorted((encoded(key), encoded(held)) for key, held in value.items())
            return _head(_MAP, len(pairs)) + b"".join(key + held for key, held in pairs)
        case Sequence():
            return _head(_ARRAY, len(value)) + b"".join(map(encoded, value))
    raise TypeError(f"no CBOR of ours: {type(value).__name__}")


def _head(major: int, number: int) -> bytes:
    if number > LARGEST:
        raise OverflowError("larger than browsers can tell")
    if number < 24:
        return bytes([major << 5 | number])
    size = next(size for size in range(4) if number < 1 << (8 << size))
    return bytes([major << 5 | 24 + size]) + number.to_bytes(1 << size)


def decoded(raw: bytes) -> Value | Tagged:
    """The value of these bytes, all of them; raises NotCbor. A tag is read at the outside alone."""
    reader = _Reader(raw)
    found = reader.tagged()
    if reader.at != len(raw):
        raise NotCbor("more bytes follow")
    return found


class _Reader:
    def __init__(self, raw: bytes) -> None:
        self.raw = raw
        self.at = 0

    def tagged(self) -> Value | Tagged:
        if self.raw[:1] and self.raw[0] >> 5 == _TAG:
            _, tag = self._head()
            return Tagged(tag, self.value(0))
        return self.value(0)

    def value(self, depth: int) -> Value:
        if depth > DEEPEST:
            raise NotCbor("too deep")
        major, number = self._head()
        match major:
            case 0:
                return number
            case 1:
                return -1 - number
            case 2:
                return self._take(number)
            case 3:
                return self._text(number)
            case 4:
                return [self.value(depth + 1) for _ in range(self._counted(number))]
            case 5:
                return self._map(self._counted(number), depth)
        raise NotCbor("a kind of value that is not used here")

    def _head(self) -> tuple[int, int]:
        first = self._take(1)[0]
        major, short = first >> 5, first & 31
        if short < 24:
            return major, short
        if short > 27:
            raise NotCbor("without a length")
        size = 1 << short - 24
        number = int.from_bytes(self._take(size))
        if number < (24 if size == 1 else 1 << 4 * size) or number > LARGEST:
            raise NotCbor("not the shortest spelling, or too large")
        return major, number

    def _take(self, count: int) -> bytes:
        taken = self.raw[self.at : self.at + count]
        if len(taken) < count:
            raise NotCbor("cut short")
        self.at += count
        return taken

    def _counted(self, number: int) -> int:
        if number > len(self.raw) - self.at:
            raise NotCbor("cut short")
        return number

    def _text(self, count: int) -> str:
        try:
            return self._take(count).decode("utf-8")
        except UnicodeDecodeError:
            raise NotCbor("not UTF-8") from None

    def _map(self, count: int, depth: int) -> dict[int, Value]:
        found: dict[int, Value] = {}
        before = b""
        for _ in range(count):
            start = self.at
            key = self.value(depth + 1)
            spelled = self.raw[start : self.at]
            if not isinstance(key, int) or spelled <= before:
                raise NotCbor("keys are numbers in their order, each once")
            before = spelled
            found[key] = self.value(depth + 1)
        return found
