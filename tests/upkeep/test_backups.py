"""Backups of SQLite: whole, private, refused when changed, consistent while others write, and proven."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import pytest
from sqlalchemy import select

from registry.core.database import Database
from registry.core.settings import Settings
from registry.core.work import OPERATOR, Office
from registry.directory.tables import Party
from registry.ledger import log
from registry.ledger.notes import Signer
from registry.upkeep import backups, clusters, record, restoring
from registry.upkeep.manifest import BackupRefused, Manifest, check, described, seal
from registry.upkeep.restoring import Wanted
from schemas.vocabulary import PartyKind
from tests.engines import Sqlite, own_application
from tests.makers import EVERYTHING, make_party

SECRET = "k" * 32


class Place(NamedTuple):
    """A registry on SQLite with its settings, key and office."""

    settings: Settings
    office: Office
    key: Signer

    def enter(self, name: str) -> None:
        with self.office.begin(EVERYTHING) as work:
            make_party(work, PartyKind.DEALER, name)


def place(stack: ExitStack, url: str, instance: Path) -> Place:
    instance.mkdir(exist_ok=True)
    settings = Settings(instance, url, secret_key=SECRET, testing=True)
    (instance / "secret_key").write_text(SECRET)
    database = Database(url)
    stack.callback(database.close)
    return Place(settings, Office(database, "BR"), log.signer(*settings.ledger_key))


@pytest.fixture(scope="module")
def registry(sqlite: Sqlite, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("instance")
    with ExitStack() as stack:
        made = place(stack, stack.enter_context(sqlite.ready()), folder)
        (folder / "letterhead.txt").write_text("Autoridade")
        made.enter("Before the backup")
        yield made


@pytest.fixture(scope="module")
def backup(registry: Place, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A whole backup, which no test changes."""
    into = tmp_path_factory.mktemp("backups")
    return backups.make(registry.office, registry.settings, registry.key, into).folder


@pytest.fixture
def copy(backup: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(backup, tmp_path / backup.name))


def elsewhere(tmp_path: Path) -> Settings:
    """A machine that has nothing yet."""
    instance = tmp_path / "new"
    instance.mkdir()
    return Settings(instance, f"sqlite:///{instance / 'registry.db'}", secret_key=SECRET, testing=True)


def names(settings: Settings) -> set[str]:
    database = Database(settings.database_url)
    try:
        with Office(database).look(OPERATOR) as work:
            return set(work.session.scalars(select(Party.name)))
    finally:
        database.close()


def test_a_backup_holds_database_keys_and_files_for_its_owner_alone(backup: Path) -> None:
    paths = {path.relative_to(backup).as_posix() for path in backup.rglob("*") if path.is_file()}
    assert paths == {
        "database/registry.db", "keys/secret_key", "keys/ledger.key", "files/letterhead.txt",
        "manifest.json", "manifest.note",
    }  # fmt: skip
    assert {path.stat().st_mode & 0o077 for path in (backup, *backup.rglob("*"))} == {0}


def test_the_ledger_says_that_a_backup_was_made_and_by_which_digest(registry: Place, backup: Path) -> None:
    _, digest = check(backup, str(registry.key.key))
    asked = "SELECT note FROM ledger_entry WHERE act = 'registry.backup' ORDER BY id"
    with registry.office.database.reader.connect() as connection:
        notes = [json.loads(row.note) for row in connection.exec_driver_sql(asked)]
    assert digest in [note["backup"]["manifest"] for note in notes]


def test_what_was_backed_up_is_there_after_restoring_and_the_registry_goes_on(
    registry: Place, backup: Path, tmp_path: Path
) -> None:
    settings = elsewhere(tmp_path)
    restoring.restore(settings, Wanted(backup, key=str(registry.key.key)), None)
    assert "Before the backup" in names(settings)
    assert (settings.instance / "letterhead.txt").read_text() == "Autoridade"
    assert log.signer(*settings.ledger_key).key == registry.key.key
    assert {path.stat().st_mode & 0o077 for path in settings.instance.iterdir()} == {0}
    with ExitStack() as stack:
        again = place(stack, settings.database_url, settings.instance)
        asked = "SELECT count(*) FROM ledger_entry WHERE act = 'registry.restore'"
        with again.office.database.reader.connect() as connection:
            assert connection.exec_driver_sql(asked).scalar() == 1
        again.enter("After restoring")
        proof = restoring.verify(
            again.settings,
            Wanted(backups.make(again.office, again.settings, again.key, tmp_path).folder),
            again.office,
            [],
            tmp_path,
        )
        assert proof.problems == ()


def changed_byte(folder: Path) -> None:
    path = folder / "database" / "registry.db"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def cut_off(folder: Path) -> None:
    path = folder / "database" / "registry.db"
    path.write_bytes(path.read_bytes()[:-4096])


