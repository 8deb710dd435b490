"""Recording sales, one or many, in one unit of work: everything is read first, judged line by line, and
written at once.

The rows of the lots are locked in the order of their keys, so that two reports about the same lots wait
for each other instead of refusing each other.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import Table, insert, select, update

from registry.ammunition import (
    buyer_queries,
    buyers,
    law,
    law_acts,
    law_queries,
    package_queries,
    queries,
    rules,
    spans,
    whereabouts,
)
from registry.ammunition.packaging import Run, package_key
from registry.ammunition.tables import Lot, Movement, Sale
from registry.core.errors import Forbidden, Invalid, NotFound, Refused, Unmet
from registry.core.numbers import key_of
from registry.core.work import Work
from schemas.ammunition import SaleNew
from schemas.vocabulary import Exceeding, MarkingScheme, MovementKind, Role, RuleKind

_SALES, _MOVEMENTS = cast(Table, Sale.__table__), cast(Table, Movement.__table__)
"""Rows go in as they are: through the mapped classes they take twice as long."""


@dataclass(frozen=True)
class Line:
    """A sale as it was reported: of which lot, and what."""

    lot_id: int
    new: SaleNew


class Counter:
    """Takes sales one after the other; what it took stands in the database after `write`."""

    def __init__(self, work: Work, lines: Sequence[Line]) -> None:
        self._work = work
        session = work.session
        self._lots = _locked(work, {line.lot_id for line in lines})
        self._rules = law_queries.all_rules(session)
        self._parties = buyer_queries.buyers(session, _parties(lines))
        self._held: dict[tuple[int, int], list[spans.Held]] = {}
        self._given: dict[tuple[int, int], list[spans.Held]] = {}
        self._runs: dict[int, list[Run]] = {}
        self._first: dict[int, int | None] = {}
        self._named: dict[int, set[int]] = {}
        kinds = {rule.kind for rule in self._rules}
        self._of_lot: dict[tuple[int, int], int] = {}
        self._in_year: dict[tuple[int, str, int], int] = {}
        if RuleKind.BUYER_LIMIT in kinds:
            self._of_lot = buyer_queries.bought_of_lots(session, self._lots)
        if RuleKind.YEARLY_LIMIT in kinds:
            years = [line.new.sold_on.year for line in lines]
            self._in_year = buyer_queries.bought_in_years(session, self._parties, years)
        self._sales: list[dict[str, Any]] = []
        self._moves: list[dict[str, Any]] = []
        self._passed: list[tuple[int, int, list[Unmet], str]] = []

    def take(self, line: Line) -> int:
        """Judge a sale and keep it for writing; answers its number in the lot's register.

        Raises Invalid, Forbidden, NotFound, Refused; then nothing of it is kept.
        """
        lot, new = self._lot(line.lot_id), line.new
        seller, buyer = self._party(new.seller, "seller"), self._party(new.buyer, "buyer")
        if self._work.actor.role is Role.TRADER and seller.id != self._work.actor.party_id:
            raise Forbidden("You may record what you hand over yourself")
        stock = self._stock(lot.id, seller.id)
        bounds = self._bounds(lot, new)
        offered = [s for s in stock if s.since <= new.sold_on and new.unit in ("", s.unit)]
        if bounds is not None:
            offered = spans.inside(offered, bounds)
        quantity = new.quantity or (bounds.size if bounds else 0)
        self._refuse_broken(lot, seller, buyer, new, quantity, spans.total(offered))
        breaches = self._breaches(lot, buyer, new, quantity)
        passed = law_acts.judged(self._work, breaches, new.reason)
        lot.sales += 1
        if passed:
            self._passed.append((lot.id, lot.sales, passed, new.reason))
        self._keep(lot, seller.id, buyer, new, quantity, spans.pick(offered, quantity))
        return lot.sales

    def _lot(self, lot_id: int) -> Lot:
        if lot_id not in self._lots:
            raise NotFound(f"No lot has the number {queries.lot_number(lot_id)}")
        return self._lots[lot_id]

    def _party(self, text: str, field: str) -> buyers.Buyer:
        key = key_of("P", text)
        if key is None or key not in self._parties:
            raise Invalid.at(field, f"No party has the number {text}.")
        return self._parties[key]

    def _stock(self, lot_id: int, party_id: int) -> list[spans.Held]:
        place = (lot_id, party_id)
        if place not in self._held:
            stock = whereabouts.held_by(self._work.session, lot_id, party_id)
            self._held[place] = sorted([*stock, *self._given.pop(place, [])])
        return self._held[place]

    def _bounds(self, lot: Lot, new: SaleNew) -> spans.Span | None:
        """The package or positions that are meant; raises Invalid."""
        found = self._package(lot, new.package) if new.package else None
        return bounds_asked(lot.quantity, new.quantity, found, new.first, new.last)

    def _package(self, lot: Lot, text: str) -> spans.Span:
        key = package_key(text)
        if key is not None and key[0] == lot.id:
            if lot.id not in self._runs:
                self._runs[lot.id] = package_queries.runs(self._work.session, lot.id)
            run = next((run for run in self._runs[lot.id] if run.holds(key[1])), None)
            if run is not None:
                return run.package(key[1])
        raise Invalid.at("package", f"{text[:40]!r} is no package of this lot.")

    def _refuse_broken(
        self, lot: Lot, seller: buyers.Buyer, buyer: buyers.Buyer, new: SaleNew, quantity: int, held: int
    ) -> None:
        facts = rules.SaleFacts(
            sold_on=new.sold_on,
            invoice_date=new.invoice_date,
            permit_date=new.permit_date,
            quantity=quantity,
            held=held,
            produced_on=lot.produced_on,
            scheme=MarkingScheme(lot.scheme),
            historical=lot.historical,
            seller_id=seller.id,
            buyer_id=buyer.id,
            from_whole=seller.id == self._first_holder(lot.id),
            other_buyers=frozenset(self._buyers_named(lot)),
        )
        unmet = rules.unmet_for_sale(facts, self._work.today)
        unmet += buyers.unmet_for_licence(new.authorization)
        if unmet:
            raise Refused(unmet=unmet)

    def _first_holder(self, lot_id: int) -> int | None:
        if lot_id not in self._first:
            self._first[lot_id] = queries.first_holder(self._work.session, lot_id)
        return self._first[lot_id]

    def _buyers_named(self, lot: Lot) -> set[int]:
        """Who bought from whoever had the whole lot, where its code names one buyer."""
        if lot.scheme != MarkingScheme.LOT_AND_BUYER_CODE:
            return set()
        if lot.id not in self._named:
            first = queries.first_sales(self._work.session, lot.id)
            self._named[lot.id] = {party for party, _ in first}
        return self._named[lot.id]

    def _breaches(self, lot: Lot, buyer: buyers.Buyer, new: SaleNew, quantity: int) -> list[law.Breach]:
        """What a supervisor may let pass with a reason: better a sale known than one hidden."""
        unmet = buyers.unmet_for_buyer(buyer, lot.calibre, new.sold_on)
        purchase = law.Purchase(
            lot.calibre,
            quantity,
            new.sold_on,
            buyer.kind,
            MarkingScheme(lot.scheme),
            self._of_lot.get((lot.id, buyer.id), 0),
            self._in_year.get((buyer.id, lot.calibre, new.sold_on.year), 0),
            buyer.age(new.sold_on),
        )
        judged = [] if lot.historical else law.breaches_of_sale(self._rules, purchase)
        return [*(law.Breach(one, Exceeding.APPROVAL) for one in unmet), *judged]

    def _keep(
        self,
        lot: Lot,
        seller_id: int,
        buyer: buyers.Buyer,
        new: SaleNew,
        quantity: int,
        picked: list[spans.Held],
    ) -> None:
        self._sales.append(_sale(self._work, lot, seller_id, buyer.id, quantity, new))
        taken, place = self._stock(lot.id, seller_id), (lot.id, buyer.id)
        given = self._held[place] if place in self._held else self._given.setdefault(place, [])
        for item in picked:
            self._moves.append(_move(self._work, lot, item, seller_id, buyer.id, new))
            _subtract(taken, item)
            given.append(spans.Held(item.span, item.depth + 1, item.span.first, new.sold_on))
        given.sort()
        if lot.scheme == MarkingScheme.LOT_AND_BUYER_CODE and seller_id == self._first_holder(lot.id):
            self._buyers_named(lot).add(buyer.id)
        self._of_lot[lot.id, buyer.id] = self._of_lot.get((lot.id, buyer.id), 0) + quantity
        year = (buyer.id, lot.calibre, new.sold_on.year)
        self._in_year[year] = self._in_year.get(year, 0) + quantity

    def write(self) -> None:
        """Write what was taken: sales, movements, exceptions, and the lots' counters."""
        session = self._work.session
        if not self._sales:
            return
        session.execute(insert(_SALES), self._sales)
        # a movement is taken out of one that may be new too: the shallow ones first
        session.execute(insert(_MOVEMENTS), sorted(self._moves, key=lambda move: move["depth"]))
        for lot_id, n, unmet, reason in self._passed:
            law_acts.let_pass(self._work, lot_id, unmet, reason, n)
        changed = {sale["lot_id"] for sale in self._sales}
        session.execute(
            update(Lot),
            [
                {"id": lot.id, "sales": lot.sales, "version": lot.version + 1}
                for lot in self._lots.values()
                if lot.id in changed
            ],
        )
        session.expire_all()


