"""Reading packages: what is in them, what they are in, and where their cartridges went."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import Session

from registry.ammunition import queries, spans, whereabouts
from registry.ammunition.packaging import package_key, package_number
from registry.ammunition.tables import Lot, Movement, Package
from registry.ammunition.views import ContentView, PackageRow, PackageView, PieceView
from registry.core.errors import Invalid, NotFound
from registry.core.paging import AnySelect, page
from registry.core.work import Work
from registry.directory.queries import PartyName, names
from schemas.ammunition import PackagesAsked
from schemas.paging import Page
from schemas.vocabulary import Role


def _row(work: Work, text: str) -> Package:
    """A package by its number; raises NotFound, also for one of which a trader never had a cartridge."""
    row = _numbered(work.session, text)
    if row is None or not work.session.scalar(
        select(Package.n).where(Package.lot_id == row.lot_id, Package.n == row.n, *_handled(work))
    ):
        raise NotFound(f"No package has the number {text[:40]!r}")
    return row


def _handled(work: Work) -> list[ColumnElement[bool]]:
    """A trader sees the packages of which they handled a cartridge."""
    touched = (
        Movement.lot_id == Package.lot_id,
        Movement.first <= Package.last,
        Movement.last >= Package.first,
    )
    own = whereabouts.of_own(work)
    return [exists().where(*touched, *own).correlate(Package)] if own else []


def package_of_lot(work: Work, text: str, lot_id: int, field: str) -> spans.Span:
    """The span of a package of this lot; raises Invalid naming the field."""
    row = _numbered(work.session, text)
    if row is None or row.lot_id != lot_id:
        raise Invalid.at(field, f"{text[:40]!r} is no package of this lot.")
    return spans.Span(row.first, row.last)


def _numbered(session: Session, text: str) -> Package | None:
    found = package_key(text)
    if found is None:
        return None
    return session.scalar(select(Package).where(Package.lot_id == found[0], Package.n == found[1]))


def packages(work: Work, lot_id: int, asked: PackagesAsked) -> Page[PackageRow]:
    """Packages of a lot."""
    queries.lot_row(work, lot_id)
    query: AnySelect = select(Package).where(Package.lot_id == lot_id, *_handled(work))
    if asked.level:
        query = query.where(Package.level == asked.level.value)
    found = page(work.session, query, asked, {"n": Package.n, "first": Package.first}, Package.n)
    return Page(tuple(_listed(row.Package) for row in found.items), found.next)


def _listed(row: Package) -> PackageRow:
    return PackageRow(
        package_number(row.lot_id, row.n), row.level, row.first, row.last, row.last - row.first + 1
    )


def package(work: Work, text: str) -> PackageView:
    """One package: where its cartridges are, and every movement of any of them; raises NotFound."""
    row = _row(work, text)
    found = work.session.get_one(Lot, row.lot_id)
    moves = whereabouts.touching(work.session, row.lot_id, row.first, row.last)
    own = work.actor.party_id
    shown = [m for m in moves if work.actor.role is not Role.TRADER or own in (m.from_id, m.to_id)]
    known = names(work, [found.maker_id, *(m.to_id for m in shown)])
    return PackageView(
        number=package_number(row.lot_id, row.n),
        level=row.level,
        first=row.first,
        last=row.last,
        quantity=row.last - row.first + 1,
        lot=queries.lot_number(row.lot_id),
        code=found.code,
        maker=known[found.maker_id],
        product=found.product,
        calibre_name=queries.calibre_name(found.calibre),
        produced_on=found.produced_on,
        gtin=found.gtin,
        inside=_around(work.session, row),
        content=_content(work.session, row),
        pieces=_pieces(row, moves, shown, known),
        chain=whereabouts.movement_views(work, shown),
    )


def _pieces(
    row: Package, moves: Sequence[Movement], shown: list[Movement], known: dict[int, PartyName]
) -> tuple[PieceView, ...]:
    """Where the cartridges are now; what a trader may not see is with others."""
    by_place = {(m.depth, m.first): m for m in moves}
    seen = {(m.depth, m.first) for m in shown}
    moved = [spans.Moved(m.depth, spans.Span(m.first, m.last), m.parent_first) for m in moves]
    found = []
    for piece, last in spans.where(moved, spans.Span(row.first, row.last)):
        place = (last.depth, last.span.first)
        taker, kind = by_place[place].to_id, by_place[place].kind
        party, kind = (known.get(taker or 0), kind) if place in seen else (None, queries.OTHERS)
        found.append(PieceView(piece.first, piece.last, party, kind))
    return tuple(found)


def _around(session: Session, row: Package) -> tuple[PackageRow, ...]:
    query = select(Package).where(
        Package.lot_id == row.lot_id,
        Package.n != row.n,
        Package.first <= row.first,
        Package.last >= row.last,
    )
    found = session.scalars(query.order_by(Package.first, Package.last.desc())).all()
    return tuple(_listed(outer) for outer in found)


def _content(session: Session, row: Package) -> tuple[ContentView, ...]:
    query = select(Package.level, func.count()).where(
        Package.lot_id == row.lot_id,
        Package.n != row.n,
        Package.first >= row.first,
        Package.last <= row.last,
        Package.last - Package.first < row.last - row.first,
    )
    return tuple(ContentView(level, n) for level, n in session.execute(query.group_by(Package.level)))


def straddling(session: Session, lot_id: int, level: str, whole: spans.Span, size: int) -> int | None:
    """The n of a package of another level that would lie in part in one of the new ones, or None.

    New ones of `size` tile `whole`. One that is no larger must lie within one of them; of a larger one
    each end within `whole` must be an end of theirs.
    """
    start, end = Package.first - whole.first, Package.last - whole.first
    small = end - start < size
    leaves = (Package.first < whole.first) | (Package.last > whole.last)
    crosses = small & (leaves | (start // size != end // size))
    begins_amid = (Package.first > whole.first) & (start % size != 0)
    ends_amid = (Package.last < whole.last) & ((end + 1) % size != 0)
    query = select(Package.n).where(
        Package.lot_id == lot_id,
        Package.level != level,
        Package.first <= whole.last,
        Package.last >= whole.first,
        ~((Package.first <= whole.first) & (Package.last >= whole.last)),
        crosses | (~small & (begins_amid | ends_amid)),
    )
    return session.scalar(query.order_by(Package.n).limit(1))
