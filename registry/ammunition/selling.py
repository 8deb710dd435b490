"""Recording sales, one or many, in one unit of work: everything is read first, judged line by line, and
written at once.

The rows of the lots are locked in the order of their keys, so that two reports about the same lots wait
for each other instead of refusing each other.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from registry.ammunition import (
    buyer_queries,
    buyers,
    law,
    law_acts,
    law_queries,
    package_queries,
    queries,
    rules,
    selling_rows,
    spans,
    whereabouts,
)
from registry.ammunition.buyer_queries import given
from registry.ammunition.packaging import Run, package_key
from registry.ammunition.selling_rows import AtCounter
from registry.ammunition.views import SaleView
from registry.core.database import Prepared
from registry.core.days import day_of
from registry.core.errors import Forbidden, Invalid, NotFound, Refused, Unmet
from registry.core.numbers import key_of
from registry.core.work import Work, limited_to
from registry.directory import queries as directory
from schemas.ammunition import SaleNew
from schemas.vocabulary import Exceeding, MarkingScheme, May, RuleKind
from schemas.words import amount, said

AT_ONCE = 500


@dataclass(frozen=True)
class Line:
    """A sale as it was reported: of which lot, and what."""

    lot_id: int
    new: SaleNew


class Counter:
    """Takes sales one after the other; what it took stands in the database after `write`.

    keeping: whether they are to be written at all, or only judged.
    """

    def __init__(self, work: Work, lines: Sequence[Line], *, keeping: bool = True) -> None:
        self._work, self._keeping = work, keeping
        found = _Found.of(work, lines)
        self._lots, self._rules, self._parties = found.lots, found.rules, found.parties
        self._held, self._names = found.held, found.names
        self._runs: dict[int, list[Run]] = {}
        self._named: dict[int, set[int]] = {}
        kinds = {rule.kind for rule in self._rules}
        self._of_lot: dict[tuple[int, int], int] = {}
        self._in_year: dict[tuple[int, str, int], int] = {}
        if RuleKind.BUYER_LIMIT in kinds:
            pairs = {(line.lot_id, key_of("P", line.new.buyer) or 0) for line in lines}
            self._of_lot = buyer_queries.bought_of_lots(work, pairs)
        if RuleKind.YEARLY_LIMIT in kinds:
            years = [line.new.sold_on.year for line in lines]
            self._in_year = buyer_queries.bought_in_years(work, self._parties, years)
        self._in_force: dict[tuple[date, str, str], list[law.Rule]] = {}
        self._against: dict[tuple[int, str, date], list[Unmet]] = {}
        self._sales: list[selling_rows.Sold] = []
        self._moves: list[selling_rows.Moved] = []
        self._sent = 0, 0
        self._passed: list[tuple[int, int, list[Unmet], str]] = []

    def take(self, line: Line) -> int:
        """Judge a sale and keep it for writing; answers its number in the lot's register.

        Raises Invalid, Forbidden, NotFound, Refused; then nothing of it is kept.
        """
        lot, new = self._lot(line.lot_id), line.new
        seller, buyer = self._party(new.seller, "seller"), self._party(new.buyer, "buyer")
        if limited_to(self._work.actor, May.SALE_RECORD) not in (None, seller.id):
            raise Forbidden("You may record what you hand over yourself")
        stock = self._held[lot.id, seller.id]
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
        if self._keeping and len(self._sales) - self._sent[0] == AT_ONCE:
            self._send()
        return lot.sales

    def _send(self) -> None:
        """Let the database take what is judged while the next lines are."""
        sales, moves = self._sent
        selling_rows.put(self._work, self._sales[sales:], self._moves[moves:])
        self._sent = len(self._sales), len(self._moves)

    def _lot(self, lot_id: int) -> AtCounter:
        if lot_id not in self._lots:
            raise NotFound(said("No lot has the number %(number)s", number=queries.lot_number(lot_id)))
        return self._lots[lot_id]

    def _party(self, text: str, field: str) -> buyers.Buyer:
        key = key_of("P", text)
        if key is None or key not in self._parties:
            raise Invalid.at(field, said("No party has the number %(number)s.", number=text))
        return self._parties[key]

    def _bounds(self, lot: AtCounter, new: SaleNew) -> spans.Span | None:
        """The package or positions that are meant; raises Invalid."""
        found = self._package(lot, new.package) if new.package else None
        return bounds_asked(lot.quantity, new.quantity, found, new.first, new.last)

    def _package(self, lot: AtCounter, text: str) -> spans.Span:
        key = package_key(text)
        if key is not None and key[0] == lot.id:
            if lot.id not in self._runs:
                self._runs[lot.id] = package_queries.runs(self._work.session, lot.id)
            run = next((run for run in self._runs[lot.id] if run.holds(key[1])), None)
            if run is not None:
                return run.package(key[1])
        words = said("%(package)s is no package of this lot.", package=repr(text[:40]))
        raise Invalid.at("package", words)

    def _refuse_broken(
        self,
        lot: AtCounter,
        seller: buyers.Buyer,
        buyer: buyers.Buyer,
        new: SaleNew,
        quantity: int,
        held: int,
    ) -> None:
        facts = rules.SaleFacts(
            sold_on=new.sold_on,
            invoice_date=new.invoice_date,
            permit_date=new.permit_date,
            quantity=quantity,
            held=held,
            produced_on=lot.produced_on,
            scheme=lot.scheme,
            historical=lot.historical,
            seller_id=seller.id,
            buyer_id=buyer.id,
            from_whole=seller.id == lot.first_holder,
            other_buyers=self._buyers_named(lot),
        )
        unmet = rules.unmet_for_sale(facts, self._work.today)
        unmet += buyers.unmet_for_licence(new.authorization)
        unmet += buyers.unmet_for_closed(seller, buyer, new.sold_on)
        if unmet:
            raise Refused(unmet=unmet)

    def _buyers_named(self, lot: AtCounter) -> set[int]:
        """Who bought from whoever had the whole lot, where its code names one buyer."""
        if lot.scheme is not MarkingScheme.LOT_AND_BUYER_CODE:
            return set()
        if lot.id not in self._named:
            first = queries.first_sales(self._work.session, lot.id)
            self._named[lot.id] = {party for party, _ in first}
        return self._named[lot.id]

    def _breaches(self, lot: AtCounter, buyer: buyers.Buyer, new: SaleNew, quantity: int) -> list[law.Breach]:
        """What a supervisor may let pass with a reason: better a sale known than one hidden."""
        against = [law.Breach(one, Exceeding.APPROVAL) for one in self._unmet(buyer, lot, new.sold_on)]
        rules = [] if lot.historical else self._rules_for(new.sold_on, lot.calibre, buyer.kind)
        if not rules:
            return against
        purchase = law.Purchase(
            lot.calibre,
            quantity,
            new.sold_on,
            buyer.kind,
            lot.scheme,
            self._of_lot.get((lot.id, buyer.id), 0),
            self._in_year.get((buyer.id, lot.calibre, new.sold_on.year), 0),
            buyer.age(new.sold_on),
        )
        return against + law.breaches_under(rules, purchase)

    def _unmet(self, buyer: buyers.Buyer, lot: AtCounter, on: date) -> list[Unmet]:
        """What speaks against a buyer; a report names the same one again and again."""
        key = (buyer.id, lot.calibre, on)
        if key not in self._against:
            self._against[key] = buyers.unmet_for_buyer(buyer, lot.calibre, on)
        return self._against[key]

    def _rules_for(self, on: date, calibre: str, buyer_kind: str) -> list[law.Rule]:
        key = (on, calibre, buyer_kind)
        if key not in self._in_force:
            self._in_force[key] = law.for_sales(self._rules, on, calibre, buyer_kind)
        return self._in_force[key]

    def _keep(
        self,
        lot: AtCounter,
        seller_id: int,
        buyer: buyers.Buyer,
        new: SaleNew,
        quantity: int,
        picked: list[spans.Held],
    ) -> None:
        self._sales.append(selling_rows.sold(self._work, lot, seller_id, buyer.id, quantity, new))
        taken, given = self._held[lot.id, seller_id], self._held.get((lot.id, buyer.id))
        for item in picked:
            self._moves.append(selling_rows.moved(self._work, lot, item, seller_id, buyer.id, new))
            _subtract(taken, item)
            if given is not None:  # the buyer sells too, further down
                insort(given, spans.Held(item.span, item.depth + 1, item.span.first, new.sold_on))
        if lot.scheme is MarkingScheme.LOT_AND_BUYER_CODE and seller_id == lot.first_holder:
            self._buyers_named(lot).add(buyer.id)
        self._of_lot[lot.id, buyer.id] = self._of_lot.get((lot.id, buyer.id), 0) + quantity
        year = (buyer.id, lot.calibre, new.sold_on.year)
        self._in_year[year] = self._in_year.get(year, 0) + quantity

    def write(self) -> None:
        """Write what was taken: sales, movements, the lots' counters, and exceptions."""
        if not self._sales:
            return
        changed = [self._lots[key] for key in sorted({sale.lot_id for sale in self._sales})]
        sales, moves = self._sent
        selling_rows.write(self._work, self._sales[sales:], self._moves[moves:], changed)
        for lot_id, n, unmet, reason in self._passed:
            law_acts.let_pass(self._work, lot_id, unmet, reason, n)

    def shown(self) -> list[SaleView]:
        """What was taken, as it is shown."""
        shown = {key for sale in self._sales for key in (sale.seller_id, sale.buyer_id)}
        known = directory.names_told(self._work, [row for row in self._names if row[0] in shown])
        return [queries.sale_view(sale, self._lots[sale.lot_id].code, known, {}) for sale in self._sales]


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
        words = said("Only %(count)s cartridges lie there.", count=amount(bounds.size))
        raise Invalid.at("quantity", words)
    return bounds


