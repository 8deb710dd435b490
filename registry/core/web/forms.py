"""HTML forms through the same shapes as the API: one validation, one set of messages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import request
from marshmallow import Schema, ValidationError, fields

from registry.core.errors import Invalid
from registry.core.web.problems import from_validation


def load_form(schema: Schema, form: Mapping[str, str] | None = None) -> Any:
    """The form as the schema's dataclass; raises Invalid with an entry for each field.

    Names such as `marks-0-text` make lists; a text left empty counts as not given; a row of a list in
    which nothing was filled in is passed over. `csrf_token` is not part of the form.
    """
    given = nested(request.form if form is None else form)
    try:
        return schema.load(_typed(schema, given))
    except ValidationError as error:
        raise from_validation(error.messages) from None


def version_seen() -> int:
    """The version the form was opened with, so that nobody overwrites what they did not see."""
    text = request.form.get("version", "")
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise Invalid.at("version", "Open the form again.")
    return int(text)


def nested(form: Mapping[str, str]) -> dict[str, Any]:
    """Flat names to nested lists and dictionaries, without what was left empty."""
    found: dict[str, Any] = {}
    for name, value in form.items():
        if name == "csrf_token" or not value.strip():
            continue
        place = found
        *path, last = name.split("-")[:6]
        for step in path:
            place = place.setdefault(step, {})
            if not isinstance(place, dict):
                break
        else:
            place[last] = value.strip()
    return {name: _lists(value) for name, value in found.items()}


def _lists(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    inner = {name: _lists(part) for name, part in value.items()}
    if inner and all(name.isascii() and name.isdigit() for name in inner):
        return [inner[name] for name in sorted(inner, key=int)]
    return inner


def _typed(schema: Schema, given: Any) -> Any:
    """Numbers and yes/no arrive as text from a form; the strict shapes want them as they are."""
    if not isinstance(given, dict):
        return given
    return {name: _typed_value(schema.fields.get(name), value) for name, value in given.items()}


def _typed_value(field: fields.Field[Any] | None, value: Any) -> Any:
    if isinstance(field, fields.List):
        values = value if isinstance(value, list) else [value]
        return [_typed_value(field.inner, item) for item in values]
    if isinstance(field, fields.Nested):
        return _typed(field.schema, value)
    if isinstance(field, fields.Integer) and isinstance(value, str) and len(value) < 20:
        try:
            return int(value) if value.isascii() else value
        except ValueError:
            return value
    if isinstance(field, fields.Boolean):
        return value in ("1", "on", "true", "yes")
    return value
