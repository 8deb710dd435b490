"""Everything out of one registry and into another, compared record by record, across engines."""

from __future__ import annotations

import csv
import hashlib
import json
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

import pytest
from sqlalchemy import text

from registry.core.database import Database
from registry.core.errors import Conflict, Invalid
from registry.core.work import OPERATOR, Office
from registry.demo import intakes, loading
from registry.ledger import exports, log, verifier
from registry.ledger.notes import Signer
from registry.marks import index
from registry.tracing import acts as tracing
from registry.transfer import exporting, formats, rebuilding
from registry.transfer.catalogue import LEFT_OUT, exported
from tests.engines import Engine
from tests.intake.book import asked

PAIRS = [("sqlite", "postgresql"), ("postgresql", "sqlite")]


class Pair(NamedTuple):
    """An export with its registry and that one's key; another engine."""

    office: Office
    key: Signer
    folder: Path
    done: exporting.Written
    target: Engine


GIVEN = {
    "sqlite": "UPDATE sqlite_sequence SET seq = 5000 WHERE name = 'firearm'",
    "postgresql": "SELECT setval(pg_get_serial_sequence('firearm', 'id'), 5000)",
}


ONE_MORE = """
INSERT INTO firearm (type, action, maker_id, calibre, calibre_text, country_made, model, out_of_scope, status,
  marks, components, steps, created_at, version)
SELECT type, action, maker_id, calibre, calibre_text, country_made, model, out_of_scope, status,
  0, 0, 0, created_at, 1 FROM firearm ORDER BY id LIMIT 1 RETURNING id
"""


def quiet(_name: str, _rows: int) -> None:
    """Nobody reads how far it is."""


def made(url: str, stack: ExitStack) -> Office:
    database = Database(url)
    stack.callback(database.close)
    return Office(database, home="BR")


@pytest.fixture(scope="module", params=PAIRS, ids=["to-postgresql", "to-sqlite"])
def pair(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    """An export of a small registry, and another engine."""
    source, target = (request.getfixturevalue(name) for name in request.param)
    folder = tmp_path_factory.mktemp("export") / "out"
    with ExitStack() as stack:
        office = made(stack.enter_context(source.ready()), stack)
        list(loading.load(office, OPERATOR, 40, 3, 40))
        intakes.lists(office, OPERATOR)
        with office.begin(OPERATOR) as work:  # as after an intake that was taken back
            work.session.execute(text(GIVEN[office.database.writer.dialect.name]))
        key = log.signer(tmp_path_factory.mktemp("key"), "BR")
        yield Pair(office, key, folder, exporting.write(office, key, folder, quiet), target)


def lines(folder: Path, table: str) -> list[bytes]:
    return (folder / f"{table}.jsonl").read_bytes().splitlines()


def test_nobody_else_on_the_machine_reads_an_export(pair: Pair) -> None:
    assert {path.stat().st_mode & 0o077 for path in (pair.folder, *pair.folder.iterdir())} == {0}


def test_no_sheet_has_what_is_sealed_or_hashed_nor_the_journal_of_it(pair: Pair) -> None:
    def columns(table: str) -> list[str]:
        with (pair.folder / f"{table}.csv").open(encoding="utf-8-sig", newline="") as file:
            return next(csv.reader(file))

    assert columns("ledger_personal") == ["change_id", "name", "salt"]
    assert not {"before", "after"} & set(columns("ledger_change"))
    assert "sealed" not in columns("document_key")
    assert b'"after' in (pair.folder / "ledger_personal.jsonl").read_bytes()


def test_another_registry_is_rebuilt_record_by_record(
    pair: Pair, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    office, key, folder, done, target = pair
    marks = {json.loads(line)["firearm_id"] for line in lines(folder, "mark") if json.loads(line)["folded"]}
    without_index: list[set[int]] = []

    def killed_before(other: Office) -> int:
        blocks = index.Copy(other.database).blocks()
        without_index.append({int(key) + block.base for block in blocks for key in block.ids})
        return made_index(other)

    made_index = index.rebuild
    monkeypatch.setattr(index, "rebuild", killed_before)
    with ExitStack() as stack:
        other = made(stack.enter_context(target.ready()), stack)
        assert rebuilding.read(other, folder, quiet) == rebuilding.Rebuilt(
            done.tables, done.rows, done.digest
        )
        brought_in = [json.loads(line) for line in lines(folder, "intake_record")]
        for kind in ("party_id", "lot_id", "packing_n", "sale_n", "licence_id", "recovery_id"):
            assert any(line[kind] for line in brought_in), kind
        assert without_index == [marks]  # searches find what was rebuilt, also where nothing came after it
        exporting.write(other, key, tmp_path / "again", quiet)
        for table in exported():
            before, after = lines(folder, table.name), lines(tmp_path / "again", table.name)
            grown = len(before) if table.name.startswith("ledger_") else None
            assert table.name == "ledger_state" or after[:grown] == before, table.name
        with exports.signed(other, key) as connection:
            report = verifier.verify(exports.collected(connection), str(key.key), [])
        assert report.problems == []
        mark = next(json.loads(line)["text"] for line in lines(folder, "mark"))
        found = []
        for one in (office, other):
            with one.look(OPERATOR) as work:
                found.append(tracing.find(work, asked(mark)))
        assert found[0] == found[1]
        with other.begin(OPERATOR) as work:  # numbers go on after the last one that was given
            assert work.session.execute(text(ONE_MORE)).scalar_one() == 5001
        with pytest.raises(Conflict, match="has records"):
            rebuilding.read(other, folder, quiet)


def test_the_manifest_says_what_is_there(pair: Pair) -> None:
    folder, done = pair.folder, pair.done
    content = (folder / formats.MANIFEST).read_bytes()
    manifest = json.loads(content)
    assert hashlib.sha256(content).hexdigest() == done.digest
    assert manifest["left_out"].keys() == LEFT_OUT.keys()
    assert manifest["checkpoint"]
    for table in manifest["tables"]:
        for file in (table["file"], table["csv"]):
            told = (folder / file["name"]).read_bytes()
            assert (len(told), hashlib.sha256(told).hexdigest()) == (file["bytes"], file["sha256"])
        assert table["rows"] == len(lines(folder, table["name"]))
    with (folder / "account.csv").open(encoding="utf-8-sig", newline="") as file:
        columns = next(csv.reader(file))
    assert "login" in columns
    assert "password_hash" not in columns


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        ("=1+1", "'=1+1"),
        ("+55", "'+55"),
        ("-5", "'-5"),
        (-5, "-5"),
        ("@x", "'@x"),
        ("\tx", "'\tx"),
        (None, ""),
    ],
)
def test_cells_are_safe_in_spreadsheets(cell: object, shown: str) -> None:
    assert formats.cell(cell) == shown


