"""`make run`: one process sets up and loads the code; the one it forks off serves and keeps the ledger."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from registry.core.settings import SOURCE_ROOT
from registry.core.work import OPERATOR
from registry.ledger import log
from tests.engines import Sqlite, application
from tests.makers import make_party

PATIENCE = 60.0


@contextmanager
def started(url: str, folder: Path) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """The address and the process of `python -m registry`."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with start(port, {"REGISTRY_DATABASE_URL": url, "REGISTRY_INSTANCE": str(folder)}) as process:
        try:
            yield f"http://127.0.0.1:{port}", process
        finally:
            process.terminate()


def start(port: int, environment: dict[str, str]) -> subprocess.Popen[str]:
    """`make run` once all is installed."""
    return subprocess.Popen(
        [sys.executable, "-m", "registry", "--port", str(port)],
        cwd=SOURCE_ROOT,
        env=os.environ | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def ready(address: str) -> str:
    """What /readyz says, as soon as it says anything."""
    end = time.monotonic() + PATIENCE
    while True:
        try:
            with urllib.request.urlopen(f"{address}/readyz", timeout=5) as answer:  # noqa: S310
                return str(json.load(answer)["status"])
        except OSError:
            assert time.monotonic() < end, "nobody answers"
            time.sleep(0.05)


def test_a_start_serves_what_is_there_keeps_its_ledger_and_ends_when_told(
    sqlite: Sqlite, tmp_path: Path
) -> None:
    with sqlite.ready() as url, application(url, tmp_path) as app:
        office = app.extensions["registry"].office
        with office.begin(OPERATOR) as work:
            make_party(work)
        before = log.status(office)
        with started(url, tmp_path) as (address, process):
            assert ready(address) == "ready"
            end = time.monotonic() + PATIENCE
            while log.status(office).signed <= before.signed:
                assert time.monotonic() < end, "nobody signs the ledger"
                time.sleep(0.05)
            os.killpg(process.pid, signal.SIGINT)  # Ctrl-C reaches all of them
            said, _ = process.communicate(timeout=PATIENCE)
            assert process.returncode == 0
        assert said == f"The registry answers at {address} (Ctrl-C ends it)\n"  # nothing was filled


def test_an_empty_registry_is_filled(sqlite: Sqlite, tmp_path: Path) -> None:
    with sqlite.empty() as url, started(url, tmp_path) as (_, process):
        assert process.stdout is not None
        assert "3,000 firearms" in process.stdout.readline()


def test_no_worker_stays_when_its_parent_is_killed(sqlite: Sqlite, tmp_path: Path) -> None:
    with sqlite.ready() as url, application(url, tmp_path) as app:
        with app.extensions["registry"].office.begin(OPERATOR) as work:
            make_party(work)
        with started(url, tmp_path) as (address, process):
            assert ready(address) == "ready"
            process.kill()
            end = time.monotonic() + PATIENCE
            while answers(address):
                assert time.monotonic() < end, "it serves on"
                time.sleep(0.1)


def answers(address: str) -> bool:
    """Whether anybody listens there."""
    try:
        urllib.request.urlopen(f"{address}/healthz", timeout=5).close()  # noqa: S310
    except OSError:
        return False
    return True


def test_a_port_that_is_taken_and_settings_that_do_not_serve_are_told_in_a_line(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        _, told = start(port, {"REGISTRY_INSTANCE": str(tmp_path)}).communicate(timeout=PATIENCE)
        assert told.startswith(f"Port {port} cannot be used")
    without = {"REGISTRY_INSTANCE": str(tmp_path), "REGISTRY_PRODUCTION": "1", "REGISTRY_SECRET_KEY": ""}
    _, told = start(port, without).communicate(timeout=PATIENCE)
    assert "SECRET_KEY" in told
    assert "Traceback" not in told
    assert not list(tmp_path.iterdir())
