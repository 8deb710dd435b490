"""Strict shapes: unknown fields are refused, a good document becomes a frozen dataclass."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any, ClassVar, NamedTuple

from marshmallow import RAISE, Schema, ValidationError, fields, missing, post_load, validates_schema

Reader = Callable[[Any], Any]


class NotPlainError(Exception):
    """A value that is not plainly good; marshmallow judges it and words the refusal."""


class Shape(Schema):
    """A shape that loads into `makes`, a frozen dataclass with the same names."""

    makes: ClassVar[type[Any] | None] = None

    class Meta:
        unknown = RAISE

    def consistent(self, values: dict[str, Any]) -> None:
        """Rules between fields: raises ValidationError naming the field."""

    def take(self, given: Any) -> Any:
        """As `load`, eight times as fast for a document whose every value is plainly good."""
        try:
            return self.taken(given)
        except NotPlainError:
            return self.load(given)

    def taken(self, given: Any) -> Any:
        """What a document makes whose every value is plainly good; raises NotPlainError for any other."""
        plan = self._plan
        if plan is None or type(given) is not dict or not plan.required <= given.keys():
            raise NotPlainError
        values = plan.defaults.copy()
        try:
            for name, value in given.items():
                values[name] = plan.readers[name](value)
            for name, make in plan.makers.items():
                if name not in given:
                    values[name] = make()
            self.consistent(values)
        except (KeyError, ValidationError):
            raise NotPlainError from None
        return self._make(values)

    @property
    def is_plain(self) -> bool:
        """Whether there are documents that it reads plainly."""
        return self._plan is not None

    @cached_property
    def _plan(self) -> _Plan | None:
        """How to read plainly; None where a field or hook has a way of its own."""
        readers = {name: plain_reader(field) for name, field in self.fields.items()}
        given = {name: field.load_default for name, field in self.fields.items()}
        own_names = all(field.data_key is None and not field.dump_only for field in self.fields.values())
        if not own_names or None in readers.values():
            return None
        return _Plan(
            frozenset(name for name, field in self.fields.items() if field.required),
            {name: one for name, one in given.items() if one is not missing and not callable(one)},
            {name: make for name, make in given.items() if callable(make)},
            {name: reader for name, reader in readers.items() if reader is not None},
        )

    @validates_schema
    def _checked(self, values: dict[str, Any], **_: Any) -> None:
        self.consistent(values)

    @post_load
    def _make(self, values: dict[str, Any], **_: Any) -> Any:
        return self.makes(**values) if self.makes else values


class _Plan(NamedTuple):
    required: frozenset[str]
    defaults: dict[str, Any]
    makers: dict[str, Callable[[], Any]]
    readers: dict[str, Reader]


def plain_reader(field: Any) -> Reader | None:
    """The field's own `plainly`, or that of marshmallow's own field; None is let through where it may be."""
    read: Reader | None = field.plainly() if hasattr(field, "plainly") else _of_marshmallow(field)
    if read is None or not field.allow_none:
        return read
    return lambda value: None if value is None else read(value)


def _of_marshmallow(field: Any) -> Reader | None:
    """How a field of marshmallow itself reads plainly; one derived from it has a way of its own."""
    make = _MARSHMALLOW.get(type(field))
    read = make(field) if make else None
    checks = field.validators
    if read is None or not checks:
        return read

    def checked(value: Any) -> Any:
        found = read(value)
        for check in checks:
            check(found)  # a ValidationError ends the plain reading
        return found

    return checked


def _truth(_: fields.Boolean) -> Reader:
    def read(value: Any) -> bool:
        if value is True or value is False:
            return bool(value)
        raise NotPlainError

    return read


def _string(_: fields.String) -> Reader:
    def read(value: Any) -> str:
        if type(value) is str:
            return value
        raise NotPlainError

    return read


def _nested(field: fields.Nested) -> Reader | None:
    """Of a shape that is given itself; one that is given otherwise may hold itself."""
    given = field.nested
    if field.many or field.unknown or not (isinstance(given, type) and issubclass(given, Shape)):
        return None
    shape = field.schema
    return shape.taken if isinstance(shape, Shape) and shape.is_plain else None


def _list(field: fields.List[Any]) -> Reader | None:
    one = plain_reader(field.inner)
    if one is None:
        return None

    def read(value: Any) -> list[Any]:
        if type(value) is list:
            return [one(inner) for inner in value]
        raise NotPlainError

    return read


def _dict(field: fields.Dict) -> Reader | None:
    """Of names that are any texts, and any values."""
    names = field.key_field
    if field.value_field is not None or type(names) is not fields.String or names.validators:
        return None

    def read(value: Any) -> dict[str, Any]:
        if type(value) is dict and all(type(name) is str for name in value):
            return dict(value)
        raise NotPlainError

    return read


_MARSHMALLOW: dict[type, Callable[[Any], Reader | None]] = {
    fields.Boolean: _truth,
    fields.String: _string,
    fields.Nested: _nested,
    fields.List: _list,
    fields.Dict: _dict,
}
