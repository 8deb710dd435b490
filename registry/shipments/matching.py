"""What a scan is of: goods of the shipment, of its licence only, or of neither. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from registry.ammunition.spans import Span, without
from schemas.shipments_vocabulary import Verdict


@dataclass(frozen=True)
class Thing:
    """What was scanned, as the records know it: a firearm or part, cartridges of a lot, or a mark's key."""

    firearm_id: int | None = None
    component_n: int = 0
    lot_id: int | None = None
    span: Span | None = None
    key: str = ""


@dataclass(frozen=True)
class Goods:
    """Goods that may be scanned. keys: normal forms of marks; done: spans that were, [0, 0] of a piece.

    A span without lot_id is of a lot that is not on record: its code stands for all of it.
    """

    n: int
    firearm_id: int | None = None
    component_n: int = 0
    lot_id: int | None = None
    span: Span | None = None
    keys: frozenset[str] = frozenset()
    done: tuple[Span, ...] = ()

    @property
    def checked(self) -> int:
        """How much was scanned already."""
        if self.span is None:
            return min(len(self.done), 1)
        return self.span.size - sum(rest.size for rest in without(self.span, merged(self.done)))


@dataclass(frozen=True)
class Found:
    """The verdict, and which goods of the shipment it is of; span: the cartridges it covers."""

    verdict: Verdict
    n: int | None = None
    span: Span | None = None


def judge(thing: Thing | None, shipped: Sequence[Goods], licensed: Sequence[Goods]) -> Found:
    """What a scan says; goods not scanned yet come before those that were."""
    if thing is None:
        return Found(Verdict.UNKNOWN)
    fitting = [(goods, span) for goods in shipped for span in _fits(thing, goods)]
    for goods, span in fitting:
        if goods.checked < _after(goods, span):
            return Found(Verdict.MATCHES, goods.n, span)
    if fitting:
        return Found(Verdict.AGAIN, fitting[0][0].n, fitting[0][1])
    if any(_fits(thing, goods) for goods in licensed):
        return Found(Verdict.NOT_ANNOUNCED)
    return Found(Verdict.UNKNOWN if thing.firearm_id is thing.lot_id is None else Verdict.NOT_OF_LICENCE)


def _after(goods: Goods, span: Span | None) -> int:
    """How much would be checked with one more span."""
    if goods.span is None:
        return 1
    done = merged([*goods.done, *([span] if span else [])])
    return goods.span.size - sum(rest.size for rest in without(goods.span, done))


def _fits(thing: Thing, goods: Goods) -> list[Span | None]:
    """The span of the goods that a thing is, [None] for one piece, [] where it is none of it."""
    if goods.span is not None and goods.lot_id is None:
        return [goods.span] if thing.key and thing.key in goods.keys else []
    if goods.span is not None:
        shared = thing.span.within(goods.span) if thing.span and thing.lot_id == goods.lot_id else None
        return [shared] if shared else []
    if thing.firearm_id is not None and goods.firearm_id is not None:
        same = (thing.firearm_id, thing.component_n) == (goods.firearm_id, goods.component_n)
        return [None] if same else []
    return [None] if thing.key and thing.key in goods.keys else []


def merged(spans: Iterable[Span]) -> list[Span]:
    """Spans that may overlap as spans that do not."""
    found: list[Span] = []
    for span in sorted(spans):
        if found and span.first <= found[-1].last + 1:
            found[-1] = Span(found[-1].first, max(found[-1].last, span.last))
        else:
            found.append(span)
    return found


def first_free(
    goods: Sequence[tuple[int, Span | None]], taken: Iterable[tuple[int, Span | None]], wanted: int
) -> list[tuple[int, Span | None]]:
    """So much of what a line names, in its order, that is in no shipment yet: (item, part of its span)."""
    used: dict[int, list[Span]] = {}
    gone = set()
    for n, span in taken:
        if span is None:
            gone.add(n)
        else:
            used.setdefault(n, []).append(span)
    picked: list[tuple[int, Span | None]] = []
    for n, whole in goods:
        pieces: Sequence[Span | None] = (
            () if n in gone else (None,) if whole is None else without(whole, merged(used.get(n, ())))
        )
        for piece in pieces:
            if wanted <= 0:
                return picked
            size = 1 if piece is None else min(wanted, piece.size)
            picked.append((n, Span(piece.first, piece.first + size - 1) if piece else None))
            wanted -= size
    return picked
