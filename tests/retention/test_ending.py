"""What another State lets us keep until a day goes once it is over, and that it came stays proven."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from registry.core.errors import NotFound
from registry.core.work import OPERATOR, Work
from registry.exchange import evidence, evidence_reading
from registry.ledger import exports, verifier
from registry.requests import queries
from registry.retention import acts, ending
from registry.rooms import OFFERS
from schemas.requests_vocabulary import RequestAct
from schemas.retention import EndingNew, HoldLift, HoldNew
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
        for node in nodes:
            node.office.offers = OFFERS
        yield nodes


def propose(work: Work) -> Any:
    return ending.propose(work, EndingNew("Portugal let us keep it no longer"))


def everywhere(node: Node, words: str) -> list[str]:
    """Tables and the journal, in which a text still stands."""
    found = []
    for table, column in (
        ("trace_request", "answer"), ("trace_request_event", "details"), ("exchange_in", "jws"),
        ("ledger_personal", "value"),
    ):  # fmt: skip
        sql = f"SELECT count(*) FROM {table} WHERE {column} LIKE :words"  # noqa: S608 - names of tables
        if node.rows(sql, words=f"%{words}%")[0][0]:
            found.append(table)
    return found


def problems(node: Node) -> list[verifier.Problem]:
    """What the verifier finds wrong, from the leaves to the messages."""
    with exports.signed(node.office, KEY) as connection:
        return verifier.verify(exports.collected(connection), str(KEY.key)).problems


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
    assert (over["erased"], over["steps"]) == (str(until), [])  # nobody reads it from this day on
    assert over["next_state"]["code"] == "AR"
    assert "EX-4711" not in str(view(br).events)
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
        row = queries.request_row(work, 1)
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
    answer(pt, 1, act=RequestAct.ANSWER)
    deliver(two)
    assert view(br).state == "answered"


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
        assert queries.request(work, 2).asked.mark == "TAB12345"  # that they asked, and what, stays


def test_what_is_over_is_told_on_page_api_and_command_line(app: Flask, client: FlaskClient) -> None:
    browser = sign_in(app, Role.AUTHORITY_OFFICER)
    assert "Nothing is over" in browser.get("/retention/ended").get_data(as_text=True)
    headers = bearer(app, Role.AUTHORITY_OFFICER)
    assert client.get("/api/v1/retention/ended", headers=headers).json == {"items": []}
    body = {"reason": "Portugal let us keep it no longer"}
    assert client.post("/api/v1/retention/ended", json=body, headers=headers).status_code == 404
    told = app.test_cli_runner().invoke(args=["retention", "ended"]).output
    assert "0 requests" in told
