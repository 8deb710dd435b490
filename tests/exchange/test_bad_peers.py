"""A State whose machine answers with ten gigabytes, never, or a byte each second; and one that asks so.

The courier and the server are real processes: what they hold at most, how long it takes, and that another
State is served meanwhile. On SQLite: the engine has no part in it.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from registry.exchange import transport
from tests.engines import Engine
from tests.exchange.processes import HOST, Running, Starter, forking, running, until
from tests.exchange.test_processes import say
from tests.exchange.world import introduce
from tests.requests.world import asked, send

HEAD = b"HTTP/1.1 202 Accepted\r\nContent-Type: application/jose\r\nContent-Length: %d\r\n\r\n"
ANNOUNCED = {"endless": 10_000_000_000, "drops": 1_000}  # what is too large is refused before it comes
SLOW = 6  # more than the eight threads need a front that waits for a body (docs/exchange.md)
MOST_MEMORY = 64 * 1024 * 1024  # bytes more than before
pytestmark = [pytest.mark.sqlite, pytest.mark.timeout(400)]


class BadMachine:
    """Answers every request in its own way. said: bytes it could get rid of."""

    def __init__(self) -> None:
        self.way, self.asked, self.said = "never", 0, 0
        self.over = threading.Event()
        self._server = socket.create_server((HOST, 0))
        self.url = f"http://{HOST}:{self._server.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self.over.set()
        self._server.close()

    def _accept(self) -> None:
        while True:
            try:
                taken, _ = self._server.accept()
            except OSError:
                return
            threading.Thread(target=self._answer, args=(taken, self.way), daemon=True).start()

    def _answer(self, taken: socket.socket, way: str) -> None:
        with suppress(OSError), taken:
            taken.recv(1024 * 1024)
            self.asked += 1
            if way == "never":
                self.over.wait(60)
                return
            taken.sendall(HEAD % ANNOUNCED[way])
            while not self.over.is_set():
                self.said += taken.send(b"x" * (65536 if way == "endless" else 1))
                if way == "drops":
                    self.over.wait(1)


@pytest.fixture(scope="module")
def start() -> Iterator[Starter]:
    with forking() as starter:
        yield starter


@contextmanager
def three_states(
    sqlite: Engine, start: Starter, folder: Path
) -> Iterator[tuple[Running, Running, Running, BadMachine]]:
    """BR, PT, and AR whose machine is the bad one."""
    with sqlite.ready() as one, sqlite.ready() as two, sqlite.ready() as three:
        machine = BadMachine()
        br, pt = running("BR", one, folder, start), running("PT", two, folder, start)
        ar = running("AR", three, folder, start, machine.url)
        introduce([br.node, pt.node, ar.node])
        yield br, pt, ar, machine
        machine.close()
        for each in (br, pt, ar):
            each.close()


def delivered(br: Running, peer: str) -> int:
    sql = "SELECT count(*) FROM exchange_out WHERE peer = :peer AND state = 'delivered'"
    return int(br.node.rows(sql, peer=peer)[0][0])


def problems(br: Running) -> set[str]:
    return {row[0] for row in br.node.rows("SELECT problem FROM exchange_out WHERE peer = 'AR'")}


def test_a_machine_that_never_ends_or_never_begins_holds_up_nobody_else(
    sqlite: Engine, start: Starter, tmp_path: Path
) -> None:
    with three_states(sqlite, start, tmp_path) as (br, pt, _, machine):
        pt.begin("serve")
        br.begin("deliver")
        send(br.node, asked("PT"))
        assert until(lambda: delivered(br, "PT") > 0)
        before, told = br.memory("deliver"), delivered(br, "PT")
        for way, problem in (
            ("endless", "unreachable: the answer is too large"),
            ("never", "unreachable: TimeoutError: timed out"),
            ("drops", "unreachable: the answer took too long"),
        ):
            machine.way = way
            for _ in range(4):
                send(br.node, asked("AR"))
            asked_before, began = machine.asked, time.monotonic()
            assert until(lambda: machine.asked > asked_before)  # noqa: B023
            send(br.node, asked("PT"))
            assert until(lambda: delivered(br, "PT") > told)  # noqa: B023
            waited, told = time.monotonic() - began, delivered(br, "PT")
            if way == "drops":
                assert problem not in problems(br), "the other State was served while this one still dripped"
            assert until(lambda: problem in problems(br)), problems(br)  # noqa: B023
            took = time.monotonic() - began
            assert took < transport.DEADLINE + 30
            say(f"{way}: given up after {took:.1f} s, the other State served after {waited:.1f} s")
        grown = br.memory("deliver") - before
        say(f"courier grew by {grown / 2**20:.1f} MiB; {machine.said / 2**20:.1f} MiB were got rid of")
        assert grown < MOST_MEMORY
        assert machine.said < MOST_MEMORY
        assert delivered(br, "AR") == 0


def slow_request(port: int) -> socket.socket:
    """A request whose body comes in drops: here the first one."""
    sender = socket.create_connection((HOST, port), 10)
    sender.sendall(
        b"POST /exchange/v1/messages HTTP/1.1\r\nHost: x\r\nContent-Type: application/jose\r\n"
        b"Content-Length: 100000\r\n\r\nx"
    )
    return sender


def test_a_server_is_not_held_up_by_requests_without_end(
    sqlite: Engine, start: Starter, tmp_path: Path
) -> None:
    """Ten gigabytes that are announced or come in chunks, and slow senders, fewer than its threads."""
    with three_states(sqlite, start, tmp_path) as (br, pt, _, _machine):
        pt.begin("serve")
        br.begin("deliver")
        before = pt.memory("serve")
        assert flooded(pt.port, b"Content-Length: 10000000000") == 413
        assert flooded(pt.port, b"Transfer-Encoding: chunked") == 413
        slow = [slow_request(pt.port) for _ in range(SLOW)]
        began = time.monotonic()
        send(br.node, asked("PT"))
        assert until(lambda: delivered(br, "PT") > 0)
        say(f"served after {time.monotonic() - began:.1f} s beside {SLOW} slow senders")
        for sender in slow:
            sender.close()
        grown = pt.memory("serve") - before
        say(f"server grew by {grown / 2**20:.1f} MiB")
        assert grown < MOST_MEMORY


def flooded(port: int, how: bytes) -> int:
    """Send without end; the status that comes back."""
    with socket.create_connection((HOST, port), 20) as sender:
        sender.sendall(b"POST /exchange/v1/messages HTTP/1.1\r\nHost: x\r\n" + how + b"\r\n\r\n")
        piece = b"x" * 65536
        if how.startswith(b"Transfer"):
            piece = b"10000\r\n" + piece + b"\r\n"
        with suppress(OSError):
            for _ in range(16 * 64):  # 64 MiB at most
                sender.sendall(piece)
        sender.settimeout(20)
        with suppress(OSError):
            return int(sender.recv(65536).split(b" ")[1])
    return 0
