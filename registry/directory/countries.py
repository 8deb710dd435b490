"""States by ISO 3166-1 alpha-2, and historic ones that once made firearms."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

import pycountry
from babel import Locale, UnknownLocaleError

from schemas.words import Said, plain

COUNTRIES: Mapping[str, str] = MappingProxyType(
    {
        c.alpha_2: getattr(c, "common_name", c.name)
        for c in sorted(pycountry.countries, key=lambda c: c.alpha_2)
    }
)
HISTORIC: Mapping[str, str] = MappingProxyType(
    {
        "CS": "Czechoslovakia",
        "DD": "German Democratic Republic",
        "SU": "Union of Soviet Socialist Republics",
        "YU": "Yugoslavia",
    }
)


def is_country(code: str) -> bool:
    """Whether this is a State of today."""
    return code in COUNTRIES


def is_country_of_manufacture(code: str) -> bool:
    """Whether firearms can bear this code: States of today and historic ones."""
    return code in COUNTRIES or code in HISTORIC


@cache
def country_name(code: str, language: str = "en") -> str:
    """The name of a State in a language; English where the language has none; the code if unknown."""
    try:
        name = None if code in HISTORIC else Locale.parse(language).territories.get(code)
    except (UnknownLocaleError, ValueError):
        name = None
    return name or COUNTRIES.get(code) or HISTORIC.get(code, code)


def state(code: str) -> Said:
    """A State by its name, as it stands within a sentence ("?" where none is named yet)."""
    return plain(country_name(code) or "?")
