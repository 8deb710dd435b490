"""A question that one State asks another on behalf of a third, from the answer that leads on to its end."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest

from registry.core.errors import Conflict, Refused
from registry.requests import acts, chain_links, following, queries
from registry.requests.views import RequestView
from schemas.requests_vocabulary import (
    Delegation,
    Direction,
    FieldWanted,
    ForOthers,
    RequestAct,
    RestrictionGround,
    Usefulness,
)
from tests.exchange.world import Clock, Node
from tests.requests.world import (
    OFFICER,
    allow,
    answer,
    ask,
    asked,
    deliver,
    imported_and_sold,
    made_and_exported,
    numbers,
    send,
    view,
)

ALLOWED = Delegation.ALLOWED


def ready(three: Sequence[Node], behalf: ForOthers = ForOthers.MACHINE) -> None:
    """PT sent the pistol to AR, where it was sold; PT answers BR and asks AR for it, which answers both."""
    _, pt, ar = three
    made_and_exported(pt, "AR")
    imported_and_sold(ar)
    allow(pt, "BR", release=True, onward=ForOthers.MACHINE)
    allow(ar, "PT", release=True, behalf=behalf)
    allow(ar, "BR", release=True)


def stands(node: Node) -> list[tuple[str, str, str, bool]]:
    return [(hop.asked_by, hop.state, hop.stands, hop.proven) for hop in view(node).hops]


def test_a_state_asks_the_next_one_for_another_and_its_signed_answer_goes_back(three: list[Node]) -> None:
    br, pt, ar = three
    ready(three)
    allow(br, "AR", ask=True)  # nobody asks AR twice: it is asked for BR
    everything = tuple(FieldWanted)
    send(br, asked("PT", delegation=ALLOWED, fields_wanted=everything))
    deliver(three)
    assert stands(br) == [("PT", "AR", "answered", True)]
    (hop,) = view(br).hops
    assert hop.answer is not None
    assert hop.handling is not None
    assert (hop.answer["outcome"], hop.answer["last_holder"], hop.answer["holder"]) == (
        "identified",
        "",
        None,
    )
    assert set(hop.handling["audience"]) == {"BR", "PT"}
    assert numbers(br, Direction.OUT) == [view(br).number]
    theirs, ours = view(ar), view(pt, 2)
    assert theirs.behalf is not None
    assert (theirs.behalf.state, theirs.behalf.path, theirs.peer) == ("BR", ("BR", "PT"), "PT")
    assert (theirs.asked.case_number, theirs.asked.document_number) == ("IP 17/2026", "EX-4711")
    assert FieldWanted.LAST_LAWFUL_HOLDER not in theirs.asked.fields_wanted
    assert (ours.onward, view(pt).onward) == (view(pt).number, ours.number)
    with br.office.look(OFFICER) as work:
        chain = chain_links.chain_views(work, 1)
        assert "did not leave" in chain_links.chain_ending(work, 1)
    assert [(one["peer"], one["asked_by"], one["outcome"]) for one in chain] == [
        ("PT", "", "left_the_country"), ("AR", "PT", "identified"),
    ]  # fmt: skip


def test_nobody_is_asked_for_a_state_that_has_not_allowed_it_or_by_a_rule_that_does_not(
    three: list[Node],
) -> None:
    br, pt, ar = three
    ready(three)
    send(br, asked("PT"))
    allow(pt, "BR", release=True)
    send(br, asked("PT", delegation=ALLOWED))
    deliver(three)
    assert [view(br, n).hops for n in (1, 2)] == [(), ()]
    assert numbers(ar, Direction.IN) == []
    with pytest.raises(Refused, match="ask nobody"), pt.office.begin(OFFICER) as work:
        acts.ask_onward(work, 2, queries.request(work, 2).version)


def test_an_officer_asks_on_and_an_officer_answers(three: list[Node]) -> None:
    br, pt, ar = three
    ready(three, ForOthers.OFFICER)
    allow(pt, "BR", release=True, onward=ForOthers.OFFICER)
    allow(br, "AR", ask=True)
    send(br, asked("PT", delegation=ALLOWED))
    deliver(three)
    assert numbers(br, Direction.OUT) == [view(br).number]  # PT says that an officer decides
    assert numbers(ar, Direction.IN) == []
    with pt.office.begin(OFFICER) as work:
        version = queries.request(work, 1).version
        acts.ask_onward(work, 1, version)
    with pytest.raises(Refused, match="already"), pt.office.begin(OFFICER) as work:
        acts.ask_onward(work, 1, queries.request(work, 1).version)
    deliver(three)
    assert stands(br) == [("PT", "AR", "sent", False)]
    assert view(ar).state == "acknowledged"
    answer(ar, 1, act=RequestAct.ANSWER, retain_until=ar.office.today + timedelta(days=30), caveat="Police")
    deliver(three)
    assert stands(br) == [("PT", "AR", "answered", True)]
    (hop,) = view(br).hops
    assert hop.handling is not None
    assert (hop.handling["caveat"], hop.handling["retain_until"]) == ("Police", "2026-10-21")
    until = br.rows("SELECT keep_until FROM trace_request")
    assert [str(one[0]) for one in until] == ["2026-10-21"]


def test_a_state_that_answers_nothing_on_behalf_of_others_says_so(three: list[Node]) -> None:
    br, _, ar = three
    ready(three, ForOthers.NEVER)
    send(br, asked("PT", delegation=ALLOWED))
    deliver(three)
    assert stands(br) == [("PT", "AR", "refused", True)]
    assert "BR may ask us itself" in view(br).hops[0].words
    assert view(ar).trace == ""  # nothing was searched
    with br.office.begin(OFFICER) as work:
        asks_itself = acts.follow(work, 1, queries.request(work, 1).version)
    deliver(three)
    assert view(br, asks_itself.id).state == "answered"


def test_a_refusal_on_our_behalf_lets_us_ask_ourselves_at_once(three: list[Node]) -> None:
    br, _, _ = three
    ready(three, ForOthers.NEVER)
    allow(br, "AR", ask=True)
    send(br, asked("PT", delegation=ALLOWED))
    deliver(three)
    assert view(br, 2).state == "answered"
    with br.office.look(OFFICER) as work:
        chain = [(one["peer"], one["state"]) for one in chain_links.chain_views(work, 1)]
    assert chain == [("PT", "answered"), ("AR", "refused"), ("AR", "answered")]


def test_what_is_withdrawn_is_withdrawn_onward(three: list[Node]) -> None:
    br, pt, ar = three
    ready(three, ForOthers.OFFICER)
    send(br, asked("PT", delegation=ALLOWED))
    deliver(three)
    assert RequestAct.WITHDRAW_ONWARD in view(br).possible
    ask(br, 1, act=RequestAct.WITHDRAW_ONWARD, words="We have it.")
    deliver(three)
    assert (view(br).state, view(pt, 2).state, view(ar).state) == ("answered", "withdrawn", "withdrawn")
    assert stands(br) == [("PT", "AR", "withdrawn", False)]
    assert RequestAct.WITHDRAW_ONWARD not in view(br).possible
    with pytest.raises(Conflict):
        ask(br, 1, act=RequestAct.WITHDRAW_ONWARD, words="Once more.")


def test_a_request_that_is_closed_is_not_asked_on(three: list[Node]) -> None:
    br, pt, ar = three
    ready(three, ForOthers.OFFICER)
    send(br, asked("PT", delegation=ALLOWED))
    deliver(three)
    ask(br, 1, act=RequestAct.CLOSE, outcome=Usefulness.NO_USE)
    deliver(three)
    assert (view(pt, 2).state, view(ar).state) == ("withdrawn", "withdrawn")


def test_what_is_delayed_and_late_is_told(three: list[Node], clock: Clock) -> None:
    br, pt, ar = three
    ready(three, ForOthers.OFFICER)
    send(br, asked("PT", delegation=ALLOWED))
    deliver(three)
    clock.move(timedelta(days=5))
    assert following.escalate_due(pt.office) == 1
    deliver(three)
    assert [(hop.stands, hop.late) for hop in view(br).hops] == [("acknowledged", True)]
    given = {"words": "A court decides.", "ground": RestrictionGround.ONGOING_INVESTIGATION}
    answer(ar, 1, act=RequestAct.DELAY, until=ar.office.today + timedelta(days=9), **given)
    deliver(three)
    (hop,) = view(br).hops
    assert (hop.stands, hop.late, hop.words, hop.ground) == (
        "delayed", False, "A court decides.", "ongoing_investigation",
    )  # fmt: skip


def test_what_is_asked_for_another_is_not_ours_to_change_or_to_follow(three: list[Node]) -> None:
    br, pt, ar = three
    ready(three, ForOthers.OFFICER)
    send(br, asked("PT", delegation=ALLOWED))
    deliver(three)
    answer(ar, 1, act=RequestAct.ASK_MORE, words="Which frame?")
    deliver(three)
    assert stands(br) == [("PT", "AR", "more_asked", True)]
    found: RequestView = view(pt, 2)
    with pytest.raises(Conflict, match="on behalf"), pt.office.begin(OFFICER) as work:
        acts.edit(work, 2, asked("AR"), found.version)
    with pytest.raises(Conflict, match="on behalf"), pt.office.begin(OFFICER) as work:
        acts.follow(work, 2, found.version)
    ask(pt, 2, act=RequestAct.GIVE_MORE, words="The steel one.")
    deliver(three)
    assert view(ar).state == "acknowledged"
