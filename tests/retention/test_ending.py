"""What another State lets us keep until a day goes once it is over, and that it came stays proven."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import orjson
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from registry.core.errors import NotFound
from registry.core.work import OPERATOR, Work
from registry.exchange import evidence, evidence_reading
from registry.ledger import exports, verifier
from registry.requests import acts as request_acts
from registry.requests import chain_queries, doing, filling, forgetting, naming
from registry.requests import queries as requests
from registry.requests.tables import TraceRequestRow
from registry.retention import acts, ending
from registry.retention.queries import HoldView
from schemas.holders import HolderRelease
from schemas.requests_vocabulary import FieldWanted, RequestAct, RestrictionGround
from schemas.retention import EndingNew, HoldLift, HoldNew, LegalHoldNewSchema
from schemas.vocabulary import Role
from tests.exchange.test_verified import KEY
from tests.exchange.world import Clock, Node, states
from tests.makers import EVERYTHING, agreed, bearer, sign_in
from tests.requests.files import PHOTO, attach, fetch, file, from_states, sent_with_photograph
from tests.requests.world import OFFICER, answer, ask, asked, deliver, made_and_exported, send, speaking, view


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def two(engine: Any, clock: Clock) -> Iterator[list[Node]]:
    with engine.ready() as one, engine.ready() as other, states([one, other], clock) as nodes:
        speaking(nodes)
        yield nodes


def propose(work: Work) -> Any:
    return ending.propose(work, EndingNew("Portugal let us keep it no longer"))


def everywhere(node: Node, words: str) -> list[str]:
    """Tables and the journal, in which a text still stands."""
    found = []
    for table, column in (
        ("trace_request", "answer"), ("trace_request", "asked"), ("trace_request_event", "details"),
        ("trace_request_event", "words"), ("exchange_in", "jws"), ("ledger_personal", "value"),
    ):  # fmt: skip
        sql = f"SELECT count(*) FROM {table} WHERE {column} LIKE :words"  # noqa: S608 - names of tables
        if node.rows(sql, words=f"%{words}%")[0][0]:
            found.append(table)
    return found


def problems(node: Node) -> list[verifier.Problem]:
    """What the verifier finds wrong, from the leaves to the messages."""
    with exports.signed(node.office, KEY) as connection:
        return verifier.verify(exports.collected(connection), str(KEY.key)).problems


def hold(node: Node, case_number: str = "IP 17/2026") -> HoldView:
    with node.office.begin(EVERYTHING) as work:
        return acts.place_hold(work, HoldNew("Trial", "Court", case_number=case_number))


def files(node: Node) -> int:
    return int(node.rows("SELECT count(*) FROM exchange_file")[0][0])


def told_until(br: Node, pt: Node, nodes: list[Node], until: date) -> None:
    made_and_exported(pt, "AR")
    send(br, asked("PT"))
    deliver(nodes)
    attach(pt)
    answer(pt, 1, act=RequestAct.ANSWER, retain_until=until, words="By paper EX-4711 of Portugal")
    deliver(nodes)
    fetch(br, from_states(nodes))


def test_an_answer_and_its_files_go_when_the_time_is_over_and_stay_proven(
    two: list[Node], clock: Clock
) -> None:
    br, pt = two
    until = br.office.today + timedelta(days=30)
    told_until(br, pt, two, until)
    assert view(br).answer["steps"]  # type: ignore[index]
    assert (view(br).binding, view(pt).binding) == ("", "")
    digest = view(br).attachments[0].digest
    assert file(br, digest) == PHOTO
    sha256 = br.rows("SELECT sha256 FROM exchange_in WHERE type = 'trace.response'")[0][0]
    clock.move(timedelta(days=30))
    assert ending.end_files(br.office) == 0
    with pytest.raises(NotFound), br.office.begin(EVERYTHING) as work:
        propose(work)
    clock.move(timedelta(days=1))
    over = view(br).answer
    assert over is not None
    assert "Ask anew" in view(br).binding
    assert (over["erased"], over["steps"]) == (str(until), [])  # nobody reads it from this day on
    assert over["next_state"]["code"] == "AR"
    assert "EX-4711" not in str(view(br).events)
    with br.office.look(OFFICER) as work:
        told = {one.type: one for one in chain_queries.signed(work, 1).records}["trace.response"]
    assert (told.jws, told.sha256) == ("", sha256)
    assert told.receipt
    assert f"kept until {until}" in told.withheld
    with pytest.raises(NotFound):
        file(br, digest)
    assert ending.end_files(br.office) == 1
    assert ending.end_files(br.office) == 0
    with pytest.raises(NotFound):
        file(br, digest)
    assert br.rows("SELECT count(*) FROM exchange_file")[0][0] == 0
    assert pt.rows("SELECT count(*) FROM exchange_file")[0][0] == 1  # their own
    with br.office.begin(EVERYTHING) as work:
        hold = acts.place_hold(work, HoldNew("Trial", "Court", case_number="IP 17/2026"))
        assert [one.held for one in ending.ended(work)] == [True]
        with pytest.raises(NotFound):
            propose(work)
    with br.office.begin(EVERYTHING) as work:
        acts.lift_hold(work, 1, HoldLift("The trial is over"), hold.version)
    assert everywhere(br, "EX-4711") != []
    agreed(br.office, propose)
    assert everywhere(br, "EX-4711") == []
    last = view(br).events[-1]
    assert (last.what, last.by) == ("erased", 0)
    with br.office.look(OPERATOR) as work:
        row = requests.request_row(work, 1)
        assert row.keep_until is None
        passed = evidence.of_thread(work, "PT", row.thread or "")
    read = {one.record.type: one for one in evidence_reading.read(passed)}
    gone = read["trace.response"]
    assert gone.record.sha256 == sha256
    assert gone.receipt_signature is not None
    assert not gone.receipt_signature.wrong  # our receipt of it, with its digest, holds
    assert "its digest stays" in str(gone.signature.wrong[0])
    assert read["trace.ack"].holds
    assert problems(br) == []
    ask(br, 1, act=RequestAct.CLARIFY, words="Which dealer?")
    deliver(two)
    assert "nobody there reads them" in view(pt).binding  # before it is told
    answer(pt, 1, act=RequestAct.ANSWER)
    deliver(two)
    told_later = view(br)
    assert told_later.state == "answered"
    assert told_later.answer is not None
    assert told_later.answer["erased"] == str(until)
    assert f"until {until}" in told_later.binding
    assert "Ask anew" in told_later.binding
    send(br, asked("PT"))
    deliver(two)
    answer(pt, 2, act=RequestAct.ANSWER, words="The dealer of Lisbon")
    deliver(two)
    anew = view(br, 2)
    assert anew.answer is not None
    assert (anew.binding, anew.answer["words"]) == ("", "The dealer of Lisbon")


def test_files_of_a_withdrawn_request_go_at_its_receiver_without_an_alert(two: list[Node]) -> None:
    br, pt = two
    sent_with_photograph(br)
    deliver(two)
    fetch(pt, from_states(two))
    assert pt.rows("SELECT count(*) FROM exchange_file")[0][0] == 1
    ask(br, 1, act=RequestAct.WITHDRAW, words="Solved otherwise")
    deliver(two)
    assert [(one.state, one.problem) for one in view(pt).attachments] == [
        ("not_taken", "its request was withdrawn")
    ]
    assert pt.rows("SELECT count(*) FROM exchange_file")[0][0] == 0
    second = sent_with_photograph(br)
    deliver(two)
    ask(br, second.id, act=RequestAct.WITHDRAW, words="Solved otherwise")
    deliver(two)
    assert fetch(pt, from_states(two)) == 0  # nobody asks for it any more
    assert pt.rows("SELECT count(*) FROM exchange_alert")[0][0] == 0
    with pt.office.look(OFFICER) as work:
        assert requests.request(work, 2).asked.mark == "TAB12345"  # that they asked, and what, stays


def test_what_is_over_is_told_on_page_api_and_command_line(app: Flask, client: FlaskClient) -> None:
    browser = sign_in(app, Role.AUTHORITY_OFFICER)
    assert "Nothing is over" in browser.get("/retention/ended").get_data(as_text=True)
    headers = bearer(app, Role.AUTHORITY_OFFICER)
    assert client.get("/api/v1/retention/ended", headers=headers).json == {"items": []}
    body = {"reason": "Portugal let us keep it no longer"}
    assert client.post("/api/v1/retention/ended", json=body, headers=headers).status_code == 404
    told = app.test_cli_runner().invoke(args=["retention", "ended"]).output
    assert "0 requests" in told


def test_what_a_court_holds_stays_though_the_other_state_withdraws(two: list[Node]) -> None:
    br, pt = two
    sent_with_photograph(br)
    deliver(two)
    fetch(pt, from_states(two))
    held = hold(pt)
    ask(br, 1, act=RequestAct.WITHDRAW, words="Solved otherwise")
    deliver(two)
    assert (view(pt).state, files(pt)) == ("withdrawn", 1)
    assert (ending.end_files(pt.office), files(pt)) == (0, 1)
    with pt.office.begin(EVERYTHING) as work:
        acts.lift_hold(work, 1, HoldLift("The trial is over"), held.version)
    assert (ending.end_files(pt.office), files(pt)) == (1, 0)
    assert ending.end_files(pt.office) == 0


def test_a_hold_that_comes_before_the_erasure_keeps_files_and_their_round_comes_to_an_end(
    two: list[Node], clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file came with an answer that had no end; the second step set one for all of it."""
    br, pt = two
    until = br.office.today + timedelta(days=10)
    made_and_exported(pt, "AR")
    send(br, asked("PT", fields_wanted=tuple(FieldWanted)))
    deliver(two)
    attach(pt)
    answer(pt, 1, act=RequestAct.ANSWER)
    deliver(two)
    fetch(br, from_states(two))
    release = HolderRelease(reason="A murder weapon", retain_until=until)
    agreed(pt.office, lambda w: naming.propose(w, 1, release, requests.request(w, 1).version))
    deliver(two)
    clock.move(timedelta(days=12))

    def placed_meanwhile(work: Work, *which: Any) -> list[int]:
        found = looked(work, *which)
        hold(br)
        return found

    looked = forgetting.with_files
    with monkeypatch.context() as patched:
        patched.setattr(forgetting, "with_files", placed_meanwhile)
        assert (ending.end_files(br.office), files(br)) == (0, 1)
    with br.office.begin(EVERYTHING) as work:
        acts.lift_hold(work, 1, HoldLift("The trial is over"), 1)
    assert [ending.end_files(br.office) for _ in range(2)] == [1, 0]
    assert files(br) == 0
    agreed(br.office, propose)
    assert everywhere(br, "Casa do Ca") == []


