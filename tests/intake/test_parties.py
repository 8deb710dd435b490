"""A list of parties is brought in: every fault is reported, no other, and all of it can be taken back."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from registry.core.errors import Conflict
from registry.core.numbers import parse_registry_number
from registry.core.work import OPERATOR, Office
from registry.directory import acts as directory
from registry.directory import queries as parties
from registry.directory.tables import Party, PartyClosure, Person
from registry.intake import acts, queries, worker
from registry.intake.queries import run_key
from registry.intake.tables import IntakeFault, IntakeRecord
from schemas.directory import PartiesAsked, PartyChange
from schemas.intake import AliasNew
from schemas.intake_vocabulary import AliasField, IntakeKind
from tests.firearms.world import World, make_world
from tests.intake.book import enter, faults, hand_in, read, reasons, undone
from tests.makers import bearer, sign_in

HEAD = "Tipo;Nome;Nome fantasia;País;Cidade;CNPJ;CPF;Data de nascimento;Data de encerramento\n"
GOOD = (
    "Fabricante;Indústria Nova;Nova;Brasil;Canoas;12.345;;;\n"
    "Loja;Casa Velha;;BR;Recife;;;;31/12/1999\n"
    "Pessoa física;Ana Lima;;Brasil;Belém;;222;05/06/1970;\n"
    "Pessoa física;Ana Lima;;Brasil;Belém;;333;1971;\n"
    "Comerciante;Casa Aberta;;BR;Natal;;;;2003\n"
    "Loja;Indústria Nova;;BR;Canoas;;;;\n"
)
WRONG = (
    "Fabricante;INDÚSTRIA  nova;;Brasil;;;;;\n"  # 8: of line 2
    "Distribuidora;Casa Nova;;Brasil;;;;;\n"  # 9: nobody knows what that is
    "Fabricante;;;Brasil;;;;;\n"  # 10: no name
    "Loja;Sem País;;Atlantis;;;;;\n"  # 11
    "Fabricante;Forjas Taurus;;BR;;;;;\n"  # 12: on record
    "Pessoa física;ana lima;;BR;;;222;;\n"  # 13: of line 4
    "Pessoa física;João da Silva;;BR;;;111.444.777-35;;\n"  # 14: on record
    "Loja;Casa Futura;;BR;;;;;31/12/2999\n"  # 15: has not come yet
    "Órgão público;Junta;;BR;;;;;2001-01-01\n"  # 16: closes never
    "Loja;#N/A;;BR;;;;;\n"  # 17
    "Loja;Com CPF;;BR;;;444;;\n"  # 18: no person
    "Pessoa;Bia;;BR;;77;;;\n"  # 19: a person has no CNPJ
    "Pessoa;Caio;;BR;;;;31/02/1970;\n"  # 20
    f"Loja;{'x' * 201};;BR;;;;;\n"  # 21
)
EXPECTED = {
    (8, "name"), (9, "party_kind"), (10, "name"), (11, "country"), (12, "name"), (13, "document_number"),
    (14, "document_number"), (15, "closed_on"), (16, "closed_on"), (17, "name"), (18, "name"),
    (19, "identifier"), (20, "birth_date"), (21, "name"),
}  # fmt: skip


@pytest.fixture
def world(office: Office) -> World:
    return make_world(office)


def parties_in(office: Office, content: str, **told: Any) -> queries.RunView:
    return hand_in(office, content, kind=IntakeKind.PARTIES, **told)


def counted(office: Office, *tables: type) -> list[int]:
    with office.look(OPERATOR) as work:
        return [work.session.scalar(select(func.count()).select_from(table)) or 0 for table in tables]


def test_a_list_is_judged_and_entered_with_every_fault_and_no_other(office: Office, world: World) -> None:
    before = counted(office, Party, Person)
    found = parties_in(office, HEAD + GOOD + WRONG)
    assert {one[:2] for one in reasons(office, found)} == EXPECTED, reasons(office, found)
    assert (found.rows, found.good, found.bad, found.doubted) == (20, 6, 14, 2)
    assert counted(office, Party, Person) == before
    done = enter(office, found)
    assert (done.state, done.entered, done.lost) == ("done", 6, 0)
    assert [now - old for now, old in zip(counted(office, Party, Person), before, strict=True)] == [6, 2]
    with office.look(OPERATOR) as work:
        (nova,) = [
            one for one in parties.parties(work, PartiesAsked(q="Indústria")).items if one.kind == "maker"
        ]
        assert (nova.short_name, nova.place, nova.identifier) == ("Nova", "Canoas", "12.345")
        (old,) = parties.parties(work, PartiesAsked(q="Casa Velha")).items
        key = parse_registry_number("P", old.number)
        assert str(parties.party(work, key).closed_on) == "1999-12-31"
        source = queries.record_source(work, party_id=key)
        assert source is not None
        assert (source.intake, source.line) == (found.number, 3)
        (open_,) = parties.parties(work, PartiesAsked(q="Casa Aberta")).items
        told = queries.record_source(work, party_id=parse_registry_number("P", open_.number))
        assert told is not None
        assert [(one.field, str(one.reason)) for one in told.doubts] == [
            ("closed_on", "Only a part of the day is told: it is not taken.")
        ]
        kept = work.session.scalars(select(IntakeFault.value).where(IntakeFault.field == "document_number"))
        assert set(kept) == {""}  # names and papers of people go when all is entered


def test_the_same_rows_in_another_file_change_nothing(office: Office, world: World) -> None:
    enter(office, parties_in(office, HEAD + GOOD))
    before = counted(office, Party)
    again = parties_in(office, HEAD + GOOD + "Loja;Casa Terceira;;BR;;;;;\n")
    assert (again.known, again.good, again.bad) == (6, 1, 0)
    assert enter(office, again).entered == 1
    assert counted(office, Party) == [before[0] + 1]


def test_rows_far_apart_in_a_file_are_compared(
    office: Office, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(acts, "CHUNK", 2)
    rows = "".join(f"Loja;Casa {n % 5};;BR;{n};;;;\n" for n in range(10))
    found = parties_in(office, HEAD + rows)
    assert (found.good, found.bad) == (5, 5)
    assert [line for line, _, _ in faults(office, found)] == [7, 8, 9, 10, 11]
    assert enter(office, found).entered == 5


def test_what_came_on_record_meanwhile_is_told_and_not_doubled(office: Office, world: World) -> None:
    found = parties_in(office, HEAD + "Loja;Casa A;;BR;;;;;\nLoja;Casa B;;BR;;;;;\n")
    other = parties_in(office, HEAD + "Loja;Casa B;;BR;Rio;;;;\n")
    assert found.good + other.good == 3
    enter(office, other)
    ended = enter(office, found)
    assert (ended.state, ended.entered, ended.lost) == ("checked", 1, 1)
    assert "is already registered as" in reasons(office, ended)[0][2]


def test_who_is_killed_within_a_piece_goes_on_without_a_row_lost_or_doubled(
    office: Office, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(acts, "CHUNK", 4)
    found = parties_in(office, HEAD + "".join(f"Loja;Casa {n};;BR;;;;;\n" for n in range(10)))
    (before,) = counted(office, Party)
    real, calls = directory.register_party, list[int]()

    class KilledError(BaseException):
        pass

    def deadly(*given: Any) -> Any:
        calls.append(1)
        if len(calls) in (3, 9):
            raise KilledError
        return real(*given)

    monkeypatch.setattr(directory, "register_party", deadly)
    with office.begin(OPERATOR) as work:
        acts.start(work, run_key(found.number), found.version)
    for entered in (0, 4, 10):
        try:
            worker.run_all(office)
        except KilledError:
            assert read(office, found.number).entered == entered
    assert (read(office, found.number).entered, counted(office, Party)) == (10, [before + 10])


def test_by_api_and_command_and_in_the_language_of_the_reader(
    app: Flask, office: Office, world: World, tmp_path: Path
) -> None:
    client, headers = app.test_client(), bearer(app)
    content = base64.b64encode((HEAD + GOOD + WRONG).encode()).decode()
    sent = client.post(
        "/api/v1/intakes", json={"name": "list.csv", "content": content, "kind": "parties"}, headers=headers
    )
    assert (sent.status_code, sent.json["kind"]) == (201, "parties"), sent.json
    worker.run_all(office)
    at, pt = f"/api/v1/intakes/{sent.json['number']}", {**headers, "Accept-Language": "pt"}
    wrong = client.get(f"{at}/faults?limit=50", headers=pt).json["items"]
    said = {one["line"]: one["reason"] for one in wrong}
    assert said[8] == "Uma linha anterior deste arquivo fala do mesmo."
    assert said[11] == "Nenhum Estado tem este nome."
    enter(office, read(office, sent.json["number"]))
    rows = client.get(f"{at}/records", headers=pt).json["items"]
    assert [row["line"] for row in rows] == [2, 3, 4, 5, 6, 7]
    assert [row["doubts"] != [] for row in rows] == [False, False, False, True, True, False]
    assert rows[4]["doubts"][0]["reason"] == "Só se diz uma parte do dia: não é aproveitada."
    file = tmp_path / "list.csv"
    file.write_text(HEAD + "Loja;Casa Terceira;;BR;;;;;\n")
    told = app.test_cli_runner().invoke(args=["intake", "check", str(file), "--kind", "parties"]).output
    assert "parties  checked" in told, told
    browser = sign_in(app, language="pt")
    browser.get("/")
    table = browser.get(f"/intakes/{sent.json['number']}/faults.csv", headers={"Accept-Language": "pt"})
    assert "Uma linha anterior" in table.get_data(as_text=True)


def test_a_word_for_a_kind_of_party_is_settled_once(office: Office, world: World) -> None:
    found = parties_in(office, HEAD + "Distribuidora;Casa Nova;;Brasil;;;;;\n")
    with office.begin(OPERATOR) as work:
        acts.confirm(work, AliasNew(AliasField.PARTY_KIND, "Distribuidora", "dealer"))
        acts.judge_anew(work, run_key(found.number), found.version)
    worker.run_all(office)
    assert read(office, found.number).good == 1


def test_all_of_it_goes_while_nothing_depends_on_it(office: Office, world: World) -> None:
    tables = (Party, Person, PartyClosure, IntakeRecord)
    before = counted(office, *tables)
    found = enter(office, parties_in(office, HEAD + GOOD))
    gone = undone(office, found.number)
    assert (gone.state, gone.problem) == ("undone", "")
    assert counted(office, *tables) == before
    assert enter(office, parties_in(office, HEAD + GOOD)).entered == 6


def test_a_party_that_was_changed_keeps_all_of_it(office: Office, world: World) -> None:
    found = enter(office, parties_in(office, HEAD + GOOD))
    with office.begin(OPERATOR) as work:
        (old,) = parties.parties(work, PartiesAsked(q="Casa Velha")).items
        key = parse_registry_number("P", old.number)
        directory.change_party(work, key, PartyChange("It moved", place="Olinda"), old.version)
    with pytest.raises(Conflict, match=old.number):
        undone(office, found.number)
