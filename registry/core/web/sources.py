"""Where a record came from, as higher floors tell it."""

from __future__ import annotations

from typing import Any

from registry.core.work import Work


def of(work: Work, **known: int | None) -> list[Any]:
    """Of which lines of which files a record came. known: the columns by which it is known, say party_id."""
    told = (tell(work, **known) for tell in work.offers.get("record_source", {}).values())
    return [one for one in told if one]