def _positions(cartridges: int, first: int | None, last: int | None) -> spans.Span:
    if first is None or last is None:
        raise Invalid.at("first" if first is None else "last", "Give both positions, or none.")
    if last >= cartridges:
        words = said("Positions of this lot are 0 to %(last)s.", last=amount(cartridges - 1))
        raise Invalid.at("last", words)
    if first > last:
        raise Invalid.at("last", "The last position comes after the first.")
    return spans.Span(first, last)


_LOTS = Prepared(
    "SELECT l.id, l.code, l.calibre, l.product_code, l.product, l.quantity, l.produced_on, l.scheme,"
    " l.historical, l.sales, m.to_id FROM lot l LEFT JOIN movement m ON m.lot_id = l.id AND m.depth = 0"
    " WHERE l.id {among} AND (CAST(:own AS BIGINT) IS NULL OR l.maker_id = CAST(:own AS BIGINT) OR EXISTS"
    " (SELECT 1 FROM movement h WHERE h.lot_id = l.id AND h.to_id = CAST(:own AS BIGINT)))"
    " ORDER BY l.id {lock}"
)


@dataclass(frozen=True)
class _Found:
    """What the sales are judged by. held: what every seller has of the lots they sell of, by (lot, seller);
    names: key, name, kind, country and full name of the parties.
    """

    lots: dict[int, AtCounter]
    rules: list[law.Rule]
    parties: dict[int, buyers.Buyer]
    names: list[tuple[int, str, str, str, str | None]]
    held: dict[tuple[int, int], list[spans.Held]]

    @classmethod
    def of(cls, work: Work, lines: Sequence[Line]) -> _Found:
        """Everything at once: the lots that whoever works here may see are locked in the order of their
        keys, and what follows sees what is committed by then.
        """
        sold = {(line.lot_id, key_of("P", line.new.seller) or 0) for line in lines}
        people = {key for line in lines if (key := key_of("P", line.new.buyer)) is not None}
        people |= {seller for _, seller in sold}
        keys = {"keys": given(sorted({lot for lot, _ in sold}))}
        pairs = {"given": given(sorted(sold))}
        lots, rules, parties, firearms, received, passed_on = work.run(
            (_LOTS, {**keys, "own": limited_to(work.actor, May.LOT_READ)}),
            (law_queries.ALL_RULES, {}),
            *buyer_queries.asked(people),
            (whereabouts.RECEIVED, pairs),
            (whereabouts.PASSED_ON, pairs),
        )
        held = whereabouts.stocks(received, passed_on)
        return cls(
            {row[0]: _at_counter(*row) for row in lots},
            law_queries.rules_told(rules),
            buyer_queries.told(parties, firearms),
            [(row[0], row[8], row[1], row[2], row[9]) for row in parties],
            {pair: held.get(pair, []) for pair in sold},
        )


def _at_counter(
    key: int,
    code: str,
    calibre: str,
    product_code: str,
    product: str,
    quantity: int,
    produced_on: date | str,
    scheme: str,
    historical: bool,
    *rest: Any,
) -> AtCounter:
    made, kind = day_of(produced_on), MarkingScheme(scheme)
    return AtCounter(key, code, calibre, product_code, product, quantity, made, kind, bool(historical), *rest)


def _subtract(stock: list[spans.Held], taken: spans.Held) -> None:
    """Take a span out of the piece of a stock that it lies in."""
    for at, piece in enumerate(stock):
        if piece.depth == taken.depth and piece.span.within(taken.span) == taken.span:
            rest = spans.without(piece.span, [taken.span])
            stock[at : at + 1] = [
                spans.Held(span, piece.depth, piece.parent_first, piece.since, piece.unit) for span in rest
            ]
            return
