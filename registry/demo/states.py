"""Three States on this machine, each a registry with its own database, keys and people, and a trace that
goes from one to the next.

Each is set up and served by processes of its own, as three machines would be; they meet over the network
only. What is told to one of them from outside is not what this process was told.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from registry.core.database import Database
from registry.core.errors import RegistryError
from registry.core.settings import SOURCE_ROOT, Settings, without_settings
from registry.core.work import Office
from registry.demo import loading, playing

Offers = Mapping[str, Mapping[Any, Any]]
HOST = "127.0.0.1"
PATIENCE = 60.0  # seconds
LONGEST_END = 10.0  # seconds, for requests that are being answered


class NotStartedError(RegistryError):
    """A State could not be set up or served; the message holds what its process said."""


@dataclass(frozen=True)
class Stage:
    """A State of the demonstration. folder: of its database and keys."""

    code: str
    zone: str
    authority: str
    port: int
    folder: Path

    @property
    def address(self) -> str:
        """Where its pages are, and where other States reach it."""
        return f"http://{HOST}:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        """What its processes are told."""
        return without_settings() | {
            "REGISTRY_STATE": self.code,
            "REGISTRY_ZONE": self.zone,
            "REGISTRY_AUTHORITY": self.authority,
            "REGISTRY_INSTANCE": str(self.folder / self.code),
            "REGISTRY_EXCHANGE_PRIVATE": f"{HOST}/32",
        }


def stages(folder: Path, port: int) -> tuple[Stage, ...]:
    """The three States, on this port and the two after it."""
    return (
        Stage("PT", "Europe/Lisbon", "Polícia de Segurança Pública", port, folder),
        Stage("BR", "America/Sao_Paulo", "Polícia Federal", port + 1, folder),
        Stage("AR", "America/Argentina/Buenos_Aires", "ANMaC", port + 2, folder),
    )


def run(folder: Path, port: int, offers: Offers, stay: Callable[[], object]) -> Iterator[str]:
    """Set the States up anew, serve them, play the trace; a line for each thing that happens.

    stay: returns when they shall end. Raises NotStartedError, NotPlayedError.
    """
    three = stages(folder, port)
    for stage in three:
        _refuse_taken(stage.port)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    yield "Setting up Portugal, Brazil and Argentina: databases, people, records, keys"
    _all(three, "state", lambda stage: [stage.address])
    keys = {stage.code: str(folder / f"{stage.code}.keys.json") for stage in three}
    _all(three, "meet", lambda stage: [file for code, file in keys.items() if code != stage.code])
    with _served(three), _offices(three, offers) as offices:
        for line in playing.play(offices, PATIENCE):
            if isinstance(line, playing.Played):
                yield f"The chain is complete: {three[0].code} asked {', then '.join(line.states)}"
                yield f"See it as a picture with times: {three[0].address}/requests/{line.number}"
            else:
                yield line
        yield from playing.play_on_behalf(offices, PATIENCE)
        yield from playing.play_trade(offices, PATIENCE)
        yield f"See it under Notices: {three[0].address}/notices"
        yield from _sign_ins(three)
        stay()


def _sign_ins(three: Sequence[Stage]) -> Iterator[str]:
    for stage in three:
        yield f"  {stage.code}  {stage.address}  sign in as officer, password: {loading.PASSWORD}"


def _refuse_taken(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            words = f"Port {port} cannot be used ({error}); choose others: PORT=9001"
            raise NotStartedError(words) from error


def _all(three: Sequence[Stage], what: str, told: Callable[[Stage], list[str]]) -> None:
    """Run a command of the demonstration in every State, at the same time."""
    flask = [sys.executable, "-m", "flask", "--app", "wsgi", "demo", what]
    running = [(stage, _started(stage, [*flask, *told(stage)])) for stage in three]
    said = [(stage, process, process.communicate()[0]) for stage, process in running]
    for stage, process, words in said:
        if process.returncode:
            raise NotStartedError(f"{stage.code} could not be set up:\n{words.strip()[-2000:]}")


def _started(stage: Stage, command: Sequence[str]) -> subprocess.Popen[str]:
    return subprocess.Popen(  # noqa: S603 - commands of our own
        command,
        cwd=SOURCE_ROOT,
        env=stage.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


@contextmanager
def _served(three: Sequence[Stage]) -> Iterator[None]:
    """The States as servers that answer."""
    with ExitStack() as stack:
        serving = [(stage, _serving(stage)) for stage in three]
        for _, process in serving:
            stack.callback(_ended, process)
        for stage, process in serving:
            _wait_for(stage, process)
        yield


def _serving(stage: Stage) -> subprocess.Popen[bytes]:
    said = (stage.folder / f"{stage.code}.log").open("wb")
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--workers", "1", "--no-ws"]
    command += ["--blocking-threads", "4", "--log-level", "error"]
    command += ["--host", HOST, "--port", str(stage.port), "wsgi:app"]
    with said:
        return subprocess.Popen(  # noqa: S603 - a command of our own
            command,
            cwd=SOURCE_ROOT,
            env=stage.environment,
            stdout=said,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C ends us, who end it: a server that is told twice never ends
        )


def _ended(process: subprocess.Popen[bytes]) -> None:
    """With its workers, which outlive a server that is killed."""
    process.terminate()
    with suppress(subprocess.TimeoutExpired):
        process.wait(LONGEST_END)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _wait_for(stage: Stage, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{stage.address}/readyz", timeout=1) as answer:  # noqa: S310
                if json.load(answer):
                    return
        except (OSError, urllib.error.URLError):
            time.sleep(0.05)
    said = (stage.folder / f"{stage.code}.log").read_text(errors="replace")
    raise NotStartedError(f"{stage.code} does not answer at {stage.address}:\n{said.strip()[-2000:]}")


@contextmanager
def _offices(three: Sequence[Stage], offers: Offers) -> Iterator[dict[str, Office]]:
    """Where the people of each State work, on the database that its server serves."""
    offices = {stage.code: _office(stage, offers) for stage in three}
    try:
        yield offices
    finally:
        for office in offices.values():
            office.database.close()


def _office(stage: Stage, offers: Offers) -> Office:
    settings = Settings.from_environment(stage.environment)
    database = Database(settings.database_url)
    return Office(database, settings.state, secret=settings.secret_key, offers=offers, zone=settings.zone)
