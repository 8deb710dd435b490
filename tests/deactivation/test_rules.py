"""What FP art. 9 asks, as pure rules."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.deactivation import catalogue, rules
from schemas.deactivation_vocabulary import DeactivationState, EssentialPart, MarkForm
from schemas.vocabulary import FirearmType
from tests.deactivation.world import GOOD

DAY, LATER, TODAY = date(2026, 1, 10), date(2026, 2, 1), date(2026, 3, 1)
BODY = rules.Body(date(2020, 1, 1), None, "BP1", "BR")


def results(kind: str = "pistol") -> list[rules.Result]:
    return [rules.Result(part, True, True, True) for part in catalogue.parts_of(kind)]


def test_every_type_has_parts_and_each_part_a_measure_that_lasts() -> None:
    for kind in FirearmType:
        lasting = {one.part for one in catalogue.measures_for(kind) if one.permanent}
        assert lasting == set(catalogue.parts_of(kind))


def test_work_on_every_part_meets_the_article() -> None:
    assert not rules.unmet_for_work("pistol", GOOD, LATER, DAY, TODAY)


@pytest.mark.parametrize("left_out", GOOD)
def test_a_part_left_out_is_named(left_out: str) -> None:
    rest = [code for code in GOOD if code != left_out]
    [unmet] = rules.unmet_for_work("pistol", rest, LATER, DAY, TODAY)
    assert unmet.article == "FP 9(a)"
    assert str(catalogue.MEASURES[left_out].part).replace("_", " ") in unmet.message


def test_a_measure_that_can_be_undone_is_not_enough() -> None:
    weak = ["barrel.welded_in", *GOOD[1:]]
    assert [unmet.field for unmet in rules.unmet_for_work("pistol", weak, LATER, DAY, TODAY)] == ["measures"]


def test_what_the_catalogue_does_not_know_or_the_type_does_not_have_is_refused() -> None:
    unmet = rules.unmet_for_work("pistol", [*GOOD, "barrel.painted"], LATER, DAY, TODAY)
    assert [one.field for one in unmet] == ["measures.5.measure"]
    unmet = rules.unmet_for_work("pistol", [*GOOD, "cylinder.walls_removed"], LATER, DAY, TODAY)
    assert "cylinder" in unmet[0].message


def test_work_is_neither_before_the_application_nor_to_come() -> None:
    assert rules.unmet_for_work("pistol", GOOD, date(2026, 1, 9), DAY, TODAY)[0].field == "done_on"
    assert rules.unmet_for_work("pistol", GOOD, date(2026, 3, 2), DAY, TODAY)[0].field == "done_on"


def inspected(**given: object) -> list[str]:
    told = {"body": BODY, "independent": True, "inspected_on": TODAY, "results": results(), **given}
    unmet = rules.unmet_for_inspection(kind="pistol", done_on=LATER, today=TODAY, **told)  # type: ignore[arg-type]
    return [one.field for one in unmet]


def test_an_independent_authorized_body_inspects_every_part() -> None:
    assert inspected() == []
    assert inspected(independent=False) == ["body"]
    assert inspected(results=results()[1:]) == ["results"]
    assert inspected(results=[*results(), rules.Result(EssentialPart.CYLINDER, True, True, True)]) == [
        "results.5.part"
    ]
    assert inspected(inspected_on=date(2026, 1, 20)) == ["inspected_on"]


@pytest.mark.parametrize(
    ("revoked_on", "good"), [(None, True), (date(2026, 3, 2), True), (TODAY, False), (LATER, False)]
)
def test_a_body_inspects_until_the_day_before_its_revocation(revoked_on: date | None, good: bool) -> None:
    assert (inspected(body=replace(BODY, revoked_on=revoked_on)) == []) is good


@given(st.lists(st.tuples(st.booleans(), st.booleans(), st.booleans()), min_size=5, max_size=5))
def test_one_no_fails_the_inspection(told: list[tuple[bool, bool, bool]]) -> None:
    parts = catalogue.parts_of("pistol")
    judged = [rules.Result(part, *said) for part, said in zip(parts, told, strict=True)]
    assert rules.passes(judged) is all(all(said) for said in told)


def test_marks_follow_their_form() -> None:
    assert rules.mark_of(MarkForm.EU, replace(BODY, country="PT"), TODAY) == "EU PT BP1 2026"
    assert rules.mark_of(MarkForm.NATIONAL, BODY, TODAY) == "DEAC BR BP1 2026"
    assert rules.mark_of(MarkForm.CERTIFICATE_ONLY, BODY, TODAY) == ""


def test_the_eu_form_is_for_member_states() -> None:
    passed = DeactivationState.PASSED
    assert not rules.unmet_to_verify(passed, BODY, MarkForm.EU, "PT", TODAY)
    assert [u.field for u in rules.unmet_to_verify(passed, BODY, MarkForm.EU, "BR", TODAY)] == ["form"]


def test_states_that_are_for_good_lead_nowhere() -> None:
    for state in DeactivationState:
        assert all(to in rules.MOVES for to in rules.MOVES[state])
    assert not rules.MOVES[DeactivationState.WITHDRAWN]
    assert not rules.MOVES[DeactivationState.ANNULLED]
