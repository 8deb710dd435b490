"""A question that one State asks another on behalf of a third, from the answer that leads on to its end.

BR asks PT, which sent the pistol to AR, where it was sold. Then each of them misbehaves: every signature of
it is good, and what it says has no effect that it may not have.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from registry.core.errors import Conflict, Refused
from registry.core.numbers import find_registry_number
from registry.core.work import OPERATOR
from registry.exchange import inbox, jose, outbox, strict_json
from registry.exchange.tables import ExchangeRoot
from registry.requests import (
    acts,
    chain_documents,
    chain_links,
    chain_queries,
    following,
    forgetting,
    queries,
)
from registry.requests.views import HopView, RequestView
from schemas.requests_vocabulary import (
    Delegation,
    FieldWanted,
    ForOthers,
    RequestAct,
    RestrictionGround,
    Usefulness,
)
from schemas.words import ENGLISH
from tests.exchange.test_delivery import problem, signed
from tests.exchange.world import Clock, Node, sealed_for, states
from tests.requests.test_evidence import SEAL, words_of
from tests.requests.world import (
    OFFICER,
    allow,
    answer,
    ask,
    asked,
    deliver,
    imported_and_sold,
    made_and_exported,
    send,
    speaking,
    view,
)

ALLOWED = Delegation.ALLOWED
MACHINE, BY_OFFICER, NEVER = ForOthers.MACHINE, ForOthers.OFFICER, ForOthers.NEVER


@dataclass
class World:
    nodes: list[Node]
    clock: Clock

    def rules(self, onward: ForOthers = MACHINE, behalf: ForOthers = MACHINE, ask: bool = False) -> None:
        """PT answers BR and asks on for it; AR answers both, PT also for others. ask: BR asks AR itself."""
        br, pt, ar = self.nodes
        allow(br, "AR", ask=ask)
        allow(pt, "BR", release=True, onward=onward)
        allow(ar, "PT", release=True, behalf=behalf)
        allow(ar, "BR", release=True)

    def asks(self, **given: Any) -> RequestView:
        """BR's request to PT, and what follows from it by itself."""
        self.clock.move(timedelta(minutes=2))
        sent = send(self.nodes[0], asked("PT", **({"delegation": ALLOWED} | given)))
        deliver(self.nodes)
        return view(self.nodes[0], sent.id)

    def at_pt(self, found: RequestView) -> RequestView:
        """The same in PT."""
        return by_thread(self.nodes[1], "BR", found.thread)

    def asked_on(self, found: RequestView) -> RequestView:
        """What PT asks AR for it."""
        number = self.at_pt(found).onward
        return view(self.nodes[1], key(number))

    def at_ar(self, found: RequestView) -> RequestView:
        """That in AR."""
        return by_thread(self.nodes[2], "PT", self.asked_on(found).thread)

    def hop(self, found: RequestView) -> HopView:
        """What BR knows of it."""
        (hop,) = view(self.nodes[0], found.id).hops
        return hop


def key(number: str) -> int:
    return find_registry_number("RQ", number)


def by_thread(node: Node, peer: str, thread: str) -> RequestView:
    sql = "SELECT id FROM trace_request WHERE peer = :peer AND thread = :thread"
    return view(node, node.rows(sql, peer=peer, thread=thread)[0][0])


@pytest.fixture(
    scope="module",
    params=[
        pytest.param("sqlite", marks=pytest.mark.sqlite),
        pytest.param("postgresql", marks=pytest.mark.postgresql),
    ],
)
def shared(request: pytest.FixtureRequest) -> Iterator[World]:
    engine, clock = request.getfixturevalue(request.param), Clock()
    with engine.ready() as a, engine.ready() as b, engine.ready() as c, states([a, b, c], clock) as nodes:
        speaking(nodes)
        made_and_exported(nodes[1], "AR")
        imported_and_sold(nodes[2])
        yield World(nodes, clock)


@pytest.fixture
def world(shared: World) -> World:
    shared.rules()
    return shared


