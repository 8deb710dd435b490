"""States as real processes: a server and a courier each, on databases of their own, over loopback.

They may be killed at any step, their clocks set, and what passes between them cut, recorded and repeated.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from registry.core.database import Database
from registry.core.settings import SOURCE_ROOT, without_settings
from registry.core.work import OPERATOR, Office
from registry.exchange import acts, keysets
from registry.rooms import MESSAGES, OFFERS
from tests.exchange import doomed
from tests.exchange.world import SECRET, Node, root_payload

HOST = "127.0.0.1"
PATIENCE = 60.0  # seconds, on a machine that has much else to do
PAST = timedelta(days=3)  # how old keys are when a test begins, so that clocks may go wrong by two days


class Starter(Protocol):
    def __call__(self, role: str, port: int, environment: dict[str, str], log: Path) -> int:
        """Start a process of its own group; its number."""


@contextmanager
def forking() -> Iterator[Starter]:
    """Starts processes in a tenth of a second: the code is loaded once."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.exchange.forking"],
        cwd=SOURCE_ROOT,
        env=without_settings(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as parent:
        assert parent.stdin is not None
        assert parent.stdout is not None
        told, said = parent.stdin, parent.stdout
        assert said.readline() == "ready\n"

        def start(role: str, port: int, environment: dict[str, str], log: Path) -> int:
            wanted = {"role": role, "port": port, "environment": environment, "log": str(log)}
            told.write(json.dumps(wanted) + "\n")
            told.flush()
            return int(said.readline())

        yield start
        told.close()
        parent.wait(PATIENCE)


@contextmanager
def commands() -> Iterator[Starter]:
    """Starts the very commands of `make run` and of production, which load everything anew each time."""
    preloaded = f"{Path(__file__).parent / 'preloaded'}{os.pathsep}{SOURCE_ROOT}"
    started: list[subprocess.Popen[bytes]] = []

    def start(role: str, port: int, environment: dict[str, str], log: Path) -> int:
        serve = ["granian", "--interface", "wsgi", "--workers", "1", "--blocking-threads", "8", "--no-ws"]
        serve += ["--log-level", "error", "--host", HOST, "--port", str(port), "wsgi:app"]
        deliver = ["flask", "--app", "wsgi", "exchange", "deliver", "--forever"]
        with log.open("ab") as said:
            process = subprocess.Popen(
                [sys.executable, "-m", *(serve if role == "serve" else deliver)],
                cwd=SOURCE_ROOT,
                env=without_settings() | environment | {"PYTHONPATH": preloaded},
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                start_new_session=True,
            )
        started.append(process)
        threading.Thread(target=process.wait, daemon=True).start()  # so that none stays a zombie
        return process.pid

    yield start


@dataclass
class Running:
    """A State whose server and courier are processes. clock: file that says how wrong its clock is."""

    node: Node
    url: str
    folder: Path
    start: Starter
    port: int
    numbers: dict[str, int] = field(default_factory=dict)

    @property
    def clock(self) -> Path:
        return self.folder / "clock"

    @property
    def burnt(self) -> Path:
        return self.folder / "burnt"

    def set_clock(self, wrong: timedelta) -> None:
        """Both processes and the people of this State read it at once."""
        passing = self.folder / "clock.new"
        passing.write_text(str(wrong.total_seconds()))
        passing.rename(self.clock)

    def move(self, by: timedelta) -> None:
        self.set_clock(doomed.offset(self.clock) + by)

    def begin(self, role: str, fuse: int = 0) -> None:
        """Start its server or courier; it dies at its step `fuse`."""
        self.burnt.unlink(missing_ok=True)
        environment = {
            "REGISTRY_STATE": self.node.state,
            "REGISTRY_ZONE": "UTC",
            "REGISTRY_INSTANCE": str(self.folder),
            "REGISTRY_DATABASE_URL": self.url.replace("postgresql+psycopg", "postgresql"),
            "REGISTRY_SECRET_KEY": SECRET,
            "REGISTRY_EXCHANGE_PRIVATE": f"{HOST}/32",
            "REGISTRY_PRODUCTION": "1",  # where the courier is a process of its own
            doomed.CLOCK: str(self.clock),
            doomed.BURNT: str(self.burnt),
        } | ({doomed.FUSE: str(fuse)} if fuse else {})
        self.numbers[role] = self.start(role, self.port, environment, self.folder / f"{role}.log")
        if role == "serve" and not fuse:
            until(self.answers)

    def answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://{HOST}:{self.port}/healthz", timeout=2):
                return True
        except urllib.error.HTTPError:
            return True
        except OSError:
            return False

    def lives(self, role: str) -> bool:
        """Whether all of it lives: a server of which the worker was killed is dead."""
        try:
            os.killpg(self.numbers[role], 0)
        except (ProcessLookupError, PermissionError):
            return False
        return not self.burnt.exists()

    def end(self, role: str) -> None:
        """Kill what is left of it."""
        number = self.numbers.pop(role, 0)
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(number, signal.SIGKILL)
            until(lambda: not _group_lives(number))

    def close(self) -> None:
        """End its processes, and give back its connections."""
        for role in list(self.numbers):
            self.end(role)
        self.node.office.database.close()

    def memory(self, role: str) -> int:
        """The most bytes that its largest process has held at once."""
        most = 0
        for status in Path("/proc").glob("[0-9]*/status"):
            with suppress(OSError):
                if os.getpgid(int(status.parent.name)) == self.numbers[role]:
                    lines = dict(line.split(":", 1) for line in status.read_text().splitlines())
                    most = max(most, int(lines.get("VmHWM", "0 kB").split()[0]) * 1024)
        return most


def _group_lives(number: int) -> bool:
    try:
        os.killpg(number, 0)
    except (ProcessLookupError, PermissionError):
        return False
    return True


def until(true: Callable[[], Any], patience: float = PATIENCE) -> bool:
    """Wait until something holds; whether it does."""
    end = time.monotonic() + patience
    while time.monotonic() < end:
        if true():
            return True
        time.sleep(0.05)
    return bool(true())


def free_ports(count: int) -> list[int]:
    """Ports that nobody uses now."""
    with_all = [socket.create_server((HOST, 0)) for _ in range(count)]
    ports = [one.getsockname()[1] for one in with_all]
    for one in with_all:
        one.close()
    return ports


def running(state: str, url: str, folder: Path, start: Starter, endpoint: str = "") -> Running:
    """A State with keys three days old, whose processes are not started yet."""
    place = folder / state
    place.mkdir()
    (port,) = free_ports(1)
    found = Running(Node(state, _office(state, url, place / "clock"), (), MESSAGES), url, place, start, port)
    found.set_clock(-PAST)
    keys = [Ed25519PrivateKey.generate() for _ in range(3)]
    found.node.root_keys = keys
    with found.node.office.begin(OPERATOR) as work:
        acts.set_own_root(work, keysets.signed_by(root_payload(state, keys), keys))
        acts.make_keys(work)
        acts.publish(work, keys[:2], [endpoint or f"http://{HOST}:{port}"])
    found.set_clock(timedelta())
    return found


def _office(state: str, url: str, clock: Path) -> Office:
    return Office(
        Database(url), state, lambda: datetime.now(UTC) + doomed.offset(clock), SECRET, OFFERS, "UTC"
    )


def settled(states: Sequence[Running], rounds: int = 40) -> bool:
    """Let time pass until nothing waits any more; whether nothing does."""
    for _ in range(rounds):
        if until(lambda: not any(waiting(one) for one in states), 2):
            return True
        for one in states:
            one.move(timedelta(seconds=70))
    return False


def waiting(one: Running) -> int:
    ((count,),) = one.node.rows("SELECT count(*) FROM exchange_out WHERE state = 'waiting'")
    return int(count)


class Proxy:
    """Between a courier and a server: records what passes, and cuts it where it is told.

    cut: (which way, after how many bytes), for the connections to come; None lets everything pass.
    """

    def __init__(self, target: int) -> None:
        self.cut: tuple[str, int] | None = None
        self.cuts, self.connections = 0, 0
        self.recorded: list[tuple[bytes, bytes]] = []
        self._target = target
        self._server = socket.create_server((HOST, 0))
        self.url = f"http://{HOST}:{self._server.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._server.close()

    def aim(self, target: int) -> None:
        self._target = target

    def _accept(self) -> None:
        while True:
            try:
                taken, _ = self._server.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._carry, args=(taken, self.cut), daemon=True).start()

    def _carry(self, near: socket.socket, cut: tuple[str, int] | None) -> None:
        with suppress(OSError), near, socket.create_connection((HOST, self._target), 5) as far:
            near.settimeout(20)
            far.settimeout(20)
            asked = _whole(near)
            if self._cut(cut, "request", asked, far):
                return
            far.sendall(asked)
            answered = _whole(far)
            if self._cut(cut, "answer", answered, near):
                return
            near.sendall(answered)
            self.recorded.append((asked.partition(b"\r\n\r\n")[2], answered.partition(b"\r\n\r\n")[2]))

    def _cut(self, cut: tuple[str, int] | None, way: str, content: bytes, to: socket.socket) -> bool:
        if cut is None or cut[0] != way:
            return False
        to.sendall(content[: min(cut[1], len(content) - 1)])
        self.cuts += 1
        return True


def _whole(sender: socket.socket) -> bytes:
    """A request or an answer with its body."""
    heard = b""
    while b"\r\n\r\n" not in heard:
        more = sender.recv(65536)
        if not more:
            return heard
        heard += more
    head = heard.partition(b"\r\n\r\n")[0].lower()
    length = next((int(line[15:]) for line in head.split(b"\r\n") if line.startswith(b"content-length:")), 0)
    while len(heard) < len(head) + 4 + length:
        more = sender.recv(65536)
        if not more:
            break
        heard += more
    return heard
