"""Damage of every kind that was thought of, done to marks nobody chose: the right firearm is found."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

import pytest

from registry.core.database import Database
from registry.core.work import OPERATOR, Office, Work
from registry.firearms.queries import firearm_number
from registry.marks import index
from registry.marks.patterns import parse
from registry.marks.readings import others, unlabelled
from registry.tracing import engine
from schemas.tracing import Answer, Question
from schemas.vocabulary import MatchKind, Purpose, TraceKind
from tests.bench import serials
from tests.marks import damage

FIREARMS, DAMAGED = 5_000, 60
FOUND, FIRST = 0.95, 0.9
"""Shares in the first five, and first, with maker and calibre known."""
FOUND_UNTOLD = 0.9
HIDES_LITTLE = (damage.eastern_digits, damage.greek_letters, damage.lower_case_in_groups,
                damage.letters_for_digits, damage.digits_for_letters, damage.labelled,
                damage.with_a_chinese_prefix, damage.doubled, damage.choices)  # fmt: skip


@pytest.fixture(scope="module")
def register(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Office, list[serials.Made]]]:
    """A register with the serials real makers use."""
    url = f"sqlite:///{tmp_path_factory.mktemp('damage') / 'register.db'}"
    firearms = list(serials.made(FIREARMS))
    serials.load(url, firearms)
    database = Database(url)
    office = Office(database)
    index.rebuild(office)
    yield office, firearms
    database.close()


def answered(work: Work, mark: str, maker: str = "", calibre: str = "") -> Answer:
    asked = Question(TraceKind.FIREARM, Purpose.AUDIT, "test", mark=mark, maker=maker, calibre=calibre)
    return engine.answer(work, asked)


def rank(answer: Answer, one: serials.Made) -> int:
    """Where the firearm stands, 99 if it does not."""
    number = firearm_number(one.key)
    return next((c.rank for c in answer.candidates if c.number == number), 99)


def damaged(firearms: list[serials.Made], do: damage.Damage) -> Iterator[tuple[serials.Made, str]]:
    random = Random(do.__name__)
    for one in random.sample(firearms, DAMAGED):
        yield one, do(one.serial, random)


@pytest.mark.parametrize("do", damage.DAMAGES)
def test_the_right_firearm_is_found_with_maker_and_calibre(
    register: tuple[Office, list[serials.Made]], do: damage.Damage
) -> None:
    office, firearms = register
    with office.look(OPERATOR) as work:
        ranks = [
            rank(answered(work, mark, one.model.maker, one.calibre), one)
            for one, mark in damaged(firearms, do)
        ]
    assert sum(place <= 5 for place in ranks) >= FOUND * DAMAGED
    assert sum(place == 1 for place in ranks) >= FIRST * DAMAGED


@pytest.mark.parametrize("do", HIDES_LITTLE)
def test_the_right_firearm_is_found_by_its_mark_alone_where_little_is_hidden(
    register: tuple[Office, list[serials.Made]], do: damage.Damage
) -> None:
    office, firearms = register
    with office.look(OPERATOR) as work:
        ranks = [rank(answered(work, mark), one) for one, mark in damaged(firearms, do)]
    assert sum(place <= 5 for place in ranks) >= FOUND_UNTOLD * DAMAGED


def test_only_a_mark_that_was_read_as_it_is_counts_as_exact(
    register: tuple[Office, list[serials.Made]],
) -> None:
    office, firearms = register
    with office.look(OPERATOR) as work:
        for do in (damage.with_the_calibre, damage.doubled, damage.two_wrong, damage.choices):
            for one, mark in damaged(firearms, do):
                for found in answered(work, mark, one.model.maker, one.calibre).candidates:
                    assert found.match is not MatchKind.EXACT or found.mark == mark or found.differs


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("No. 12345", "12345"),
        ("№12345", "12345"),
        ("S/N: TAB1", "TAB1"),
        ("Serial Number AB 12", "AB 12"),
        ("NO12345", "NO12345"),
        ("Nora 12", "Nora 12"),
        ("SN12345", "SN12345"),
        ("NR12", "NR12"),
        ("No.", "No."),
    ],
)
def test_the_word_for_a_serial_is_no_part_of_it(text: str, bare: str) -> None:
    assert unlabelled(text) == bare


@pytest.mark.parametrize(
    ("typed", "reading"),
    [
        ("MOD 85 СП2462", "СП2462"),
        ("24-123456 9x19", "24123456"),
        ("CAL. 12 JP 04 5957", "JP045957"),
        ("IZH4477", "ИЖ4477"),
        ("ИЖ4477", "IZH4477"),
        ("ΓΔ123", "GD123"),
        ("NF1234", "ТА1234"),
        ("ЕФИ1234", "TAB1234"),
    ],
)
def test_other_readings_of_a_text(typed: str, reading: str) -> None:
    assert reading in [other.pattern.key for other in others(parse(typed))]
