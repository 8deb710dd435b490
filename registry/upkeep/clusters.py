"""PostgreSQL's own tools: a base backup, and a server of our own that recovers one to a moment.

Programs of the same major version as the server are needed: REGISTRY_POSTGRESQL_BIN, or PATH. The server
that recovers has no network: it listens on a socket in a folder that is its own.
"""

from __future__ import annotations

import os
import pwd
import shlex
import shutil
import signal
import subprocess
import tarfile
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import psycopg
from sqlalchemy.engine import URL, make_url

from registry.core.settings import without_settings
from registry.upkeep.manifest import BackupRefused

BASE, LOG = "base.tar.gz", "pg_wal.tar.gz"
OFTEN = 0.1  # seconds between two looks at a server that recovers
CONNECTION = "postgresql+psycopg"


@dataclass(frozen=True)
class Tools:
    """bin: folder of the programs, "" for PATH; account: whose a server runs as when we are root."""

    bin: str
    account: str

    def program(self, name: str) -> str:
        """Where a program is; raises BackupRefused when it is not there."""
        found = shutil.which(name, path=self.bin or None)
        if found is None:
            raise BackupRefused(
                f"{name} of PostgreSQL was not found: set REGISTRY_POSTGRESQL_BIN to its folder."
            )
        return found

    @property
    def user(self) -> pwd.struct_passwd | None:
        """Whom a server belongs to, where that is not ourselves: PostgreSQL never runs as root."""
        if os.geteuid():
            return None
        try:
            return pwd.getpwnam(self.account)
        except KeyError:
            raise BackupRefused(
                f"There is no account {self.account!r}: set REGISTRY_POSTGRESQL_ACCOUNT, or do not be root."
            ) from None


def base_backup(tools: Tools, url: str, folder: Path) -> None:
    """The whole cluster that a URL is of, with the log that makes it consistent, into a new folder.

    Raises BackupRefused with what pg_basebackup says, and where a part of the cluster lies outside of it.
    """
    where, password = _without_password(url)
    command = [tools.program("pg_basebackup"), "--dbname", where, "--pgdata", str(folder)]
    command += ["--format=tar", "--gzip", "--wal-method=stream", "--checkpoint=fast", "--no-password"]
    done = subprocess.run(  # noqa: S603 - a program of PostgreSQL's
        command, env=without_settings() | password, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise BackupRefused(f"pg_basebackup failed: {done.stderr.strip()[-500:]}")
    if others := [path.name for path in folder.glob("*.tar.gz") if path.name not in (BASE, LOG)]:
        raise BackupRefused(f"The cluster has tablespaces ({', '.join(others)}), which are not backed up.")


def _without_password(url: str) -> tuple[str, dict[str, str]]:
    """A URL as libpq reads it and, apart, the password: a command line can be read by everybody."""
    parts = make_url(url)
    password = {"PGPASSWORD": str(parts.password)} if parts.password else {}
    bare = URL.create("postgresql", parts.username, None, parts.host, parts.port, parts.database, parts.query)
    return bare.render_as_string(), password


def unpack(tools: Tools, backup: Path, data: Path) -> None:
    """The data directory of a base backup, ready to recover; `data` is new or empty."""
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name, folder in ((BASE, data), (LOG, data / "pg_wal")):
        with tarfile.open(backup / name) as archive:
            archive.extractall(folder, filter="data")
    (data / "recovery.signal").touch(mode=0o600)
    data.chmod(0o700)
    if owner := tools.user:
        for path in (data, *data.rglob("*")):
            os.chown(path, owner.pw_uid, owner.pw_gid, follow_symlinks=False)


@contextmanager
def recovered(
    tools: Tools, data: Path, url: str, archive: Path | None, until: datetime | None
) -> Iterator[str]:
    """A server on an unpacked base backup, recovered to a moment (None: as far as the archive reaches).

    Gives the URL of the registry's database there; the server ends with the block, its data stay. Raises
    BackupRefused with what the server said when it could not get there.
    """
    with tempfile.TemporaryDirectory(prefix="registry-pg-") as folder:
        sockets = Path(folder)
        server = _start(tools, data, sockets, _settings(sockets, archive, until))
        try:
            database = make_url(url)
            there = URL.create(
                CONNECTION, database.username, database=database.database, query={"host": str(sockets)}
            )
            _wait(server, there.set(drivername="postgresql").render_as_string(), sockets)
            yield there.render_as_string()
        finally:
            server.send_signal(signal.SIGINT)  # a fast shutdown: everything is on the disk
            server.wait()


def _settings(sockets: Path, archive: Path | None, until: datetime | None) -> list[str]:
    """Settings that win over the cluster's own: no network, no archive, no standby that it would wait for."""
    given = {
        "config_file": str(sockets / "postgresql.conf"),
        "hba_file": str(sockets / "pg_hba.conf"),
        "ident_file": str(sockets / "pg_ident.conf"),
        "listen_addresses": "",
        "unix_socket_directories": str(sockets),
        "port": "5432",
        "archive_mode": "off",
        "hot_standby": "off",
        "synchronous_standby_names": "",
        "primary_conninfo": "",
        "shared_preload_libraries": "",
        "ssl": "off",
        "logging_collector": "off",
        "restore_command": _fetched(archive) if archive else "false",
        "recovery_target_timeline": "latest",
        "recovery_target_action": "promote",
    }
    if until is not None:
        given["recovery_target_time"] = until.isoformat()
    return [part for name, value in given.items() for part in ("-c", f"{name}={value}")]


def _fetched(archive: Path) -> str:
    """How the server gets a part of the log: whole, or the part that pg_receivewal was writing."""
    folder = shlex.quote(str(archive)).replace("%", "%%")
    return f'cp {folder}/"%f" "%p" 2>/dev/null || cp {folder}/"%f.partial" "%p" 2>/dev/null'


def _start(tools: Tools, data: Path, sockets: Path, settings: Sequence[str]) -> subprocess.Popen[bytes]:
    (sockets / "postgresql.conf").touch()
    (sockets / "pg_ident.conf").touch()
    (sockets / "pg_hba.conf").write_text("local all all trust\n")
    owner = tools.user
    if owner:
        for path in (sockets, *sockets.iterdir()):
            os.chown(path, owner.pw_uid, owner.pw_gid)
    with (sockets / "said").open("wb") as said:
        return subprocess.Popen(  # noqa: S603 - PostgreSQL's server
            [tools.program("postgres"), "-D", str(data), *settings],
            cwd=data,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            user=owner.pw_uid if owner else None,
            group=owner.pw_gid if owner else None,
            extra_groups=[] if owner else None,
        )


_TO_WHOEVER_ASKS = "the database system is "  # starting up, not accepting connections: said to us, no reason


def _wait(server: subprocess.Popen[bytes], url: str, sockets: Path) -> None:
    """Until the server lets somebody in, which is when it has recovered, however long that takes."""
    while server.poll() is None:
        try:
            psycopg.connect(url, connect_timeout=5).close()
        except psycopg.OperationalError:
            time.sleep(OFTEN)
        else:
            return
    said = (sockets / "said").read_text(errors="replace").strip().splitlines()
    fatal = [line.partition("FATAL:")[2].strip() for line in said if "FATAL:" in line]
    fatal = [line for line in fatal if not line.startswith(_TO_WHOEVER_ASKS)]
    raise BackupRefused(f"The database could not be recovered: {'; '.join(fatal or said[-3:])[:500]}")