def test_a_state_asks_the_next_one_for_another_and_its_signed_answer_goes_back(world: World) -> None:
    br, _, _ = world.nodes
    world.rules(ask=True)  # nobody asks AR twice: it is asked for BR
    found = world.asks(fields_wanted=tuple(FieldWanted), case_number="whole")
    hop, theirs, ours = world.hop(found), world.at_ar(found), world.asked_on(found)
    assert (hop.asked_by, hop.state, hop.stands, hop.proven) == ("PT", "AR", "answered", True)
    assert hop.answer is not None
    assert hop.handling is not None
    assert (hop.answer["outcome"], hop.answer["last_holder"], hop.answer["holder"]) == (
        "identified",
        "",
        None,
    )
    assert set(hop.handling["audience"]) == {"BR", "PT"}
    assert br.rows("SELECT count(*) FROM trace_request WHERE case_number = 'whole'") == [(1,)]
    assert theirs.behalf is not None
    assert (theirs.behalf.state, theirs.behalf.path, theirs.peer) == ("BR", ("BR", "PT"), "PT")
    assert (theirs.asked.case_number, theirs.asked.document_number) == ("whole", "EX-4711")
    assert FieldWanted.LAST_LAWFUL_HOLDER not in theirs.asked.fields_wanted
    assert ours.onward == world.at_pt(found).number
    with br.office.look(OFFICER) as work:
        links = chain_links.chain_views(work, found.id)
        assert "did not leave" in chain_links.chain_ending(work, found.id)
        report = chain_documents.draw(chain_queries.whole(work, found.id), "BR", "Polícia", SEAL, ENGLISH)
    assert [(one["peer"], one["asked_by"], one["outcome"]) for one in links] == [
        ("PT", "", "left_the_country"), ("AR", "PT", "identified"),
    ]  # fmt: skip
    told = words_of(report)
    for words in (
        "On our behalf",
        "2. Argentina (AR)",
        "Signed by Argentina, and verified here",
        hop.message,
    ):
        assert words in told, words


def test_nobody_is_asked_on_without_the_word_of_the_first_or_by_a_rule_that_does_not(world: World) -> None:
    _, pt, _ = world.nodes
    not_allowed = world.asks(delegation=Delegation.NONE)
    world.rules(onward=NEVER)
    by_rule = world.asks()
    assert (not_allowed.hops, by_rule.hops, world.at_pt(by_rule).onward) == ((), (), "")
    theirs = world.at_pt(by_rule)
    with pytest.raises(Refused, match="ask nobody"), pt.office.begin(OFFICER) as work:
        acts.ask_onward(work, theirs.id, theirs.version)


def test_an_officer_asks_on_and_an_officer_answers(world: World) -> None:
    br, pt, ar = world.nodes
    world.rules(BY_OFFICER, BY_OFFICER, ask=True)
    found = world.asks(case_number="officers")
    theirs = world.at_pt(found)
    assert (found.hops, theirs.onward) == ((), "")
    assert br.rows("SELECT count(*) FROM trace_request WHERE case_number = 'officers'") == [(1,)]
    with pt.office.begin(OFFICER) as work:
        acts.ask_onward(work, theirs.id, theirs.version)
    with pytest.raises(Refused, match="already"), pt.office.begin(OFFICER) as work:
        acts.ask_onward(work, theirs.id, queries.request(work, theirs.id).version)
    deliver(world.nodes)
    assert (world.hop(found).stands, world.at_ar(found).state) == ("sent", "acknowledged")
    until = ar.office.today + timedelta(days=30)
    answer(ar, world.at_ar(found).id, act=RequestAct.ANSWER, retain_until=until, caveat="Police")
    deliver(world.nodes)
    hop = world.hop(found)
    assert hop.handling is not None
    assert (hop.stands, hop.handling["caveat"], hop.handling["retain_until"]) == (
        "answered",
        "Police",
        str(until),
    )
    with pt.office.begin(OPERATOR) as work:
        row = queries.request_row(work, world.asked_on(found).id)
        assert row.keep_until == until
        forgetting.forget(work, row)
    told = "SELECT jws FROM exchange_out WHERE type = 'trace.onward' AND thread = :thread"
    assert {one[0] for one in pt.rows(told, thread=found.thread)} == {""}


