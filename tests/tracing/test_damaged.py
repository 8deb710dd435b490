"""Damaged and misread marks: the right record first, what fits as well, and what would narrow it."""

from __future__ import annotations

import time
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient

from registry.core.work import Office
from schemas.firearms import CustodyNew
from schemas.vocabulary import CustodyKind, FirearmType, Role
from tests.firearms.world import World, make_world, register, serial
from tests.makers import bearer
from tests.tracing.test_traces import WHY, ask, kinds, numbers


@pytest.fixture
def world(office: Office) -> World:
    return make_world(office)


@pytest.fixture
def police(app: Flask) -> dict[str, str]:
    return bearer(app, Role.POLICE)


def made_by_other(world: World) -> CustodyNew:
    return CustodyNew(CustodyKind.MANUFACTURED, date(2001, 2, 3), to_party=world.other_maker.number)


@pytest.mark.parametrize("mark", ["TAB12[53]4?", "T[5?]B12345", "[TF]AB*", "T?8I2?45", "ＴＡＢ１？３４５"])
def test_choices_doubts_and_look_alikes_in_a_damaged_mark(
    office: Office, client: FlaskClient, police: dict[str, str], world: World, mark: str
) -> None:
    gun = register(office, world)
    register(office, world, marks=(serial("XKX99999"),))
    found = ask(client, police, mark=mark)
    assert (numbers(found), found["candidates"][0]["match"]) == ([gun.number], "partial")
    assert found["candidates"][0]["as_well"] == 0


def test_what_was_read_surely_counts_before_what_was_doubted(
    office: Office, client: FlaskClient, police: dict[str, str], world: World
) -> None:
    likely = register(office, world, marks=(serial("TAB52345"),))
    less = register(office, world, marks=(serial("TAB32345"),))
    assert numbers(ask(client, police, mark="TAB[53]234?")) == [likely.number, less.number]
    assert numbers(ask(client, police, mark="TAB[35]234?")) == [less.number, likely.number]


def test_what_was_told_ranks_the_candidates_and_each_says_what_fits_as_well(
    office: Office, client: FlaskClient, police: dict[str, str], world: World
) -> None:
    first = register(office, world, marks=(serial("TAB12345"),))
    second = register(office, world, made_by_other(world), maker=world.other_maker.number,
                      marks=(serial("TAB12346"),))  # fmt: skip
    third = register(office, world, marks=(serial("TAB12347"),), type=FirearmType.REVOLVER)
    found = ask(client, police, mark="TAB1234?", maker="rossi")
    assert numbers(found)[0] == second.number
    assert [c["as_well"] for c in found["candidates"]] == [0, 2, 2]
    assert set(numbers(found)[1:]) == {first.number, third.number}
    assert [c["differs"] for c in found["candidates"]] == [[], ["maker"], ["maker"]]


def test_the_answer_says_which_observation_would_narrow_it_most(
    office: Office, client: FlaskClient, police: dict[str, str], world: World
) -> None:
    for n in range(6):
        register(office, world, marks=(serial(f"TAB1234{n}"),), year_made=1999 + n % 3)
    found = ask(client, police, mark="TAB1234?")
    assert found["narrowing"][0] == {"observation": "character", "place": 8, "leaves": 1, "of": 6}
    assert {"observation": "year", "place": None, "leaves": 2, "of": 6} in found["narrowing"]
    assert "place 8 would leave 1 of 6" in found["certainty"]["statement"]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("TAB12354", "for 54"),
        ("12345", "begins with TAB"),
        ("TAB1245", "has 3"),
        ("TAB123445", "lacks 4"),
        ("BRTAB12345", "lacks B"),
        ("TAB72345", "has 1 for 7"),
        ("TAB12395", "has 4 for 9"),
        ("ТАВ72З45", "has 1 for 7"),
    ],
)
def test_a_misread_mark_is_found_and_said_to_be_misread(
    office: Office, client: FlaskClient, police: dict[str, str], world: World, typed: str, said: str
) -> None:
    gun = register(office, world)
    register(office, world, marks=(serial("XKX99999"),))
    found = ask(client, police, mark=typed)
    assert (found["outcome"], numbers(found)) == ("candidates", [gun.number])
    assert found["candidates"][0]["match"] == "near"
    assert said in " ".join(found["candidates"][0]["misread"])
    assert "matched_by_misreading" in kinds(found)


def test_two_wrong_characters_need_more_that_agrees(
    office: Office, client: FlaskClient, police: dict[str, str], world: World
) -> None:
    gun = register(office, world)
    assert ask(client, police, mark="TAK12395")["outcome"] == "not_in_records"
    assert numbers(ask(client, police, mark="TAK12395", maker="Taurus", calibre="9x19")) == [gun.number]


def test_an_exact_mark_of_another_maker_does_not_hide_a_misread_one(
    office: Office, client: FlaskClient, police: dict[str, str], world: World
) -> None:
    wanted = register(office, world)
    register(office, world, made_by_other(world), maker=world.other_maker.number, marks=(serial("12345"),))
    found = ask(client, police, mark="12345", maker="Taurus", calibre="9x19")
    assert numbers(found)[0] == wanted.number
    assert [c["match"] for c in found["candidates"]] == ["near", "exact"]


@pytest.mark.parametrize("mark", ["[", "TAB[12", "[*]1", "[]AB", "[ABCDEFGHI]1", "?*?*?*?*?*", "*" * 200])
def test_a_pattern_that_cannot_be_meant_is_refused_by_name(
    client: FlaskClient, police: dict[str, str], mark: str
) -> None:
    answer = client.post("/api/v1/traces", json={"kind": "firearm", **WHY, "mark": mark}, headers=police)
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json["errors"]] == ["mark"]


def test_a_pattern_that_everything_fits_is_bounded(
    office: Office, client: FlaskClient, police: dict[str, str], world: World
) -> None:
    for n in range(60):
        register(office, world, marks=(serial(f"TAB{n:05}"),))
    start = time.monotonic()
    found = ask(client, police, mark="*A*B*?0*")
    assert time.monotonic() - start < 5
    assert len(found["candidates"]) == 50
    assert found["certainty"]["statement"].startswith("60 records fit")
