"""Fields of the published language, each with the limits that every edge holds."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from enum import StrEnum
from typing import Any

from marshmallow import ValidationError, fields, validate

from schemas.base import NotPlainError, Reader

# Control, format (bidirectional marks, zero width), surrogate, private, unassigned characters, line ends.
_STATE = re.compile(r"[A-Z]{2}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_REFUSED = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def refuse_hidden(text: str) -> None:
    """Raise ValidationError for characters that a reader cannot see."""
    if text.isascii() and text.isprintable():
        return
    for character in text:
        if unicodedata.category(character) in _REFUSED:
            raise ValidationError(f"Contains a character that cannot be seen (U+{ord(character):04X}).")


class Text(fields.String):
    """One line of text: trimmed, no control or invisible characters, at most `longest` characters."""

    def __init__(self, *, shortest: int = 0, longest: int, **options: Any) -> None:
        if options.get("required"):
            shortest = max(shortest, 1)
        super().__init__(validate=validate.Length(min=shortest, max=longest), **options)
        self.shortest, self.longest = shortest, longest

    def plainly(self) -> Reader:
        """Visible ASCII within the limits."""
        least, most = self.shortest, self.longest

        def read(value: Any) -> str:
            if type(value) is str and value.isascii() and value.isprintable():
                text = value.strip()
                if least <= len(text) <= most:
                    return text
            raise NotPlainError

        return read

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> str:
        text: str = super()._deserialize(value, attr, data, **options).strip()
        # The length first: nobody walks through ten million characters to find an invisible one.
        if len(text) <= self.longest:
            refuse_hidden(text)
        return text


class Code(fields.Enum[StrEnum]):
    """A value of a closed list of the vocabulary."""

    def __init__(self, codes: type[StrEnum], **options: Any) -> None:
        super().__init__(codes, by_value=True, **options)
        self.codes = codes

    def plainly(self) -> Reader | None:
        """A value of the list, where nothing more is asked of it."""
        if self.validators:
            return None
        known = {str(code): code for code in self.codes}

        def read(value: Any) -> StrEnum:
            if type(value) is str and value in known:
                return known[value]
            raise NotPlainError

        return read

    def _serialize(self, value: Any, attr: str | None, obj: Any, **options: Any) -> str | None:
        """Records keep closed lists as text."""
        return None if value is None else str(value)


class Codes(fields.List[Any]):
    """Some values of a closed list, each once."""

    def __init__(self, codes: type[StrEnum], *, most: int, **options: Any) -> None:
        super().__init__(Code(codes), validate=validate.Length(max=most), **options)
        self.codes, self.most = codes, most

    def plainly(self) -> Reader:
        """A list of values of the closed list."""
        known = {str(code): code for code in self.codes}

        def read(value: Any) -> tuple[StrEnum, ...]:
            if (
                type(value) is list
                and len(value) <= self.most
                and all(type(one) is str and one in known for one in value)
            ):
                return tuple(known[one] for one in dict.fromkeys(value))
            raise NotPlainError

        return read

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> Any:
        if isinstance(value, list):
            validate.Length(max=self.most)(value)  # as it was sent, before repeats are one
        return tuple(dict.fromkeys(super()._deserialize(value, attr, data, **options)))


class Country(fields.String):
    """An ISO 3166-1 alpha-2 code; whether the State exists is asked of the directory."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            validate=validate.Regexp(r"^[A-Z]{2}\Z", error="Two capital letters of ISO 3166-1, such as BR."),
            **options,
        )

    def plainly(self) -> Reader:
        """Two capital letters."""

        def read(value: Any) -> str:
            if (
                type(value) is str
                and len(value) == 2
                and value.isascii()
                and value.isalpha()
                and value.isupper()
            ):
                return value
            raise NotPlainError

        return read


class Day(fields.Date):
    """A day without time of day, written 2026-11-24."""

    def __init__(self, **options: Any) -> None:
        super().__init__(format="iso", **options)

    def plainly(self) -> Reader:
        """A day of the calendar, written in full."""

        def read(value: Any) -> date:
            if type(value) is str and _DAY.fullmatch(value) and value > "1300":
                try:
                    return date.fromisoformat(value)
                except ValueError:
                    raise NotPlainError from None
            raise NotPlainError

        return read

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> date:
        if not isinstance(value, str) or len(value) != 10:
            raise ValidationError("A date such as 2026-11-24.")
        day: date = super()._deserialize(value, attr, data, **options)
        if day.year < 1300:
            raise ValidationError("No firearm is that old.")
        return day


class Whole(fields.Integer):
    """A whole number between `least` and `most`; `strict=False` where it arrives as text, in a query."""

    def __init__(self, *, least: int, most: int, strict: bool = True, **options: Any) -> None:
        super().__init__(strict=strict, validate=validate.Range(min=least, max=most), **options)
        self.least, self.most = least, most

    def plainly(self) -> Reader | None:
        """A whole number within the limits; none where it arrives as text."""
        if not self.strict:
            return None

        def read(value: Any) -> int:
            if type(value) is int and self.least <= value <= self.most:
                return value
            raise NotPlainError

        return read


class Year(Whole):
    def __init__(self, **options: Any) -> None:
        super().__init__(least=1300, most=2200, **options)


class Number(fields.String):
    """A registry number with its check character; which record it names is asked of the records."""

    def __init__(self, prefix: str, **options: Any) -> None:
        super().__init__(
            validate=validate.Regexp(
                rf"^{prefix}-?[0-9]{{9,18}}-?[0-9A-Z]\Z",
                error=f"A registry number such as {prefix}-000012345-7.",
            ),
            **options,
        )
