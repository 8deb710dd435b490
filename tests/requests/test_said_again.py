"""What could not be delivered is said again in its thread while somebody waits for it, and not after."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from registry.core.errors import Conflict
from registry.core.work import OPERATOR
from registry.exchange import acts as exchange_acts
from registry.exchange import jose, strict_json
from registry.exchange.courier import Parcel, Reply, Unreachable
from registry.requests import acts, attached, following, queries
from schemas.requests import ConsentNew, ConsentReply
from schemas.requests_vocabulary import Delegation, ForOthers, RequestAct, RestrictionGround
from tests.exchange.world import Clock, Node, direct
from tests.requests.files import only, sent_with_photograph
from tests.requests.test_delegation import World
from tests.requests.test_told_again import but
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
    view,
)

OUT = "SELECT state, followed_by, reason FROM exchange_out WHERE jti = :jti"


def lost(_: Parcel) -> Reply:
    raise Unreachable("lost")


def dies(node: Node, clock: Clock, type_: str) -> str:
    """What a State sends is lost until it has expired; the name of the last message of a type."""
    node.courier(lost).run_once()
    clock.move(timedelta(days=15))
    node.courier(lost).run_once()
    sql = "SELECT jti FROM exchange_out WHERE type = :type AND state = 'dead' ORDER BY made_at DESC, seq DESC"
    return str(node.rows(sql, type=type_)[0][0])


def resend(node: Node, jti: str) -> None:
    with node.office.begin(OPERATOR) as work:
        exchange_acts.resend(work, jti)


def test_a_question_that_is_said_again_keeps_its_thread_and_is_answered(
    two: list[Node], clock: Clock
) -> None:
    br, pt = two
    made_and_exported(pt, "AR")
    allow(pt, "BR", release=True)
    sent = send(br, asked("PT"))
    jti = dies(br, clock, "trace.request")
    resend(br, jti)
    deliver(two)
    found = view(br, sent.id)
    assert (found.state, found.thread) == ("answered", sent.thread)
    ((_, again, _),) = br.rows(OUT, jti=jti)
    assert br.rows("SELECT jti FROM trace_request") == [(again,)]
    assert [one.message for one in found.events if one.what == "send"] == [again]
    assert view(pt).thread == sent.thread
    assert br.rows("SELECT count(*) FROM exchange_out WHERE state = 'dead'") == [(0,)]
    assert pt.rows("SELECT count(*) FROM exchange_out WHERE state = 'dead'") == [(0,)]


def test_files_of_a_question_that_is_said_again_are_given_for_it_until_it_is_withdrawn(
    two: list[Node], clock: Clock
) -> None:
    br, _ = two
    sent = sent_with_photograph(br)
    jti = dies(br, clock, "trace.request")
    resend(br, jti)
    deliver(two)
    ((_, again, _),) = br.rows(OUT, jti=jti)
    assert only(br, sent.id).message == again
    ask(br, sent.id, act=RequestAct.WITHDRAW, words="We have it.")
    with br.office.look(OPERATOR) as work:
        assert not attached.stands(work, again)


def test_a_question_about_onward_use_that_is_said_again_is_answered(two: list[Node], clock: Clock) -> None:
    br, pt = two
    made_and_exported(pt, "AR")
    allow(pt, "BR", release=True)
    sent = send(br, asked("PT"))
    deliver(two)
    with br.office.begin(OFFICER) as work:
        version = queries.request(work, sent.id).version
        acts.ask_consent(work, sent.id, ConsentNew("Interpol", "To compare it"), version)
    jti = dies(br, clock, "consent.request")
    resend(br, jti)
    deliver(two)
    with pt.office.begin(OFFICER) as work:
        version = queries.request(work, 1).version
        acts.reply_consent(work, 1, 1, ConsentReply(granted=True, words="Yes."), version)
    deliver(two)
    assert [one.state for one in view(br, sent.id).consents] == ["granted"]


def test_an_answer_is_not_said_anew_once_another_was_given(two: list[Node], clock: Clock) -> None:
    """The newest word of a thread counts: the first answer would be it."""
    br, pt = two
    made_and_exported(pt, "AR")
    send(br, asked("PT"))
    deliver(two)
    answer(pt, 1, act=RequestAct.ANSWER_IN_PART, **PART)
    first = dies(pt, clock, "trace.response")
    answer(pt, 1, act=RequestAct.ANSWER)
    deliver(two)
    told = view(br).answer
    resend(pt, first)
    deliver(two)
    ((state, again, reason),) = pt.rows(OUT, jti=first)
    assert (state, again) == ("closed", "")
    assert "Something else was told since" in reason
    assert (view(br).state, view(br).answer) == ("answered", told)


def test_what_nobody_waits_for_is_not_sent_again(two: list[Node], clock: Clock) -> None:
    """PT's answer, which is dead, and BR's withdrawal have crossed."""
    br, pt = two
    sent = send(br, asked("PT"))
    deliver(two)
    answer(pt, 1, act=RequestAct.ANSWER)
    late = dies(pt, clock, "trace.response")
    ask(br, sent.id, act=RequestAct.WITHDRAW, words="We have it.")
    deliver(two)
    resend(pt, late)
    deliver(two)
    ((state, again, reason),) = pt.rows(OUT, jti=late)
    assert (state, again, reason) == ("closed", "", "BR needs it no more.")


PART: dict[str, Any] = {
    "withheld": ("candidates.0.maker",),
    "ground": RestrictionGround.ONGOING_INVESTIGATION,
}


@pytest.fixture
def world(three: list[Node], clock: Clock) -> World:
    made_and_exported(three[1], "AR")
    imported_and_sold(three[2])
    return World(three, clock)


def refusing(node: Node, nodes: list[Node]) -> None:
    """What a State sends to AR is refused there for good."""
    kinds, nodes[2].kinds = nodes[2].kinds, {}
    node.courier(direct(nodes)).run_once()
    nodes[2].kinds = kinds


def test_a_question_on_behalf_that_was_given_up_is_not_sent_again(world: World) -> None:
    """BR was told that PT could not ask, and may have asked AR itself."""
    br, pt, ar = world.nodes
    world.rules(ask=True)
    world.clock.move(timedelta(minutes=2))
    sent = send(br, asked("PT", delegation=Delegation.ALLOWED))
    br.courier(direct(world.nodes)).run_once()
    refusing(pt, world.nodes)
    ((jti,),) = pt.rows("SELECT jti FROM exchange_out WHERE peer = 'AR' AND state = 'dead'")
    following.escalate_due(pt.office)
    deliver(world.nodes)
    assert world.hop(sent).stands == "closed"
    with pytest.raises(Conflict, match="withdrawn"):
        resend(pt, jti)
    deliver(world.nodes)
    assert [row[0] for row in ar.rows("SELECT peer FROM trace_request")] == ["BR"]


def test_what_a_third_state_answered_is_told_again_no_longer_than_it_may_be_kept(world: World) -> None:
    """AR's answer may be kept for twenty days; PT's word of it is dead after fifteen, and said again."""
    _, pt, ar = world.nodes
    world.rules(behalf=ForOthers.OFFICER)
    found = world.asks()
    until = ar.office.today + timedelta(days=20)
    answer(ar, world.at_ar(found).id, act=RequestAct.ANSWER, retain_until=until)
    but(world.nodes, "BR")
    jti = dies(pt, world.clock, "trace.onward")
    resend(pt, jti)
    pt.courier(direct(world.nodes)).run_once()
    ((_, again, _),) = pt.rows(OUT, jti=jti)
    ((jws,),) = pt.rows("SELECT jws FROM exchange_out WHERE jti = :jti", jti=again)
    told = strict_json.loads(jose.parse(jws).payload)
    assert told["exp"] - told["iat"] <= timedelta(days=6).total_seconds()
    deliver(world.nodes)
    assert world.hop(found).stands == "answered"


def test_what_a_third_state_answered_is_not_told_again_once_its_day_is_over(world: World) -> None:
    _, pt, ar = world.nodes
    world.rules(behalf=ForOthers.OFFICER)
    found = world.asks()
    until = ar.office.today + timedelta(days=3)
    answer(ar, world.at_ar(found).id, act=RequestAct.ANSWER, retain_until=until)
    but(world.nodes, "BR")
    jti = dies(pt, world.clock, "trace.onward")
    resend(pt, jti)
    deliver(world.nodes)
    ((state, again, reason),) = pt.rows(OUT, jti=jti)
    assert (state, again) == ("closed", "")
    assert reason
    assert world.hop(found).answer is None


def test_what_was_told_of_a_question_on_behalf_is_not_told_again_after_something_else(world: World) -> None:
    """PT's word that AR was asked would be newer than its word that AR has answered."""
    br, pt, ar = world.nodes
    world.rules(behalf=ForOthers.OFFICER)
    world.clock.move(timedelta(minutes=2))
    sent = send(br, asked("PT", delegation=Delegation.ALLOWED))
    br.courier(direct(world.nodes)).run_once()
    but(world.nodes, "BR")
    first = dies(pt, world.clock, "trace.onward")
    answer(ar, world.at_ar(sent).id, act=RequestAct.ANSWER)
    deliver(world.nodes)
    assert world.hop(sent).stands == "answered"
    resend(pt, first)
    deliver(world.nodes)
    assert world.hop(sent).stands == "answered"
    assert pt.rows(OUT, jti=first)[0][:2] == ("closed", "")
