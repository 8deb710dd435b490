"""Random packaging, sales, issues, returns and losses against a model with one object for each cartridge."""

from __future__ import annotations

import itertools
from collections import Counter
from dataclasses import dataclass
from datetime import date

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from registry.ammunition import acts, package_queries, queries, whereabouts
from registry.ammunition.views import LotView
from registry.core.errors import Conflict, Refused
from registry.core.numbers import parse_registry_number
from registry.core.work import Office
from schemas.ammunition import LotNew, MovementNew, PackNew, SaleNew
from schemas.ammunition_packages import PackagesAsked
from schemas.vocabulary import MarkingScheme, MovementKind, PackageLevel, PartyKind
from tests.makers import EVERYTHING, make_party

CARTRIDGES = 30
DAY = date(2020, 1, 7)
GONE = (
    MovementKind.EXPENDED,
    MovementKind.LOST,
    MovementKind.STOLEN,
    MovementKind.DESTROYED,
    MovementKind.EXPORTED,
)
PLACES = st.integers(0, CARTRIDGES - 1)
PARTIES = st.integers(0, 3)
UNITS = st.sampled_from(["", "1st", "2nd"])
CODES = itertools.count(1)


@dataclass
class Cartridge:
    """Where one cartridge is: its holder (None for nobody), their unit, and how it came there."""

    holder: int | None = 0
    unit: str = ""
    kind: str = "held"