def bounds_asked(
    cartridges: int, quantity: int | None, package: spans.Span | None, first: int | None, last: int | None
) -> spans.Span | None:
    """Between which positions cartridges are asked for, None for anywhere; raises Invalid."""
    given = first is not None or last is not None
    if package is not None and given:
        raise Invalid.at("package", "Give a package or positions, not both.")
    bounds = _positions(cartridges, first, last) if given else package
    if quantity is None and bounds is None:
        raise Invalid.at("quantity", "Give a quantity, a package, or the first and last position.")
    if quantity is not None and bounds is not None and quantity > bounds.size:
        raise Invalid.at("quantity", f"Only {bounds.size:,} cartridges lie there.")
    return bounds


def _positions(cartridges: int, first: int | None, last: int | None) -> spans.Span:
    if first is None or last is None:
        raise Invalid.at("first" if first is None else "last", "Give both positions, or none.")
    if last >= cartridges:
        raise Invalid.at("last", f"Positions of this lot are 0 to {cartridges - 1:,}.")
    if first > last:
        raise Invalid.at("last", "The last position comes after the first.")
    return spans.Span(first, last)


def _parties(lines: Iterable[Line]) -> set[int]:
    keys = (key_of("P", text) for line in lines for text in (line.new.seller, line.new.buyer))
    return {key for key in keys if key is not None}


