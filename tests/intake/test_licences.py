"""Licences of before this registry are kept: those that are over, with every fault and no other."""

from __future__ import annotations

from datetime import UTC, date, datetime
from io import BytesIO

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, text

from registry.access import approvals
from registry.access.approval_queries import ProposalView
from registry.core.errors import Conflict, Forbidden
from registry.core.work import OPERATOR, Actor, Office, Work
from registry.directory import acts as directory
from registry.directory.queries import PartyView
from registry.intake import acts, entering, queries, worker
from registry.intake.queries import run_key
from registry.intake.tables import IntakeMember, IntakeRecord
from registry.intake.vocabulary import vocabulary
from registry.licensing import earlier_acts, paper
from registry.licensing import queries as licences
from registry.licensing.tables import Event, Evidence, Licence, Line, Transit
from schemas.directory import PartyChange
from schemas.intake import AliasNew, EnteringNew, FaultsAsked
from schemas.intake_vocabulary import AliasField, IntakeKind
from schemas.licensing import LineNew
from schemas.licensing_earlier import EarlierLicence
from schemas.licensing_vocabulary import GoodsKind, LicenceKind
from schemas.vocabulary import Role
from tests.firearms.world import World, make_world
from tests.intake.book import enter, hand_in, read, reasons, undone
from tests.makers import EVERYTHING, bearer, key_of_party, make_person, post, sign_in

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
    f"15/1998;Doação;Taurus;03/04/1998;03/04/1999;Brasil;Argentina;;{TO};{GOODS}\n"  # 5
    f"16/1998;Exportação;Taurus;03/04/1998;02/04/1998;Brasil;Argentina;;{TO};{GOODS}\n"  # 6: over before
    f"17/2999;Exportação;Taurus;03/04/2999;31/12/2999;Brasil;Argentina;;{TO};{GOODS}\n"  # 7: not yet
    f"18/1998;Exportação;Taurus;03/04/1998;03/04/1999;Argentina;Brasil;;{TO};{GOODS}\n"  # 8: not ours
    f"19/1998;Exportação;Taurus;03/04/1998;03/04/1999;Brasil;Atlantis;;{TO};{GOODS}\n"  # 9
    f"20/1998;Exportação;Taurus;03/04/1998;03/04/1999;Brasil;Argentina;Lemúria;{TO};{GOODS}\n"  # 10
    f"21/1998;Exportação;Taurus;03/04/1998;03/04/1999;Brasil;Argentina;;{TO};Armas;930630;Balas;120\n"  # 11
    f"22/1998;Exportação;Nova;03/04/1998;03/04/1999;Brasil;Argentina;;{TO};{GOODS}\n"  # 12
    f"23/1998;Exportação;Taurus;03/04/1998;03/04/1999;Brasil;Argentina;;;;;;;{GOODS}\n"  # 13: five missing
)
EXPECTED = {
    (5, "licence_kind"), (6, "expires_on"), (7, "issued_on"), (8, "export_country"),
    (9, "import_country"), (10, "transits"), (11, "hs"), (12, "holder"), (13, "recipient_name"),
    (13, "recipient_address"), (13, "end_use"), (13, "place"), (13, "authority"),
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
    assert (found.rows, found.good, found.bad, found.doubted) == (12, 3, 9, 1)
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


ROUNDS, PARTS = "Munição;930630;9 mm;5.000", "Peças;930510;Carregadores;240"
OTHER, SAME = TO.replace("DFPC", "PF"), TO.replace("DFPC", "dfpc")
SEVERAL = [
    f"12/1998;Exportação;Taurus;03/04/1998;03/04/1999;Brasil;Argentina;;{TO};{GOODS}\n",
    f"13/1998;Exportação;Taurus;03/04/1998;03/04/1999;Brasil;Argentina;;{TO};{GOODS}\n",
    f"12/1998;export;Taurus;1998-04-03;03/04/1999;BR;AR;;{TO};{ROUNDS}\n",  # the same, told otherwise
    f"12/1998;Exportação;Taurus;03/04/1998;03/04/1999;Brasil;Argentina;;{OTHER};{PARTS}\n",
    f"12/1998;Exportação;Taurus;03/04/1998;03/04/1999;Brasil;Argentina;;{SAME};{PARTS}\n",
]
"""12/1998 of one issuer stands in lines 2, 4 and 6, of another in line 5."""


def test_a_number_in_other_letters_is_on_record(office: Office, world: World) -> None:
    first = GOOD.splitlines(keepends=True)[0]
    enter(office, brought_in(office, HEAD + first.replace("12/1998", "Çb 1/1998")))
    again = "".join(first.replace("12/1998", told) for told in ("ÇB 1/1998", "çb  1/1998", "Çb1/1998"))
    found = brought_in(office, HEAD + again.replace("DFPC", "dfpc"))
    assert [one[:2] for one in reasons(office, found)][:2] == [(2, "licence"), (3, "licence")]


@pytest.mark.parametrize("chunk", [250, 1])
def test_a_line_that_is_told_twice_is_not_silently_one(
    office: Office, world: World, chunk: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(acts, "CHUNK", chunk)
    first, other, same = SEVERAL[:3]
    found = brought_in(office, HEAD + first + other + first + same)
    told = reasons(office, found)
    assert (found.good, found.bad, found.known) == (1, 3, 0), told
    assert "Line 2 says the same: strike one, or say the quantity of both." in [one[2] for one in told]
    assert enter(office, found).entered == 1


def lines_on_record(office: Office) -> list[list[tuple[str, int]]]:
    with office.look(EVERYTHING) as work:
        keys = work.session.scalars(select(Licence.id).order_by(Licence.id)).all()
        return [
            [(str(line.goods), line.quantity) for line in licences.licence(work, key).lines] for key in keys
        ]


def test_rows_of_one_licence_become_one_wherever_they_stand(
    office: Office, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(acts, "CHUNK", 2)
    found = brought_in(office, HEAD + "".join(SEVERAL))
    assert (found.good, found.bad, found.chunks) == (5, 0, 3), reasons(office, found)
    with office.begin(OPERATOR) as work:
        acts.start(work, run_key(found.number), found.version)
    assert worker.step(office)  # one piece: a licence that begins in it is whole, whatever happens then
    assert lines_on_record(office) == [
        [("firearm", 120), ("ammunition", 5000), ("part", 240)],
        [("firearm", 120)],
    ]
    worker.run_all(office)
    done = read(office, found.number)
    assert (done.state, done.entered, done.lost) == ("done", 5, 0)
    assert lines_on_record(office)[2:] == [[("part", 240)]]
    with office.look(EVERYTHING) as work:
        first = work.session.scalars(select(Licence.id).order_by(Licence.id)).first()
        source = queries.record_source(work, licence_id=first)
        assert source is not None
        assert source.line == 2
        assert work.session.scalar(select(func.count()).select_from(IntakeMember)) == 0
    assert brought_in(office, HEAD + "".join(SEVERAL) + "\n").known == 5
    later = brought_in(office, HEAD + SEVERAL[0].replace("120", "7"))
    assert reasons(office, later)[0][:2] == (2, "licence")  # one that is on record takes no more lines
    assert undone(office, found.number).state == "undone"
    assert counted(office) == [0, 0, 0, 0, 0, 0]


@pytest.mark.parametrize("size", [1, 2000])
def test_a_licence_of_which_a_row_is_wrong_is_not_entered(
    office: Office, world: World, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    monkeypatch.setattr(acts, "CHUNK", size)
    other = SEVERAL[2].replace("03/04/1999", "04/04/1999").replace("Venda", "Doação")
    unnamed = SEVERAL[1].replace("DFPC", "").replace("13/", "14/")
    rows = [SEVERAL[0], other, SEVERAL[0].replace("120", "9"), SEVERAL[3], SEVERAL[1].replace("13/", "14/")]
    found = brought_in(office, HEAD + "".join([*rows, unnamed, SEVERAL[1]]))
    with office.look(EVERYTHING) as work:
        told = queries.faults(work, run_key(found.number), FaultsAsked(limit=100))
    named = [(one.line, one.column, str(one.reason), one.suggestion) for one in told]
    wrong = "Line %s, of the same, is wrong."
    assert named == [
        (2, "Licença", wrong % 3, ""),
        (3, "Validade", "Line 2, of the same, tells it otherwise.", "03/04/1999"),
        (3, "Uso final", "Line 2, of the same, tells it otherwise.", "Venda"),
        (4, "Licença", wrong % 3, ""),
        (6, "Licença", wrong % 7, ""),
        (7, "Emitida por", "It is missing.", ""),
    ]
    assert (found.good, found.bad, found.known, found.doubted) == (2, 5, 0, 0)
    done = enter(office, found)
    assert (done.entered, lines_on_record(office)) == (2, [[("part", 240)], [("firearm", 120)]])


def test_one_in_force_asks_no_longer_once_a_row_of_it_is_wrong(
    office: Office, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(acts, "CHUNK", 1)
    head = HEAD.replace("Quantidade", "Quantidade;Material de guerra")
    good = IN_FORCE.replace(";5000", ";5000;não").replace("17/", "16/")
    found = brought_in(office, head + WAR + good + WAR.replace("930200", "930630").replace("sim", "não"))
    assert (found.good, found.bad, found.to_approve, found.approvers) == (1, 2, 1, 1), reasons(office, found)


SOON = datetime.now(UTC).year + 3
IN_FORCE = (
    f"17/2020;Importação;Casa do Caçador;03/04/2020;31/12/{SOON};US;BR;;{TO};Munição;930630;9 mm;5000\n"
)
WAR = f"18/2020;Exportação;Taurus;03/04/2020;31/12/{SOON};Brasil;Argentina;;{TO};{GOODS};sim\n"
"""On the stricter track, which takes two beside the one who proposes."""


def proposed(office: Office, found: queries.RunView, by: Actor = OPERATOR) -> ProposalView:
    with office.begin(by) as work:
        return entering.propose(work, run_key(found.number), EnteringNew("Our licences"), found.version)


def approved(office: Office, proposal: ProposalView, by: Actor) -> queries.RunView:
    with office.begin(by) as work:
        approvals.approve(work, proposal.id, proposal.digest)
    worker.run_all(office)
    return read(office, proposal.subject)


def events(office: Office) -> list[tuple[str, int]]:
    with office.look(EVERYTHING) as work:
        return [(one.move, one.by) for one in work.session.scalars(select(Event).order_by(Event.licence_id))]


def test_what_is_in_force_comes_in_once_a_second_person_approves(
    office: Office, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    officer = make_person(office, Role.AUTHORITY_OFFICER)
    found = brought_in(office, HEAD + GOOD + IN_FORCE)
    assert (found.good, found.bad, found.known, found.to_approve, found.approvers) == (4, 0, 0, 1, 1)
    with pytest.raises(Conflict, match="once others approve"), office.begin(OPERATOR) as work:
        acts.start(work, run_key(found.number), found.version)
    taken = list[str]()
    monkeypatch.setattr(Work, "lock", lambda _work, name, **_: taken.append(name))
    proposal = proposed(office, found, officer)
    monkeypatch.undo()
    assert taken == [
        f"proposal:enter_intake:{found.number}"
    ]  # none a row: PostgreSQL has room for some thousands
    told = {change.field: change.after for change in proposal.changes if change.of == "17/2020, DFPC"}
    assert (told["goods"], told["quantity"], told["file_line"]) == ("ammunition", "5000", "5"), told
    assert {change.of for change in proposal.changes} == {"", "17/2020, DFPC"}
    with pytest.raises(Forbidden):
        approved(office, proposal, officer)
    taken.clear()
    lock = Work.lock
    monkeypatch.setattr(Work, "lock", lambda work, name, **how: taken.append(name) or lock(work, name, **how))
    done = approved(office, proposal, make_person(office))
    monkeypatch.undo()
    assert (done.state, done.entered, done.lost, done.approval) == ("done", 4, 0, proposal.id)
    assert [name for name in taken if "licence" in name] == ["earlier licences"] * 4  # one of all, four times
    assert events(office) == [("bring_in", officer.user_id)] * 4
    with office.look(EVERYTHING) as work:
        key = work.session.scalars(select(Licence.id).order_by(Licence.id.desc())).first() or 0
        licence = licences.licence(work, key)
        assert (licence.state, licence.evidence[0].number, licence.evidence[0].note) == (
            "issued", "17/2020", "Licence of before this registry",
        )  # fmt: skip
        with pytest.raises(Conflict, match="no paper"):  # what was signed elsewhere is not signed here
            paper.edition_of(licence)
        source = queries.record_source(work, licence_id=key)
        assert source is not None
        assert source.line == 5


def test_whoever_handed_the_file_in_does_not_approve_it(office: Office, world: World) -> None:
    supervisor = make_person(office)
    with office.begin(supervisor) as work:
        told = acts.FileTold("licences.csv", kind=IntakeKind.LICENCES)
        made = acts.hand_in(work, BytesIO((HEAD + IN_FORCE).encode()), told)
    worker.run_all(office)
    proposal = proposed(office, read(office, made.number), make_person(office, Role.AUTHORITY_OFFICER))
    with pytest.raises(Forbidden, match="handed the file in"):
        approved(office, proposal, supervisor)
    assert approved(office, proposal, make_person(office)).entered == 1


def test_war_material_takes_two_beside_the_one_who_proposes(office: Office, world: World) -> None:
    more = "Quantidade;Material de guerra;Válida desde;Calibre"
    row = WAR.replace("sim", "sim;05/04/2020;9x19").replace("Argentina;;", "Argentina;Uruguai;")
    found = brought_in(office, HEAD.replace("Quantidade", more) + row)
    assert (found.good, found.approvers) == (1, 2), reasons(office, found)
    proposal = proposed(office, found)
    told = [(change.field, change.after) for change in proposal.changes if change.of]
    assert told == [  # every cell of it
        ("kind", "export"), ("place", "Brasília"), ("issued_on", "2020-04-03"), ("starts_on", "2020-04-05"),
        ("expires_on", f"{SOON}-12-31"), ("holder", world.maker.number), ("export_country", "BR"),
        ("transits", "UY"), ("import_country", "AR"), ("recipient", "Armería Sur, Calle 1, Rosario"),
        ("end_use", "Venda"), ("file_line", "2"), ("goods", "firearm"), ("description", "Pistolas 9 mm"),
        ("quantity", "120"), ("hs", "930200"), ("calibre", "9x19"), ("war_material", "yes"),
    ]  # fmt: skip
    assert approved(office, proposal, make_person(office)).state == "checked"
    assert approved(office, proposal, make_person(office)).entered == 1


def test_what_was_approved_is_what_is_entered(office: Office, world: World) -> None:
    found = brought_in(office, HEAD + IN_FORCE)
    proposal = proposed(office, found)
    with office.begin(OPERATOR) as work:
        acts.judge_anew(work, run_key(found.number), found.version)
    worker.run_all(office)
    with pytest.raises(approvals.Overtaken):
        approved(office, proposal, make_person(office))
    with pytest.raises(Conflict), office.begin(OPERATOR) as work:  # the database says so too
        work.session.execute(text("UPDATE intake_run SET state = 'running'"))
    with pytest.raises(Forbidden), office.begin(OPERATOR) as work:
        earlier_acts.record_earlier(work, licence_told(work, world))
    over = brought_in(office, HEAD + GOOD)
    with pytest.raises(Conflict, match="One person"):
        proposed(office, over)


def settled(office: Office, number: str) -> None:
    """One person says which company "Nova Firma" is."""
    with office.begin(OPERATOR) as work:
        acts.confirm(work, AliasNew(AliasField.PARTY, "Nova Firma", number))


def test_no_word_settled_after_the_approval_changes_what_is_entered(office: Office, world: World) -> None:
    settled(office, world.dealer.number)
    found = brought_in(office, HEAD + IN_FORCE.replace("Casa do Caçador", "Nova Firma"))
    proposal = proposed(office, found)
    with office.begin(make_person(office)) as work:
        approvals.approve(work, proposal.id, proposal.digest)
    settled(office, world.maker.number)
    worker.run_all(office)
    done = read(office, found.number)
    assert (done.state, done.entered, done.lost, counted(office)[0]) == ("checked", 0, 1, 0)
    assert "not what others approved" in reasons(office, found)[-1][2]
    with pytest.raises(Conflict, match="judge it anew"):  # what was approved does not stay allowed
        proposed(office, done)


def test_an_approval_counts_for_its_own_file_alone(office: Office, world: World) -> None:
    proposal = proposed(office, brought_in(office, HEAD + IN_FORCE))
    assert approved(office, proposal, make_person(office)).state == "done"
    other = brought_in(office, HEAD + IN_FORCE.replace("17/", "99/"))
    with pytest.raises(Conflict, match="once others have approved"), office.begin(OPERATOR) as work:
        row = queries.run_row(work, run_key(other.number))
        row.state, row.started_at, row.started_by, row.done = "running", work.now, 0, 0
        row.approval_id = proposal.id
        work.session.flush()


def licence_told(work: Work, world: World) -> EarlierLicence:
    line = LineNew(GoodsKind.FIREARM, "930200", "Pistols", 1)
    return EarlierLicence(
        "99/2020", LicenceKind.EXPORT, world.maker.number, date(2020, 4, 3), date(SOON, 12, 31), "BR", "AR",
        "Armería Sur", "Calle 1", "Sale", "Brasília", "DFPC", (line,),
    )  # fmt: skip


def test_it_is_proposed_over_the_api_the_page_and_at_the_command_line(
    app: Flask, client: FlaskClient, office: Office, world: World
) -> None:
    found = brought_in(office, HEAD + IN_FORCE)
    at = f"/intakes/{found.number}"
    officer = bearer(app, Role.AUTHORITY_OFFICER)
    etag = client.get(f"/api/v1{at}", headers=officer).headers["ETag"]
    headers = {**officer, "If-Match": etag}
    assert client.post(f"/api/v1{at}/start", json={}, headers=headers).status_code == 409
    told = client.post(f"/api/v1{at}/entering", json={"reason": "Ours"}, headers=headers)
    assert (told.status_code, told.json["kind"]) == (202, "enter_intake")
    browser = sign_in(app, Role.AUTHORITY_OFFICER)
    assert "waits for others" in browser.get(at).get_data(as_text=True)
    other = f"/intakes/{brought_in(office, HEAD + IN_FORCE.replace('17/', '19/')).number}"
    page = browser.get(other).get_data(as_text=True)
    assert "entered only once others approve: 1" in page
    assert "/start" not in page
    version = str(read(office, other.rpartition("/")[2]).version)
    assert post(browser, f"{other}/entering", other, version=version, reason="").status_code == 422
    assert post(browser, f"{other}/entering", other, version=version, reason="Ours").status_code == 303
    third = brought_in(office, HEAD + IN_FORCE.replace("17/", "20/")).number
    runner = app.test_cli_runner()
    said = runner.invoke(args=["intake", "propose", third, "--reason", "Ours"])
    assert "waits for somebody" in said.output
    assert runner.invoke(args=["intake", "start", third]).exit_code == 1


def test_names_that_were_taken_back_are_known_to_nobody(office: Office, world: World) -> None:
    def renamed(work: Work, party: PartyView, name: str) -> None:
        directory.change_party(work, key_of_party(party), PartyChange("Wrong", name=name), party.version)

    def found(work: Work) -> list[str | None]:
        return [vocabulary(work).company(name).value for name in ("Taken Back", world.maker.name, "Stays")]

    maker, dealer = world.maker.number, world.dealer.number
    with pytest.raises(Conflict), office.begin(EVERYTHING) as work:
        renamed(work, world.maker, "Taken Back")
        assert found(work)[0] == maker
        raise Conflict("Taken back")
    with office.begin(EVERYTHING) as work:
        renamed(work, world.dealer, "Stays")
    with office.look(EVERYTHING) as work:
        assert found(work) == [None, maker, dealer]
