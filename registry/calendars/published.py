"""Public holidays as the package `holidays` publishes them (national ones, kept by its community)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from importlib.metadata import version

import holidays

SOURCE = f"python-holidays {version('holidays')}, national public holidays"
BEGINS = date(2000, 1, 1)
"""From when on the weeks of the package are taken to hold, where a State did not say otherwise."""


def is_known(state: str) -> bool:
    """Whether the package has the State."""
    return state in holidays.list_supported_countries(include_aliases=False)


def of_years(state: str, years: Iterable[int]) -> dict[date, str]:
    """Holidays of some years with their English names, where the package has them in English."""
    found = holidays.country_holidays(state, years=list(years), language=_language(state), expand=False)
    wanted = set(years)
    return {day: name[:120] for day, name in sorted(found.items()) if day.year in wanted}


def free_days(state: str, day: date) -> str:
    """The free days of the State's week on a day, as ISO numbers."""
    known = holidays.country_holidays(state, years=day.year)
    return "".join(str(number + 1) for number in sorted(known.weekend))


def _language(state: str) -> str | None:
    supported = holidays.country_holidays(state).supported_languages
    return "en_US" if "en_US" in supported else None