def without_key(folder: Path) -> None:
    (folder / "keys" / "ledger.key").unlink()


def with_more(folder: Path) -> None:
    (folder / "files" / "more").write_text("smuggled in")


def without_manifest(folder: Path) -> None:
    (folder / "manifest.json").unlink()


def without_note(folder: Path) -> None:
    (folder / "manifest.note").unlink()


def other_manifest(folder: Path) -> None:
    """Changed consistently: file and digest, which only the ledger's key could sign."""
    path = folder / "keys" / "secret_key"
    path.write_text("x" * 32)
    told = json.loads((folder / "manifest.json").read_text())
    told["files"] = [{"path": f.path, "bytes": f.bytes, "sha256": f.sha256} for f in described(folder)]
    (folder / "manifest.json").write_text(json.dumps(told))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (changed_byte, "registry.db is not the file"),
        (cut_off, "registry.db is not the file"),
        (without_key, "missing: keys/ledger.key"),
        (with_more, "does not name: files/more"),
        (without_manifest, "never finished"),
        (without_note, "not signed"),
        (other_manifest, "changed after it was signed"),
    ],
)
def test_a_changed_backup_is_refused_and_nothing_is_restored(
    copy: Path, change: Callable[[Path], None], words: str, tmp_path: Path
) -> None:
    change(copy)
    settings = elsewhere(tmp_path)
    with pytest.raises(BackupRefused, match=words):
        restoring.restore(settings, Wanted(copy), None)
    assert list(settings.instance.iterdir()) == []


def test_one_that_another_key_signed_is_refused(registry: Place, copy: Path, tmp_path: Path) -> None:
    """Whoever can write where backups lie makes a whole one of their own."""
    manifest, _ = check(copy)
    stranger = log.signer(tmp_path, "firearms-registry.br/ledger")
    (copy / "manifest.json").unlink()
    (copy / "manifest.note").unlink()
    seal(copy, replace(manifest, log=str(stranger.key)), stranger)
    check(copy)  # it fits itself
    with pytest.raises(BackupRefused, match="this ledger's key is"):
        check(copy, str(registry.key.key))


