"""What people do with ammunition. The lot's row is locked first: sellers of one lot wait for each other."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date

from registry.ammunition import (
    beginnings,
    code_acts,
    law,
    law_acts,
    law_queries,
    marking_acts,
    package_queries,
    packaging,
    queries,
    rules,
    selling,
    spans,
    whereabouts,
)
from registry.ammunition.packaging import ROOM, package_number
from registry.ammunition.tables import Lot, Movement, Packing
from registry.ammunition.views import LotView, SaleView
from registry.core.errors import Conflict, Forbidden, Invalid, Unmet, refuse_if
from registry.core.work import Work, act, limited_to
from registry.directory import queries as directory
from registry.directory.rules import unmet_for_closed
from registry.directory.tables import Party
from schemas.ammunition import LotNew, MovementNew, PackNew, SaleNew
from schemas.vocabulary import May, MovementKind
from schemas.words import amount, said

MOST_PACKAGES = 100_000


@dataclass(frozen=True)
class _Begun:
    """A lot that the rules let through. passed: what a supervisor lets pass."""

    row: Lot
    maker: Party
    importer: Party | None
    passed: list[Unmet]


@act(May.LOT_REGISTER)
def register_lot(work: Work, new: LotNew) -> LotView:
    """Record a lot, all of it with its maker or, made abroad, with its importer.

    Raises Invalid, Refused (a new lot above the limit of its day), Conflict when this maker has a
    lot with this code, calibre and product.
    """
    begun = _judged(work, new)
    row = begun.row
    beginnings.begin(work, row, begun.maker, begun.importer, new.imported_on or new.produced_on)
    if new.marking:
        marking_acts.keep(work, row, new.marking, "marking.")
    if begun.passed:
        law_acts.let_pass(work, row.id, begun.passed, new.reason)
    return queries.lot(work, row.id)


def judge_lot(work: Work, new: LotNew) -> None:
    """Raise what register_lot would raise, without a record; of its marking nothing is asked."""
    _judged(work, new)


def _judged(work: Work, new: LotNew) -> _Begun:
    maker = directory.party_by_number(work, new.maker, "maker")
    importer = directory.party_by_number(work, new.importer, "importer") if new.importer else None
    own = limited_to(work.actor, May.LOT_REGISTER)
    if own is not None and own not in (maker.id, importer and importer.id):
        raise Forbidden("You may register lots that you made or imported")
    beginnings.refuse_words(new, maker, importer)
    row = beginnings.row_of(work, new, maker)
    known = law_queries.all_rules(work.session)
    breaches = law.breaches_of_lot(known, row.calibre, new.quantity, new.produced_on)
    facts = rules.LotFacts(
        new.produced_on,
        bool(breaches),
        new.gtin,
        new.historical,
        own is None,
        bool(importer),
        new.imported_on,
    )
    first = importer or maker
    field = "importer" if importer else "maker"
    refuse_if(
        [
            *rules.unmet_for_lot(facts, work.today),
            *_unmet_for_closed(work, first.id, new.imported_on or new.produced_on, field),
        ]
    )
    code_acts.refuse_foreign_gtin(work, row)
    passed = [] if new.historical else law_acts.judged(work, breaches, new.reason)
    beginnings.refuse_known(work, row)
    return _Begun(row, maker, importer, passed)


@act(May.LOT_REGISTER)
def pack(work: Work, lot_id: int, new: PackNew) -> LotView:
    """Put cartridges of a lot into packages of one size, each with a number of its own.

    To repack splits packages or merges neighbouring ones; those they were in stay on record as opened.
    Raises Invalid, and Conflict when some of them are in a package of this level already or when a
    package of another level would lie in two of the new ones.
    """
    row = _locked(work, lot_id)
    whole = _bounds(row, new.first, row.quantity - 1 if new.last is None else new.last)
    _may_pack(work, row, whole, new.repack)
    tiles = (whole.size - 1) // new.size + 1
    if tiles > MOST_PACKAGES:
        words = said(
            "That would be %(count)s packages; at most %(most)s at a time.",
            count=amount(tiles),
            most=amount(MOST_PACKAGES),
        )
        raise Invalid.at("size", words)
    if row.packages + tiles >= ROOM:
        raise Invalid.at("size", said("A lot has room for %(most)s packages.", most=amount(ROOM - 1)))
    known = package_queries.runs(work.session, row.id)
    cut = packaging.crossed(known, new.level.value, whole, new.size)
    if cut is not None:
        number = package_number(row.id, cut)
        words = said("Package %(package)s would lie in more than one of the new ones", package=number)
        raise Conflict(words)
    run = packaging.Run(
        new.level.value,
        _round(known, new.level.value, whole, new.repack),
        whole.first,
        whole.last,
        new.size,
        row.packages + 1,
        work.today,
    )
    work.session.add(Packing(lot_id=row.id, **asdict(run)))
    work.session.flush()
    code_acts.allot(work, row, run)
    row.packages += tiles
    _changed(work, row)
    return queries.lot(work, row.id)


def _may_pack(work: Work, row: Lot, whole: spans.Span, repack: bool) -> None:
    """Its maker or importer packs a lot; whoever holds cartridges packs them anew."""
    own = limited_to(work.actor, May.LOT_REGISTER)
    if own is None:
        return
    if own in (row.maker_id, queries.first_holder(work.session, row.id)) and not repack:
        return
    stock = spans.inside(whereabouts.held_by(work.session, row.id, own), whole)
    if not repack or spans.total(stock) != whole.size:
        raise Forbidden("Only its maker or importer packs a lot, and whoever holds cartridges repacks them")


def _round(known: list[packaging.Run], level: str, whole: spans.Span, repack: bool) -> int:
    """The round of a new packing: one above those it takes cartridges out of."""
    over = [run for run in known if run.level == level and whole.within(spans.Span(run.first, run.last))]
    closed = (
        span
        for run in over
        for _, span in run.touching(whole)
        if not packaging.opened(known, level, run.round, span)
    )
    if not repack and next(closed, None):
        raise Conflict("Some of these cartridges are already in a package of this level")
    return max((run.round + 1 for run in over), default=0)


@act(May.SALE_RECORD)
def sell(work: Work, lot_id: int, new: SaleNew) -> SaleView:
    """Write a line of the sales register and move the cartridges.

    Raises Invalid, Refused: a seller hands over only what is held, on a day that has come, and a
    lot-and-buyer code goes to one buyer; what speaks against the buyer passes with a supervisor's reason.
    """
    line = selling.Line(lot_id, new)
    counter = selling.Counter(work, [line])
    counter.take(line)
    counter.write()
    (made,) = counter.shown()
    return made


@act(May.SALE_RECORD)
def move(work: Work, lot_id: int, new: MovementNew) -> LotView:
    """Record a transfer, issue, return, use, loss, theft, export or destruction of cartridges."""
    row = _locked(work, lot_id)
    giver = directory.party_by_number(work, new.from_party, "from_party")
    _own(work, giver)
    return _moved(work, row, giver, new)


def follow(work: Work, lot_id: int, new: MovementNew) -> LotView:
    """As move, as part of an act of a higher subject that has its own permission."""
    row = _locked(work, lot_id)
    return _moved(work, row, directory.party_by_number(work, new.from_party, "from_party"), new)


def _moved(work: Work, row: Lot, giver: Party, new: MovementNew) -> LotView:
    taker = directory.party_by_number(work, new.to_party, "to_party") if new.to_party else None
    asked = _asked(work, row, giver, new, new.happened_on)
    taken_by = taker.id if taker else None
    refuse_if(
        [
            *rules.unmet_for_movement(
                new.kind,
                new.happened_on,
                (giver.id, new.unit),
                (taken_by, new.to_unit),
                row.produced_on,
                work.today,
            ),
            *rules.unmet_for_quantity(asked.quantity, spans.total(asked.held)),
            *_unmet_for_closed(work, taken_by, new.happened_on, "to_party"),
        ]
    )
    _take(
        work,
        row,
        asked,
        _Step(new.kind, new.happened_on, giver, taker, new.place, new.document, unit=new.to_unit),
    )
    return queries.lot(work, row.id)


def _unmet_for_closed(work: Work, taker_id: int | None, on: date, field: str) -> list[Unmet]:
    """FP 7: a company that has closed takes nothing more; what is left of its stock may leave its hands."""
    closed = directory.closed(work.session, [taker_id])
    return unmet_for_closed(closed, on, None, taker_id, fields=("", field))


def _own(work: Work, giver: Party) -> None:
    if limited_to(work.actor, May.SALE_RECORD) not in (None, giver.id):
        raise Forbidden("You may record what you hand over yourself")


def _locked(work: Work, lot_id: int) -> Lot:
    queries.lot_row(work, lot_id)
    return work.session.get_one(Lot, lot_id, with_for_update=True, populate_existing=True)


@dataclass(frozen=True)
class _Asked:
    """What somebody wants to hand over: so many of these spans, which they hold."""

    held: list[spans.Held]
    quantity: int


@dataclass(frozen=True)
class _Step:
    """What happens to the cartridges."""

    kind: MovementKind
    on: date
    giver: Party
    taker: Party | None
    place: str
    document: str
    unit: str = ""


def _asked(work: Work, row: Lot, giver: Party, new: MovementNew, on: date) -> _Asked:
    """What the giver held on that day within the package or span; without a quantity, all of that."""
    package = package_queries.package_of_lot(work, new.package, row.id, "package") if new.package else None
    bounds = selling.bounds_asked(row.quantity, new.quantity, package, new.first, new.last)
    held = [
        item
        for item in whereabouts.held_by(work.session, row.id, giver.id)
        if item.since <= on and new.unit in ("", item.unit)
    ]
    if bounds is None:
        return _Asked(held, new.quantity or 0)
    return _Asked(spans.inside(held, bounds), new.quantity or bounds.size)


def _bounds(row: Lot, first: int, last: int) -> spans.Span:
    if last >= row.quantity:
        words = said("Positions of this lot are 0 to %(last)s.", last=amount(row.quantity - 1))
        raise Invalid.at("last", words)
    if first > last:
        raise Invalid.at("last", "The last position comes after the first.")
    return spans.Span(first, last)


def _take(work: Work, row: Lot, asked: _Asked, step: _Step) -> None:
    """Take the cartridges out of the movements that brought them, lowest positions first."""
    work.session.add_all(
        Movement(
            lot_id=row.id,
            depth=item.depth + 1,
            first=item.span.first,
            last=item.span.last,
            parent_depth=item.depth,
            parent_first=item.parent_first,
            kind=step.kind.value,
            happened_on=step.on,
            from_id=step.giver.id,
            to_id=step.taker.id if step.taker else None,
            place=step.place,
            document=step.document,
            unit=step.unit,
            recorded_at=work.now,
            recorded_by=work.actor.user_id,
        )
        for item in spans.pick(asked.held, asked.quantity)
    )
    _changed(work, row)


def _changed(work: Work, row: Lot) -> None:
    row.version += 1
    work.session.flush()
