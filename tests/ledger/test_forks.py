"""What only a checkpoint kept elsewhere finds out, and what is never signed; the verifier runs alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import text

from registry.core.journal.merkle import Frontier, leaf_hash
from registry.core.work import OPERATOR
from registry.directory.tables import State
from registry.ledger import exports, log, verifier
from registry.ledger.checkpoints import Checkpoint
from registry.ledger.notes import sign
from tests.engines import Sqlite
from tests.ledger.rows import drop
from tests.ledger.tally import Tally
from tests.ledger.worlds import ORIGIN, World, populated, world

__all__ = ["world"]


def write(world: World) -> None:
    """A change like any other."""
    with world.office.begin(OPERATOR) as work:
        state = work.session.get_one(State, "BR")
        state.name = "Another" if state.name == "Brazil" else "Brazil"


def test_yesterdays_backup_is_found_out_by_a_checkpoint_kept_elsewhere(world: World, tally: Tally) -> None:
    backup = world.export()
    write(world)
    kept_elsewhere = world.sign()
    assert world.verify(backup).problems == []  # the control: by itself it is a good log
    problems = world.verify(backup, (kept_elsewhere,)).problems
    tally.tried(["backup"], problems)
    assert [p.level for p in problems] == [1]
    assert "cut off" in problems[0].message


def forged(world: World) -> verifier.Export:
    """The log rewritten in its last leaf and signed again with the real key: as good as true."""
    export = world.export()
    leaf = export["leaves"][-1]
    entry = next(e for e in export["entries"] if e["id"] == leaf["entry"])
    leaf["body"] = leaf["body"].replace(f'"act":"{entry["act"]}"', '"act":"forged"')
    entry["act"] = "forged"
    grown = Frontier().append(leaf_hash(line["body"].encode()) for line in export["leaves"])
    export["meta"][0]["peaks"] = b"".join(grown.peaks).hex()
    export["tiles"][0]["hashes"] = b"".join(
        leaf_hash(line["body"].encode()) for line in export["leaves"][:256]
    ).hex()
    moment = export["checkpoints"][-1]["signed_at"]
    note = sign(str(Checkpoint(world.key.key.name, grown.size, grown.root, (f"time {moment}",))), world.key)
    export["checkpoints"] = [
        {"size": grown.size, "root": grown.root.hex(), "note": bytes(note).decode(), "signed_at": moment}
    ]
    return export


def test_a_fork_signed_with_the_real_key_is_found_out_by_a_witness(standing: World, tally: Tally) -> None:
    fork = forged(standing)
    assert standing.verify(fork).problems == []  # the control: nobody could tell
    problems = standing.verify(fork, (standing.newest(),)).problems
    tally.tried(["fork"], problems)
    assert any("not those that were signed" in p.message for p in problems)


def test_a_damaged_log_is_never_signed(world: World, tally: Tally) -> None:
    """Its triggers are taken away for the damage and are back when the log is signed."""
    write(world)
    assert log.keep(world.office, world.key, now=True) is not None  # the control
    with world.office.database.writer.begin() as connection:
        put_back = drop(connection, "ledger_leaf", "update")
        connection.execute(text("UPDATE ledger_leaf SET body = body || ' ' WHERE id = 3"))
        connection.exec_driver_sql(put_back)
    write(world)
    refused = False
    try:
        log.keep(world.office, world.key, now=True)
    except log.LedgerBrokenError:
        refused = True
    tally.tried(["damage"], ["damage"] if refused else [])
    assert refused


def test_the_verifier_runs_alone(sqlite: Sqlite, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = Path(verifier.__file__).read_text()
    assert len(source.splitlines()) <= 500
    assert "registry" not in "".join(
        line for line in source.splitlines() if line.startswith(("import", "from"))
    )
    with sqlite.ready() as url, populated(url, tmp_path) as made:
        with exports.snapshot(made.office.database) as connection:
            exports.write(connection, tmp_path / "export.zip")
        key = str(made.key.key)
    good = ["--key", key, str(tmp_path / "export.zip")]
    assert verifier.main(good) == 0
    assert "GOOD" in capsys.readouterr().out
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    other = log.signer(elsewhere, ORIGIN)
    assert verifier.main(["--key", str(other.key), str(tmp_path / "export.zip")]) == 1
    (tmp_path / "no.zip").write_bytes((tmp_path / "ledger.key").read_bytes())
    assert verifier.main(["--key", key, str(tmp_path / "no.zip")]) == 5
