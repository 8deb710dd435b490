"""Reads at streaming replicas: one's own writes are seen; a replica that is behind or gone is not missed."""

from __future__ import annotations

import http.client
import json
import statistics
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, Response

from registry.core import replicas
from registry.core.replicas import Primary
from registry.core.settings import SOURCE_ROOT, Settings, without_settings
from registry.core.turns import OutcomeUnknown
from registry.core.web.context import asked
from registry.core.work import OPERATOR, Work
from registry.tracing import queries
from registry.upkeep import doctor, metrics
from registry.upkeep.findings import Health
from schemas.vocabulary import Role
from tests.engines import own_application
from tests.makers import bearer, sign_in
from tests.upkeep.standbys import Fleet, fleet, free_ports, until
from tests.upkeep.test_production import FOLDER, started

# ruff: noqa: T201 - what was measured is said
pytestmark = [pytest.mark.postgresql, pytest.mark.timeout(300)]
READERS = 4


@pytest.fixture(scope="module")
def running() -> Iterator[Fleet]:
    with fleet() as made:
        yield made


class Served:
    """An application as a process of its own has it, and where its requests read, "a" being the primary."""

    def __init__(self, app: Flask, running: Fleet) -> None:
        self.app, self.reads = app, Counter[str]()
        names = {f"127.0.0.1:{one.port}": name for name, one in running.servers.items()}

        def noted(response: Response) -> Response:
            where = asked().replica
            self.reads[names[where.name] if where else "a"] += 1
            return response

        app.after_request(noted)

    @property
    def primary(self) -> Primary:
        found = self.app.extensions["registry"].database
        assert isinstance(found, Primary)
        return found

    def ready(self) -> set[str]:
        """The ports of replicas that may be read."""
        return {one.name.rpartition(":")[2] for one in self.primary.replicas if one.seen}


@contextmanager
def served(running: Fleet, instance: Path, *names: str) -> Iterator[Served]:
    instance.mkdir(exist_ok=True)
    urls = tuple(running[name].url for name in names)
    settings = Settings(instance, running["a"].url, secret_key="k" * 32, replica_urls=urls, testing=True)
    with own_application(settings.database_url, instance, settings) as app:
        made = Served(app, running)
        made.primary.nearest(0)
        until(lambda: len(made.ready()) == len(names))
        yield made


def get(made: Served, path: str, headers: dict[str, str]) -> Any:
    answer = made.app.test_client().get(path, headers=headers)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return answer.get_json()


def party(made: Served, headers: dict[str, str], name: str) -> str:
    sent = {"kind": "dealer", "country": "BR", "name": name}
    answer = made.app.test_client().post("/api/v1/parties", json=sent, headers=headers)
    assert answer.status_code == 201, answer.get_data(as_text=True)
    return str(answer.get_json()["number"])


def test_whoever_writes_reads_it_in_every_process_and_reads_at_replicas(
    running: Fleet, tmp_path: Path
) -> None:
    with served(running, tmp_path / "1", "b", "c") as one, served(running, tmp_path / "2", "b", "c") as two:
        who = [bearer(one.app) for _ in range(3)]
        for number in range(60):
            made = party(one, who[number % 3], f"Seen {number}")
            assert get(two, f"/api/v1/parties/{made}", who[number % 3])["name"] == f"Seen {number}"
            assert get(one, f"/api/v1/parties/{made}", who[number % 3])["name"] == f"Seen {number}"
        print(f"\nafter each of 60 writes, in another process and in the same: read {two.reads}, {one.reads}")
        assert two.reads["b"] > 0
        assert two.reads["c"] > 0
        assert two.reads["a"] < 30, "most reads found what was written at a replica"


def test_a_trace_searches_at_a_replica_and_is_kept_at_the_primary(running: Fleet, tmp_path: Path) -> None:
    with served(running, tmp_path, "b", "c") as one:
        who = bearer(one.app, Role.POLICE)
        question = {"kind": "firearm", "mark": "AB 1234", "purpose": "criminal_investigation"}
        question |= {"case_number": "1/2026"}
        answer = one.app.test_client().post("/api/v1/traces", json=question, headers=who)
        assert answer.status_code == 201, answer.get_data(as_text=True)
        number = answer.get_json()["number"]
        assert get(one, f"/api/v1/traces/{number}", who)["question"]["mark"] == "AB 1234"
        assert one.reads["b"] + one.reads["c"] == 2
        question["mark"] = "AB ??34"
        answer = one.app.test_client().post("/api/v1/traces", json=question, headers=who)
        assert answer.status_code == 201, "a damaged mark is searched in the primary's index"
        with one.app.extensions["registry"].office.look(OPERATOR) as work:
            assert queries.trace(work, int(number.split("-")[1])).number == number


