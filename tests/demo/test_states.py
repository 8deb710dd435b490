"""Three States as processes of their own, and the trace from one to the next."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from registry.core.database import Database
from registry.core.settings import SOURCE_ROOT, Settings, without_settings
from registry.core.work import OPERATOR, Office
from registry.demo import playing, states
from registry.licensing import queries as licensing
from registry.notices import queries as noticed
from registry.requests import chain_links, queries
from registry.shipments import queries as shipped
from schemas.licensing import LicencesAsked
from schemas.notices import NoticesAsked

PATIENCE = 300  # seconds


def free_ports() -> int:
    """The first of three ports next to each other that nobody uses."""
    for port in range(21_000, 60_000, 7):
        try:
            for one in range(port, port + 3):
                with socket.socket() as probe:
                    probe.bind((states.HOST, one))
        except OSError:
            continue
        return port
    raise AssertionError("no free ports")


COMMAND = (sys.executable, "-m", "flask", "--app", "wsgi", "demo", "states", "--port")


def environment(folder: Path) -> dict[str, str]:
    """Of a process that is told nothing but where it may write."""
    return without_settings() | {"REGISTRY_INSTANCE": str(folder), "PYTHONUNBUFFERED": "1"}


@contextmanager
def office(folder: Path, code: str) -> Iterator[Office]:
    stage = next(one for one in states.stages(folder / "states", 1) if one.code == code)
    settings = Settings.from_environment(stage.environment)
    database = Database(settings.database_url)
    yield Office(database, settings.state, secret=settings.secret_key, zone=settings.zone)
    database.close()


@contextmanager
def running(folder: Path, port: int) -> Iterator[str]:
    """What it said while it serves; then it is told to end."""
    with subprocess.Popen(
        [*COMMAND, str(port)],
        cwd=SOURCE_ROOT,
        env=environment(folder),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        assert process.stdout is not None
        said = []
        for line in process.stdout:
            said.append(line)
            if "Ctrl-C ends them" in line:
                break
        yield "".join(said)
        process.terminate()
        process.wait(PATIENCE)


def test_a_trace_goes_from_state_to_state_with_a_licence_behind_it(tmp_path: Path) -> None:
    port = free_ports()
    with running(tmp_path, port) as said:
        assert "The chain is complete: PT asked BR, then AR" in said, said
        assert re.search(r"/requests/RQ-\d{9}-[0-9A-Z]\n", said)
    for one in range(port, port + 3):
        with socket.socket() as probe:
            assert probe.connect_ex((states.HOST, one)) != 0, "who ends it ends its servers"
    with office(tmp_path, "PT") as pt, pt.look(playing.person(pt, "officer")) as work:
        first, second = chain_links.chain_views(work, 1)
        answers = [queries.request(work, n).answer or {} for n in (1, 2)]
        assert chain_links.chain_ending(work, 1) == "", "it was followed"
        assert "did not leave" in str(chain_links.chain_ending(work, 2))
    assert [first["peer"], second["peer"]] == ["BR", "AR"]
    assert [answer["by_machine"] for answer in answers] == [True, False]
    assert (answers[0]["outcome"], answers[1]["outcome"]) == ("left_the_country", "identified")
    with office(tmp_path, "BR") as br, br.look(OPERATOR) as work:
        (licence,) = licensing.licences(work, LicencesAsked()).items
    assert first["next_state"]["document_number"] == licence.number, "it left under a licence on record there"
    another_state_was_asked_on_behalf(tmp_path, said)
    a_licence_was_met_by_signed_messages(tmp_path, said)


def another_state_was_asked_on_behalf(folder: Path, said: str) -> None:
    assert "came back through Brazil, and Portugal has verified it" in said, said
    with office(folder, "PT") as pt, pt.look(playing.person(pt, "officer")) as work:
        (hop,) = queries.request(work, 3).hops
    assert (hop.asked_by, hop.state, hop.stands, hop.proven) == ("BR", "AR", "answered", True)


def a_licence_was_met_by_signed_messages(folder: Path, said: str) -> None:
    assert "its machine confirms the receipt" in said, said
    with office(folder, "PT") as pt, pt.look(playing.person(pt, "officer")) as work:
        rows = noticed.notices(work, NoticesAsked(sort="number")).items
        (row,) = licensing.licences(work, LicencesAsked()).items
        found = licensing.licence(work, licensing.licence_key(row.number))
        shipment = shipped.shipment(work, shipped.shipment_key(rows[-1].shipment))
    assert [(row.matter, row.peer, row.state) for row in rows] == [
        ("licence", "AR", "confirmed"),
        ("transit", "BR", "confirmed"),
        ("export", "BR", "told"),
        ("export", "AR", "told"),
        ("receipt", "AR", "confirmed"),
    ]
    assert found.import_licence is not None
    assert found.import_licence.message, "the signed answer is what met the condition"
    assert [one.message != "" for one in found.transits] == [True]
    assert (shipment.state, shipment.receipt_message != "") == ("received", True)


def test_a_port_that_is_taken_is_named_before_anything_is_set_up(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind((states.HOST, 0))
        taken.listen()
        port = taken.getsockname()[1]
        refused = subprocess.run(
            [*COMMAND, str(port), "--once"],
            cwd=SOURCE_ROOT,
            env=environment(tmp_path),
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
    assert refused.returncode == 1
    assert f"Port {port} cannot be used" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert not (tmp_path / "states").exists()


def test_a_server_that_does_not_end_is_killed_with_its_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(states, "LONGEST_END", 0.1)
    server = subprocess.Popen(
        ["sh", "-c", 'trap "" TERM; sleep 60 & echo $!; wait'], stdout=subprocess.PIPE, start_new_session=True
    )
    assert server.stdout is not None
    worker = int(server.stdout.readline())
    states._ended(server)
    try:
        assert _ends(worker)
    finally:
        server.stdout.close()
        with suppress(ProcessLookupError):
            os.kill(worker, signal.SIGKILL)


def _ends(process: int) -> bool:
    """Whether it is gone soon, or waits only for somebody to hear of its end."""
    status = Path(f"/proc/{process}/status")
    for _ in range(50):
        if not status.exists() or "State:\tZ" in status.read_text():
            return True
        time.sleep(0.1)
    return False
