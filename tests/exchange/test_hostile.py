"""A third State that is pinned as it should be and misbehaves: every signature of it is good.

AR is the hostile one, PT and BR are honest. Whatever it says has no effect that it may not have, costs no
more than its limits allow, and takes nothing from the two others.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from registry.core.work import OPERATOR
from registry.exchange import acts, jose, key_queries, keysets, outbox, own_kinds, queries, rules, strict_json
from registry.exchange.inbox import Answer
from registry.exchange.kinds import merged
from registry.exchange.rules import LARGEST_BODY
from registry.rooms import MESSAGES
from schemas.exchange import LATEST
from schemas.requests_vocabulary import RequestState
from tests.exchange.test_delivery import problem, record_of, signed
from tests.exchange.world import TEST_KINDS, Clock, Node, sealed_for, states
from tests.requests.world import allow, asked, send, view

KINDS = merged(MESSAGES, TEST_KINDS)


@pytest.fixture(
    scope="module",
    params=[
        pytest.param("sqlite", marks=pytest.mark.sqlite),
        pytest.param("postgresql", marks=pytest.mark.postgresql),
    ],
)
def world(request: pytest.FixtureRequest) -> Iterator[tuple[list[Node], Clock]]:
    """The three, with a clock; tests share them, each in minutes of its own."""
    engine, clock = request.getfixturevalue(request.param), Clock()
    with (
        engine.ready() as one,
        engine.ready() as two,
        engine.ready() as three,
        states([one, two, three], clock) as nodes,
    ):
        for node in nodes:
            node.kinds = KINDS
        yield nodes, clock


@pytest.fixture
def three(world: tuple[list[Node], Clock]) -> list[Node]:
    """BR, PT and AR in a minute in which nothing came yet."""
    nodes, clock = world
    clock.move(timedelta(minutes=2))
    return nodes


def to_pt(ar: Node, **changed: Any) -> dict[str, Any]:
    """A message of AR to PT as AR likes it."""
    now = ar.office.clock()
    name = outbox.new_identifier(now)
    at = int(now.timestamp())
    return {
        "ver": "1.0",
        "type": "test.note",
        "jti": name,
        "iss": "AR",
        "aud": "PT",
        "iat": at,
        "exp": at + 86400,
        "thread": name,
        "ch": {"seq": 1, "prev": ""},
        "body": {"text": "hello"},
    } | changed


def told(to: Node, by: Node, payload: dict[str, Any]) -> Answer:
    return to.receive(sealed_for(to, signed(by, payload)), f"192.0.2.{ord(by.state[0])}")


def alerts(node: Node) -> list[tuple[str, str]]:
    return [tuple(row) for row in node.rows("SELECT peer, code FROM exchange_alert ORDER BY id")]


def test_nobody_speaks_for_another(three: list[Node]) -> None:
    br, pt, ar = three
    before = pt.effects()
    for changed in ({"iss": "BR"}, {"aud": "BR"}, {"iss": "PT", "aud": "AR"}):
        assert problem(told(pt, ar, to_pt(ar, **changed))) == "wrong-audience"
    brs = strict_json.loads(jose.parse(record_of(br, br.post("PT").jti)).payload)
    assert problem(told(pt, ar, brs)) == "wrong-audience"
    assert pt.effects() == before


def test_an_answer_to_what_was_asked_of_somebody_else_is_none(three: list[Node]) -> None:
    br, _, ar = three
    before = br.effects()
    question = br.post("PT", type_="test.question")
    of_pt = {"jti": question.jti, "sha256": question.sha256}
    ours = br.post("AR", type_="test.question")
    wrong = [
        {"thread": question.thread, "re": of_pt},
        {"thread": ours.thread, "re": of_pt},
        {"thread": question.thread, "re": {"jti": ours.jti, "sha256": ours.sha256}},
        {"thread": ours.thread, "re": {"jti": ours.jti, "sha256": question.sha256}},
        {"thread": ours.thread, "re": {"jti": outbox.new_identifier(br.office.clock()), "sha256": "A" * 43}},
        {"thread": ours.thread},
    ]
    for changed in wrong:
        for type_ in BODIES:
            payload = to_pt(ar, aud="BR", type=type_, body=BODIES[type_]) | changed
            assert problem(told(br, ar, payload)) == "wrong-thread", changed
    assert br.effects() == before


BODIES: dict[str, dict[str, Any]] = {
    "test.answer": {"text": "yes"},
    "trace.ack": {"number": "RQ-1", "due_at": "2026-09-22T00:00:00+00:00"},
    "trace.response": {"outcome": "not_in_records", "level": "certain"},
    "consent.reply": {"n": 1, "granted": True},
}


def test_a_forked_channel_is_seen_and_stays_the_matter_of_its_state(three: list[Node]) -> None:
    br, pt, ar = three
    seq = pt.rows("SELECT seq FROM exchange_channel WHERE peer = 'AR' AND direction = 'in'")
    place = {"seq": (seq[0][0] if seq else 0) + 1, "prev": ""}
    for _ in range(2):
        assert told(pt, ar, to_pt(ar, ch=place)).status == 202
    assert ("AR", "fork") in alerts(pt)
    for far in (2**53, 2**53, 2**40):
        assert told(pt, ar, to_pt(ar, ch={"seq": far, "prev": "A" * 43})).status == 202
    with pt.office.begin(OPERATOR) as work:
        assert own_kinds.post_status(work, "AR").seq > 0
    posted = br.post("PT")
    assert pt.receive(sealed_for(pt, record_of(br, posted.jti))).status == 202
    assert posted.jti in pt.effects()
    for bad in (
        {"seq": 0},
        {"seq": -1},
        {"seq": 2**53 + 2},
        {"seq": 1.5},
        {"seq": 1, "prev": "short"},
        None,
        [],
    ):
        assert problem(told(pt, ar, to_pt(ar, ch=bad))) == "schema"


HUGE = {
    "a long text": {"text": "x" * 120_000},
    "many names": {f"n{at}": at for at in range(9_000)},
    "many empty lists": {"text": [[] for _ in range(40_000)]},
    "a deep list": {"text": eval("[" * 30 + "]" * 30)},  # noqa: S307 - of brackets alone
    "numbers": {"text": [1e15, -0.0, 2**53, 1e-300] * 2_000},
    "names that differ in case": {"text": "a", "Text": "b", "TEXT": "c"},
    "escapes": {"text": "\\u0000\u0000" * 10_000},
}


@pytest.mark.parametrize("what", HUGE)
def test_huge_and_odd_bodies_cost_little(three: list[Node], what: str) -> None:
    """Each legal message of up to 256 KiB is judged within a moment; none makes the server fail."""
    _, pt, ar = three
    for type_ in ("test.note", "trace.request", "trace.cancel", "keyset.update", "channel.status"):
        sealed = sealed_for(pt, signed(ar, to_pt(ar, type=type_, body=HUGE[what])))
        assert len(sealed) <= LARGEST_BODY
        began = time.process_time()
        found = pt.receive(sealed)
        assert time.process_time() - began < 2
        if found.status != 202:
            assert problem(found) in ("schema", "refused")
    assert all(len(row[0]) <= 400 for row in pt.rows("SELECT detail FROM exchange_alert"))


ODD = (
    b'{"a":1,"a":2}', b'{"a":NaN}', b'{"a":1e999}', b'{"a":9007199254740993}', b"[" * 40 + b"]" * 40, b"[]",
    b'{"a\xe2\x80\x8bb":1}', b'{"a":"\\ud800"}', b"\xff", b'{"a":' * 33 + b"1" + b"}" * 33, b"",
)  # fmt: skip


def test_json_that_two_readers_could_read_in_two_ways_is_refused(three: list[Node]) -> None:
    _, pt, ar = three
    with ar.office.look(OPERATOR) as work:
        key = Ed25519PrivateKey.from_private_bytes(key_queries.own_key(work, "signing")[1])
    for content in ODD:
        found = pt.receive(sealed_for(pt, jose.sign(content or b" ", key)))
        assert problem(found) == "schema", content


HIDDEN = ("\u202e", "\u200b", "\u2066", "\ufeff", "\u00ad", "\x00", "\x1b", "\u2028")


@pytest.mark.parametrize(
    "name", ["jti", "thread", "type", "iss", "ver", "actor", "purpose", "handling", "must", "path", "re"]
)
def test_no_identifier_holds_what_nobody_sees(three: list[Node], name: str) -> None:
    _, pt, ar = three
    before = pt.effects()
    for hidden in HIDDEN:
        good = to_pt(ar)
        wrong = {
            "actor": {"user": f"p-1{hidden}2"},
            "purpose": {"case": f"1{hidden}2"},
            "handling": {"audience": [f"AR{hidden}-POL"]},
            "must": [f"bo{hidden}dy"],
            "path": [f"A{hidden}"],
            "re": {"jti": good["jti"], "sha256": "A" * 42 + hidden},
        }.get(name) or f"{good.get(name, '')}{hidden}"
        assert problem(told(pt, ar, good | {name: wrong})) in ("schema", "unsupported-version")
    assert pt.effects() == before


def test_what_has_to_be_understood_and_is_not_is_refused(three: list[Node]) -> None:
    _, pt, ar = three
    before = pt.effects()
    for must in (
        ["teleport"],
        ["body", "teleport"],
        ["body.text"],
        [""],
        ["x" * 61],
        ["body"] * 21,
        "body",
        1,
    ):
        assert problem(told(pt, ar, to_pt(ar, must=must))) in ("unsupported-version", "schema")
    assert pt.effects() == before
    assert told(pt, ar, to_pt(ar, must=["body", "handling"], teleport={"to": "the moon"})).status == 202


def test_moments_that_no_calendar_knows_are_refused(three: list[Node]) -> None:
    _, pt, ar = three
    at = int(ar.office.clock().timestamp())
    for iat, exp in (
        (LATEST, LATEST + 1), (LATEST - 9, LATEST), (2**40, 2**40 + 9), (2**53, 2**53), (-1, 1), (at, at),
        (at, at - 1), (at, at + 15 * 86400), (0, 1), (1.5, at), (True, at), ("1", at), (None, at),
    ):  # fmt: skip
        found = told(pt, ar, to_pt(ar, iat=iat, exp=exp))
        assert problem(found) in ("schema", "future-dated", "expired", "unknown-key"), (iat, exp)


def test_thousands_of_threads_meet_the_limit_of_their_state_and_others_are_served(
    three: list[Node], monkeypatch: pytest.MonkeyPatch
) -> None:
    br, pt, ar = three
    monkeypatch.setattr(rules, "PEER_PER_MINUTE", 30)
    before = len(pt.effects())
    answers = [told(pt, ar, to_pt(ar)).status for _ in range(45)]
    assert answers == [202] * 30 + [429] * 15
    posted = [br.post("PT") for _ in range(3)]
    assert [pt.receive(sealed_for(pt, record_of(br, one.jti))).status for one in posted] == [202] * 3
    assert len(pt.effects()) == before + 33


def test_nonsense_of_one_state_is_limited_and_another_one_is_heard(
    three: list[Node], monkeypatch: pytest.MonkeyPatch
) -> None:
    br, pt, ar = three
    monkeypatch.setattr(rules, "REFUSED_PER_MINUTE", 10)
    written = len(alerts(pt))
    answers = [told(pt, ar, to_pt(ar, type="test.unknown")).status for _ in range(25)]
    assert answers == [422] * 10 + [429] * 15
    assert len(alerts(pt)) == written + 10
    assert pt.receive(sealed_for(pt, record_of(br, br.post("PT").jti))).status == 202


def key_set_of(node: Node, **changed: Any) -> str:
    """A key set that the State's root signs, whatever it says."""
    with node.office.look(OPERATOR) as work:
        document = acts.own_bundle(work).key_set
    payload = keysets.payload_of(document) | changed
    return keysets.signed_by(payload, node.root_keys[:2])


