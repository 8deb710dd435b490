"""Reading what labels of firearms say, many at a time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from registry.core.errors import NotFound
from registry.core.numbers import key_of
from registry.core.work import Work
from registry.directory.calibres import BY_CODE
from registry.directory.queries import names
from registry.firearms.queries import firearm_number, scope
from registry.firearms.tables import Component, Firearm, Mark
from schemas.vocabulary import ComponentKind, MarkKind, PartyKind
from schemas.words import said

CHUNK = 400


@dataclass(frozen=True)
class MarkTold:
    kind: str
    component: int | None
    text: str
    symbols: tuple[str, ...]
    country: str | None
    year: int | None


@dataclass(frozen=True)
class GunTold:
    """What labels of a firearm show. holder: "" for a natural person; components: kinds by their number."""

    number: str
    type: str
    action: str
    maker: str
    model: str
    calibre: str
    country: str
    year: int | None
    holder: str
    marks: tuple[MarkTold, ...]
    components: dict[int, str]

    def borne(self, component: int | None = None) -> MarkTold | None:
        """The mark to show, of its manufacture where one is legible: of a part its own, else the firearm's.

        A firearm bears it on no part in particular, or on its frame or receiver (ITI 10), or else on another.
        """
        own = [mark for mark in self.marks if component in (None, mark.component)]
        found = [mark for mark in own if mark.text or mark.symbols]
        return min(found, key=self._rank, default=None)

    def _rank(self, mark: MarkTold) -> tuple[bool, int]:
        """Which mark tells a firearm best: the lowest."""
        frame = self.components.get(mark.component or 0) == ComponentKind.FRAME_OR_RECEIVER
        place = 0 if mark.component is None else 1 if frame else 2
        return mark.kind != MarkKind.MANUFACTURE, place


def told(work: Work, numbers: Sequence[str]) -> list[GunTold]:
    """Firearms by their numbers, in this order; raises NotFound for one that whoever asks may not see."""
    keys = [key_of("F", number) or 0 for number in numbers]
    found: dict[int, GunTold] = {}
    for at in range(0, len(keys), CHUNK):
        found |= _told(work, set(keys[at : at + CHUNK]))
    lost = next((number for key, number in zip(keys, numbers, strict=True) if key not in found), None)
    if lost is not None:
        raise NotFound(said("No firearm has the number %(number)s", number=lost[:40]))
    return [found[key] for key in keys]


def _told(work: Work, keys: Iterable[int]) -> dict[int, GunTold]:
    query = select(Firearm).where(Firearm.id.in_(keys), *scope(work))
    rows = work.session.scalars(query).all()
    ids = [row.id for row in rows]
    known = names(work, [party for row in rows for party in (row.maker_id, row.holder_id)])
    marks: dict[int, list[MarkTold]] = {key: [] for key in ids}
    for mark in work.session.scalars(
        select(Mark).where(Mark.firearm_id.in_(ids)).order_by(Mark.firearm_id, Mark.n)
    ):
        marks[mark.firearm_id].append(_mark(mark))
    parts: dict[int, dict[int, str]] = {key: {} for key in ids}
    for part in work.session.scalars(select(Component).where(Component.firearm_id.in_(ids))):
        parts[part.firearm_id][part.n] = part.kind
    return {row.id: _gun(row, known, tuple(marks[row.id]), parts[row.id]) for row in rows}


def _mark(mark: Mark) -> MarkTold:
    symbols = tuple(mark.symbols.split())
    return MarkTold(mark.kind, mark.component_n, mark.text, symbols, mark.country, mark.year)


def _gun(row: Firearm, known: dict[int, Any], marks: tuple[MarkTold, ...], parts: dict[int, str]) -> GunTold:
    holder = known.get(row.holder_id or 0)
    return GunTold(
        number=firearm_number(row.id),
        type=row.type,
        action=row.action,
        maker=known[row.maker_id].name,
        model=row.model,
        calibre=BY_CODE[row.calibre].name if row.calibre in BY_CODE else row.calibre,
        country=row.country_made,
        year=row.year_made,
        holder=holder.name if holder and holder.kind != PartyKind.PERSON else "",
        marks=marks,
        components=parts,
    )
