"""Bringing a register in: judged first, entered once, and what is doubtful said beside the record."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from registry.core.errors import Conflict, Invalid, Stale
from registry.core.work import OPERATOR, Office
from registry.intake import acts, firearm_kind, kinds, queries, worker
from registry.intake.queries import run_key
from registry.retention import received_acts
from registry.tracing import acts as tracing
from schemas.intake import AliasNew, IntakeSetting
from schemas.intake_vocabulary import AliasField, IntakeKind, IntakePolicy
from schemas.received import ReceivedNew
from schemas.retention_vocabulary import ReceivedKind
from schemas.tracing import Question
from schemas.vocabulary import Purpose, Role, TraceKind
from tests.firearms.world import World, make_world
from tests.intake.book import BOOK, HEAD, by_mark, enter, faults, hand_in, read, settle
from tests.makers import EVERYTHING, make_account, make_actor, sign_in


@pytest.fixture
def world(office: Office) -> World:
    return make_world(office)


def test_a_dealers_book_is_judged_entered_and_traced(office: Office, world: World) -> None:
    found = settle(office, hand_in(office, BOOK), holder=world.dealer.number)
    assert (found.state, found.rows, found.good, found.bad, found.known) == ("checked", 6, 3, 2, 1)
    assert faults(office, found) == [
        (5, "serial", "NONE"),
        (6, "maker", "Tavrus"),
        (6, "calibre", "9 mm Nobody"),
        (6, "year_made", "98"),
    ]
    with office.look(OPERATOR) as work:
        assert not tracing.find(
            work, Question(TraceKind.FIREARM, Purpose.CRIMINAL_INVESTIGATION, "1", mark="TAB1001")
        ).candidates
        near = {
            fault[0]: fault[3]
            for fault in queries.common_faults(work, run_key(found.number), ("maker", "calibre"))
        }
    assert world.maker.number in near["maker"]
    done = enter(office, found)
    assert (done.state, done.entered, done.conflicts) == ("done", 3, 0)
    gun, source = by_mark(office, "TAB1001")
    assert [(step.kind, str(step.happened_on)) for step in gun.custody] == [
        ("acquired", "1998-04-03"),
        ("sold", "1998-06-10"),
    ]
    assert gun.custody[0].from_party is not None
    assert gun.custody[0].from_party.number == world.maker.number
    assert gun.custody[1].to_party is not None
    assert (gun.custody[1].to_party.kind, gun.custody[1].to_party.name) == ("person", "Ana Lima")
    assert source is not None
    assert (source.line, source.doubts) == (2, ())
    _, partial = by_mark(office, "TAB1002")
    assert partial is not None
    assert [(doubt.field, doubt.value) for doubt in partial.doubts] == [("acquired_on", "1998")]
    contrary, told = by_mark(office, "TAB1003")
    assert told is not None
    assert (contrary.custody, {doubt.field for doubt in told.doubts}) == ((), {"custody"})
    with office.look(OPERATOR) as work:  # rows as they were read are gone
        assert work.session.execute(text("SELECT count(*) FROM intake_chunk")).scalar() == 0


def test_the_same_file_and_the_same_rows_change_nothing(office: Office, world: World) -> None:
    found = settle(office, hand_in(office, BOOK), holder=world.dealer.number)
    enter(office, found)
    with pytest.raises(Conflict, match=found.number):
        hand_in(office, BOOK)
    again = settle(office, hand_in(office, BOOK + "\n"), holder=world.dealer.number)
    assert (again.good, again.known) == (0, 4)
    assert enter(office, again).entered == 0
    with office.look(OPERATOR) as work:
        assert work.session.execute(text("SELECT count(*) FROM firearm")).scalar() == 3


def test_words_are_settled_once_and_remembered(office: Office, world: World) -> None:
    content = HEAD + "TAB2;Tavrus;Garruchinha;;9 mm Nobody;Brazil;;;;;;\n"
    found = hand_in(office, content)
    assert found.bad == 1
    with office.begin(OPERATOR) as work:
        for field, told, value in (
            (AliasField.MAKER, "TAVRUS", world.maker.number),
            (AliasField.TYPE, "garruchinha", "pistol"),
            (AliasField.CALIBRE, "9mm nobody", "9 mm Luger"),
        ):
            acts.confirm(work, AliasNew(field, told, value))
        acts.judge_anew(work, run_key(found.number), found.version)
    worker.run_all(office)
    assert read(office, found.number).good == 1
    assert hand_in(office, content.replace("TAB2", "TAB3")).good == 1
    for field, value in (
        (AliasField.MAKER, "P-000000099-5"),
        (AliasField.TYPE, "x"),
        (AliasField.CALIBRE, "x"),
    ):
        with pytest.raises(Invalid), office.begin(OPERATOR) as work:
            acts.confirm(work, AliasNew(field, "word", value))


def test_all_or_nothing_enters_nothing_while_a_row_is_wrong(office: Office, world: World) -> None:
    found = hand_in(office, BOOK, policy=IntakePolicy.ALL_OR_NOTHING)
    with pytest.raises(Conflict, match="2 rows are wrong"):
        enter(office, found)
    with office.look(OPERATOR) as work:
        assert work.session.execute(text("SELECT count(*) FROM firearm")).scalar() == 0


def test_who_is_killed_goes_on_without_a_row_lost_or_doubled(
    office: Office, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(acts, "CHUNK", 7)
    rows = "".join(f"KILL{n:04d};Taurus;pistol;;9x19;BR;;;;;;\n" for n in range(100))
    found = hand_in(office, HEAD + rows)
    assert (found.good, found.chunks) == (100, 15)
    with office.begin(OPERATOR) as work:
        acts.start(work, run_key(found.number), found.version)
    real, calls = worker._finish, []

    class KilledError(BaseException):
        pass

    def enter_and_die(*given: Any) -> None:
        calls.append(given)
        real_enter(*given)
        if len(calls) % 3 == 0:
            raise KilledError

    real_enter = firearm_kind.enter
    deadly = replace(firearm_kind.FIREARMS, enter=enter_and_die)
    monkeypatch.setattr(kinds, "KINDS", {IntakeKind.FIREARMS: deadly})
    deaths = 0
    while True:
        try:
            worker.run_all(office)
            break
        except KilledError:
            deaths += 1
    assert deaths >= 5
    assert real is worker._finish
    done = read(office, found.number)
    assert (done.state, done.entered) == ("done", 100)
    with office.look(OPERATOR) as work:
        assert work.session.execute(text("SELECT count(*) FROM firearm")).scalar() == 100
        assert work.session.execute(text("SELECT count(*) FROM intake_row")).scalar() == 100


def test_pause_go_on_and_cancel(office: Office, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(acts, "CHUNK", 10)
    rows = "".join(f"PAUSE{n:03d};Taurus;pistol;;9x19;BR;;;;;;\n" for n in range(50))
    found = hand_in(office, HEAD + rows)
    with office.begin(OPERATOR) as work:
        started = acts.start(work, run_key(found.number), found.version)
    assert worker.step(office)
    with office.begin(OPERATOR) as work:
        paused = acts.pause(work, run_key(found.number), started.version)
    worker.run_all(office)
    assert (read(office, found.number).state, read(office, found.number).entered) == ("paused", 10)
    with office.begin(OPERATOR) as work:
        going = acts.start(work, run_key(found.number), paused.version)
    assert worker.step(office)
    with pytest.raises(Stale), office.begin(OPERATOR) as work:
        acts.cancel(work, run_key(found.number), paused.version)
    with office.begin(OPERATOR) as work:
        acts.cancel(work, run_key(found.number), going.version)
    worker.run_all(office)
    ended = read(office, found.number)
    assert (ended.state, ended.entered, ended.done) == ("cancelled", 20, 2)
    with pytest.raises(Conflict), office.begin(OPERATOR) as work:
        acts.start(work, run_key(found.number), ended.version)


def test_an_identity_that_is_on_record_goes_to_the_work_list(office: Office, world: World) -> None:
    for serial in ("TAB7", "TAB-7"):
        found = hand_in(office, HEAD + f"{serial};Taurus;pistol;PT 92;9x19;BR;1998;;;;;\n")
        done = enter(office, found)
    assert done.conflicts == 1


def test_a_copy_of_a_closed_companys_book_is_taken_as_what_it_kept(
    app: Flask, office: Office, world: World
) -> None:
    with office.begin(EVERYTHING) as work:
        day = work.today
        kept = received_acts.receive(
            work,
            ReceivedNew(
                world.dealer.number, day, ReceivedKind.BOUND_BOOK, "Book 1", day, day, day, "Otávio", "Room 4"
            ),
        )
    found = hand_in(office, BOOK, received=kept.number)
    assert (found.received, found.constants) == (kept.number, {"holder": world.dealer.number})
    enter(office, found)
    gun, source = by_mark(office, "TAB1002")
    assert gun.holder is not None
    assert gun.holder.number == world.dealer.number
    assert source is not None
    assert source.received == kept.number
    browser = sign_in(app, Role.AUTHORITY_OFFICER)
    page = browser.get(f"/retention/received/{kept.number}").get_data(as_text=True)
    assert found.number in page
    shown = browser.get(f"/firearms/{gun.number}").get_data(as_text=True)
    assert "Line 3 of" in shown
    assert kept.number in shown


def test_people_of_one_name_are_not_one_person(office: Office, world: World) -> None:
    rows = "".join(
        f"P{n:03d}X;Taurus;pistol;;9x19;BR;;2000-01-01;;2000-02-0{n};José Souza;{document}\n"
        for n, document in enumerate(("", "", "123", "123"), 1)
    )
    found = settle(office, hand_in(office, HEAD + rows), holder=world.dealer.number)
    enter(office, found)
    buyers = [by_mark(office, f"P{n:03d}X")[0].custody[-1].to_party for n in range(1, 5)]
    numbers = [buyer.number for buyer in buyers if buyer]
    assert len(numbers) == 4
    assert (len(set(numbers)), numbers[2] == numbers[3]) == (3, True)


def test_a_word_that_stands_for_no_serial_is_none(office: Office, world: World) -> None:
    words = ("NONE", "RASPADA", "ilegível", "sem número", "S/N", "0000", "")
    rows = (f"{serial};Taurus;pistol;;9x19;BR;;;;;;\n" for serial in words)
    found = hand_in(office, HEAD + "".join(rows))
    assert found.bad == len(words)
    assert {field for _, field, _ in faults(office, found)} == {"serial"}


def test_what_stops_one_file_keeps_no_other_waiting(
    office: Office, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = hand_in(office, HEAD + "STOP1;Taurus;pistol;;9x19;BR;;;;;;\n")
    other = hand_in(office, HEAD + "GO1;Taurus;pistol;;9x19;BR;;;;;;\n")
    real = firearm_kind._ready

    def fails(work: Any, rows: Any, keys: Any) -> Any:
        if rows[0].value("serial") == "STOP1":
            raise ValueError("x")
        return real(work, rows, keys)

    monkeypatch.setattr(firearm_kind, "_ready", fails)
    for one in (found, other):
        with office.begin(OPERATOR) as work:
            acts.start(work, run_key(one.number), one.version)
    worker.run_all(office)
    stopped = read(office, found.number)
    assert (stopped.state, stopped.entered, "ValueError" in stopped.problem) == ("failed", 0, True)
    assert read(office, other.number).state == "done"
    monkeypatch.setattr(firearm_kind, "_ready", real)
    assert (enter(office, stopped).state, read(office, found.number).problem) == ("done", "")


@pytest.mark.parametrize("policy", list(IntakePolicy))
def test_what_is_wrong_only_when_it_is_entered_is_told_and_not_lost(
    office: Office, world: World, monkeypatch: pytest.MonkeyPatch, policy: IntakePolicy
) -> None:
    monkeypatch.setattr(acts, "CHUNK", 2)
    rows = "".join(
        f"LOST{n};{maker};pistol;;9x19;BR;;;;;;\n" for n, maker in enumerate(["Taurus"] * 3 + ["Tau"])
    )
    with office.begin(OPERATOR) as work:
        acts.confirm(work, AliasNew(AliasField.MAKER, "Tau", world.maker.number))
    found = hand_in(office, HEAD + rows, policy=policy)
    assert found.good == 4
    with office.begin(OPERATOR) as work:
        work.session.execute(text("DELETE FROM intake_alias"))
    done = enter(office, found)
    nothing = policy is IntakePolicy.ALL_OR_NOTHING
    assert (done.state, done.entered) == (("failed", 0) if nothing else ("checked", 3))
    assert "judge it anew" in done.problem
    with office.begin(OPERATOR) as work:
        acts.confirm(work, AliasNew(AliasField.MAKER, "Tau", world.maker.number))
        acts.judge_anew(work, run_key(done.number), done.version)
    worker.run_all(office)
    again = read(office, found.number)
    assert (again.state, again.good, again.known) == ("checked", 4 if nothing else 1, 0 if nothing else 3)
    assert enter(office, again).state == "done"
    with office.look(OPERATOR) as work:
        assert work.session.execute(text("SELECT count(*) FROM firearm")).scalar() == 4


def test_nobody_is_recorded_whom_no_step_names(office: Office, world: World) -> None:
    sold = ("NOONE1;Taurus;pistol;;9x19;BR;;;;2001-01-01", "NOONE2;Taurus;pistol;;9x19;BR;;;;")
    rows = "".join(f"{row};Ana Lima;123\n" for row in sold)
    with office.look(OPERATOR) as work:
        before = work.session.execute(text("SELECT count(*) FROM person")).scalar()
    enter(office, hand_in(office, HEAD + rows))
    with office.look(OPERATOR) as work:
        assert work.session.execute(text("SELECT count(*) FROM person")).scalar() == before
        stranger = IntakeSetting({}, {"holder": "Loja do Zé"})
    found = hand_in(office, HEAD + "NOONE3;Taurus;pistol;;9x19;BR;;;;;;\n")
    with pytest.raises(Invalid, match="holder"), office.begin(OPERATOR) as work:
        acts.settle(work, run_key(found.number), stranger, found.version)


def test_a_row_that_comes_again_far_behind_is_known(
    office: Office, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(acts, "CHUNK", 2)
    rows = "".join(f"{serial};Taurus;pistol;;9x19;BR;;;;;;\n" for serial in ("FB1", "FB2", "FB1", "FB3"))
    found = hand_in(office, HEAD + rows)
    assert (found.good, found.known) == (3, 1)
    assert enter(office, found).entered == 3


def test_names_of_people_do_not_stay_with_what_is_wrong(office: Office, world: World) -> None:
    rows = (
        "FN1;Taurus;pistol;;9x19;BR;;;;2001-01-01;José\u00a0Silva;"
        + "7" * 70
        + "\nFN2;Taurus;pistol;;9x19;BR;;;;;;\n"
    )
    found = settle(office, hand_in(office, HEAD + rows), holder=world.dealer.number)
    assert any("José" in value for _, _, value in faults(office, found))
    enter(office, found)
    assert {value for _, field, value in faults(office, found) if field.startswith("disposed")} == {""}


def test_whoever_left_brings_in_nothing_more(office: Office, world: World) -> None:
    account = make_account(office, Role.AUTHORITY_OFFICER)
    officer = make_actor(Role.AUTHORITY_OFFICER, user_id=account.id)
    with office.begin(officer) as work:
        made = acts.hand_in(work, BytesIO(BOOK.encode()), acts.FileTold("x.csv"))
        work.session.execute(
            text("UPDATE account SET active = :no WHERE id = :id"), {"no": False, "id": account.id}
        )
    worker.run_all(office)
    found = read(office, made.number)
    assert (found.state, "may not bring" in found.problem) == ("failed", True)


@pytest.mark.parametrize(
    "content",
    [
        b"\xff\xfes\x00e\x00r\x00\n\x00a",
        b'{"serial": "A\\u0000"}\n',
        b'{"serial": "A\\ud800"}\n',
        b'{"serial\\u0000": "A"}\n',
    ],
)
def test_what_cannot_be_kept_is_refused(office: Office, content: bytes) -> None:
    with pytest.raises(Invalid):
        hand_in(office, content)