def test_keys_that_are_anothers_older_or_forked_are_refused(three: list[Node]) -> None:
    br, pt, ar = three
    with pt.office.look(OPERATOR) as work:
        known, theirs = queries.trusted(work, "AR"), queries.trusted(work, "BR")
    assert known is not None
    assert known.keys is not None
    assert theirs is not None
    assert theirs.keys is not None
    now = int(ar.office.clock().timestamp())
    mine = keysets.payload_of(key_set_of(ar))
    another = mine["encryption"][0] | {"x": theirs.keys.encryption[0].x}
    as_reading = mine["encryption"][0] | {"x": theirs.keys.signing[0].x}
    stolen = mine["signing"][0] | {"x": theirs.keys.signing[0].x}
    root = mine["encryption"][0] | {"x": jose.encoded(br.root_keys[0].public_key().public_bytes_raw())}
    for changed in (
        {"version": 0},
        {"endpoints": ["http://elsewhere.example"]},  # the version that is known, saying something else
        {"version": 2, "encryption": [another]},
        {"version": 2, "encryption": [as_reading]},
        {"version": 2, "encryption": [root]},
        {"version": 2, "signing": [stolen]},
        {"version": 2, "state": "BR"},
        {"version": 2, "exp": now - 1},
        {"version": 2, "root": 0},
        {"version": 2, "signing": [mine["signing"][0] | {"exp": mine["signing"][0]["exp"] + 86400}]},
    ):
        body = {"key_set": key_set_of(ar, **changed)}
        found = told(pt, ar, to_pt(ar, type="keyset.update", body=body))
        assert problem(found) == "refused", changed
    for root in (keysets.signed_by({"state": "AR"}, ar.root_keys), "x", "a.b.c", "\n"):
        found = told(pt, ar, to_pt(ar, type="keyset.update", body={"root": root, "key_set": key_set_of(ar)}))
        assert problem(found) == "refused", root
    with pt.office.look(OPERATOR) as work:
        again, still = queries.trusted(work, "AR"), queries.trusted(work, "BR")
    assert (again, still) == (known, theirs)
    same = {"key_set": key_set_of(ar)}
    assert told(pt, ar, to_pt(ar, type="keyset.update", body=same)).status == 202


