"""The production server on loopback, and wrk as its load."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

WORKERS = 2
SECRET = "benchmark" * 6
CONNECTIONS = 8
THREADS = CONNECTIONS // WORKERS  # of a worker where requests wait for the disk
ROOT = Path(__file__).resolve().parents[2]


class CannotRunError(RuntimeError):
    """What a benchmark needs is missing; it says so instead of printing a figure."""


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def serving(database_url: str, instance: Path, plain: bool = False, threads: int = 1) -> Iterator[str]:
    """granian in production with the benchmark's application, or the plain one; yields its address.

    threads: of each worker.
    """
    port = _free_port()
    environment = _production(database_url, instance)
    command = [
        sys.executable,
        "-m",
        "granian",
        "--interface",
        "wsgi",
        "--workers",
        str(WORKERS),
        "--blocking-threads",
        str(threads),
        "--no-ws",
        "--log-level",
        "error",
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
        "tests.bench.plain:app" if plain else "tests.bench.application:app",
    ]
    process = _started(command, environment)
    try:
        _wait(f"http://127.0.0.1:{port}/{'plain' if plain else 'healthz'}", process)
        yield f"http://127.0.0.1:{port}"
    finally:
        _end(process)


@contextmanager
def delivering(database_url: str, instance: Path) -> Iterator[None]:
    """The courier, which production runs as a process of its own."""
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "exchange", "deliver", "--forever"]
    environment = _production(database_url, instance)
    process = _started(command, environment)
    try:
        yield
        if process.poll() is not None:
            raise CannotRunError(f"the courier ended with {process.returncode}")
    finally:
        _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    """With its workers, which outlive a server that is killed."""
    process.terminate()
    with suppress(subprocess.TimeoutExpired):
        process.wait(20)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _started(command: Sequence[str], environment: dict[str, str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        command, cwd=ROOT, env=environment, stderr=subprocess.DEVNULL, start_new_session=True
    )


def _production(database_url: str, instance: Path) -> dict[str, str]:
    return {
        **os.environ,
        "REGISTRY_DATABASE_URL": database_url,
        "REGISTRY_INSTANCE": str(instance),
        "REGISTRY_SECRET_KEY": SECRET,
        "REGISTRY_PRODUCTION": "1",
    }


def _wait(url: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        if process.poll() is not None:
            raise CannotRunError(f"the server ended with {process.returncode}")
        try:
            urllib.request.urlopen(url, timeout=1).read()
            return
        except OSError:
            time.sleep(0.1)
    raise CannotRunError("the server did not answer within a minute")


def rates(
    targets: Sequence[tuple[str, str, Sequence[bytes]]], rounds: int = 5, seconds: int = 2
) -> list[float]:
    """Median requests a second of each (url, token, bodies), measured in turn; every answer must be good."""
    if shutil.which("wrk") is None:
        raise CannotRunError("wrk is not installed (apt-get install wrk)")
    with tempfile.TemporaryDirectory() as folder:
        scripts = [
            _script(Path(folder) / f"{n}.lua", token, bodies) for n, (_, token, bodies) in enumerate(targets)
        ]
        measured: list[list[float]] = [[] for _ in targets]
        for _ in range(rounds + 1):
            for n, (url, _, _) in enumerate(targets):
                measured[n].append(_wrk(url, scripts[n], seconds))
    return [statistics.median(rounds_of_one[1:]) for rounds_of_one in measured]


def _script(path: Path, token: str, bodies: Sequence[bytes]) -> Path:
    listed = ",".join(json.dumps(body.decode()) for body in bodies)
    post = f"""
      wrk.method = "POST"
      wrk.headers["Content-Type"] = "application/json"
      wrk.headers["Authorization"] = "Bearer {token}"
      local bodies = {{{listed}}}
      local written = {{}}
      local at = 0
      request = function()
        at = at % #bodies + 1
        written[at] = written[at] or wrk.format(nil, nil, nil, bodies[at])
        return written[at]
      end
    """
    path.write_text(post if bodies else "")
    return path


def _wrk(url: str, script: Path, seconds: int) -> float:
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "-s", str(script), url]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in output or "Socket errors" in output:
        raise CannotRunError(f"the server answered with errors: {output}")
    found = re.search(r"Requests/sec:\s+([0-9.]+)", output)
    if found is None:
        raise CannotRunError(f"wrk said nothing: {output}")
    return float(found[1])
