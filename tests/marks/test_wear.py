"""Marks and damage that the first generator never saw, on both engines: the right firearm is found."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

import pytest

from registry.core.database import Database
from registry.core.work import OPERATOR, Office
from registry.marks import index
from registry.marks.patterns import parse
from registry.marks.readings import others
from schemas.vocabulary import MatchKind
from tests.bench import serials
from tests.engines import Engine
from tests.marks import wear
from tests.marks.test_damage import answered, rank

FIREARMS, WORN = 3_000, 40
FOUND, FIRST = 0.95, 0.85
Register = tuple[Office, list[serials.Made]]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def register(request: pytest.FixtureRequest) -> Iterator[Register]:
    """A register with serials of many forms, on each engine."""
    engine: Engine = request.getfixturevalue(request.param)
    with engine.empty() as url:
        firearms = list(serials.made(FIREARMS, wear.FORMS, 23, wear.LETTERS))
        serials.load(url, firearms)
        database = Database(url)
        index.rebuild(Office(database))
        yield Office(database), firearms
        database.close()


@pytest.mark.parametrize("do", wear.WEARS)
def test_the_right_firearm_is_found_with_maker_and_calibre(register: Register, do: wear.Wear) -> None:
    office, firearms = register
    random = Random(do.__name__)
    worn = [(one, do(one.serial, random)) for one in random.sample(firearms, WORN)]
    with office.look(OPERATOR) as work:
        ranks = [rank(answered(work, mark, one.model.maker, one.calibre), one) for one, mark in worn]
    assert sum(place <= 5 for place in ranks) >= FOUND * WORN
    assert sum(place == 1 for place in ranks) >= FIRST * WORN


@pytest.mark.parametrize("do", wear.WEARS)
def test_nothing_that_was_read_otherwise_counts_as_exact(register: Register, do: wear.Wear) -> None:
    office, firearms = register
    random = Random(do.__name__)
    with office.look(OPERATOR) as work:
        for one in random.sample(firearms, WORN // 2):
            mark = do(one.serial, random)
            for found in answered(work, mark, one.model.maker, one.calibre).candidates:
                as_read = parse(mark.replace("★", "")).key == parse(found.mark).key
                assert found.match is not MatchKind.EXACT or as_read


@pytest.mark.parametrize(
    ("typed", "reading"),
    [
        ("12345 TAB", "TAB12345"),
        ("[5S]2-A12", "A12[5S]2"),
        ("M6946", "W9649"),
        ("689HX", "XH689"),
        ("AB?12", "12AB?"),
    ],
)
def test_other_orders_of_a_text(typed: str, reading: str) -> None:
    assert reading in [other.pattern.key for other in others(parse(typed))]