def responds(br: Node, ar: Node, body: dict[str, Any], **envelope: Any) -> Answer:
    """AR answers BR's newest question, whatever its own records say."""
    ((jti, sha256, thread),) = br.rows(
        "SELECT jti, sha256, thread FROM exchange_out WHERE peer = 'AR' AND type = 'trace.request'"
        " ORDER BY seq DESC LIMIT 1"
    )
    said = {"aud": "BR", "type": "trace.response", "thread": thread, "re": {"jti": jti, "sha256": sha256}}
    return told(br, ar, to_pt(ar, body=body, **said, **envelope))


def left_for(code: str, day: str, paper: str = "EX-1") -> dict[str, Any]:
    there = {"code": code, "date": day, "document_kind": "export_licence", "document_number": paper}
    return {"outcome": "left_the_country", "level": "certain", "next_state": there}


def test_a_chain_that_runs_in_a_circle_ends(three: list[Node]) -> None:
    """AR names itself again and again, each time by another paper, and BR asks by itself: sixteen times."""
    br, _, ar = three
    allow(br, "AR", ask=True)
    send(br, asked("AR", case_number="sixteen"))
    for step in range(20):
        assert responds(br, ar, left_for("AR", f"2020-01-{step + 1:02}", f"EX-{step}")).status == 202
    sent = "SELECT count(*) FROM trace_request WHERE direction = 'out' AND case_number = 'sixteen'"
    assert br.rows(sent) == [(16,)]
    ended = br.rows("SELECT words FROM trace_request_event WHERE what = 'chain_ended'")
    assert ended[0][0] == "A chain has at most 16 steps."


