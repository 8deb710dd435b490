"""Licences of before this registry are kept: those that are over, with every fault and no other."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from registry.core.work import Office
from registry.intake import queries
from registry.intake.tables import IntakeRecord
from registry.licensing import queries as licences
from registry.licensing.tables import Event, Evidence, Licence, Line, Transit
from schemas.intake_vocabulary import IntakeKind
from tests.firearms.world import World, make_world
from tests.intake.book import enter, hand_in, reasons, undone
from tests.makers import EVERYTHING

HEAD = (
    "Licença;Tipo;Titular;Data de emissão;Validade;País de exportação;País de importação;Trânsito;"
    "Destinatário;Endereço do destinatário;Uso final;Local de emissão;Emitida por;Mercadoria;NCM;Descrição;"
    "Quantidade\n"
)
TO = "Armería Sur;Calle 1, Rosario;Venda;Brasília;DFPC"
GOODS = "Armas;930200;Pistolas 9 mm;120"
GOOD = (
    f"12/1998;Exportação;Taurus;03/04/1998;03/04/1999;Brasil;Argentina;Uruguai, Paraguai;{TO};{GOODS}\n"
    f"13/1998;Exportação;Taurus;1998;31/12/1999;Brasil;Argentina;;{TO};{GOODS}\n"  # 3: of a year
    f"14/1998;Importação;Casa do Caçador;03/04/1998;03/04/1999;US;BR;;{TO};Munição;930630;9 mm;5.000\n"
)
WRONG = (
    f"12/1998;Exportação;Taurus;04/04/1998;03/04/1999;Brasil;Argentina;;{TO};{GOODS}\n"  # 5: of line 2
    f"15/1998;Doação;Taurus;03/04/1998;03/04/1999;Brasil;Argentina;;{TO};{GOODS}\n"  # 6
    f"16/1998;Exportação;Taurus;03/04/1998;02/04/1998;Brasil;Argentina;;{TO};{GOODS}\n"  # 7: over before
    f"17/2020;Exportação;Taurus;03/04/2020;31/12/2999;Brasil;Argentina;;{TO};{GOODS}\n"  # 8: in force
    f"18/1998;Exportação;Taurus;03/04/1998;03/04/1999;Argentina;Brasil;;{TO};{GOODS}\n"  # 9: not ours
    f"19/1998;Exportação;Taurus;03/04/1998;03/04/1999;Brasil;Atlantis;;{TO};{GOODS}\n"  # 10
    f"20/1998;Exportação;Taurus;03/04/1998;03/04/1999;Brasil;Argentina;Lemúria;{TO};{GOODS}\n"  # 11
    f"21/1998;Exportação;Taurus;03/04/1998;03/04/1999;Brasil;Argentina;;{TO};Armas;930630;Balas;120\n"  # 12
    f"22/1998;Exportação;Nova;03/04/1998;03/04/1999;Brasil;Argentina;;{TO};{GOODS}\n"  # 13
    f"23/1998;Exportação;Taurus;03/04/1998;03/04/1999;Brasil;Argentina;;;;;;;{GOODS}\n"  # 14: five missing
)
EXPECTED = {
    (5, "licence"), (6, "licence_kind"), (7, "expires_on"), (8, "expires_on"), (9, "export_country"),
    (10, "import_country"), (11, "transits"), (12, "hs"), (13, "holder"), (14, "recipient_name"),
    (14, "recipient_address"), (14, "end_use"), (14, "place"), (14, "authority"),
}  # fmt: skip
TABLES = (Licence, Line, Transit, Evidence, Event, IntakeRecord)


@pytest.fixture
def world(office: Office) -> World:
    return make_world(office)


def brought_in(office: Office, content: str) -> queries.RunView:
    return hand_in(office, content, kind=IntakeKind.LICENCES)


def counted(office: Office) -> list[int]:
    with office.look(EVERYTHING) as work:
        return [work.session.scalar(select(func.count()).select_from(table)) or 0 for table in TABLES]


def test_a_register_is_judged_and_entered_with_every_fault_and_no_other(office: Office, world: World) -> None:
    found = brought_in(office, HEAD + GOOD + WRONG)
    assert {one[:2] for one in reasons(office, found)} == EXPECTED, reasons(office, found)
    assert (found.rows, found.good, found.bad, found.doubted) == (13, 3, 10, 1)
    assert counted(office) == [0, 0, 0, 0, 0, 0]
    done = enter(office, found)
    assert (done.state, done.entered, done.lost) == ("done", 3, 0)
    assert counted(office) == [3, 3, 2, 3, 3, 3]
    with office.look(EVERYTHING) as work:
        keys = work.session.scalars(select(Licence.id).order_by(Licence.id)).all()
        first = licences.licence(work, keys[0])
        assert (first.state, str(first.issued_on), first.lines[0].quantity) == ("expired", "1998-04-03", 120)
        assert (first.recipient_name, first.evidence[0].number) == ("Armería Sur", "12/1998")
        source = queries.record_source(work, licence_id=keys[1])
        assert source is not None
        assert (source.line, [one.field for one in source.doubts]) == (3, ["issued_on"])
    assert brought_in(office, HEAD + GOOD + "\n").known == 3


def test_all_of_it_goes_while_nothing_depends_on_it(office: Office, world: World) -> None:
    found = enter(office, brought_in(office, HEAD + GOOD))
    gone = undone(office, found.number)
    assert (gone.state, gone.problem, counted(office)) == ("undone", "", [0, 0, 0, 0, 0, 0])
    assert enter(office, brought_in(office, HEAD + GOOD)).entered == 3