def test_pages_are_read_at_replicas_by_whoever_signed_in_at_another_process(
    running: Fleet, tmp_path: Path
) -> None:
    with served(running, tmp_path / "1", "b", "c") as one, served(running, tmp_path / "2", "b", "c") as two:
        client = sign_in(one.app, Role.AUTHORITY_OFFICER)
        cookie = client.get_cookie("registry")
        assert cookie is not None
        other = two.app.test_client()
        other.set_cookie("registry", cookie.value)
        for page in ("/firearms", "/parties", "/traces"):
            assert other.get(page).status_code == 200
        assert two.reads["b"] + two.reads["c"] == 3


def test_what_is_behind_is_waited_for_and_then_read_at_the_primary(
    running: Fleet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with served(running, tmp_path, "b") as one:
        who, other, told = bearer(one.app), bearer(one.app), bearer(one.app)
        before = party(one, who, "Before")
        until(lambda: get(one, f"/api/v1/parties/{before}", other) and one.reads["b"])
        running["b"].ask("SELECT pg_wal_replay_pause()")
        try:
            number = party(one, who, "Behind")
            one.reads.clear()
            began = time.monotonic()
            assert get(one, f"/api/v1/parties/{number}", who)["name"] == "Behind"
            waited = time.monotonic() - began
            assert one.reads == {"a": 1}
            assert waited >= replicas.WAIT
            unseen = one.app.test_client().get(f"/api/v1/parties/{number}", headers=other)
            assert (unseen.status_code, one.reads["b"]) == (404, 1), "others may read what was a moment ago"
            sent = {"kind": "dealer", "country": "BR", "name": "Behind"}
            again = one.app.test_client().post("/api/v1/parties", json=sent, headers=told)
            assert again.status_code == 409
            assert get(one, f"/api/v1/parties/{number}", told)["name"] == "Behind", (
                "what theirs collides with"
            )
            monkeypatch.setattr(replicas, "MOST_LAG", 2.0)
            left = until(lambda: not one.ready())
            assert get(one, f"/api/v1/parties/{number}", other)["name"] == "Behind"
            found = {f.what: f for f in doctor.examine(one.app.extensions["registry"].office, settings(one))}
            behind = found[f"replica.127.0.0.1:{running['b'].port}"]
            assert behind.health is Health.WARNING, behind
            page = sign_in(one.app, Role.ADMINISTRATOR).get("/operations").get_data(as_text=True)
            shown = (f"replica.127.0.0.1:{running['b'].port}", " s behind", "How far the replica is behind")
            assert [one for one in shown if one not in page] == []
        finally:
            running["b"].ask("SELECT pg_wal_replay_resume()")
        back = until(one.ready)
        assert get(one, f"/api/v1/parties/{number}", other)["name"] == "Behind"
        assert one.reads["b"] == 2
        print(f"\npaused: own write waited {waited:.2f} s; left out after {left:.1f} s, back in {back:.1f} s")


def settings(made: Served) -> Settings:
    found: Settings = made.app.extensions["registry"].settings
    return found


def test_a_replica_that_is_killed_or_hangs_is_left_out_and_nobody_sees_an_error(
    running: Fleet, tmp_path: Path
) -> None:
    with served(running, tmp_path, "b", "c") as one:
        who = [bearer(one.app) for _ in range(READERS)]
        over, answers, took = threading.Event(), Counter[int](), list[float]()

        def read(headers: dict[str, str]) -> None:
            client = one.app.test_client()
            while not over.is_set():
                began = time.monotonic()
                answers[client.get("/api/v1/parties", headers=headers).status_code] += 1
                took.append(time.monotonic() - began)

        readers = [threading.Thread(target=read, args=(headers,)) for headers in who]
        for reader in readers:
            reader.start()
        try:
            until(lambda: one.reads["b"] > 20 and one.reads["c"] > 20)
            running["c"].kill()
            gone = until(lambda: one.ready() == {str(running["b"].port)})
            running["b"].pause()
            hung = until(lambda: not one.ready())
            count = one.reads["a"]
            until(lambda: one.reads["a"] > count + 50)
            found = {f.what: f for f in doctor.examine(one.app.extensions["registry"].office, settings(one))}
            assert found[f"replica.127.0.0.1:{running['c'].port}"].health is Health.WARNING
            figures = metrics.figures(one.app.extensions["registry"].office, settings(one))
            up = {one.of: one.value for one in figures if one.name == "replica_up"}
            assert set(up.values()) == {0.0}
            assert not [one for one in figures if one.name in ("replica_lag_seconds", "replica_behind_bytes")]
            running["b"].pause(stopped=False)
            running["c"].start()
            back = until(lambda: len(one.ready()) == 2)
            one.reads.clear()
            until(lambda: one.reads["b"] > 20 and one.reads["c"] > 20)
        finally:
            over.set()
            for reader in readers:
                reader.join()
        slow = sorted(took)
        print(
            f"\none replica killed, one stopped under {READERS} readers: {sum(answers.values())} answers, of"
            f" them {answers[200]} good; left out after {gone:.1f} and {hung:.1f} s, back after {back:.1f} s;"
            f" an answer took {statistics.median(took) * 1000:.1f} ms at the median, {slow[-1]:.1f} s at most"
        )
        assert set(answers) == {200}
        assert slow[-1] < 15


def test_a_replica_of_another_registry_is_not_read(running: Fleet, tmp_path: Path) -> None:
    with served(running, tmp_path, "b") as one:
        stranger = replicas.Replica(running["a"].url, one.primary)
        watch = replicas.Watch(one.primary, stranger, threading.Event())
        assert watch._look() is None, "the primary itself is no standby"
        watch._forget()
        stranger.close()


def test_two_processes_of_the_server_show_everybody_what_they_wrote(running: Fleet, tmp_path: Path) -> None:
    with served(running, tmp_path / "here", "b", "c") as one:
        who = [bearer(one.app) for _ in range(READERS)]
    answered = "SELECT sum(xact_commit) FROM pg_stat_database WHERE datname = 'registry'"
    with processes(running, tmp_path) as port:
        before = {name: int(running[name].ask(answered)) for name in ("b", "c")}
        with ThreadPoolExecutor(READERS) as pool:
            seen = sum(pool.map(partial(written_and_read, port), who))
        until(lambda: sum(int(running[name].ask(answered)) - before[name] for name in before) > seen // 2)
        asked = {name: int(running[name].ask(answered)) - before[name] for name in before}
    print(
        f"\ntwo server processes: {seen} of {READERS * EACH} changes seen by the next request;"
        f" statements at replicas {asked}"
    )
    assert seen == READERS * EACH


EACH = 50


def written_and_read(port: int, headers: dict[str, str]) -> int:
    """How many of the parties that one registers the next request finds, by whichever process."""
    found = 0
    for number in range(EACH):
        sent = {"kind": "dealer", "country": "BR", "name": f"Of {headers['Authorization'][-9:]} {number}"}
        status, made = sent_to(port, "POST", "/api/v1/parties", headers, sent)
        assert status == 201, made
        status, read = sent_to(port, "GET", f"/api/v1/parties/{made['number']}", headers)
        found += status == 200 and read == made
    return found


def test_whoever_looks_for_a_change_of_unknown_end_finds_it(
    running: Fleet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The primary kept it, and broke off before it could say so."""

    def broken(work: Work) -> None:
        end(work)
        raise OutcomeUnknown(None, None, Exception("the connection broke"))

    with served(running, tmp_path, "b") as one:
        who, end = bearer(one.app), Work._end
        before = party(one, who, "Before")
        until(lambda: get(one, f"/api/v1/parties/{before}", who) and one.reads["b"])
        running["b"].ask("SELECT pg_wal_replay_pause()")
        try:
            monkeypatch.setattr(Work, "_end", broken)
            sent = {"kind": "dealer", "country": "BR", "name": "Kept nevertheless"}
            assert one.app.test_client().post("/api/v1/parties", json=sent, headers=who).status_code == 503
            monkeypatch.setattr(Work, "_end", end)
            seen = one.app.test_client().get("/api/v1/parties?limit=100", headers=who).get_json()
            assert "Kept nevertheless" in {found["name"] for found in seen["items"]}
        finally:
            running["b"].ask("SELECT pg_wal_replay_resume()")


def sent_to(port: int, method: str, path: str, headers: dict[str, str], body: Any = None) -> tuple[int, Any]:
    """One request on a connection of its own, which the processes share out among themselves."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        said = {**headers, "Content-Type": "application/json"}
        connection.request(method, path, json.dumps(body) if body else None, said)
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())
    finally:
        connection.close()


@contextmanager
def processes(running: Fleet, folder: Path) -> Iterator[int]:
    """The server of docs/production with its two processes, and replicas; gives its port."""
    (port,) = free_ports(1)
    words = started(FOLDER / "registry.service").split()[1:]
    words[words.index("--port") + 1] = str(port)
    words[words.index("--log-level") + 1] = "info"
    environment = without_settings() | {"REGISTRY_INSTANCE": str(folder), "REGISTRY_PRODUCTION": "1"}
    environment |= {"REGISTRY_DATABASE_URL": running["a"].url, "REGISTRY_SECRET_KEY": "k" * 40}
    environment |= {"REGISTRY_REPLICA_URLS": " ".join(running[name].url for name in ("b", "c"))}
    with (folder / "log").open("wb") as said:
        command = [sys.executable, "-m", "granian", *words]
        process = subprocess.Popen(command, cwd=SOURCE_ROOT, env=environment, stdout=said, stderr=said)
    try:
        until(lambda: (folder / "log").read_text(errors="replace").count("Started worker") >= 2)
        yield port
    finally:
        process.terminate()
        process.wait(90)