def test_nothing_that_another_state_said_in_its_request_stays(two: list[Node], clock: Clock) -> None:
    br, pt = two
    send(
        br,
        asked(
            "PT",
            circumstances="SECRET circumstances of a car",
            legal_basis="SECRET law, article 1",
            intended_use="SECRET proceedings",
        ),
    )
    deliver(two)
    answer(pt, 1, act=RequestAct.ASK_MORE, words="Which car?")
    deliver(two)
    with br.office.begin(OFFICER) as work:
        more = asked("PT", circumstances="SECRET circumstances of a van", document_number="SECRET paper")
        request_acts.edit(work, 1, more, requests.request(work, 1).version)
    ask(br, 1, act=RequestAct.GIVE_MORE, words="SECRET words")
    deliver(two)
    answer(pt, 1, act=RequestAct.REFUSE, words="No.", ground=RestrictionGround.CONFIDENTIALITY_LAW)
    deliver(two)
    ask(br, 1, act=RequestAct.CLARIFY, words="SECRET question")
    deliver(two)
    with pt.office.begin(EVERYTHING) as work:
        requests.request_row(work, 1, locked=True).keep_until = pt.office.today
    clock.move(timedelta(days=1))
    assert "trace_request_event" in everywhere(pt, "SECRET")
    agreed(pt.office, propose)
    assert everywhere(pt, "SECRET") == []
    changes = "SELECT count(*) FROM ledger_change WHERE before LIKE '%SECRET%' OR after LIKE '%SECRET%'"
    assert pt.rows(changes)[0][0] == 0
    assert [one.what for one in view(pt).events][-1] == "erased"
    assert not problems(pt)


