"""The rules of requests: one table of steps, the clock, what is told, where a chain ends."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from registry.calendars.days import Calendar
from registry.requests import chain, clock, life, redaction, rules
from registry.requests.chain import Link
from schemas.requests import Step
from schemas.requests_vocabulary import (
    FieldWanted,
    RequestAct,
    RequestState,
    RestrictionGround,
    Side,
    Urgency,
)
from tests.requests.world import asked

TODAY = date(2026, 9, 21)
SECURITY = RestrictionGround.NATIONAL_SECURITY
ANSWER: dict[str, Any] = {
    "outcome": "left_the_country",
    "certainty": {"level": "certain", "statement": "It was exported."},
    "candidates": [
        {"mark": "TAB12345", "match": "exact", "maker": "Taurus", "model": "PT 92", "calibre": "9 mm",
         "country": "BR", "type": "pistol", "year": 2001, "status": "exported", "differs": [],
         "number": "F-000000001-8"},
    ],
    "steps": [
        {"date": "2001-05-03", "kind": "sold", "from_name": "Taurus", "to_name": "P-000000005-Q", "place": "",
         "country": None, "document_kind": "invoice", "document_number": "NF-1"},
    ],
    "last_holder": "P-000000005-Q",
    "next_state": {"code": "AR", "date": "2003-04-01", "document_kind": "export_licence",
                   "document_number": "EX-4711"},
    "findings": [{"severity": "information", "text": "Exported to AR.", "article": "FP 10(4)"}],
}  # fmt: skip


def test_every_step_belongs_to_one_side_and_every_state_is_reached_and_left() -> None:
    assert set(life.MOVES) == set(RequestAct)
    reached = {move.after for move in life.MOVES.values() if move.after} | {RequestState.DRAFT}
    assert reached == set(RequestState)
    over = {state for state in RequestState if not any(life.possible(state, side) for side in Side)}
    assert over == {RequestState.WITHDRAWN, RequestState.CLOSED}


@pytest.mark.parametrize("act", RequestAct)
@pytest.mark.parametrize("state", RequestState)
def test_a_step_is_refused_in_every_other_state_and_by_the_other_side(
    act: RequestAct, state: RequestState
) -> None:
    move = life.MOVES[act]
    other = Side.ASKED if move.side is Side.ASKING else Side.ASKING
    assert (life.unmet_to_do(act, state, move.side) == []) is (state in move.before)
    assert life.unmet_to_do(act, state, other)[0].article == move.article


def test_what_crossed_ours_on_the_way_moves_nothing() -> None:
    assert life.after_hearing(RequestAct.ANSWER, RequestState.WITHDRAWN) is None
    assert life.after_hearing(RequestAct.ACKNOWLEDGE, RequestState.ANSWERED) is None
    assert life.after_hearing(RequestAct.ANSWER, RequestState.SENT) is RequestState.ANSWERED


def test_urgent_is_four_hours_and_routine_the_end_of_the_second_working_day() -> None:
    friday = datetime(2026, 9, 18, 23, 30, tzinfo=UTC)
    assert clock.due_at(friday, Urgency.URGENT, Calendar("BR"), "UTC") == datetime(
        2026, 9, 19, 3, 30, tzinfo=UTC
    )
    due = clock.due_at(friday, Urgency.ROUTINE, Calendar("BR"), "America/Sao_Paulo")
    assert due == datetime(2026, 9, 23, 3, 0, tzinfo=UTC)  # Tuesday is over in São Paulo
    holiday = Calendar("BR", holidays=frozenset({date(2026, 9, 21)}))
    assert clock.due_at(friday, Urgency.ROUTINE, holiday, "UTC").date() == date(2026, 9, 24)


@pytest.mark.parametrize("field", ["ground", "legal_basis", "circumstances", "mark", "maker", "model",
                                   "calibre", "type", "country", "intended_use"])  # fmt: skip
def test_nothing_leaves_that_lacks_what_iti_18_asks_for(field: str) -> None:
    assert rules.unmet_to_send(asked("PT"), "BR") == []
    empty = None if field in ("ground", "type", "country") else ""
    assert field in {one.field for one in rules.unmet_to_send(replace(asked("PT"), **{field: empty}), "BR")}


@pytest.mark.parametrize(
    ("step", "field", "article"),
    [
        (Step(act=RequestAct.REFUSE, words="No."), "ground", "ITI 22"),
        (Step(act=RequestAct.REFUSE, ground=SECURITY), "words", "ITI 23"),
        (Step(act=RequestAct.DELAY, words="Later.", ground=SECURITY), "until", "ITI 22"),
        (Step(act=RequestAct.ASK_MORE), "words", "ITI 21"),
        (Step(act=RequestAct.ANSWER_IN_PART, ground=SECURITY), "withheld", "ITI 22"),
        (Step(act=RequestAct.ANSWER, withheld=("last_holder",)), "act", "ITI 22"),
        (Step(act=RequestAct.CLOSE), "outcome", "ITI 15"),
        (Step(act=RequestAct.REFUSE, words="No.", ground=RestrictionGround.CONFIDENTIALITY_NOT_GUARANTEED),
         "ground", "ITI 16, 22"),
    ],
)  # fmt: skip
def test_a_step_says_what_it_must_with_the_article(step: Step, field: str, article: str) -> None:
    assert (field, article) in {
        (one.field, one.article) for one in rules.unmet_for_step(step, asked("PT"), TODAY)
    }


def test_what_is_told_names_no_natural_person_and_no_record() -> None:
    told = redaction.told(ANSWER)
    assert told["steps"][0]["to_name"] == "a natural person"
    assert told["last_holder"] == redaction.THE_HOLDER  # that there is one
    of_company = {"to_number": "P-000000007-L", "to_name": "Casa do Caçador"}
    kept = redaction.told(
        ANSWER | {"steps": [ANSWER["steps"][0] | of_company], "last_holder": "Casa do Caçador"}
    )
    assert kept["steps"][0]["to_name"] == redaction.THE_HOLDER
    assert "Casa" not in str(kept)
    only = {"level": "certain", "statement": "F-000000001-8 is the only record that fits."}
    stated = redaction.told(ANSWER | {"certainty": only})["statement"]
    assert stated == "our record is the only record that fits."
    assert "P-0000" not in str(told)
    assert "F-0000" not in str(told)


def test_every_place_of_an_answer_can_be_withheld_and_then_is_nowhere_in_it() -> None:
    told = redaction.told(ANSWER)
    for leaf in redaction.leaves(told):
        left = redaction.redacted(told, [leaf.path])
        assert left["withheld"] == [leaf.path]
        assert leaf.path not in {one.path for one in redaction.leaves(left)}
    everything = [leaf.path for leaf in redaction.leaves(told)]
    nothing = redaction.redacted(told, everything)
    assert list(redaction.leaves(nothing)) == []
    assert nothing["next_state"] is None
    assert redaction.unmet_to_withhold(told, ["steps.9.place"])[0].article == "ITI 22"


def test_an_answer_tells_what_was_asked_and_nothing_else_and_says_so() -> None:
    told = redaction.told(ANSWER)
    hit = redaction.limited(told, ())
    assert [leaf.path for leaf in redaction.leaves(hit)] == ["candidates.0.mark", "candidates.0.match"]
    assert (hit["outcome"], hit["steps"], hit["next_state"]) == ("identified", [], None)
    made = redaction.limited(told, [FieldWanted.MANUFACTURE])
    assert made["candidates"][0] == told["candidates"][0] | {"status": ""}
    assert (made["steps"], made["findings"], made["last_holder"]) == ([], [], "")
    moved = redaction.limited(told, [FieldWanted.TRANSFERS])
    assert (moved["steps"], moved["next_state"]) == (told["steps"], told["next_state"])
    assert moved["candidates"][0]["maker"] == ""
    everything = redaction.limited(told, list(FieldWanted))
    assert everything == told
    of_holder = ["last_holder", "steps.0.to_name"]
    assert redaction.said_of(told, list(FieldWanted), of_holder) == [
        {"field": "manufacture", "said": "told"},
        {"field": "transfers", "said": "told_in_part"},
        {"field": "last_lawful_status", "said": "told"},
        {"field": "last_lawful_holder", "said": "withheld"},
    ]
    nothing = told | {"candidates": []}
    assert redaction.said_of(nothing, [FieldWanted.MANUFACTURE], ())[0]["said"] == "not_on_record"


def test_only_one_exact_record_without_alarm_goes_by_itself() -> None:
    candidate = ANSWER["candidates"][0]
    good = [True, True]
    assert redaction.goes_by_itself(ANSWER, *good)
    alarm = {"severity": "alarm", "text": "Stolen.", "article": ""}
    for changed in (
        {"outcome": "not_in_records", "candidates": []},
        {"outcome": "candidates"},
        {"certainty": {"level": "probable"}},
        {"candidates": [candidate, candidate]},
        {"candidates": [candidate | {"match": "folded"}]},
        {"candidates": [candidate | {"differs": ["calibre"]}]},
        {"findings": [alarm]},
    ):
        assert not redaction.goes_by_itself(ANSWER | changed, *good)
    assert not redaction.goes_by_itself(ANSWER, False, True)
    assert not redaction.goes_by_itself(ANSWER, True, False)


def link(state: str, to: str = "", on: str = "", **given: Any) -> Link:
    return Link(state, RequestState.ANSWERED, **({"outcome": "left_the_country", "to": to, "on": on} | given))


def test_a_chain_goes_on_until_a_loop_a_date_backwards_sixteen_steps_or_a_dead_end() -> None:
    there = link("PT", "AR", "2003-04-01")
    back = link("AR", "PT", "2005-01-01")
    again = link("PT", "UY", "2006-01-01")
    assert chain.ending([there], "BR") == ""
    assert chain.ending([there, back, again], "BR") == ""  # it came back to PT, and left again
    assert "circle" in chain.ending([there, back, there], "BR")
    assert "before the transfer" in chain.ending([there, link("AR", "UY", "2001-01-01")], "BR")
    assert "came back to us" in chain.ending([link("PT", "BR")], "BR")
    long = [link(f"S{n}", f"S{n + 1}", f"20{n:02}-01-01") for n in range(16)]
    assert "at most 16" in chain.ending(long, "BR")
    assert chain.ending(long[:15], "BR") == ""
    assert "no record" in chain.ending([link("PT", outcome="not_in_records")], "BR")
    assert "did not leave" in chain.ending([link("PT", outcome="identified")], "BR")
    assert "refused" in chain.ending([replace(link("PT", outcome=""), stands=RequestState.REFUSED)], "BR")
    assert "not told" in chain.ending([link("PT")], "BR")
    assert chain.unmet_to_follow([link("PT")], "BR")[0].article == "ITI 24"
