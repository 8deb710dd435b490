"""Reading packages: what is in them, what they are in, and where their cartridges went."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.ammunition import code_queries, gs1, packaging, queries, spans, whereabouts
from registry.ammunition.packaging import Run, package_key, package_number
from registry.ammunition.tables import Lot, Movement, Packing
from registry.ammunition.views import ContentView, PackageRow, PackageView, PieceView, ScanView
from registry.core.errors import Invalid, NotFound
from registry.core.work import Work, limited_to
from registry.directory.queries import PartyName, names
from schemas.ammunition_packages import PackagesAsked
from schemas.paging import Page
from schemas.vocabulary import May, MovementKind
from schemas.words import said

_Numbered = tuple[int, Run, spans.Span]


def runs(session: Session, lot_id: int) -> list[Run]:
    """How a lot was packed, in the order of the packages' numbers."""
    return runs_of(session, [lot_id]).get(lot_id, [])


def runs_of(session: Session, lots: Iterable[int]) -> dict[int, list[Run]]:
    """How some lots were packed, by lot."""
    query = select(Packing).where(Packing.lot_id.in_(list(lots))).order_by(Packing.lot_id, Packing.n)
    found: dict[int, list[Run]] = {}
    for row in session.scalars(query):
        run = Run(row.level, row.round, row.first, row.last, row.size, row.n, row.packed_on)
        found.setdefault(row.lot_id, []).append(run)
    return found


def _handled(work: Work, lot_id: int) -> list[spans.Span] | None:
    """Spans that a trader gave or took; None for those who see all packages."""
    own = whereabouts.of_own(work)
    if not own:
        return None
    query = select(Movement.first, Movement.last).where(Movement.lot_id == lot_id, *own)
    return [spans.Span(first, last) for first, last in work.session.execute(query)]


def _sees(handled: list[spans.Span] | None, span: spans.Span) -> bool:
    return handled is None or any(span.within(other) for other in handled)


def package_of_lot(work: Work, text: str, lot_id: int, field: str) -> spans.Span:
    """The span of a package of this lot; raises Invalid naming the field."""
    found = package_key(text)
    known = _numbered(runs(work.session, lot_id), found[1]) if found and found[0] == lot_id else None
    if known is None:
        raise Invalid.at(field, said("%(text)s is no package of this lot.", text=repr(text[:40])))
    return known[1]


def _numbered(known: list[Run], n: int) -> tuple[Run, spans.Span] | None:
    return next(((run, run.package(n)) for run in known if run.holds(n)), None)


def packages(work: Work, lot_id: int, asked: PackagesAsked) -> Page[PackageRow]:
    """Packages of a lot by number; the cursor is the number of the last one shown."""
    queries.lot_row(work, lot_id)
    if asked.sort.removeprefix("-") not in ("", "n"):
        raise Invalid.at("sort", "One of n.")
    if asked.cursor and not (asked.cursor.isdecimal() and asked.cursor.isascii() and len(asked.cursor) < 10):
        raise Invalid.at("cursor", "Not the cursor of a page of this list.")
    known, handled = runs(work.session, lot_id), _handled(work, lot_id)
    wanted = [run for run in known if asked.level is None or run.level == asked.level.value]
    numbered = _after(wanted, int(asked.cursor or 0), asked.sort.startswith("-"))
    shown: list[_Numbered] = []
    for item in numbered:
        if len(shown) > asked.limit:
            break
        if _sees(handled, item[2]):
            shown.append(item)
    rows = tuple(_listed(lot_id, known, item) for item in shown[: asked.limit])
    return Page(rows, str(shown[asked.limit - 1][0]) if len(shown) > asked.limit else "")


def _after(wanted: list[Run], cursor: int, downwards: bool) -> Iterator[_Numbered]:
    """Packages after the one with the cursor's number, upwards or downwards."""
    for run in reversed(wanted) if downwards else wanted:
        end = run.n + run.count
        numbers = (
            range(min(end, cursor or end) - 1, run.n - 1, -1)
            if downwards
            else range(max(run.n, cursor + 1), end)
        )
        yield from ((n, run, run.package(n)) for n in numbers)


def _listed(lot_id: int, known: list[Run], item: _Numbered) -> PackageRow:
    n, run, span = item
    opened = packaging.opened(known, run.level, run.round, span)
    return PackageRow(package_number(lot_id, n), run.level, span.first, span.last, span.size, opened)


def package(work: Work, text: str) -> PackageView:
    """One package: where its cartridges are, and every movement of any of them.

    Raises NotFound, also for one of which a trader never had a cartridge.
    """
    key = package_key(text)
    known = runs(work.session, key[0]) if key else []
    numbered = _numbered(known, key[1]) if key else None
    if key is None or numbered is None or not _sees(_handled(work, key[0]), numbered[1]):
        raise NotFound(said("No package has the number %(number)s", number=repr(text[:40])))
    return _view(work, key[0], known, (key[1], *numbered))


def first_sales(session: Session, lot_id: int, whole: spans.Span) -> list[tuple[spans.Span, int | None]]:
    """(span, taker) of the sales by whoever had the whole lot that touch a span."""
    query = select(Movement.first, Movement.last, Movement.to_id).where(
        Movement.lot_id == lot_id,
        Movement.depth == 1,
        Movement.kind == MovementKind.SOLD,
        Movement.first <= whole.last,
        Movement.last >= whole.first,
    )
    return [(spans.Span(first, last), taker) for first, last, taker in session.execute(query)]


