"""A register of lots is brought in: old ones are flagged and not refused, and all can be taken back."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import func, select, text

from registry.ammunition import acts as ammunition
from registry.ammunition import queries as lots
from registry.ammunition.tables import Lot, Movement
from registry.core.errors import Conflict
from registry.core.work import Office
from registry.intake import queries
from registry.intake.tables import IntakeRecord
from schemas.ammunition import LotsAsked, MovementNew
from schemas.intake_vocabulary import IntakeKind
from schemas.vocabulary import MovementKind
from tests.firearms.world import World, make_world
from tests.intake.book import enter, faults, hand_in, reasons, undone
from tests.makers import EVERYTHING

HEAD = "Lote;Fabricante;Calibre;Código do produto;Produto;Quantidade;Data de fabricação;Marcação;EAN\n"
GOOD = (
    "UZZ18;Taurus;9x19;9ETOG;9 mm Luger 124 gr;2.463.000;20/11/2006;lote e comprador;\n"  # 2: far too many
    "ABC12;Forjas Taurus;.38 Special;38X;.38 SPL;10000;2019;lote;17891234500011\n"  # 3: of a year
    "ABC12;Taurus;9x19;9ETOG;9 mm Luger;10 000;01/02/2019;serial;\n"  # 4: the code on another calibre
)
WRONG = (
    "abc-12;Taurus;9 mm Luger;9ETOG;9 mm Luger;10000;01/02/2019;serial;\n"  # 5: of line 4
    "ABC13;Nobody;9x19;9ETOG;9 mm;10000;2019-01-01;lote;\n"  # 6
    "ABC14;Taurus;9x20;9ETOG;9 mm;10000;2019-01-01;lote;\n"  # 7
    "ABC15;Taurus;9x19;9ETOG;9 mm;0;2019-01-01;lote;\n"  # 8
    "ABC16;Taurus;9x19;9ETOG;9 mm;1.5;2019-01-01;lote;\n"  # 9
    "ABC17;Taurus;9x19;9ETOG;9 mm;100;31/02/2019;lote;\n"  # 10
    "ABC18;Taurus;9x19;9ETOG;9 mm;100;2019-01-01;gravado;\n"  # 11
    "ABC19;Taurus;9x19;9ETOG;9 mm;100;2019-01-01;lote;17891234500012\n"  # 12
    "ABC20;Taurus;9x19;9ETOG;9 mm;100;2999-01-01;lote;\n"  # 13
    ";Taurus;9x19;9ETOG;9 mm;100;2019-01-01;lote;\n"  # 14
    "ABC21;Taurus;9x19;;9 mm;1E+10;2019-01-01;lote;\n"  # 15: two faults
)
EXPECTED = [
    (5, "code"), (6, "maker"), (7, "calibre"), (8, "quantity"), (9, "quantity"), (10, "produced_on"),
    (11, "scheme"), (12, "gtin"), (13, "produced_on"), (14, "code"), (15, "product_code"), (15, "quantity"),
]  # fmt: skip


@pytest.fixture
def world(office: Office) -> World:
    return make_world(office)


def brought_in(office: Office, content: str) -> queries.RunView:
    return hand_in(office, content, kind=IntakeKind.LOTS)


def test_a_register_is_judged_and_entered_with_every_fault_and_no_other(office: Office, world: World) -> None:
    found = brought_in(office, HEAD + GOOD + WRONG)
    assert sorted(one[:2] for one in reasons(office, found)) == EXPECTED, reasons(office, found)
    assert (5, "code", "abc-12") in faults(office, found)
    assert (found.rows, found.good, found.bad, found.doubted) == (14, 3, 11, 1)
    done = enter(office, found)
    assert (done.state, done.entered) == ("done", 3)
    with office.look(EVERYTHING) as work:
        kept = {one.calibre: one for one in lots.lots(work, LotsAsked(q="ABC12")).items}
        assert set(kept) == {"9mm-luger", "38-special"} or len(kept) == 2
        (uzz,) = lots.lots(work, LotsAsked(q="UZZ-18")).items  # search knows it
        key = work.session.scalars(select(Lot.id).where(Lot.code == "UZZ18")).one()
        view = lots.lot(work, key)
        assert (uzz.quantity, view.historical, view.unmet[0].article) == (2_463_000, True, "16 D LOG art. 2")
        year = work.session.scalars(select(Lot.id).where(Lot.product_code == "38X")).one()
        source = queries.record_source(work, lot_id=year, sale_n=None, packing_n=None)
        assert source is not None
        assert (source.line, [one.field for one in source.doubts]) == (3, ["produced_on"])
        entries = work.session.execute(
            text(
                "SELECT count(*) FROM ledger_change c JOIN ledger_entry e ON e.id = c.entry_id WHERE"
                " c.subject = 'lot' AND c.op = 'I' AND e.case_number = :number AND e.act = 'lot.register'"
            ),
            {"number": found.number},
        )
        assert entries.scalar() == 3
    assert brought_in(office, HEAD + GOOD + "\n").known == 3


def test_all_of_it_goes_while_nothing_moved(office: Office, world: World) -> None:
    found = enter(office, brought_in(office, HEAD + GOOD))
    with office.look(EVERYTHING) as work:
        numbers = [one.number for one in lots.lots(work, LotsAsked()).items]
    gone = undone(office, found.number)
    assert (gone.state, gone.problem) == ("undone", "")
    with office.look(EVERYTHING) as work:
        for table in (Lot, Movement, IntakeRecord):
            assert work.session.scalar(select(func.count()).select_from(table)) == 0
    enter(office, brought_in(office, HEAD + GOOD))
    with office.look(EVERYTHING) as work:  # a number is given once
        assert not {one.number for one in lots.lots(work, LotsAsked()).items} & set(numbers)


def test_a_lot_that_moved_keeps_all_of_it(office: Office, world: World) -> None:
    found = enter(office, brought_in(office, HEAD + GOOD))
    with office.begin(EVERYTHING) as work:
        key = work.session.scalars(select(Lot.id).where(Lot.product_code == "38X")).one()
        day = date(2020, 1, 1)
        ammunition.move(work, key, MovementNew(MovementKind.EXPENDED, day, world.maker.number, quantity=5))
    with pytest.raises(Conflict, match=r"L-0"):
        undone(office, found.number)
