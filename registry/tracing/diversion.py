"""Signs that cartridges of a lot left lawful hands, from scenes, losses and counts on record."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from math import asin, cos, radians, sin, sqrt

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.ammunition import mismatch_queries, stock
from registry.ammunition.tables import Movement
from registry.core.days import day_in
from registry.core.numbers import registry_number
from registry.core.work import Work
from registry.tracing.tables import Scene, SceneCartridge
from schemas.tracing import Finding
from schemas.vocabulary import FindingKind, Severity
from schemas.words import amount, said, word

FAR = 100
"""Kilometres beyond which one lot at two scenes is worth a finding."""

KINDS = frozenset(
    {
        FindingKind.LOT_RECOVERED_AGAIN,
        FindingKind.SCENES_FAR_APART,
        FindingKind.LOSS_REPORTED_AFTERWARDS,
        FindingKind.STOCK_DOES_NOT_ADD_UP,
    }
)


@dataclass(frozen=True)
class Place:
    """Where cartridges were found; latitude, longitude in millionths of a degree, None unmeasured."""

    name: str
    on: date
    latitude: int | None
    longitude: int | None


def _place(scene: Scene) -> Place:
    return Place(scene.place, scene.found_on, scene.latitude, scene.longitude)


def of_lots(work: Work, lots: Sequence[int], found_on: date | None, here: Place | None) -> list[Finding]:
    """What is on record of these lots: found before, far apart, lost only afterwards, not adding up.

    found_on: the day of recovery, None if it was not told; here: the scene at hand, if it is one.
    """
    if not lots:
        return []
    earlier = _scenes(work.session, lots)
    found = []
    for lot in lots:
        found += _recovered(lot, [_place(scene) for scene in earlier.get(lot, ())], here)
    return [*found, *_late_losses(work, found_on, lots, earlier), *_counts(work, lots)]


def _scenes(session: Session, lots: Sequence[int]) -> dict[int, list[Scene]]:
    """Scenes on record by lot, in the order in which they were recorded."""
    query = (
        select(Scene, SceneCartridge.lot_id)
        .join(SceneCartridge, SceneCartridge.scene_id == Scene.id)
        .where(SceneCartridge.lot_id.in_(lots))
        .order_by(Scene.id)
        .distinct()
    )
    found: dict[int, list[Scene]] = {}
    for row in session.execute(query):
        found.setdefault(int(row.lot_id or 0), []).append(row.Scene)
    return found


def _recovered(lot: int, scenes: Sequence[Place], here: Place | None) -> list[Finding]:
    if not scenes:
        return []
    number = registry_number("L", lot)
    if here is not None:
        text = said(
            "Cartridges of %(lot)s were found at %(count)s other scenes.", lot=number, count=len(scenes)
        )
        far = [_apart(number, scene, here) for scene in scenes if distance(here, scene) > FAR]
        return [Finding(FindingKind.LOT_RECOVERED_AGAIN, Severity.ALARM, text), *far]
    text = said("Cartridges of %(lot)s were found at %(count)s scenes before.", lot=number, count=len(scenes))
    found = [Finding(FindingKind.LOT_RECOVERED_AGAIN, Severity.ALARM, text)]
    pairs = [(distance(one, other), one, other) for one, other in combinations(scenes, 2)]
    if pairs:
        most, one, other = max(pairs, key=lambda pair: pair[0])
        if most > FAR:
            found.append(_apart(number, other, one))
    return found


def _apart(lot: str, scene: Place, here: Place) -> Finding:
    text = said(
        "Cartridges of %(lot)s were found %(kilometres)s km away too, at %(place)s on %(date)s.",
        lot=lot,
        kilometres=f"{distance(here, scene):,.0f}",
        place=scene.name,
        date=scene.on.isoformat(),
    )
    return Finding(FindingKind.SCENES_FAR_APART, Severity.ALARM, text)


def distance(one: Place, other: Place) -> float:
    """Kilometres between two places along the earth; 0 where one was not measured."""
    places = (one.latitude, one.longitude, other.latitude, other.longitude)
    told = [radians(place / 1e6) for place in places if place is not None]
    if len(told) < len(places):
        return 0.0
    north, east, other_north, other_east = told
    half = sin((other_north - north) / 2) ** 2
    half += cos(north) * cos(other_north) * sin((other_east - east) / 2) ** 2
    return 2 * 6371 * asin(sqrt(half))


def _late_losses(
    work: Work, found_on: date | None, lots: Sequence[int], scenes: dict[int, list[Scene]]
) -> Iterable[Finding]:
    """Losses and thefts that were reported only after a cartridge of the lot had been found."""
    query = select(Movement).where(Movement.lot_id.in_(lots), Movement.kind.in_(("lost", "stolen")))
    for row in work.session.scalars(query.order_by(Movement.lot_id, Movement.recorded_at)):
        reported_on = day_in(work.zone, row.recorded_at)
        days = [scene.found_on for scene in scenes.get(row.lot_id, ())] + ([found_on] if found_on else [])
        if days and reported_on > min(days):
            text = said(
                "%(count)s cartridges of %(lot)s were reported %(kind)s on %(date)s, after some were found.",
                count=amount(row.last - row.first + 1),
                lot=registry_number("L", row.lot_id),
                kind=word(row.kind),
                date=reported_on.isoformat(),
            )
            yield Finding(FindingKind.LOSS_REPORTED_AFTERWARDS, Severity.ALARM, text)


def _counts(work: Work, lots: Sequence[int]) -> Iterable[Finding]:
    """Holders whose last count of a lot did not add up."""
    for one in mismatch_queries.mismatches(work, lots):
        text = said(
            "The stock of %(holder)s did not add up on %(date)s for %(lot)s: %(difference)s",
            holder=f"{one.party.name}, {one.unit}" if one.unit else one.party.name,
            date=one.counted_on.isoformat(),
            lot=registry_number("L", one.lot_id),
            difference=stock.difference(one.booked, one.counted),
        )
        missing = one.counted < one.booked
        yield Finding(
            FindingKind.STOCK_DOES_NOT_ADD_UP, Severity.ALARM if missing else Severity.WARNING, text, "FP 7"
        )
