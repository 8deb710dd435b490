"""The server of production is reloaded under load, and killed in part, and no request fails."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from registry.core.settings import SOURCE_ROOT, without_settings
from tests.engines import Sqlite
from tests.upkeep.test_production import FOLDER, started

pytestmark = pytest.mark.timeout(500)
PATIENCE = 200.0
CLIENTS = 4
RELOADS = 1
IDLE = 5  # seconds after which the server ends a thread; 30 unless it is told
PLACES = ("/healthz", "/readyz", "/sign-in", "/api/v1/states")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Server:
    process: subprocess.Popen[bytes]
    port: int
    log: Path

    def said(self, words: str) -> int:
        """How often its log says so."""
        return self.log.read_text(errors="replace").count(words)

    def workers(self) -> set[int]:
        """Processes that the server started."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return {int(number) for number in children.split()}

    def ask(self, place: str, **headers: str) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request("GET", place, headers=headers)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()


@pytest.fixture
def server(sqlite: Sqlite, tmp_path: Path) -> Iterator[Server]:
    """The very command of docs/production/registry.service, on SQLite and on a port of its own."""
    port = free_port()
    words = started(FOLDER / "registry.service").split()[1:]
    words[words.index("--port") + 1] = str(port)
    words[words.index("--log-level") + 1] = "info"  # it says when a worker has started, and has gone
    words[-1:-1] = ["--blocking-threads-idle-timeout", str(IDLE)]
    with sqlite.ready() as url:
        environment = without_settings() | {"REGISTRY_DATABASE_URL": url, "REGISTRY_INSTANCE": str(tmp_path)}
        environment |= {"REGISTRY_PRODUCTION": "1", "REGISTRY_SECRET_KEY": "k" * 40}
        with (tmp_path / "log").open("wb") as said:
            process = subprocess.Popen(
                [sys.executable, "-m", "granian", *words],
                cwd=SOURCE_ROOT,
                env=environment,
                stdout=said,
                stderr=said,
            )
        made = Server(process, port, tmp_path / "log")
        try:
            until(lambda: made.said("Started worker") >= 2)
            yield made
        finally:
            process.terminate()
            process.wait(PATIENCE)


def until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end
        time.sleep(0.05)


@dataclass
class Load:
    """Closed loop: each client asks, reads the answer to its end, asks again."""

    server: Server
    over: threading.Event = field(default_factory=threading.Event)
    answered: int = 0
    failures: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)
    clients: list[threading.Thread] = field(default_factory=list)

    def __enter__(self) -> Load:
        self.clients = [threading.Thread(target=self.run, args=(who,)) for who in range(CLIENTS)]
        for client in self.clients:
            client.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        for client in self.clients:
            client.join()

    def go_on(self) -> None:
        """Until some more requests were answered."""
        answered = self.answered
        until(lambda: self.answered > answered + 50)

    def run(self, who: int) -> None:
        n = who
        while not self.over.is_set():
            n += 1
            place = PLACES[n % len(PLACES)]
            try:
                status, _ = self.server.ask(place)
                failed = "" if status in (200, 401) else f"{place}: {status}"
            except (OSError, http.client.HTTPException) as error:
                failed = f"{place}: {error!r}"
            with self.lock:
                self.answered += 1
                self.failures += [failed] if failed else []


def counted(server: Server) -> int:
    """What /metrics tells of all processes together."""
    families = text_string_to_metric_families(server.ask("/metrics")[1].decode())
    samples = [sample for family in families for sample in family.samples]
    return int(sum(sample.value for sample in samples if sample.name == "registry_requests_total"))


def test_no_request_fails_while_the_server_is_reloaded_and_each_is_counted(
    server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    begun = counted(server)
    with Load(server) as load:
        for _ in range(RELOADS):
            load.go_on()
            gone = server.said("Stopped old worker")
            os.kill(server.process.pid, signal.SIGHUP)
            until(lambda gone=gone: server.said("Stopped old worker") >= gone + 2)
        load.go_on()
    with capsys.disabled():
        figures = f"{load.answered:,} requests, {len(load.failures)} failures"
        sys.stdout.write(f"\n{RELOADS} reload of both processes, {figures}\n")
    assert sorted(Counter(load.failures).items()) == []
    assert counted(server) == begun + load.answered + 1  # the question before counts itself only afterwards


def test_a_worker_that_is_killed_is_replaced_and_the_service_goes_on(server: Server) -> None:
    victim, started = max(server.workers()), server.said("Started worker")
    os.kill(victim, signal.SIGKILL)
    until(lambda: server.said("Started worker") > started)
    assert {server.ask("/readyz")[0] for _ in range(20)} == {200}


def test_threads_that_end_as_nobody_asks_take_no_process_with_them(server: Server) -> None:
    before = server.workers()
    for _ in range(2):
        with ThreadPoolExecutor(16) as clients:  # a token is looked up on a connection of the thread's own
            asked = [
                clients.submit(server.ask, "/api/v1/states", Authorization="Bearer frt_of_nobody")
                for _ in range(200)
            ]
        assert {one.result()[0] for one in asked} == {401}
        time.sleep(IDLE + 3)
    assert server.workers() == before
    assert server.ask("/readyz")[0] == 200
