"""What a company that closed no longer does. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from registry.core.errors import Unmet
from schemas.words import said


def unmet_for_closed(
    closed: Mapping[int, date],
    on: date,
    seller_id: int | None,
    taker_id: int | None,
    fields: tuple[str, str] = ("from", "to"),
) -> list[Unmet]:
    """FP 7: from the day after it closed a company sells nothing and takes nothing more.

    closed: last days by party. seller_id: None where something is not sold but, as what is left of a
    stock, given into other hands. fields: that name the seller and the taker.
    """
    ended = (
        (name, closed.get(party or 0)) for name, party in zip(fields, (seller_id, taker_id), strict=True)
    )
    return [
        Unmet(said("The company closed on %(closed)s, before %(day)s.", closed=day, day=on), name, "FP 7")
        for name, day in ended
        if day is not None and on > day
    ]