def _locked(work: Work, wanted: set[int]) -> dict[int, Lot]:
    """The lots that whoever works here may see, locked in the order of their keys."""
    found: dict[int, Lot] = {}
    ordered = sorted(wanted)
    for at in range(0, len(ordered), buyer_queries.AT_ONCE):
        some = ordered[at : at + buyer_queries.AT_ONCE]
        query = select(Lot).where(Lot.id.in_(some), *queries.scope(work)).order_by(Lot.id)
        fresh = query.with_for_update().execution_options(populate_existing=True)
        for lot in work.session.scalars(fresh):
            work.session.expunge(lot)
            found[lot.id] = lot
    return found


def _subtract(stock: list[spans.Held], taken: spans.Held) -> None:
    """Take a span out of the piece of a stock that it lies in."""
    for at, piece in enumerate(stock):
        if piece.depth == taken.depth and piece.span.within(taken.span) == taken.span:
            rest = spans.without(piece.span, [taken.span])
            stock[at : at + 1] = [
                spans.Held(span, piece.depth, piece.parent_first, piece.since, piece.unit) for span in rest
            ]
            return


def _sale(work: Work, lot: Lot, seller: int, buyer: int, quantity: int, new: SaleNew) -> dict[str, Any]:
    return {
        "lot_id": lot.id,
        "n": lot.sales,
        "seller_id": seller,
        "buyer_id": buyer,
        "sold_on": new.sold_on,
        "quantity": quantity,
        "authorization": new.authorization,
        "product_code": lot.product_code,
        "description": lot.product,
        "invoice_number": new.invoice_number,
        "invoice_series": new.invoice_series,
        "invoice_date": new.invoice_date,
        "permit_number": new.permit_number,
        "permit_date": new.permit_date,
        "recorded_at": work.now,
        "recorded_by": work.actor.user_id,
    }


def _move(work: Work, lot: Lot, item: spans.Held, seller: int, buyer: int, new: SaleNew) -> dict[str, Any]:
    return {
        "lot_id": lot.id,
        "depth": item.depth + 1,
        "first": item.span.first,
        "last": item.span.last,
        "parent_depth": item.depth,
        "parent_first": item.parent_first,
        "kind": MovementKind.SOLD.value,
        "happened_on": new.sold_on,
        "from_id": seller,
        "to_id": buyer,
        "sale_n": lot.sales,
        "place": new.place,
        "document": new.invoice_number,
        "unit": "",
        "recorded_at": work.now,
        "recorded_by": work.actor.user_id,
    }