def test_a_refusal_on_our_behalf_says_why_and_lets_us_ask_ourselves(world: World) -> None:
    br, _, _ = world.nodes
    world.rules(behalf=NEVER)
    found = world.asks()
    assert (world.hop(found).stands, world.hop(found).proven) == ("refused", True)
    assert "BR may ask us itself" in world.hop(found).words
    assert world.at_ar(found).trace == ""  # nothing was searched
    with br.office.begin(OFFICER) as work:
        asks_itself = acts.follow(work, found.id, queries.request(work, found.id).version)
    world.rules(behalf=NEVER, ask=True)
    by_machine = world.asks()
    assert view(br, asks_itself.id).state == "answered"
    with br.office.look(OFFICER) as work:
        links = [(one["peer"], one["state"]) for one in chain_links.chain_views(work, by_machine.id)]
    assert links == [("PT", "answered"), ("AR", "refused"), ("AR", "answered")]


def test_what_is_withdrawn_or_closed_is_withdrawn_onward(world: World) -> None:
    br, _, _ = world.nodes
    world.rules(behalf=BY_OFFICER)
    found, closed = world.asks(), world.asks()
    assert RequestAct.WITHDRAW_ONWARD in found.possible
    ask(br, found.id, act=RequestAct.WITHDRAW_ONWARD, words="We have it.")
    ask(br, closed.id, act=RequestAct.CLOSE, outcome=Usefulness.NO_USE)
    deliver(world.nodes)
    for one in (found, closed):
        assert (world.asked_on(one).state, world.at_ar(one).state) == ("withdrawn", "withdrawn")
    now = view(br, found.id)
    assert (now.state, world.hop(found).stands) == ("answered", "withdrawn")
    assert RequestAct.WITHDRAW_ONWARD not in now.possible
    with pytest.raises(Conflict):
        ask(br, found.id, act=RequestAct.WITHDRAW_ONWARD, words="Once more.")


def test_what_is_late_delayed_or_lacks_something_is_told_and_is_not_ours_to_change(world: World) -> None:
    _, pt, ar = world.nodes
    world.rules(behalf=BY_OFFICER)
    found = world.asks()
    world.clock.move(timedelta(days=5))
    assert following.escalate_due(pt.office) >= 1
    deliver(world.nodes)
    assert (world.hop(found).stands, world.hop(found).late) == ("acknowledged", True)
    ours, theirs = world.asked_on(found), world.at_ar(found)
    given = {"words": "A court decides.", "ground": RestrictionGround.ONGOING_INVESTIGATION}
    answer(ar, theirs.id, act=RequestAct.DELAY, until=ar.office.today + timedelta(days=9), **given)
    deliver(world.nodes)
    hop = world.hop(found)
    assert (hop.stands, hop.late, hop.words, hop.ground) == (
        "delayed", False, "A court decides.", "ongoing_investigation",
    )  # fmt: skip
    answer(ar, theirs.id, act=RequestAct.ASK_MORE, words="Which frame?")
    deliver(world.nodes)
    assert world.hop(found).stands == "more_asked"
    for change in (
        lambda work, v: acts.edit(work, ours.id, asked("AR"), v),
        lambda w, v: acts.follow(w, ours.id, v),
    ):
        with pytest.raises(Conflict, match="on behalf"), pt.office.begin(OFFICER) as work:
            change(work, view(pt, ours.id).version)


def payload_of(record: str) -> dict[str, Any]:
    found: dict[str, Any] = strict_json.loads(jose.parse(record).payload)
    return found


def anew(node: Node, payload: dict[str, Any], **changed: Any) -> dict[str, Any]:
    """The same as another message of now."""
    now = node.office.clock()
    jti, at = outbox.new_identifier(now), int(now.timestamp())
    return payload | {"jti": jti, "iat": at, "exp": at + 86400} | changed


def told(to: Node, by: Node, payload: dict[str, Any]) -> inbox.Answer:
    return to.receive(sealed_for(to, signed(by, payload)))


Change = Callable[[dict[str, Any]], dict[str, Any]]


def body(**changed: Any) -> Change:
    return lambda one: one | {"body": one["body"] | changed}


