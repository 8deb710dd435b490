"""Lines of the sales register are brought in, each taking of what is left by those before it."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import func, select

from registry.ammunition import acts as ammunition
from registry.ammunition.tables import Lot, Movement, Packing, Sale
from registry.core.errors import Conflict
from registry.core.work import Office
from registry.intake import acts, queries
from registry.intake.tables import IntakeRecord
from schemas.ammunition import LotNew, MovementNew
from schemas.intake_vocabulary import IntakeKind
from schemas.vocabulary import MarkingScheme, MovementKind
from tests.firearms.world import World, make_world
from tests.intake.book import enter, faults, hand_in, reasons, undone
from tests.makers import EVERYTHING

HEAD = (
    "Lote;Vendedor;Comprador;CPF;Data da venda;Quantidade;Autorização;Nota fiscal;Série;Data da nota;"
    "Guia de tráfego;Data da guia;Motivo\n"
)
PAPERS = "EB-1;77;1;07/01/2010;GT-1;07/01/2010;\n"
GOOD = (
    f"UZZ18;Taurus;Casa do Caçador;;07/01/2010;600;{PAPERS}"  # 2
    f"uzz-18;Casa do Caçador;João da Silva;111.444.777-35;08/01/2010;50;{PAPERS.strip()}Old\n"  # 3: of 2
    f"UZZ18;Taurus;Polícia Civil;;2011;300;{PAPERS}"  # 4
)
WRONG = (
    f"UZZ18;Taurus;Casa do Caçador;;08/01/2012;101;{PAPERS}"  # 5: 100 are left
    f"UZZ18;Casa do Caçador;Polícia Civil;;06/01/2010;10;{PAPERS}"  # 6: before it had any
    f"XYZ99;Taurus;Casa do Caçador;;07/01/2010;1;{PAPERS}"  # 7: no such lot
    f"UZZ18;Taurus;Casa Nova;;07/01/2010;1;{PAPERS}"  # 8: nobody is called so
    f"UZZ18;Taurus;Maria;999;07/01/2010;1;{PAPERS}"  # 9: nobody has this document
    f"UZZ18;Taurus;Maria;111.444.777-35;07/01/2010;1;{PAPERS}"  # 10: somebody else has
    f"UZZ18;Taurus;;;07/01/2010;1;{PAPERS}"  # 11
    f"UZZ18;Taurus;Taurus;;07/01/2010;1;{PAPERS}"  # 12: to themselves
    f"UZZ18;Taurus;Polícia Civil;;07/01/2999;1;{PAPERS}"  # 13
    f"UZZ18;Taurus;Polícia Civil;;07/01/2010;;{PAPERS}"  # 14
    "UZZ18;Taurus;Polícia Civil;;07/01/2010;1;EB-1;77;1;07/01/2010;;07/01/2010;\n"  # 15: no permit
    f"AMB1;Taurus;Polícia Civil;;07/01/2010;1;{PAPERS}"  # 16: two lots have this code
)
EXPECTED = [
    (5, "quantity"), (6, "quantity"), (7, "lot"), (8, "buyer"), (9, "buyer_document"), (10, "buyer"),
    (11, "buyer"), (12, "buyer"), (13, "sold_on"), (14, "quantity"), (15, "permit_number"), (16, "lot"),
]  # fmt: skip
VALUES = [
    "101", "10", "XYZ99", "Casa Nova", "999", "Maria", "", "Taurus", "07/01/2999", "", "", "AMB1",
]  # fmt: skip
"""What stands in the cells, also where only the counter of the lot refused it."""


@pytest.fixture
def world(office: Office) -> World:
    made = make_world(office)
    lots = (("UZZ18", "9x19", 1000), ("AMB1", "9x19", 10), ("AMB1", ".38 Special", 10))
    with office.begin(EVERYTHING) as work:
        for code, calibre, count in lots:
            day, scheme = date(2006, 11, 20), MarkingScheme.LOT_CODE
            new = LotNew(made.maker.number, code, calibre, "P", "P", count, day, scheme, historical=True)
            ammunition.register_lot(work, new)
    return made


def brought_in(office: Office, content: str) -> queries.RunView:
    return hand_in(office, content, kind=IntakeKind.SALES)


def counted(office: Office, *tables: type) -> list[int]:
    with office.look(EVERYTHING) as work:
        return [work.session.scalar(select(func.count()).select_from(table)) or 0 for table in tables]


def test_a_register_is_judged_and_entered_with_every_fault_and_no_other(
    office: Office, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(acts, "CHUNK", 2)  # what is left is known also of pieces before
    found = brought_in(office, HEAD + GOOD + WRONG)
    assert [one[:2] for one in reasons(office, found)] == EXPECTED, reasons(office, found)
    assert [one[2] for one in faults(office, found)] == VALUES
    assert (found.rows, found.good, found.bad, found.doubted) == (15, 3, 12, 1)
    assert counted(office, Sale) == [0]
    done = enter(office, found)
    assert (done.state, done.entered, done.lost) == ("done", 3, 0)
    with office.look(EVERYTHING) as work:
        rows = work.session.scalars(select(Sale).order_by(Sale.n)).all()
        assert [(row.n, row.quantity, str(row.sold_on)) for row in rows] == [
            (1, 600, "2010-01-07"), (2, 50, "2010-01-08"), (3, 300, "2011-01-01"),
        ]  # fmt: skip
    assert brought_in(office, HEAD + GOOD + "\n").known == 3


def test_all_of_it_goes_while_nothing_was_sold_on(office: Office, world: World) -> None:
    before = counted(office, Sale, Movement, IntakeRecord)
    found = enter(office, brought_in(office, HEAD + GOOD))
    gone = undone(office, found.number)
    assert (gone.state, gone.problem) == ("undone", "")
    assert counted(office, Sale, Movement, IntakeRecord) == before
    assert enter(office, brought_in(office, HEAD + GOOD)).entered == 3
    with office.look(EVERYTHING) as work:
        assert work.session.scalars(select(Sale.n).order_by(Sale.n)).all() == [4, 5, 6]


def test_what_was_used_of_it_keeps_all_of_it(office: Office, world: World) -> None:
    found = enter(office, brought_in(office, HEAD + GOOD))
    with office.begin(EVERYTHING) as work:
        key = work.session.scalars(select(Lot.id).where(Lot.code == "UZZ18")).one()
        day = date(2012, 1, 1)
        used = MovementNew(MovementKind.EXPENDED, day, world.police.number, quantity=5)
        ammunition.move(work, key, used)
    with pytest.raises(Conflict, match=r"L-0"):
        undone(office, found.number)


PACKING = (
    "Lote;Calibre;Embalagem;Por caixa;Primeiro cartucho;Último cartucho\n"
    "UZZ18;;caixa;50;0;499\n"
    "UZZ18;;cunhete;100;0;499\n"
    "UZZ18;;caixa;50;450;549\n"  # 4: some of these are in a package already
    "UZZ18;;caixa;50;900;1000\n"  # 5: beyond the lot
    "UZZ18;;saco;50;500;599\n"  # 6: nobody knows what that is
    "AMB1;9x19;caixa;;0;9\n"  # 7: how many in each?
)


def test_packages_are_brought_in_and_taken_back(office: Office, world: World) -> None:
    found = hand_in(office, PACKING, kind=IntakeKind.PACKAGES)
    assert {one[:2] for one in reasons(office, found)} == {(4, "lot"), (5, "last"), (6, "level"), (7, "size")}
    assert (found.good, found.bad, counted(office, Packing)) == (2, 4, [0])
    done = enter(office, found)
    assert (done.state, done.entered, counted(office, Packing)) == ("done", 2, [2])
    gone = undone(office, found.number)
    assert (gone.state, gone.problem, counted(office, Packing)) == ("undone", "", [0])