def changed(folder: Path, to: Path, name: str, old: bytes, new: bytes) -> Path:
    shutil.copytree(folder, to)
    content = (to / name).read_bytes()
    assert old in content
    (to / name).write_bytes(content.replace(old, new, 1))
    return to


@pytest.mark.parametrize(
    ("name", "old", "new", "says"),
    [
        ("party.jsonl", b'"name":"', b'"name":"x', "party.jsonl is not the file that the manifest names"),
        ("party.jsonl", b'"id":', b'"key":', "party.jsonl:1 cannot be read: its columns are others"),
        ("party.jsonl", b'"id":1', b'"id":"1"', "party.jsonl:1 cannot be read: '1' is no integer"),
        ("custody.jsonl", b'"to_id":', b'"to_id":99999999', ""),
        ("manifest.json", b'"version": 1', b'"version": 2', "another format or version"),
        ("manifest.json", b'"state": "BR"', b'"state": "PT"', "It is of PT; this is the registry of BR"),
        ("manifest.json", b'"name": "mark",', b'"name": "marks",', "mark, marks"),
    ],
)
def test_what_is_not_as_it_was_written_is_refused_whole(
    pair: Pair, tmp_path: Path, name: str, old: bytes, new: bytes, says: str
) -> None:
    folder, target = pair.folder, pair.target
    wrong = changed(folder, tmp_path / "wrong", name, old, new)
    with ExitStack() as stack:
        other = made(stack.enter_context(target.ready()), stack)
        with pytest.raises(Invalid) as told:
            rebuilding.read(other, wrong, quiet)
        assert says in told.value.unmet[0].message
        with other.look(OPERATOR) as work:
            assert work.session.execute(text("SELECT count(*) FROM party")).scalar_one() == 0
            assert work.session.execute(text("SELECT count(*) FROM state")).scalar_one() > 0


def test_a_folder_that_is_not_empty_is_left_as_it_is(pair: Pair) -> None:
    with pytest.raises(Invalid, match="folder"):
        exporting.write(pair.office, pair.key, pair.folder, quiet)
