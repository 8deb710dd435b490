"""What people do to firearms: corrections, traders' own records, conflicts between many."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import func, select

from registry.access import approvals
from registry.core.errors import Conflict, Forbidden, Invalid, NotFound, RegistryError, Stale
from registry.core.numbers import parse_registry_number
from registry.core.work import Actor, Office
from registry.firearms import acts, conflicts, list_queries, mark_texts, queries
from registry.firearms.tables import Firearm, IdentityConflict, Mark
from registry.firearms.views import FirearmView
from schemas.firearms import (
    CustodyNew,
    DecisionNew,
    FirearmChange,
    FirearmsAsked,
    MarkChange,
    MarkNew,
    MarkText,
)
from schemas.vocabulary import ConflictDecision, CustodyKind, MarkCondition, MarkKind, PartyKind, Role, Symbol
from tests.firearms.world import World, made, make_world, new_firearm, register, serial, sold
from tests.makers import EVERYTHING, agreed, key_of_party, make_actor, make_party, make_person


@pytest.fixture
def world(office: Office) -> World:
    return make_world(office)


def key(gun: FirearmView) -> int:
    return parse_registry_number("F", gun.number)


def act(office: Office, function: Any, *given: Any, actor: Actor = EVERYTHING) -> Any:
    with office.begin(actor) as work:
        return function(work, *given)


def test_a_correction_keeps_its_reason_and_what_was_before(office: Office, world: World) -> None:
    gun = register(office, world)
    change = FirearmChange("slide says so", model="PT 99", maker=world.other_maker.number, year_made=2000)
    after = act(office, acts.correct, key(gun), change, 1)
    assert (after.model, after.maker.name, after.version) == ("PT 99", "Amadeo Rossi", 2)
    [kept] = after.corrections
    assert (kept.version, kept.reason) == (2, "slide says so")
    assert {(c.field, c.before, c.after) for c in kept.changed} == {
        ("model", "PT 92", "PT 99"),
        ("maker", world.maker.number, world.other_maker.number),
        ("year_made", "2001", "2000"),
    }


def test_a_correction_that_changes_nothing_is_refused(office: Office, world: World) -> None:
    gun = register(office, world)
    with pytest.raises(Invalid, match="Nothing"):
        act(office, acts.correct, key(gun), FirearmChange("no reason", model="PT 92"), 1)
    with pytest.raises(Invalid, match="Nothing"):
        act(office, acts.change_mark, key(gun), 1, MarkChange("same", MarkCondition.INTACT), 1)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"year_made": 2002}, "year_made"),  # after its first step
        ({"year_made": 2999}, "year_made"),
        ({"country_made": "ZZ"}, "country_made"),
        ({"calibre": "9 mm Lugger"}, "calibre"),
        ({"maker": "P-000000001-X"}, "maker"),
    ],
)
def test_a_correction_obeys_the_same_rules_as_a_registration(
    office: Office, world: World, change: dict[str, Any], field: str
) -> None:
    gun = register(office, world)
    with pytest.raises(RegistryError) as refused:
        act(office, acts.correct, key(gun), FirearmChange("because", **change), 1)
    assert field in [u.field for u in refused.value.unmet]
    with office.look(EVERYTHING) as work:
        assert queries.firearm(work, key(gun)) == gun


def test_a_corrected_model_can_bring_two_records_into_conflict(office: Office, world: World) -> None:
    register(office, world)
    other = register(office, world, model="PT 58")
    assert other.conflicts == ()
    assert (
        len(act(office, acts.correct, key(other), FirearmChange("misread", model="PT 92"), 1).conflicts) == 1
    )


def test_a_mistyped_mark_is_found_by_its_corrected_text_only(office: Office, world: World) -> None:
    register(office, world)
    gun = register(office, world, marks=(serial("TAB1234S"),))
    retext(office, gun, "TAB-12345")
    with office.look(EVERYTHING) as work:
        after = queries.firearm(work, key(gun))
    assert after.marks[0].text == "TAB-12345"
    assert len(after.conflicts) == 1
    assert [(c.field, c.before) for c in after.corrections[0].changed] == [("marks.0.text", "TAB1234S")]
    with office.look(EVERYTHING) as work:
        row = work.session.get_one(Mark, (key(gun), 1))
        assert (row.key, row.folded) == ("TAB12345", "TA812345")
        assert not list_queries.firearms(work, FirearmsAsked(q="TAB1234S")).items


def test_customs_record_the_condition_of_a_mark_but_not_another_text(office: Office, world: World) -> None:
    gun = register(office, world)
    customs = make_actor(Role.CUSTOMS)
    altered = MarkChange("ground at the fourth digit", MarkCondition.ALTERED)
    assert act(office, acts.change_mark, key(gun), 1, altered, 1, actor=customs).version == 2
    with pytest.raises(Forbidden):
        act(office, mark_texts.propose, key(gun), 1, MarkText("so", "X1"), 2, actor=customs)


def retext(office: Office, gun: FirearmView, text: str) -> None:
    agreed(office, lambda work: mark_texts.propose(work, key(gun), 1, MarkText("typing error", text), 1))


@pytest.mark.parametrize("role", [Role.AUTHORITY_OFFICER, Role.AUTHORITY_SUPERVISOR])
def test_nobody_corrects_a_mark_alone(office: Office, world: World, role: Role) -> None:
    gun = register(office, world)
    person = make_person(office, role)
    with pytest.raises(Forbidden):
        act(office, acts.correct_text, key(gun), 1, MarkText("so", "X1"), 1, actor=person)
    with office.begin(person) as work:
        proposed = mark_texts.propose(work, key(gun), 1, MarkText("so", "X1"), 1)
    assert [change[1:3] for change in proposed.changes] == [("TAB12345", "X1")]
    with office.begin(person) as work, pytest.raises(Forbidden):
        approvals.approve(work, proposed.id, proposed.digest)
    with office.look(EVERYTHING) as work:
        assert queries.firearm(work, key(gun)).marks[0].text == "TAB12345"


def test_a_correction_proposed_before_the_record_changed_is_never_approved(
    office: Office, world: World
) -> None:
    gun = register(office, world)
    with office.begin(make_person(office)) as work:
        proposed = mark_texts.propose(work, key(gun), 1, MarkText("so", "X1"), 1)
    act(office, acts.correct, key(gun), FirearmChange("misread", model="PT 58"), 1)
    with office.begin(make_person(office)) as work, pytest.raises(approvals.Overtaken):
        approvals.approve(work, proposed.id, proposed.digest)
    with office.look(EVERYTHING) as work:
        assert queries.firearm(work, key(gun)).marks[0].text == "TAB12345"


@pytest.mark.parametrize(("n", "text"), [(1, "TAB12345"), (2, "X1"), (1, "\x00"), (1, " ")])
def test_what_is_no_correction_of_a_mark_is_not_proposed(
    office: Office, world: World, n: int, text: str
) -> None:
    gun = register(office, world)
    with pytest.raises((Invalid, NotFound)):
        act(office, mark_texts.propose, key(gun), n, MarkText("so", text), 1)


@pytest.mark.parametrize("n", [0, 2, 2**40])
def test_a_mark_that_is_not_there_is_not_found(office: Office, world: World, n: int) -> None:
    gun = register(office, world)
    with pytest.raises(NotFound):
        act(office, acts.change_mark, key(gun), n, MarkChange("so", MarkCondition.ALTERED), 1)


def test_a_mark_may_be_symbols_or_obliterated_but_not_nothing(office: Office, world: World) -> None:
    proof = MarkNew(MarkKind.PROOF, symbols=(Symbol.CROWN,))
    ground = MarkNew(MarkKind.MANUFACTURE, condition=MarkCondition.OBLITERATED)
    given = MarkNew(MarkKind.REGISTRATION, "REG-77", country="BR")
    gun = register(office, world, marks=(given, proof, ground))
    assert [u.article for u in gun.unmet] == ["FP 8(1)(a)"]
    with pytest.raises(Invalid) as refused:
        register(office, world, marks=(serial(), MarkNew(MarkKind.PROOF)))
    assert refused.value.unmet[0].field == "marks.1.text"


def test_lengths_are_kept_in_whole_micrometres(office: Office, world: World) -> None:
    gun = register(office, world, marks=(serial(height_mm=Decimal("1.5996"), depth_mm=Decimal("0.0762")),))
    assert (gun.marks[0].height_mm, gun.marks[0].depth_mm) == (Decimal("1.6"), Decimal("0.076"))
    assert gun.remarks == ()


def imported(world: World, **given: Any) -> CustodyNew:
    values: dict[str, Any] = {"to_party": world.dealer.number, "country": "AR"}
    return CustodyNew(CustodyKind.IMPORTED, date(2005, 1, 1), **(values | given))


def test_an_import_needs_our_mark_unless_it_is_for_a_time_only(office: Office, world: World) -> None:
    foreign = MarkNew(MarkKind.IMPORT, "US 1999", country="US", year=1999)
    gun = register(office, world, imported(world), marks=(serial(), foreign))
    assert [u.article for u in gun.unmet] == ["FP 8(1)(b)"]
    ours = MarkNew(MarkKind.IMPORT, "BR 2005", country="BR", year=2005)
    assert act(office, acts.add_mark, key(gun), ours, 1).unmet == ()
    guest = register(office, world, imported(world, temporary=True), marks=(serial("G1"),))
    assert guest.unmet == ()
    assert guest.custody[0].temporary


def test_only_an_import_is_temporary(office: Office, world: World) -> None:
    with pytest.raises(RegistryError) as refused:
        register(office, world, replace(made(world), temporary=True))
    assert [u.field for u in refused.value.unmet] == ["custody.0.temporary"]


def test_what_leaves_state_stock_for_good_bears_the_mark_of_the_state(office: Office, world: World) -> None:
    issued = sold(world.maker, world.police)
    released = sold(world.police, world.dealer, date(2010, 1, 1))
    gun = register(office, world, made(world), issued, released)
    assert [u.article for u in gun.unmet] == ["FP 8(1)(c)"]
    mark = MarkNew(MarkKind.STATE_STOCK_TRANSFER, "BR PC", country="BR")
    assert act(office, acts.add_mark, key(gun), mark, 1).unmet == ()


def test_what_was_seized_and_is_given_back_never_was_state_stock(office: Office, world: World) -> None:
    seized = CustodyNew(CustodyKind.SEIZED, date(2002, 1, 1), to_party=world.police.number)
    back = replace(sold(world.police, world.dealer, date(2003, 1, 1)), kind=CustodyKind.TRANSFERRED)
    gun = register(office, world, made(world), sold(world.maker, world.dealer), seized, back)
    assert gun.unmet == ()


def test_a_maker_without_a_name_does_not_meet_article_8(office: Office, world: World) -> None:
    with office.begin(EVERYTHING) as work:
        nobody = make_party(work, PartyKind.MAKER, "Unknown maker")
    first = CustodyNew(CustodyKind.FOUND, date(2003, 1, 1), to_party=world.police.number)
    gun = register(office, world, first, maker=nobody.number)
    assert [u.field for u in gun.unmet] == ["maker"]


def test_a_late_step_takes_its_place_and_a_stale_one_is_refused(office: Office, world: World) -> None:
    gun = register(office, world)
    later = sold(world.dealer, world.person, date(2003, 1, 1))
    gun = act(office, acts.add_custody, key(gun), later, 1)
    between = CustodyNew(
        CustodyKind.STOLEN, date(2002, 1, 1), from_party=world.dealer.number, document_number="BO-1"
    )
    with pytest.raises(RegistryError) as refused:  # what was stolen in 2002 cannot be sold in 2003
        act(office, acts.add_custody, key(gun), between, 2)
    assert [u.field for u in refused.value.unmet] == [""]
    with pytest.raises(Stale):
        act(office, acts.add_custody, key(gun), between, 1)


def test_an_unreported_loss_does_not_keep_police_from_finding_it(office: Office, world: World) -> None:
    gun = register(office, world)
    found = CustodyNew(CustodyKind.FOUND, date(2005, 1, 1), to_party=world.police.number, place="river")
    assert act(office, acts.add_custody, key(gun), found, 1).holder.name == "Polícia Civil"


def test_an_export_names_its_final_recipient_who_is_no_holder_here(office: Office, world: World) -> None:
    gun = register(office, world)
    export = CustodyNew(
        CustodyKind.EXPORTED,
        date(2005, 1, 1),
        from_party=world.dealer.number,
        to_party=world.other_maker.number,
        country="PY",
    )
    after = act(office, acts.add_custody, key(gun), export, 1)
    assert (after.holder, after.custody[-1].to_party.name) == (None, "Amadeo Rossi")


def trader(party: Any) -> Actor:
    return make_actor(Role.TRADER, key_of_party(party))


def test_makers_and_importers_register_what_is_theirs(office: Office, world: World) -> None:
    maker, dealer = trader(world.maker), trader(world.dealer)
    assert act(office, acts.register, new_firearm(world), actor=maker).number
    assert act(office, acts.register, new_firearm(world, imported(world)), actor=dealer).number


@pytest.mark.parametrize("who", ["dealer", "other_maker", "person"])
def test_nobody_registers_what_others_made(office: Office, world: World, who: str) -> None:
    with pytest.raises(Forbidden):
        act(office, acts.register, new_firearm(world), actor=trader(getattr(world, who)))


def test_a_dealer_registers_no_find_and_nobody_elses_sale(office: Office, world: World) -> None:
    found = CustodyNew(CustodyKind.FOUND, date(2005, 1, 1), to_party=world.dealer.number)
    with pytest.raises(Forbidden):
        act(office, acts.register, new_firearm(world, found), actor=trader(world.dealer))
    chain = (made(world), sold(world.maker, world.dealer), sold(world.dealer, world.person, date(2002, 1, 1)))
    with pytest.raises(Forbidden):
        act(office, acts.register, new_firearm(world, *chain), actor=trader(world.maker))


def test_a_trader_records_what_they_hand_over_and_nothing_else(office: Office, world: World) -> None:
    gun = register(office, world)
    sale = sold(world.dealer, world.person, date(2002, 1, 1))
    grab = sold(world.dealer, world.maker, date(2002, 1, 1))
    with pytest.raises(Forbidden):  # the maker sees it, and cannot take it back on paper
        act(office, acts.add_custody, key(gun), grab, 1, actor=trader(world.maker))
    with pytest.raises(NotFound):
        act(office, acts.add_custody, key(gun), sale, 1, actor=trader(world.other_maker))
    assert act(office, acts.add_custody, key(gun), sale, 1, actor=trader(world.dealer)).version == 2


def test_a_trader_records_marks_of_what_they_hold_only(office: Office, world: World) -> None:
    gun = register(office, world)
    mark = MarkNew(MarkKind.PROOF, "CIP")
    with pytest.raises(Forbidden):
        act(office, acts.add_mark, key(gun), mark, 1, actor=trader(world.maker))
    assert len(act(office, acts.add_mark, key(gun), mark, 1, actor=trader(world.dealer)).marks) == 2


def decide(office: Office, conflict: int, keep: str | None, version: int = 1) -> Any:
    kind = ConflictDecision.SAME_FIREARM if keep else ConflictDecision.BOTH_GENUINE
    new = DecisionNew(kind, "looked at both", keep)
    agreed(office, lambda work: conflicts.propose(work, conflict, new, version))
    with office.look(EVERYTHING) as work:
        return queries.conflict(work, conflict)


def test_superseded_records_never_form_a_circle(office: Office, world: World) -> None:
    first, second, third = (register(office, world) for _ in range(3))
    with_first, with_second = third.conflicts
    decide(office, second.conflicts[0], second.number)  # the first is superseded by the second
    decide(office, with_second, third.number)
    with pytest.raises(Conflict, match=second.number):
        decide(office, with_first, first.number)
    with pytest.raises(Conflict):
        act(office, acts.correct, key(first), FirearmChange("so", model="PT 99"), 2)


def test_a_decision_is_made_once_and_needs_the_record_that_stays(office: Office, world: World) -> None:
    first, second = register(office, world), register(office, world)
    [conflict] = second.conflicts
    for keep in (None, register(office, world, marks=(serial("Z9"),)).number):
        with pytest.raises(Invalid) as refused:
            decision = DecisionNew(ConflictDecision.SAME_FIREARM, "same", keep)
            act(office, conflicts.propose, conflict, decision, 1)
        assert refused.value.unmet[0].field == "keep"
    assert decide(office, conflict, None).decision == "both_genuine"
    with pytest.raises(Stale):
        decide(office, conflict, first.number)
    with pytest.raises(Conflict):
        decide(office, conflict, first.number, 2)


def test_a_conflict_that_was_settled_is_not_opened_again(office: Office, world: World) -> None:
    first, second = register(office, world), register(office, world)
    decide(office, second.conflicts[0], None)
    after = act(office, acts.correct, key(first), FirearmChange("seen", type=None, year_made=2000), 1)
    assert after.conflicts == ()


@pytest.mark.parametrize("role", [Role.AUTHORITY_OFFICER, Role.AUTHORITY_SUPERVISOR])
def test_nobody_settles_a_conflict_alone(office: Office, world: World, role: Role) -> None:
    register(office, world)
    [conflict] = register(office, world).conflicts
    decision = DecisionNew(ConflictDecision.BOTH_GENUINE, "so")
    for actor in (make_actor(role), EVERYTHING):
        with pytest.raises(Forbidden):
            act(office, conflicts.settle, conflict, decision, 1, actor=actor)


@pytest.mark.parametrize("conflict", [7, 2**63, 10**30])
def test_a_conflict_that_is_not_there_is_not_found(office: Office, conflict: int) -> None:
    with pytest.raises(NotFound):
        decide(office, conflict, None)


def test_two_batches_of_the_same_identities_in_other_orders_do_not_block_each_other(
    office: Office, world: World
) -> None:
    batch = [new_firearm(world, marks=(serial(f"K{n}"), serial(f"L{n}"))) for n in range(30)]
    start, failed = threading.Barrier(2), []

    def enter(many: list[Any]) -> None:
        start.wait()
        try:
            act(office, acts.register_many, many)
        except Exception as error:  # noqa: BLE001 - whatever it is, the test shows it
            failed.append(error)

    threads = [threading.Thread(target=enter, args=(many,)) for many in (batch, batch[::-1])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    with office.look(EVERYTHING) as work:
        assert work.session.scalar(select(func.count()).select_from(Firearm)) == 60
        assert work.session.scalar(select(func.count()).select_from(IdentityConflict)) == 30


def test_lists_sort_and_filter_by_year(office: Office, world: World) -> None:
    for n, year in enumerate((2001, None, 1999)):
        register(office, world, year_made=year, marks=(serial(f"Y{n}"),))
    with office.look(EVERYTHING) as work:
        rows = list_queries.firearms(work, FirearmsAsked(sort="-year")).items
        assert [row.year_made for row in rows] == [2001, 1999, None]
        [row] = list_queries.firearms(work, FirearmsAsked(year=1999)).items
        assert row.mark == "Y2"