def test_a_request_of_which_more_is_kept_than_a_leaf_can_name_goes_as_a_whole(
    two: list[Node], clock: Clock
) -> None:
    br, pt = two
    send(br, asked("PT"))
    deliver(two)
    with pt.office.begin(EVERYTHING) as work:
        row = requests.request_row(work, 1, locked=True)
        row.keep_until = pt.office.today
        for n in range(600):
            doing.note(work, row, RequestAct.REMIND, f"SECRET {n}", {"n": f"SECRET {n}"}, by=-1)
    clock.move(timedelta(days=1))
    agreed(pt.office, propose)
    assert everywhere(pt, "SECRET") == []
    assert problems(pt) == []
    notes = pt.rows("SELECT note FROM ledger_entry WHERE act LIKE '%ledger.erase'")
    erased = [len(orjson.loads(note)["erased"]) for (note,) in notes]
    assert (len(erased) > 2, max(erased), sum(erased) > 2400) == (True, 700, True)
    assert pt.rows("SELECT max(length(body)) FROM ledger_leaf")[0][0] < 65_535


def test_requests_that_are_held_hide_no_others_and_what_is_old_gets_its_day(
    two: list[Node], clock: Clock
) -> None:
    br, pt = two
    case = "IP " + "9" * 117
    until = br.office.today + timedelta(days=10)
    with br.office.begin(OFFICER) as work:
        for _ in range(forgetting.MOST):
            request_acts.draft(work, asked("PT", case_number=case))
    made_and_exported(pt, "AR")
    free = send(br, asked("PT")).id
    deliver(two)
    answer(pt, 1, act=RequestAct.ANSWER, retain_until=until)
    deliver(two)
    with br.office.begin(EVERYTHING) as work:  # as it was before the day had a place of its own
        work.session.execute(update(TraceRequestRow).values(keep_until=until - timedelta(days=1)))
        requests.request_row(work, free, locked=True).keep_until = None
    hold(br, LegalHoldNewSchema().load({"reason": "r", "ordered_by": "c", "case_number": case}).case_number)
    clock.move(timedelta(days=12))
    with br.office.begin(OPERATOR) as work:
        assert filling.ends_of_keeping(work, 0) == free
        assert filling.ends_of_keeping(work, free) is None
        assert requests.request_row(work, free).keep_until == until
    with br.office.look(EVERYTHING) as work:
        assert [one.held for one in ending.ended(work)] == [False, *[True] * forgetting.MOST]
    agreed(br.office, propose)
    with br.office.look(EVERYTHING) as work:
        assert requests.request_row(work, free).keep_until is None
