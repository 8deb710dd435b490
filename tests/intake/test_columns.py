"""Judging by columns takes every row for what judging it alone takes it for, and writes the same records."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from registry.core.database import Database
from registry.core.work import OPERATOR, Office, Work
from registry.directory import acts as directory
from registry.directory.queries import all_closed
from registry.intake import acts, columns, firearm_columns, firearm_kind
from registry.intake.kind import Read
from registry.intake.pieces import Piece
from registry.intake.understanding import Vocabulary
from registry.intake.vocabulary import vocabulary
from schemas.directory import ClosureNew
from schemas.firearms import FirearmNew
from schemas.intake import AliasNew
from schemas.intake_vocabulary import AliasField
from schemas.vocabulary import PartyKind
from tests.engines import Engine, Sqlite
from tests.firearms.world import World, make_world
from tests.intake.book import HEAD, enter, hand_in, settle
from tests.makers import EVERYTHING, key_of_party, make_party

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
PLACEHOLDERS = ("NONE", "0000", "S/N", "OBLIT", "sem número", "")
SPOILT = ("#N/A", "1.2E+18", "X\u200b1", "\u202eAB1")


def words(world: World) -> dict[str, list[str]]:
    """What cells may say, by field: plain, in doubt, and wrong."""
    parties = [
        "", "Taurus", world.dealer.number, "Casa do Caçador", "Shut Arms", world.person.number, "Ana Lima",
        "Beto Reis", "Twice", "#REF!", "José\u00a0Silva", "n" * 201,
    ]  # fmt: skip
    days = ["", "1998-04-03", "03/04/1998", "1998", "04/1998", "1990-01-01", "2031-01-01", "31/02/1998", "x"]
    return {
        "serial": ["TAB1001", "tab-12/7", "ÑA1", "١٢٣", "A" * 65, "B.1", "AB", *PLACEHOLDERS, *SPOILT],
        "maker": ["Taurus", "taurus", world.maker.number, "Tau", "Who", "Nobody", "Twice", "", "#N/A"],
        "calibre": ["9x19", "9 mm Luger", ".38 Special", "nine", "9 mm Nobody", "", "#N/A"],
        "country_made": ["BR", "Brasil", "Yugoslavia", "Nowhere", ""],
        "type": ["", "pistol", "Pistola", "garruchinha", "fuzil", "spoon"],
        "action": ["", "ferrolho", "SA", "spoon"],
        "model": ["", "PT 92", "m" * 81, "a\u00a0b", "#NAME?"],
        "year_made": ["", "1998", "98", "2031", "1200", "19X8"],
        "mark_condition": ["", "raspada", "good", "spoon"],
        "registration": ["", "SINARM 7", "NONE", "#N/A", "R-1"],
        "import_country": ["", "AT", "Áustria", "Nowhere"],
        "import_year": ["", "1999", "2031", "99"],
        "holder": parties,
        "acquired_on": days,
        "acquired_from": parties,
        "disposed_on": days,
        "disposed_to": parties,
        "disposed_to_document": ["", "123", "456", "1" * 61],
        "document": ["", "NF-1", "d" * 81],
    }  # fmt: skip


def plain(world: World) -> list[dict[str, str]]:
    """Rows of which everything is known: sold, and of unknown holder."""
    sold = dict.fromkeys(words(world), "") | {
        "serial": "TAB1001", "maker": "Taurus", "calibre": "9x19", "country_made": "BR", "type": "pistol",
        "holder": world.dealer.number, "acquired_on": "1998-04-03", "acquired_from": "Taurus",
        "disposed_on": "1999-05-06", "disposed_to": "Ana Lima", "disposed_to_document": "123",
        "document": "NF-1", "year_made": "1998", "registration": "SINARM 7", "import_country": "AT",
        "import_year": "1999",
    }  # fmt: skip
    unheld = dict.fromkeys(("holder", "registration", "import_country", "disposed_to_document"), "")
    return [sold, sold | unheld]


def single(world: World) -> list[dict[str, str]]:
    """Plain rows, of which one cell says each of its words."""
    told = words(world).items()
    return [row | {field: text} for row in plain(world) for field, texts in told for text in texts]


def several(world: World) -> st.SearchStrategy[dict[str, str]]:
    """Plain rows, of which some cells say anything."""
    told = words(world).items()
    cells = st.sampled_from([(field, text) for field, texts in told for text in texts])
    marks = st.tuples(st.just("serial"), st.text("AB01OX -./", max_size=6).map(str.strip))
    changes = st.lists(cells | marks, min_size=1, max_size=4).map(dict)
    return st.builds(dict.__or__, st.sampled_from(plain(world)), changes)


@pytest.fixture
def away(sqlite: Sqlite) -> Any:
    """A registry without an application."""
    with sqlite.ready() as url:
        database = Database(url)
        yield Office(database, home="BR", clock=lambda: NOW)
        database.close()


def prepared(office: Office) -> World:
    """A company that closed, two of one name, and words that a person settled."""
    world = make_world(office)
    with office.begin(EVERYTHING) as work:
        for kind in (PartyKind.MAKER, PartyKind.DEALER):
            make_party(work, kind, "Twice", country="AR")
        make_party(work, PartyKind.MAKER, "Twice", country="US")
        shut = make_party(work, PartyKind.DEALER, "Shut Arms")
        directory.note_closure(work, key_of_party(shut), ClosureNew(date(1997, 1, 1), "Register"))
        for field, told, value in (
            (AliasField.MAKER, "Tau", world.maker.number),
            (AliasField.MAKER, "Who", world.person.number),
            (AliasField.TYPE, "garruchinha", "pistol"),
            (AliasField.CALIBRE, "nine", "9x19"),
        ):
            acts.confirm(work, AliasNew(field, told, value))
    return world


def test_rows_are_taken_for_the_same_by_columns_and_alone(away: Office) -> None:
    world = prepared(away)
    with away.begin(EVERYTHING) as work:
        known, closed, seen = vocabulary(work), all_closed(work.session), [0, 0]

        def same(told: list[dict[str, str]]) -> None:
            names = list(columns.FIREARMS.names)
            cells = [(n, [row[name] for name in names]) for n, row in enumerate(told, 2)]
            piece = Piece(cells, names, {name: name for name in names}, {"model": "PT 99"})
            by_columns = firearm_columns.judged(work, known, piece, closed)
            for n, digest in enumerate(piece.digests()):
                alone = json.dumps(piece[n], sort_keys=True, ensure_ascii=False)
                assert digest == hashlib.sha256(alone.encode()).hexdigest()
                seen[by_columns[n] is not None] += 1
                compare(work, known, piece, n, by_columns[n], digest)

        same(single(world))
        settings(max_examples=100)(given(st.lists(several(world), min_size=1, max_size=12))(same))()
        assert min(seen) > 100, seen
        work.session.rollback()


def compare(work: Work, known: Vocabulary, piece: Piece, n: int, plain: Any, digest: str) -> None:
    """A row that was judged by columns has no fault alone, the same doubts and persons, and the same rows."""
    if plain is None:
        return
    alone = firearm_kind._by_itself(work, piece[n], known, all_closed(work.session))
    assert not alone.faults, piece[n]
    assert (plain.doubts, plain.persons) == (alone.doubts, alone.persons)
    assert isinstance(alone.new, FirearmNew)
    both = [Read(n, digest, draft, piece, n) for draft in (plain, alone)]
    assert firearm_kind._named(both[0]) == firearm_kind._named(both[1])
    keys = firearm_kind._persons(work, both[:1])
    ready = [told for one in both for told in firearm_kind._ready(work, [one], keys) if told.places]
    by_columns, by_itself = ready
    assert list(map(listed, by_columns)) == list(map(listed, by_itself))


def listed(told: Sequence[Any]) -> list[Any]:
    """Columns, or keys, of whatever kind they are."""
    return [list(one) if isinstance(one, Sequence) and not isinstance(one, str) else one for one in told]


BOOK = (
    HEAD
    + "".join(
        f"TAB{n};Taurus;{kind};PT 92;9x19;BR;1998;{came};{giver};{went};{taker};{paper}\n"
        for n, (kind, came, giver, went, taker, paper) in enumerate(
            (kind, *rest)
            for kind in ("pistol", "spoon", "")
            for rest in (
                ("1998-04-03", "Taurus", "1999-05-06", "Ana Lima", "123"),
                ("1998", "", "1999-05-06", "Ana Lima", "123"),
                ("", "Rossi", "04/1999", "Beto Reis", ""),
                ("2001-01-01", "Taurus", "1999-01-01", "Beto Reis", "456"),
                ("1998-04-03", "Ana Lima", "", "", ""),
            )
        )
    )
    + "TAB-1;Taurus;pistol;;9x19;BR;;;;;;\nTAB1;Taurus;pistol;;9x19;BR;;;;;;\nNONE;Taurus;;;9x19;BR;;;;;;\n"
)
SAME = (
    "SELECT id, maker_id, model, calibre, year_made, status, holder_id, marks, steps FROM firearm",
    "SELECT * FROM mark",
    "SELECT * FROM custody",
    "SELECT * FROM party",
    "SELECT * FROM person",
    "SELECT * FROM identity_conflict",
    "SELECT * FROM intake_row",
    "SELECT * FROM intake_fault",
    "SELECT firearm_id, n FROM mark_change",
    "SELECT subject, op, key, before, after FROM ledger_change WHERE subject NOT IN ('intake_run')",
    "SELECT name, value FROM ledger_personal",
)


def test_a_file_becomes_the_same_records_and_entries_either_way(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = []
    for alone in (False, True):
        if alone:
            monkeypatch.setattr(firearm_columns, "judged", lambda _, __, piece, ___: [None] * len(piece))
        with engine.ready() as url:
            database = Database(url)
            office = Office(database, home="BR", clock=lambda: NOW)
            world = prepared(office)
            run = settle(office, hand_in(office, BOOK), holder=world.dealer.number)
            done = enter(office, run)
            assert (done.state, done.entered, done.bad, done.conflicts) == ("done", 12, 6, 3)
            with office.look(OPERATOR) as work:
                found.append([sorted(map(repr, work.session.execute(text(sql)).all())) for sql in SAME])
            database.close()
    for sql, by_columns, one_by_one in zip(SAME, *found, strict=True):
        assert by_columns, sql
        assert by_columns == one_by_one, sql