@pytest.mark.parametrize(
    ("second", "why"),
    [(left_for("AR", "2020-02-01"), "circle"), (left_for("AR", "2019-12-31", "EX-2"), "before the transfer")],
    ids=["the same transfer", "back in time"],
)
def test_a_transfer_that_comes_again_or_goes_back_in_time_ends_a_chain(
    three: list[Node], second: dict[str, Any], why: str
) -> None:
    br, _, ar = three
    allow(br, "AR", ask=True)
    request = send(br, asked("AR", case_number=why))
    assert responds(br, ar, left_for("AR", "2020-02-01")).status == 202
    assert responds(br, ar, second).status == 202
    sent = "SELECT count(*) FROM trace_request WHERE direction = 'out' AND case_number = :why"
    assert br.rows(sent, why=why) == [(2,)]
    ends = "SELECT words FROM trace_request_event WHERE what = 'chain_ended' AND request_id > :first"
    assert why in br.rows(ends, first=request.id)[0][0]


@pytest.mark.parametrize(
    "day", ["tomorrow", "2026-02-30", "2026-1-1", "20260101", "0001-01-01", "9999-99-99"]
)
def test_a_day_that_is_none_is_refused(three: list[Node], day: str) -> None:
    br, _, ar = three
    allow(br, "AR", ask=True)
    request = send(br, asked("AR"))
    assert problem(responds(br, ar, left_for("AR", day))) == "schema"
    assert view(br, request.id).state == RequestState.SENT


