"""The law of marks and custody, without a database."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.firearms.rules import (
    MOVES,
    FirearmFacts,
    Identity,
    MarkFacts,
    Step,
    holder_after,
    is_temporary_import,
    left_state_stock,
    names_a_maker,
    remarks_on,
    same_identity,
    unmet_at_import,
    unmet_at_manufacture,
    unmet_at_state_stock_transfer,
    unmet_for_antique,
    unmet_for_custody,
    unmet_to_register,
)
from schemas.vocabulary import CustodyKind, MarkKind

TODAY = date(2026, 11, 24)
SERIAL = MarkFacts(MarkKind.MANUFACTURE, "TAB12345")
IMPORT = MarkFacts(MarkKind.IMPORT, "BR 2005", country="BR", year=2005)


def facts(*marks: MarkFacts, **given: object) -> FirearmFacts:
    values: dict[str, object] = {"maker_named": True, "country_made": "BR", "year_made": 2001, "marks": marks}
    return FirearmFacts(**(values | given))  # type: ignore[arg-type]


def articles(unmet: list) -> list[str]:
    return [u.article for u in unmet]


def test_maker_country_and_serial_meet_article_8_1_a() -> None:
    assert unmet_at_manufacture(facts(SERIAL)) == []


def test_symbols_with_a_code_that_names_the_country_meet_it_too() -> None:
    symbols = MarkFacts(MarkKind.MANUFACTURE, "26 1234567", symbols=("triangle",), country="CN")
    assert unmet_at_manufacture(facts(symbols, maker_named=False, country_made="")) == []


@pytest.mark.parametrize("text", ["NONE", "0000", "OBLIT", "N/A", "XXXX", "---"])
def test_a_placeholder_is_no_serial(text: str) -> None:
    found = facts(MarkFacts(MarkKind.MANUFACTURE, text))
    assert articles(unmet_at_manufacture(found)) == ["FP 8(1)(a)"]
    assert unmet_to_register(found)[0].field == "marks"


def test_a_firearm_never_marked_is_recorded_under_a_number_of_the_authority() -> None:
    registered = facts(MarkFacts(MarkKind.REGISTRATION, "REG-0000017"))
    assert unmet_to_register(registered) == []
    assert articles(unmet_at_manufacture(registered)) == ["FP 8(1)(a)"]


def test_an_import_needs_the_mark_of_the_importing_country() -> None:
    assert articles(unmet_at_import(facts(SERIAL, imported=True))) == ["FP 8(1)(b)"]
    assert unmet_at_import(facts(SERIAL, IMPORT, imported=True)) == []


def test_a_temporary_import_needs_no_import_mark() -> None:
    assert unmet_at_import(facts(SERIAL, imported=True, temporary_import=True)) == []


def test_state_stock_in_civilian_hands_bears_the_transferring_country() -> None:
    assert articles(unmet_at_state_stock_transfer(facts(SERIAL, from_state_stock=True))) == ["FP 8(1)(c)"]
    mark = MarkFacts(MarkKind.STATE_STOCK_TRANSFER, "BR EB", country="BR")
    assert unmet_at_state_stock_transfer(facts(SERIAL, mark, from_state_stock=True)) == []


def test_characters_too_low_or_too_shallow_are_remarked() -> None:
    shallow = MarkFacts(MarkKind.MANUFACTURE, "A1", height_um=1500, depth_um=75)
    assert [r.field for r in remarks_on(shallow, "marks.0.")] == ["marks.0.height_mm", "marks.0.depth_mm"]
    assert remarks_on(MarkFacts(MarkKind.MANUFACTURE, "A1", height_um=1600, depth_um=76)) == []


@pytest.mark.parametrize(("year", "refused"), [(1899, False), (1900, True), (None, True)])
def test_only_what_was_made_before_1900_is_an_antique(year: int | None, refused: bool) -> None:
    assert bool(unmet_for_antique(True, year)) is refused


def step(
    kind: CustodyKind, day: int, giver: int | None = None, taker: int | None = None, **given: str
) -> Step:
    return Step(kind, date(2001, 1, day), day, giver, taker, **given)


MADE = step(CustodyKind.MANUFACTURED, 1, taker=1)


@pytest.mark.parametrize(
    ("steps", "field"),
    [
        ([step(CustodyKind.SOLD, 1, 1, 2)], "kind"),  # before it was made
        ([MADE, step(CustodyKind.SOLD, 2, 9, 2)], "from"),  # by one who does not hold it
        ([MADE, step(CustodyKind.SOLD, 2, 1, 1)], "to"),  # to oneself
        ([MADE, step(CustodyKind.SOLD, 2, 1)], "to"),  # to nobody
        ([MADE, step(CustodyKind.DESTROYED, 2), step(CustodyKind.SOLD, 3, 1, 2)], "kind"),
        ([MADE, step(CustodyKind.STOLEN, 2, 1), step(CustodyKind.SOLD, 3, 1, 2)], "kind"),
        ([MADE, MADE], "kind"),  # made twice
        ([MADE, step(CustodyKind.EXPORTED, 2, 1)], "country"),
        ([MADE, step(CustodyKind.EXPORTED, 2, 1, country="BR")], "country"),  # to ourselves
        ([MADE, step(CustodyKind.LOST, 2, 1, 2)], "to"),  # nobody holds what was lost
        ([MADE, step(CustodyKind.DESTROYED, 2, 9)], "from"),  # by one who does not hold it
        ([MADE, replace(step(CustodyKind.SOLD, 2, 1, 2), temporary=True)], "temporary"),
    ],
)
def test_impossible_sequences_are_refused_with_the_reason(steps: list[Step], field: str) -> None:
    unmet = unmet_for_custody(steps, TODAY, 2001, "BR")
    assert field in [u.field.split(".")[1] for u in unmet]
    assert all(u.article.startswith(("FP 7", "FP 8")) and u.message for u in unmet)


def test_a_life_from_making_to_destruction_is_possible() -> None:
    life = [
        MADE,
        step(CustodyKind.SOLD, 2, 1, 2),
        step(CustodyKind.STOLEN, 3, 2),
        step(CustodyKind.SEIZED, 4, taker=5),
        step(CustodyKind.DESTROYED, 5),
    ]
    assert unmet_for_custody(life, TODAY, 2001, "BR") == []
    assert holder_after(life) == ("destroyed", None)


def test_an_exported_firearm_may_come_back() -> None:
    life = [
        MADE,
        step(CustodyKind.EXPORTED, 2, 1, country="PY"),
        step(CustodyKind.IMPORTED, 3, taker=4, country="PY"),
    ]
    assert unmet_for_custody(life, TODAY, 2001, "BR") == []


@pytest.mark.parametrize(
    ("steps", "left"),
    [
        ([MADE, step(CustodyKind.SOLD, 2, 1, 7), step(CustodyKind.SOLD, 3, 7, 2)], True),
        ([MADE, step(CustodyKind.SOLD, 2, 1, 7), step(CustodyKind.TRANSFERRED, 3, 7, 8)], False),
        (
            [
                MADE,
                step(CustodyKind.SOLD, 2, 1, 7),
                step(CustodyKind.TRANSFERRED, 3, 7, 8),
                step(CustodyKind.TRANSFERRED, 4, 8, 2),
            ],
            True,
        ),
        ([MADE, step(CustodyKind.SOLD, 2, 1, 7), step(CustodyKind.ISSUED, 3, 7, 2)], False),  # comes back
        ([MADE, step(CustodyKind.SEIZED, 2, taker=7), step(CustodyKind.TRANSFERRED, 3, 7, 1)], False),
        ([MADE, step(CustodyKind.SOLD, 2, 1, 2)], False),
        ([], False),
    ],
)
def test_state_stock_is_what_a_public_body_acquired_and_leaves_it_for_good(
    steps: list[Step], left: bool
) -> None:
    assert left_state_stock(steps, {7, 8}) is left


def test_only_the_last_import_says_whether_it_stays() -> None:
    visit = Step(CustodyKind.IMPORTED, date(2001, 1, 1), 1, None, 2, "PY", temporary=True)
    again = Step(CustodyKind.IMPORTED, date(2003, 1, 1), 2, None, 2, "PY")
    assert is_temporary_import([visit])
    assert not is_temporary_import([again, visit])
    assert not is_temporary_import([MADE])


@pytest.mark.parametrize(
    ("name", "named"),
    [("Forjas Taurus", True), ("Unknown", False), ("unknown maker", False), ("N/A", False), ("北方", True)],
)
def test_unknown_is_no_name_of_a_maker(name: str, named: bool) -> None:
    assert names_a_maker(name) is named


def test_a_mark_of_another_state_is_not_the_mark_of_our_import() -> None:
    found = facts(SERIAL, IMPORT, imported=True, home="PY")
    assert articles(unmet_at_import(found)) == ["FP 8(1)(b)"]
    assert unmet_at_import(facts(SERIAL, IMPORT, imported=True, home="BR")) == []


def test_a_late_report_takes_its_place_by_date_not_by_entry() -> None:
    late = Step(CustodyKind.SOLD, date(2001, 1, 2), 3, 1, 2)
    later = Step(CustodyKind.SOLD, date(2001, 1, 4), 2, 2, 3)
    assert unmet_for_custody([MADE, later, late], TODAY, 2001) == []


def test_nothing_happens_in_the_future_or_before_its_manufacture() -> None:
    future = Step(CustodyKind.MANUFACTURED, date(2027, 1, 1), 1, None, 1)
    assert [u.field for u in unmet_for_custody([future], TODAY)] == ["1.happened_on"]
    assert [u.field for u in unmet_for_custody([MADE], TODAY, 2002)] == ["1.happened_on"]


KINDS = st.sampled_from(list(CustodyKind))
STEPS = st.lists(
    st.tuples(
        KINDS, st.none() | st.integers(1, 3), st.none() | st.integers(1, 3), st.sampled_from([None, "PY"])
    ),
    max_size=6,
)


@given(STEPS)
def test_whatever_is_accepted_has_one_holder_and_ends_with_destruction(raw: list) -> None:
    steps = [Step(kind, date(2001, 1, n + 1), n, *rest) for n, (kind, *rest) in enumerate(raw)]
    if unmet_for_custody(steps, TODAY):
        return
    holder = None
    for n, taken in enumerate(steps):
        if MOVES[taken.kind].by_holder:
            assert taken.from_id == holder is not None
        holder = taken.to_id if MOVES[taken.kind].holds else None
        if taken.kind is CustodyKind.DESTROYED:
            assert n == len(steps) - 1
    assert holder_after(steps)[1] == holder


def test_model_or_year_tells_two_claims_apart_only_where_both_know_it() -> None:
    one = Identity(1, "US", "16002", "1903", 1910)
    assert same_identity(one, Identity(1, "US", "16002", "1903", 1910))
    assert same_identity(one, Identity(1, "US", "16002", "", None))
    assert not same_identity(one, Identity(1, "US", "16002", "1908", 1910))
    assert not same_identity(one, Identity(1, "US", "16002", "1903", 1911))
    assert not same_identity(one, Identity(2, "US", "16002", "1903", 1910))