class Lot(RuleBasedStateMachine):
    """One lot in the registry, and the same lot as a list of cartridges."""

    office: Office
    parties: list[str]

    def __init__(self) -> None:
        super().__init__()
        code = f"A{next(CODES)}"
        new = LotNew(
            self.parties[0], code, "9x19", "P", "p", CARTRIDGES, date(2020, 1, 1), MarkingScheme.SERIALISED
        )
        with self.office.begin(EVERYTHING) as work:
            self.key = parse_registry_number("L", acts.register_lot(work, new).number)
        self.cartridges = [Cartridge() for _ in range(CARTRIDGES)]
        self.boxes: dict[int, tuple[str, frozenset[int]]] = {}
        self.numbers = 0

    def _of(self, giver: int, unit: str, within: range) -> list[int]:
        """Positions that a giver has, of a unit where one is named."""
        return [
            n for n in within if self.cartridges[n].holder == giver and unit in ("", self.cartridges[n].unit)
        ]

    def _does(self, positions: list[int], quantity: int, become: Cartridge, act: object) -> None:
        """The registry does what the model can do, and refuses what it cannot."""
        try:
            with self.office.begin(EVERYTHING) as work:
                act(work)  # type: ignore[operator]
        except Refused:
            assert len(positions) < quantity
            return
        assert len(positions) >= quantity
        for n in positions[:quantity]:
            self.cartridges[n] = Cartridge(become.holder, become.unit, become.kind)

    @rule(giver=PARTIES, taker=PARTIES, quantity=st.integers(1, 12), unit=UNITS)
    def sell(self, giver: int, taker: int, quantity: int, unit: str) -> None:
        if giver == taker:
            return
        new = SaleNew(
            self.parties[giver],
            self.parties[taker],
            DAY,
            "EB-1",
            "7",
            "1",
            DAY,
            "GT",
            DAY,
            quantity,
            unit=unit,
        )
        stock = self._of(giver, unit, range(CARTRIDGES))
        self._does(stock, quantity, Cartridge(taker), lambda work: acts.sell(work, self.key, new))

    @rule(giver=PARTIES, taker=PARTIES, first=PLACES, last=PLACES)
    def sell_a_span(self, giver: int, taker: int, first: int, last: int) -> None:
        if giver == taker or first > last:
            return
        new = SaleNew(
            self.parties[giver],
            self.parties[taker],
            DAY,
            "EB-1",
            "7",
            "1",
            DAY,
            "GT",
            DAY,
            first=first,
            last=last,
        )
        stock = self._of(giver, "", range(first, last + 1))
        self._does(stock, last - first + 1, Cartridge(taker), lambda work: acts.sell(work, self.key, new))

    @rule(
        giver=PARTIES,
        taker=PARTIES,
        quantity=st.integers(1, 12),
        unit=UNITS,
        to_unit=UNITS,
        back=st.booleans(),
    )
    def hand_over(self, giver: int, taker: int, quantity: int, unit: str, to_unit: str, back: bool) -> None:
        if (giver, unit) == (taker, to_unit):
            return
        kind = MovementKind.RETURNED if back else MovementKind.ISSUED
        new = MovementNew(
            kind, DAY, self.parties[giver], self.parties[taker], quantity, unit=unit, to_unit=to_unit
        )
        stock = self._of(giver, unit, range(CARTRIDGES))
        self._does(stock, quantity, Cartridge(taker, to_unit), lambda work: acts.move(work, self.key, new))

    @rule(giver=PARTIES, quantity=st.integers(1, 5), kind=st.sampled_from(GONE), unit=UNITS)
    def lose(self, giver: int, quantity: int, kind: MovementKind, unit: str) -> None:
        new = MovementNew(kind, DAY, self.parties[giver], None, quantity, unit=unit)
        stock = self._of(giver, unit, range(CARTRIDGES))
        gone = Cartridge(None, "", kind.value)
        self._does(stock, quantity, gone, lambda work: acts.move(work, self.key, new))

    @rule(
        level=st.sampled_from(PackageLevel),
        size=st.integers(1, 12),
        first=PLACES,
        last=PLACES,
        anew=st.booleans(),
    )
    def pack(self, level: PackageLevel, size: int, first: int, last: int, anew: bool) -> None:
        if first > last:
            return
        new = PackNew(level, size, first, last, anew)
        tiles = [frozenset(range(at, min(at + size, last + 1))) for at in range(first, last + 1, size)]
        taken = {
            n for n, (of, box) in self.boxes.items() if of == level and any(box & tile for tile in tiles)
        }
        others = [box for of, box in self.boxes.values() if of != level]
        cut = any(box & tile and not (box <= tile or tile <= box) for box in others for tile in tiles)
        try:
            with self.office.begin(EVERYTHING) as work:
                acts.pack(work, self.key, new)
        except Conflict:
            assert cut or (taken and not anew)
            return
        assert not cut
        assert anew or not taken
        for n in taken:
            del self.boxes[n]
        for tile in tiles:
            self.numbers += 1
            self.boxes[self.numbers] = (level.value, tile)

    @invariant()
    def every_cartridge_is_where_the_model_says(self) -> None:
        with self.office.look(EVERYTHING) as work:
            lot = queries.lot(work, self.key)
            packed = package_queries.packages(work, self.key, PackagesAsked(limit=200)).items
            ends = [whereabouts.chain(work.session, self.key, n)[-1] for n in range(0, CARTRIDGES, 7)]
        assert self._counted(lot) == Counter((c.holder, c.unit, c.kind) for c in self.cartridges)
        found = [(row.level, row.first, row.last) for row in packed if not row.opened]
        assert sorted(found) == sorted((of, min(box), max(box)) for of, box in self.boxes.values())
        for last, cartridge in zip(ends, self.cartridges[::7], strict=True):
            expected = None if cartridge.holder is None else self.parties[cartridge.holder]
            assert (last.to_id and f"P-{last.to_id:09d}") == (expected and expected[:11])

    def _counted(self, lot: LotView) -> Counter[tuple[int | None, str, str]]:
        held: Counter[tuple[int | None, str, str]] = Counter()
        for share in lot.holders:
            who = self.parties.index(share.party.number) if share.party else None
            held[who, share.unit, share.kind if who is None else "held"] += share.quantity
        return held


@pytest.mark.timeout(300)
def test_the_registry_agrees_with_a_model_of_one_object_for_each_cartridge(office: Office) -> None:
    with office.begin(EVERYTHING) as work:
        maker = make_party(work, PartyKind.MAKER).number
        Lot.parties = [maker, *(make_party(work, PartyKind.DEALER).number for _ in range(3))]
    Lot.office = office
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        Lot,
        settings=settings(
            phases=[Phase.generate],
            max_examples=20,
            stateful_step_count=25,
            suppress_health_check=list(HealthCheck),
            deadline=None,
        ),
    )
