"""Strict shapes: unknown fields are refused, a good document becomes a frozen dataclass."""

from __future__ import annotations

from typing import Any, ClassVar

from marshmallow import RAISE, Schema, post_load


class Shape(Schema):
    """A shape that loads into `makes`, a frozen dataclass with the same names."""

    makes: ClassVar[type[Any] | None] = None

    class Meta:
        unknown = RAISE

    @post_load
    def _make(self, values: dict[str, Any], **_: Any) -> Any:
        return self.makes(**values) if self.makes else values