def test_one_that_was_never_finished_is_refused_and_one_that_fails_leaves_nothing(
    registry: Place, copy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(BackupRefused, match="never finished"):
        check(copy.rename(copy.with_name(copy.name + ".partial")))

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(backups, "_keys", full)
    into = tmp_path / "full"
    with pytest.raises(BackupRefused, match="No space left"):
        backups.make(registry.office, registry.settings, registry.key, into)
    assert list(into.iterdir()) == []


def test_nothing_is_overwritten_by_restoring(copy: Path, tmp_path: Path) -> None:
    settings = elsewhere(tmp_path)
    log_of_another = settings.instance / "registry.db-wal"
    log_of_another.write_bytes(b"a log that would be played into the restored database")
    with pytest.raises(BackupRefused, match="move it away"):
        restoring.restore(settings, Wanted(copy), None)
    log_of_another.unlink()
    (settings.instance / "secret_key").write_text("another" * 5)
    restoring.restore(settings, Wanted(copy), None)
    kept = list(settings.instance.glob("secret_key.before-*"))
    assert [path.read_text() for path in kept] == ["another" * 5]
    with pytest.raises(BackupRefused, match="is there: move it away first"):
        restoring.restore(settings, Wanted(copy), None)
    with pytest.raises(BackupRefused, match="of BR"):
        restoring.restore(replace(settings, state="AR"), Wanted(copy), None)


def test_a_backup_made_while_others_write_is_one_moment_and_holds_all_that_came_before(
    registry: Place, tmp_path: Path
) -> None:
    over, entered = threading.Event(), []

    def write(who: int) -> None:
        while not over.is_set():
            name = f"Writer {who}, {len(entered)}"
            registry.enter(name)
            entered.append(name)

    writers = [threading.Thread(target=write, args=(who,)) for who in range(2)]
    for writer in writers:
        writer.start()
    try:
        while len(entered) < 3:
            over.wait(0.01)
        before = set(entered)
        made = backups.make(registry.office, registry.settings, registry.key, tmp_path / "busy")
        while len(entered) <= len(before):
            over.wait(0.01)
    finally:
        over.set()
        for writer in writers:
            writer.join()
    settings = elsewhere(tmp_path)
    wanted = Wanted(made.folder, key=str(registry.key.key))
    proof = restoring.verify(settings, wanted, registry.office, [], tmp_path)
    assert (proof.problems, proof.trusted) == ((), True)
    assert proof.since is not None
    assert proof.since > 0
    restoring.restore(settings, wanted, None)
    assert before <= names(settings)


def old_disk(registry: Place, path: Path) -> Settings:
    """The database as it was at this moment, put back later."""
    with sqlite3.connect(registry.settings.database_url.removeprefix("sqlite:///")) as source:
        with sqlite3.connect(path) as target:
            source.backup(target)
        target.close()
    source.close()
    return replace(registry.settings, database_url=f"sqlite:///{path}")


def test_a_backup_of_a_database_that_was_put_back_does_not_pass(registry: Place, tmp_path: Path) -> None:
    settings = old_disk(registry, tmp_path / "old.db")
    registry.enter("Signed, then lost")
    log.keep(registry.office, registry.key, now=True)
    newest = log.newest_note(registry.office.database)
    assert newest is not None
    with ExitStack() as stack:
        old = place(stack, settings.database_url, settings.instance)
        made = Wanted(backups.make(old.office, settings, registry.key, tmp_path / "old").folder)
        kept_elsewhere = bytes(newest).decode()
        proof = restoring.verify(settings, made, None, [kept_elsewhere], tmp_path)
        assert [line for line in proof.problems if "not those that were signed" in line or "cut off" in line]
        shorter = restoring.verify(settings, made, registry.office, [], tmp_path)
        assert (shorter.problems, shorter.since) == ((), 1)
        old.enter("Written in its place")
        forked = Wanted(backups.make(old.office, settings, registry.key, tmp_path / "forked").folder)
        against = restoring.verify(settings, forked, registry.office, [], tmp_path)
        assert [line for line in against.problems if "running registry" in line]


def test_damage_that_the_digests_cannot_know_is_found_by_verifying(registry: Place, tmp_path: Path) -> None:
    """A row changed past the journal, before the backup was made of it."""
    settings = old_disk(registry, tmp_path / "bad.db")
    with sqlite3.connect(tmp_path / "bad.db") as bad:
        bad.executescript("DROP TRIGGER journal_party_update; UPDATE party SET name = 'Somebody else'")
    bad.close()
    with ExitStack() as stack:
        database = Database(settings.database_url)
        stack.callback(database.close)
        made = backups.make(Office(database, "BR"), settings, registry.key, tmp_path / "bad")
    proof = restoring.verify(settings, Wanted(made.folder), None, [], tmp_path)
    assert [line for line in proof.problems if "name is not what the journal says" in line]


def test_the_commands_say_what_they_did_and_remember_it(
    registry: Place, sqlite: Sqlite, tmp_path: Path
) -> None:
    instance, into = tmp_path / "instance", str(tmp_path / "backups")
    instance.mkdir()
    with sqlite.ready() as url, own_application(url, instance) as app:
        runner = app.test_cli_runner()
        done = runner.invoke(args=["backup", into, "--keep", "2", "--without-keys"])
        assert (done.exit_code, "removed" in done.output) == (0, False), done.output
        (newest,) = Path(into).iterdir()
        assert not (newest / "keys").exists()
        kept = record.last(instance)
        assert kept is not None
        assert (kept.folder, kept.proven_at) == (str(newest), "")
        proven = runner.invoke(args=["verify-backup"])
        assert (proven.exit_code, "GOOD: nothing is lost" in proven.output) == (0, True), proven.output
        kept = record.last(instance)
        assert kept is not None
        assert kept.proven_at != ""
        refused = runner.invoke(args=["restore", str(newest)])
        assert (refused.exit_code, "nothing is overwritten" in refused.output) == (1, True)
        wrong = runner.invoke(args=["verify-backup", str(newest), "--to", "2026-11-30T12:00"])
        assert (wrong.exit_code, "lacks its zone" in wrong.output) == (2, True)


def test_only_the_newest_are_kept(backup: Path, tmp_path: Path) -> None:
    for day in (1, 2, 3):
        shutil.copytree(backup, tmp_path / f"registry-BR-2026110{day}T000000Z")
    (tmp_path / "registry-BR-20261104T000000Z.partial").mkdir()
    (tmp_path / "letters").mkdir()
    assert backups.thin(tmp_path, "BR", 2) == ["registry-BR-20261101T000000Z"]
    assert len(list(tmp_path.iterdir())) == 4


def test_a_manifest_tells_a_secret_key_from_another_and_nothing_else(backup: Path) -> None:
    manifest: Manifest = check(backup)[0]
    assert manifest.secret == restoring.fingerprint(SECRET) != restoring.fingerprint("x" * 32)
    assert SECRET not in (backup / "manifest.json").read_text()


def test_what_a_server_says_to_whoever_asks_too_early_is_no_reason_why_it_did_not_recover(
    tmp_path: Path,
) -> None:
    said = ("starting up", "not accepting connections", "not yet accepting connections")
    lines = [f"FATAL:  the database system is {one}" for one in said]
    (tmp_path / "said").write_text("\n".join([*lines, "FATAL:  recovery ended before its target"]))
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        ended.wait()
        with pytest.raises(BackupRefused) as refused:
            clusters._wait(ended, "", tmp_path)  # type: ignore[arg-type]
    assert str(refused.value) == "The database could not be recovered: recovery ended before its target"