WRONG: dict[str, tuple[Change, str]] = {
    "a path without its sender": (lambda one: one | {"path": ["BR"]}, "another way"),
    "a path without its beginning": (lambda one: one | {"path": ["PT"]}, "another way"),
    "a path and no word of the first": (body(behalf=""), "another way"),
    "no leave": (lambda one: one | {"delegation": "none"}, "not allowed"),
    "a word that is none": (body(behalf="a.b.c"), "cannot be read"),
    "another case": (lambda one: one | {"purpose": one["purpose"] | {"case": "IP 18"}}, "another use"),
    "another firearm": (body(mark="TAB99999"), "something else"),
    "a promise that the first has not made": (body(circumstances="Found in a boat."), "something else"),
    "the last holder": (body(fields_wanted=["last_lawful_holder"]), "for itself alone"),
    "less bound": (lambda one: one | {"handling": {"onward": "consent"}}, "restricted it more"),
}


def test_a_question_that_is_forged_or_widened_is_refused_and_does_nothing(world: World) -> None:
    br, pt, ar = world.nodes
    world.rules(behalf=BY_OFFICER)
    found = world.asks()
    real = payload_of(
        pt.rows("SELECT jws FROM exchange_out WHERE jti = :jti", jti=_jti(pt, found, world))[0][0]
    )
    first = payload_of(real["body"]["behalf"])
    fresh = [anew(br, first, thread=outbox.new_identifier(br.office.clock())) for _ in WRONG]
    before = ar.rows("SELECT count(*) FROM trace_request")
    for (name, (change, why)), word in zip(WRONG.items(), fresh, strict=True):
        if name == "less bound":
            word["handling"] = {"retain_until": "2027-01-01"}
        thread = outbox.new_identifier(pt.office.clock())
        good = anew(pt, real, thread=thread)
        good["body"] = good["body"] | {"behalf": signed(br, word)}
        answered = told(ar, pt, change(good))
        assert (problem(answered), why in detail(answered)) == ("refused", True), (name, detail(answered))
    assert ar.rows("SELECT count(*) FROM trace_request") == before


def _jti(pt: Node, found: RequestView, world: World) -> str:
    asked_on = world.asked_on(found)
    return str(pt.rows("SELECT jti FROM trace_request WHERE id = :id", id=asked_on.id)[0][0])


def detail(answered: inbox.Answer) -> str:
    return str(payload_of(answered.body).get("detail", ""))


def test_a_word_is_gone_on_from_once_and_only_by_those_it_was_said_to(world: World) -> None:
    br, pt, ar = world.nodes
    world.rules(behalf=BY_OFFICER)
    found = world.asks()
    real = payload_of(
        pt.rows("SELECT jws FROM exchange_out WHERE jti = :jti", jti=_jti(pt, found, world))[0][0]
    )
    first = payload_of(real["body"]["behalf"])
    thread = outbox.new_identifier(pt.office.clock())

    def with_word(record: str, **changed: Any) -> inbox.Answer:
        good = anew(pt, real, thread=thread) | changed
        return told(ar, pt, good | {"body": good["body"] | {"behalf": record}})

    assert "already" in detail(with_word(real["body"]["behalf"]))
    assert "not signed by BR" in detail(with_word(signed(pt, anew(br, first))))
    assert "not allowed" in detail(with_word(signed(br, anew(br, first, delegation="none"))))
    assert "no question to PT" in detail(with_word(signed(br, anew(br, first, aud="AR"))))
    old = anew(br, first) | {"iat": first["iat"], "exp": first["iat"] + 60}
    world.clock.move(timedelta(minutes=2))
    assert "was over" in detail(with_word(signed(br, old)))


def test_no_more_than_three_hops_and_no_transfer_twice(world: World) -> None:
    """BR asks PT, and the two others ask each other for it, again and again."""
    br, pt, ar = world.nodes
    found = world.asks(delegation=Delegation.NONE)
    word = payload_of(
        br.rows("SELECT jws FROM exchange_out WHERE thread = :t AND type = 'trace.request'", t=found.thread)[
            0
        ][0]
    )
    path, record, made = ["BR"], signed(br, anew(br, word, delegation="allowed", path=["BR"])), []
    for n in range(4):
        by, to = ((pt, ar), (ar, pt))[n % 2]
        path = [*path, by.state]
        thread = outbox.new_identifier(by.office.clock())
        left = {"left_on": f"2003-04-0{n + 1}", "document_number": f"EX-{n}", "behalf": record}
        question = anew(by, word, iss=by.state, aud=to.state, delegation="allowed", path=path, thread=thread)
        record = signed(by, question | {"body": question["body"] | left})
        made.append((to, record, question | {"body": question["body"] | left}))
    third, fourth = made[2], made[3]
    again = third[2] | {"body": third[2]["body"] | {"left_on": "2003-04-01", "document_number": "EX-0"}}
    back = third[2] | {"body": third[2]["body"] | {"left_on": "2003-03-01"}}
    assert "in a circle" in detail(told(ar, pt, again))
    assert "before the transfer" in detail(told(ar, pt, back))
    assert third[0].receive(sealed_for(third[0], third[1])).status == 202
    refused = fourth[0].receive(sealed_for(fourth[0], fourth[1]))
    assert (problem(refused), "path" in detail(refused)) == ("schema", True)