def _view(work: Work, lot_id: int, known: list[Run], item: _Numbered) -> PackageView:
    row, span = _listed(lot_id, known, item), item[2]
    found = work.session.get_one(Lot, lot_id)
    moves = whereabouts.touching(work.session, lot_id, span.first, span.last)
    own = limited_to(work.actor, May.LOT_READ)
    shown = [m for m in moves if own is None or own in (m.from_id, m.to_id)]
    buyer = code_queries.buyers_of(first_sales(work.session, lot_id, span), span)
    elements = _elements(work.session, found, known, item, buyer)
    people = names(work, [found.maker_id, buyer, *(m.to_id for m in shown)])
    return PackageView(
        number=row.number,
        level=row.level,
        first=row.first,
        last=row.last,
        quantity=row.quantity,
        opened=row.opened,
        lot=queries.lot_number(lot_id),
        code=found.code,
        maker=people[found.maker_id],
        product=found.product,
        calibre_name=queries.calibre_name(found.calibre),
        produced_on=found.produced_on,
        gtin=found.gtin,
        buyer=people.get(buyer or 0),
        sscc=dict(elements).get("00", ""),
        gs1=gs1.bracketed(elements),
        elements=elements,
        inside=_around(lot_id, known, item),
        content=_content(known, item),
        pieces=_pieces(span, moves, shown, people),
        chain=whereabouts.movement_views(work, shown),
    )


def _elements(
    session: Session, row: Lot, known: list[Run], item: _Numbered, buyer: int | None
) -> gs1.Elements:
    """What the codes of a package say; nothing where it has no number, or its lot's code fits in none."""
    named = code_queries.buyer_element(session, buyer) if buyer else None
    try:
        return code_queries.coder(session, row, known).elements(item[0], item[1], named) or ()
    except Invalid:
        return ()


def _pieces(
    whole: spans.Span, moves: Sequence[Movement], shown: list[Movement], known: dict[int, PartyName]
) -> tuple[PieceView, ...]:
    """Where the cartridges are now; what a trader may not see is with others."""
    by_place = {(m.depth, m.first): m for m in moves}
    seen = {(m.depth, m.first) for m in shown}
    moved = [spans.Moved(m.depth, spans.Span(m.first, m.last), m.parent_first) for m in moves]
    found = []
    for piece, last in spans.where(moved, whole):
        place = (last.depth, last.span.first)
        taker, kind = by_place[place].to_id, by_place[place].kind
        party, kind = (known.get(taker or 0), kind) if place in seen else (None, queries.OTHERS)
        found.append(PieceView(piece.first, piece.last, party, kind))
    return tuple(found)


def _around(lot_id: int, known: list[Run], item: _Numbered) -> tuple[PackageRow, ...]:
    n, _, span = item
    outer = [
        (number, run, around)
        for run in known
        for number, around in run.touching(span)
        if number != n and around.first <= span.first and span.last <= around.last
    ]
    outer.sort(key=lambda one: (one[2].first, -one[2].last))
    rows = (_listed(lot_id, known, one) for one in outer)
    return tuple(row for row in rows if not row.opened)


def around(work: Work, lot_id: int, span: spans.Span) -> tuple[PackageRow, ...]:
    """Packages of a lot that hold all of a span, the largest first."""
    known = runs(work.session, lot_id)
    holding = [
        (number, run, whole)
        for run in known
        for number, whole in run.touching(span)
        if span.within(whole) == span
    ]
    holding.sort(key=lambda one: (one[2].first, -one[2].last))
    return tuple(_listed(lot_id, known, one) for one in holding)


def _content(known: list[Run], item: _Numbered) -> tuple[ContentView, ...]:
    n, _, span = item
    counted: dict[str, int] = {}
    for run in known:
        for number, inner in run.touching(span):
            smaller = span.first <= inner.first and inner.last <= span.last and inner.size < span.size
            if number != n and smaller and not packaging.opened(known, run.level, run.round, inner):
                counted[run.level] = counted.get(run.level, 0) + 1
    return tuple(ContentView(level, count) for level, count in counted.items())


def scanned(work: Work, text: str) -> ScanView:
    """What a scanned code says and which package or lots it leads to.

    Raises Invalid for a GS1 code with a wrong check digit or day: it was misread.
    """
    if key := package_key(text):
        known = _numbered(runs(work.session, key[0]), key[1])
        return ScanView((), package_number(*key) if known else None, ())
    readings = gs1.scanned(text)
    if len(text) >= 16 and readings and (wrong := gs1.faults(readings[0])):
        raise Invalid(unmet=[replace(unmet, field="code") for unmet in wrong])
    found = code_queries.find(work, text)
    package_of = next((package_number(one.lot_id, one.n) for one in found if one.n is not None), None)
    lots = tuple(queries.lot_number(one.lot_id) for one in found)
    return ScanView(tuple(readings[0].items()) if readings else (), package_of, lots)


def number_scanned(work: Work, text: str) -> str:
    """The number of the package whose code somebody scanned; what was typed, where it leads to none."""
    return (None if package_key(text) else scanned(work, text).package) or text.upper()
