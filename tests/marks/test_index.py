"""The position index: current in every process, correct after a crash, and never without a mark."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from random import Random

import pytest
from hypothesis import given, reject
from hypothesis import strategies as st
from sqlalchemy import text

from registry.core.database import Database
from registry.core.errors import Conflict, Invalid
from registry.core.numbers import parse_registry_number
from registry.core.work import Office
from registry.firearms import acts, mark_texts
from registry.marks import index, shapes
from registry.marks.packing import Block
from registry.marks.patterns import parse
from registry.marks.reading import folded
from schemas.firearms import MarkText
from tests.firearms.world import World, make_world, new_firearm, register, serial
from tests.makers import EVERYTHING, agreed

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789ЖЯ"


@pytest.fixture
def world(office: Office) -> World:
    return make_world(office)


@pytest.fixture
def elsewhere(database_url: str) -> Iterator[Database]:
    """The same database as another process sees it."""
    database = Database(database_url)
    yield database
    database.close()


def found(database: Database, pattern: str) -> list[int]:
    blocks = index.copy_of(database).blocks()
    return [int(key) for key in shapes.search(blocks, parse(pattern).cells).firearms]


def key_of(office: Office, world: World, mark: str) -> int:
    with office.begin(EVERYTHING) as work:
        [number] = acts.register_many(work, [new_firearm(world, marks=(serial(mark),))])
    return parse_registry_number("F", number)


def test_a_mark_is_found_by_every_process_as_soon_as_it_is_committed(
    office: Office, world: World, elsewhere: Database
) -> None:
    assert found(elsewhere, "T?B1*5") == []
    key = key_of(office, world, "TAB12345")
    assert found(elsewhere, "T?B1*5") == [key] == found(office.database, "T?B1*5")


def test_what_was_rolled_back_is_not_found(office: Office, world: World) -> None:
    with pytest.raises(RuntimeError), office.begin(EVERYTHING) as work:
        acts.register(work, new_firearm(world))
        raise RuntimeError
    assert found(office.database, "TAB?????") == []


def test_a_corrected_mark_is_found_as_it_is_now(office: Office, world: World, elsewhere: Database) -> None:
    gun = register(office, world)
    assert found(elsewhere, "TAB?????")
    key, change = parse_registry_number("F", gun.number), MarkText("misread", "XKX99999")
    agreed(office, lambda work: mark_texts.propose(work, key, 1, change, gun.version))
    assert found(elsewhere, "XK?9????") == [parse_registry_number("F", gun.number)]


def test_rebuilding_changes_nothing_that_is_found(office: Office, world: World, elsewhere: Database) -> None:
    keys = [key_of(office, world, mark) for mark in ("TAB12345", "TAB12399", "ИЖ4477", "A" * 40)]
    before = found(elsewhere, "TAB12???")
    assert index.rebuild(office) == 4
    later = key_of(office, world, "TAB12377")
    assert found(elsewhere, "TAB12???") == [*before, later]
    assert found(elsewhere, "ИЖ?4*7") == [keys[2]]
    assert found(elsewhere, "A" * 30 + "*") == [keys[3]]


def test_sealing_adds_blocks_to_those_at_hand(office: Office, world: World, elsewhere: Database) -> None:
    first = key_of(office, world, "TAB12345")
    index.rebuild(office)
    assert found(elsewhere, "TAB*") == [first]
    second = key_of(office, world, "TAB12346")
    assert index.seal(office) == 1
    assert index.seal(office) == 0
    assert found(elsewhere, "TAB*") == [first, second]
    assert index.copy_of(elsewhere).waiting == 0


def test_two_who_write_blocks_at_once_lose_nothing(
    office: Office, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = key_of(office, world, "TAB12345")
    all_marks = index._all_marks

    def overtaken(database: Database) -> Iterator[tuple[int, str]]:
        monkeypatch.setattr(index, "_all_marks", all_marks)
        yield from all_marks(database)
        key_of(office, world, "TAB12346")
        index.rebuild(office)

    monkeypatch.setattr(index, "_all_marks", overtaken)
    with pytest.raises(Conflict):
        index.rebuild(office)
    assert found(office.database, "TAB*") == [first, first + 1]


def test_a_mark_committed_late_with_an_early_number_is_not_passed_over(
    office: Office, world: World, elsewhere: Database
) -> None:
    if office.database.is_sqlite:
        pytest.skip("SQLite has one writer, so numbers are committed in their order")
    with office.begin(EVERYTHING) as slow:
        acts.register(slow, new_firearm(world, marks=(serial("SLOW1234"),)))
        quick = key_of(office, world, "QUICK123")
        assert found(elsewhere, "QUICK???") == [quick]
        assert found(elsewhere, "SLOW????") == []
        index.seal(office)
        assert found(elsewhere, "QUICK???") == [quick]
    assert len(found(elsewhere, "SLOW????")) == 1
    assert found(elsewhere, "QUICK???") == [quick]


def test_adding_and_searching_at_once(office: Office, world: World, elsewhere: Database) -> None:
    marks = [f"RUN{n:05}" for n in range(40)]
    failures: list[str] = []

    def add() -> None:
        for mark in marks:
            key = key_of(office, world, mark)
            if key not in found(elsewhere, f"{mark[:3]}?{mark[4:]}"):
                failures.append(mark)

    def search() -> None:
        while adding.is_alive():
            seen = found(elsewhere, "RUN?????")
            if seen != sorted(set(seen)):
                failures.append("twice")

    adding, searching = threading.Thread(target=add), threading.Thread(target=search)
    adding.start()
    searching.start()
    index.rebuild(office)
    adding.join()
    searching.join()
    assert failures == []
    assert len(found(elsewhere, "RUN*")) == len(marks)


def test_a_lost_index_is_made_again(office: Office, world: World) -> None:
    key = key_of(office, world, "TAB12345")
    with office.begin(EVERYTHING) as work:
        work.session.execute(text("DELETE FROM mark_change"))
    index.rebuild(office)
    assert found(office.database, "TAB1?345") == [key]


def blocks_of(marks: list[str]) -> list[Block]:
    return index._in_order(index._packed(enumerate(map(folded, marks), 1)))


@given(
    st.lists(st.text(alphabet=ALPHABET, min_size=1, max_size=14), min_size=1, max_size=30),
    st.data(),
)
def test_searching_agrees_with_looking_at_every_mark(marks: list[str], data: st.DataObject) -> None:
    mark = data.draw(st.sampled_from(marks))
    wild = st.sampled_from(["?", "*", "[A5]", "[8?]", ""])
    pattern = "".join(data.draw(wild) if data.draw(st.booleans()) else c for c in mark)
    try:
        meant = parse(pattern)
    except Invalid:
        reject()
    hits = {int(key) for key in shapes.search(blocks_of(marks), meant.cells).firearms}
    # nothing is left out; only characters that share a class are found beside
    wanted = {n for n, text in enumerate(marks, 1) if meant.matches(folded(text))}
    assert wanted <= hits
    assert {n for n in hits - wanted if marks[n - 1].isascii()} == set()


@given(st.text(alphabet=ALPHABET, min_size=6, max_size=14), st.data())
def test_two_wrong_characters_are_found(mark: str, data: st.DataObject) -> None:
    wrong = list(mark)
    for place in data.draw(st.sets(st.integers(0, len(mark) - 1), max_size=2)):
        wrong[place] = data.draw(st.sampled_from(ALPHABET))
    cells = parse("".join(wrong)).cells
    assert list(shapes.search_near(blocks_of([mark]), cells, 2).firearms) == [1]


@pytest.mark.parametrize("pattern", ["*1*2*3*", "*[12345678][ABCDEFGH]*", "??????1?2", "*A?*?B*"])
def test_a_pattern_meant_to_exhaust_ends_soon_and_says_that_more_fit(pattern: str) -> None:
    random = Random(1)
    marks = ["".join(random.choices("AB123", k=9)) for _ in range(1000)] * 200
    result = shapes.search(blocks_of(marks), parse(pattern).cells)
    assert len(result.firearms) <= shapes.MOST_FOUND