def test_what_is_told_of_a_question_on_our_behalf_has_to_be_proven(world: World) -> None:
    br, pt, ar = world.nodes
    world.rules(behalf=BY_OFFICER)
    found, other = world.asks(), world.asks()
    sql = "SELECT jws FROM exchange_out WHERE thread = :t AND type = 'trace.onward' ORDER BY seq"
    real, elsewhere = (payload_of(pt.rows(sql, t=one.thread)[-1][0]) for one in (found, other))
    question = payload_of(real["body"]["asked"])
    re = {"jti": question["jti"], "sha256": jose.digest(real["body"]["asked"])}
    said = {"outcome": "identified", "level": "certain"}
    base = {
        "iss": "AR",
        "aud": "PT",
        "type": "trace.response",
        "re": re,
        "thread": question["thread"],
        "body": said,
    }
    base |= {"handling": {"audience": ["PT", "BR"]}}

    def word(by: Node = ar, **changed: Any) -> str:
        unsent = {
            name: value for name, value in question.items() if name not in ("delegation", "path", "purpose")
        }
        return signed(by, anew(ar, unsent | base) | changed)

    def tells(record: str = "", stands: str = "answered", **changed: Any) -> str:
        given = real["body"] | {"stands": stands, "record": record} | changed
        return detail(told(br, pt, anew(pt, real) | {"body": given}))

    assert "as it was signed" in tells()
    assert "does not answer" in tells(word(re={"jti": question["jti"], "sha256": "A" * 43}))
    assert "not signed by AR" in tells(word(pt))
    assert "says otherwise" in tells(word(), "refused")
    assert "names a person" in tells(word(body=said | {"last_holder": "João"}))
    assert "has not told it to us" in tells(word(handling={"audience": ["PT"]}))
    assert "no question of ours" in tells(word(), hop=2)
    assert "no question of ours" in tells(asked=elsewhere["body"]["asked"], stands="sent")
    assert "or by another" in tells(asked_by="AR", state="PT", stands="sent")
    assert world.hop(found).stands == "sent"
    assert view(br, found.id).state == "answered"


def test_what_cannot_be_verified_here_is_seen_through_another_and_late_word_changes_nothing(
    world: World,
) -> None:
    br, pt, ar = world.nodes
    world.rules(behalf=BY_OFFICER)
    found = world.asks()
    old = pt.rows("SELECT jws FROM exchange_out WHERE thread = :t AND type = 'trace.onward'", t=found.thread)[
        0
    ][0]
    with br.office.begin(OPERATOR) as work:
        was = work.session.query(ExchangeRoot.trusted_since).filter_by(state="AR").scalar()
        work.session.execute(
            update(ExchangeRoot).where(ExchangeRoot.state == "AR").values(trusted_since=None)
        )
    answer(ar, world.at_ar(found).id, act=RequestAct.ANSWER)
    deliver(world.nodes)
    with br.office.begin(OPERATOR) as work:
        work.session.execute(update(ExchangeRoot).where(ExchangeRoot.state == "AR").values(trusted_since=was))
    hop = world.hop(found)
    assert (hop.stands, hop.proven) == ("answered", False)
    late = payload_of(old)
    assert told(br, pt, anew(pt, late)).status == 202
    assert world.hop(found).stands == "answered"
    last = "SELECT details FROM trace_request_event WHERE request_id = :id ORDER BY n DESC LIMIT 1"
    assert '"crossed":true' in br.rows(last, id=found.id)[0][0]