def test_restrictions_are_tightened_and_never_loosened(three: list[Node]) -> None:
    br, _, ar = three
    request = send(br, asked("AR"))
    part = {"outcome": "identified", "level": "certain", "statement": "in part", "withheld": ["last_holder"]}
    part["ground"] = "confidentiality_law"
    bound = {"audience": ["BR"], "onward": "none", "retain_until": "2027-01-01", "caveat": "LE-RESTRICTED"}
    assert responds(br, ar, part, handling=bound).status == 202
    looser = {"audience": ["BR", "PT"], "onward": "consent", "retain_until": "2090-01-01"}
    full = {"outcome": "identified", "level": "certain", "statement": "in full"}
    assert responds(br, ar, full, handling=looser).status == 202
    kept = view(br, request.id)
    assert kept.state == RequestState.ANSWERED
    assert kept.answer["statement"] == "in full"
    held_to = {"onward": "none", "retain_until": "2027-01-01", "caveat": "LE-RESTRICTED"}
    assert {name: kept.handling.get(name) for name in held_to} == held_to


def test_an_answer_that_is_at_its_end_is_not_replaced(three: list[Node]) -> None:
    """What comes after it is written down in the course of the request, and replaces nothing."""
    br, _, ar = three
    request = send(br, asked("AR"))
    assert responds(br, ar, {"outcome": "identified", "level": "certain", "statement": "first"}).status == 202
    other = {"outcome": "not_in_records", "level": "certain", "statement": "second"}
    assert responds(br, ar, other, handling={"onward": "consent"}).status == 202
    kept = view(br, request.id)
    assert kept.answer["statement"] == "first"
    assert kept.handling["onward"] == "none"
    last = "SELECT details FROM trace_request_event WHERE request_id = :id ORDER BY n DESC LIMIT 1"
    assert '"crossed":true' in br.rows(last, id=request.id)[0][0]


JUNK: tuple[Any, ...] = (
    None, True, -1, 2**53, 1.5, "", "x" * 5000, "\u202e", "2026-13-45", "0000-00-00", [], {}, [None],
    {"a": {}}, [[]], ["x"] * 500, "' OR 1=1 --", "{{7*7}}", "😀",
)  # fmt: skip


@pytest.mark.parametrize("type_", sorted(MESSAGES))
def test_no_body_makes_a_server_fail(three: list[Node], monkeypatch: pytest.MonkeyPatch, type_: str) -> None:
    """Each place of each body holds each kind of nonsense; the answer is a signed one, never a failure."""
    _, pt, ar = three
    monkeypatch.setattr(rules, "REFUSED_PER_MINUTE", 100_000)
    fields = MESSAGES[type_].body().fields
    good = {name: "x" for name, field in fields.items() if field.required}
    random = Random(type_)
    for name in fields:
        for junk in random.sample(JUNK, 2):
            found = told(pt, ar, to_pt(ar, type=type_, body=good | {name: junk}))
            if found.status != 202:
                assert problem(found) in ("schema", "refused", "wrong-thread", "not-authorised"), (name, junk)
