"""Words for pages: closed lists as people read them, and refusals as a form shows them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from enum import StrEnum
from functools import cache
from typing import Any

from babel import Locale
from flask_babel import force_locale, format_decimal, get_locale, gettext

from registry.core.errors import RegistryError, Unmet
from schemas.words import Language, in_words


def translate(text: str) -> str:
    """A text in the visitor's language; a word within a sentence also by its form at the beginning.

    Names of States are told by Unicode's CLDR, and so are the signs that part thousands.
    """
    found: str = gettext(text)
    if found != text:
        return found
    if _AMOUNT.fullmatch(text):
        return str(format_decimal(int(text.replace(",", ""))))
    if text.islower():
        alone: str = gettext(text.capitalize())
        return alone[:1].lower() + alone[1:]
    locale = get_locale() if text in _codes() else None
    return locale.territories.get(_codes()[text], text) if locale else text


_AMOUNT = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+")
"""A number of more than three figures, as `schemas.words.amount` writes it."""


@cache
def _codes() -> Mapping[str, str]:
    """States' codes by their English names."""
    return {name: code for code, name in Locale("en").territories.items() if len(code) == 2}


def many(quantity: int) -> str:
    """A quantity as the visitor's language writes it."""
    return str(format_decimal(quantity))


def label(code: str) -> str:
    """A value of a closed list in the visitor's language ("" for an empty one)."""
    return gettext(code.replace("_", " ").replace(".", ": ").capitalize()) if code else ""


def spoken(value: Any) -> Any:
    """A sentence in the visitor's language; anything else as it is. Templates do this to all they show."""
    return in_words(value, translate)


def language_of_visitor() -> Language:
    """For documents that are made while a request is answered."""
    return Language(str(get_locale() or "en"), translate)


def language(code: str) -> Language:
    """For documents in a language that is chosen, whatever the visitor reads."""

    def told(text: str) -> str:
        with force_locale(code):
            return translate(text)

    return Language(code, told)


def options(codes: Iterable[StrEnum]) -> list[tuple[str, str]]:
    """Choices for a select or radio group, in the order of the list."""
    return [(code.value, label(code.value)) for code in codes]


def shown(error: RegistryError) -> tuple[Unmet, ...]:
    """What a form shows of a refusal: one entry for each field, or the refusal itself."""
    return error.unmet or (Unmet(error.message),)
