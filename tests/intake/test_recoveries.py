"""A register of evidence is brought in: each item is looked up, its chain begins, all can be taken back."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from registry.core.work import Office
from registry.intake import queries
from registry.intake.tables import IntakeRecord
from registry.recovery.tables import EvidenceStep, Item, Recovery
from schemas.intake_vocabulary import IntakeKind
from tests.firearms.world import World, make_world
from tests.intake.book import enter, hand_in, reasons, undone
from tests.makers import EVERYTHING

HEAD = (
    "Forma;Data da apreensão;Local;Órgão;Circunstâncias;Processo;Entregue por;Objeto;Tipo;Marca;Calibre;"
    "Número de série;Quantidade;Lacre\n"
)
GOOD = (
    "Apreensão;03/04/2015;Recife;Polícia Civil;Busca;IP 1/15;;Arma;Revólver;Rossi;.38 SPL;RX77;1;L1\n"
    "Achado;2016;Olinda;Polícia Civil;Terreno baldio;;;;pistola;;;;;\n"  # 3: nothing legible, of a year
    "Apreensão;05/06/2017;Natal;Polícia Civil;Busca;IP 2/17;;Munição;;CBC;9x19;;50;L2\n"
)
WRONG = (
    "Entrega;03/04/2015;Recife;Polícia Civil;;;;Arma;;;;A1;;\n"  # 5: nobody knows "Entrega"
    "Entregue;03/04/2015;Recife;Polícia Civil;;;;Arma;;;;A1;;\n"  # 6: by whom?
    "Apreensão;03/04/2015;Recife;Polícia Civil;;;;Arma;;;;A1;;\n"  # 7: how?
    "Apreensão;03/04/2999;Recife;Polícia Civil;Busca;;;Arma;;;;A1;;\n"  # 8
    "Apreensão;03/04/2015;;Polícia Civil;Busca;;;Arma;;;;A1;;\n"  # 9
    "Apreensão;03/04/2015;Recife;Polícia Federal;Busca;;;Arma;;;;A1;;\n"  # 10: nobody is called so
    "Apreensão;03/04/2015;Recife;Casa do Caçador;Busca;;;Arma;;;;A1;;\n"  # 11: no public body
    "Apreensão;03/04/2015;Recife;Polícia Civil;Busca;;;Arma;;;;A1;2;\n"  # 12: two firearms in one
    "Apreensão;03/04/2015;Recife;Polícia Civil;Busca;;;Arma;;;;A2;1;L1\n"  # 13: the bag of line 2
    "Campanha;03/04/2015;Recife;Polícia Civil;Busca;;Ana;Arma;;;;A3;1;\n"  # 14: which campaign?
)
EXPECTED = {
    (5, "recovered_as"), (6, "person_name"), (7, "circumstances"), (8, "recovered_on"), (9, "place"),
    (10, "agency"), (11, "agency"), (12, "quantity"), (13, "bag"), (14, "campaign"),
}  # fmt: skip
TABLES = (Recovery, Item, EvidenceStep, IntakeRecord)


@pytest.fixture
def world(office: Office) -> World:
    return make_world(office)


def brought_in(office: Office, content: str) -> queries.RunView:
    return hand_in(office, content, kind=IntakeKind.RECOVERIES)


def counted(office: Office) -> list[int]:
    with office.look(EVERYTHING) as work:
        return [work.session.scalar(select(func.count()).select_from(table)) or 0 for table in TABLES]


def test_a_register_is_judged_and_entered_with_every_fault_and_no_other(office: Office, world: World) -> None:
    found = brought_in(office, HEAD + GOOD + WRONG)
    assert {one[:2] for one in reasons(office, found)} == EXPECTED, reasons(office, found)
    assert (found.rows, found.good, found.bad, found.doubted) == (13, 3, 10, 1)
    assert counted(office) == [0, 0, 0, 0]
    done = enter(office, found)
    assert (done.state, done.entered, done.lost) == ("done", 3, 0)
    with office.look(EVERYTHING) as work:
        items = work.session.scalars(select(Item).order_by(Item.id)).all()
        assert [(item.kind, item.mark, item.quantity, item.bag) for item in items] == [
            ("firearm", "RX77", 1, "L1"), ("firearm", "", 1, None), ("ammunition", "", 50, "L2"),
        ]  # fmt: skip
        source = queries.record_source(work, recovery_id=items[1].recovery_id)
        assert source is not None
        assert (source.line, [one.field for one in source.doubts]) == (3, ["recovered_on"])
    assert brought_in(office, HEAD + GOOD + "\n").known == 3


def test_all_of_it_goes_while_nothing_depends_on_it(office: Office, world: World) -> None:
    found = enter(office, brought_in(office, HEAD + GOOD))
    gone = undone(office, found.number)
    assert (gone.state, gone.problem, counted(office)) == ("undone", "", [0, 0, 0, 0])
    assert enter(office, brought_in(office, HEAD + GOOD)).entered == 3
