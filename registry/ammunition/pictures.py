"""Where the cartridges of a lot are now, read for a picture of it."""

from __future__ import annotations

from dataclasses import dataclass

from registry.ammunition import package_queries, picture, whereabouts
from registry.ammunition.views import HolderView, LotView
from registry.core.numbers import key_of
from registry.core.work import Work, limited_to
from schemas.vocabulary import May


@dataclass(frozen=True)
class Drawn:
    """bars: of the picture, none where it would have too many; packages: whole ones, by share of the lot."""

    bars: list[picture.Bar]
    packages: list[dict[str, int]]
    height: int
    width: int = picture.WIDTH
    row: int = picture.HEIGHT


def of_lot(work: Work, lot_id: int, lot: LotView, most: int) -> Drawn:
    """The picture of a lot by its largest shares. Whoever sees only their own gets none."""
    shares = lot.holders[:most]
    if limited_to(work.actor, May.LOT_READ) is not None:
        return Drawn([], [{} for _ in shares], 0)
    found = [
        (span, (party, unit, kind))
        for span, party, unit, kind in whereabouts.pieces(work.session, lot_id, lot.quantity)
    ]
    order = [_place(share) for share in shares]
    counted = picture.packages(package_queries.runs(work.session, lot_id), found)
    rows = min(picture.ROWS, lot.quantity)
    return Drawn(
        picture.bars(lot.quantity, found, order),
        [counted.get(place, {}) for place in order],
        rows * (picture.HEIGHT + picture.GAP) - picture.GAP,
    )


def _place(share: HolderView) -> picture.Place:
    party = key_of("P", share.party.number) if share.party else None
    return party, share.unit, "held" if share.party else share.kind
