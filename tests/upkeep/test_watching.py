"""What Prometheus reads: right with several processes, by route alone, for those who may, of nobody."""

from __future__ import annotations

import os
import re
import signal
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from flask import Flask
from flask.testing import FlaskClient
from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families

from registry.core import pulse
from registry.core.web.counting import BOUNDS, CLASSES, UNKNOWN, Counts
from registry.core.work import Office
from registry.tracing import acts as tracing
from registry.upkeep import metrics, record
from registry.upkeep.place_checks import WORKERS
from schemas.tracing import Question
from schemas.vocabulary import Outcome, PartyKind, Purpose, TraceKind
from tests.exchange.world import Clock, states
from tests.house.sources import ROOT
from tests.makers import EVERYTHING, make_party

HERE = {"REMOTE_ADDR": "127.0.0.1"}
NAME, NUMBER, MARK = "Inominável da Silva", "11144477735", "ZQX98765"
IN_RULES = re.compile(r"registry_[a-z_]+")
CHOSEN = re.compile(r"(\w+)=\"(\w+)\"")


def forked(counts: Counts, rule: str, times: int, *, dies: bool = False) -> int:
    """A process that counts some requests and ends, or is killed; its number."""
    if (child := os.fork()) == 0:
        for _ in range(times):
            counts.count(rule, 200, 0.02)
        if dies:
            os.kill(os.getpid(), signal.SIGKILL)
        os._exit(0)
    return child


def answered(counts: Counts) -> dict[str, int]:
    return {route.rule: sum(route.answers) for route in counts.read()}


def test_counts_of_all_processes_are_added_up_and_stay_when_one_is_killed(tmp_path: Path) -> None:
    counts = Counts(tmp_path, ["/a", "/b"])
    counts.count("/a", 200, 0.01)
    for child in [forked(counts, "/a", 100), forked(counts, "/b", 50, dies=True), forked(counts, "/a", 7)]:
        os.waitpid(child, 0)
    assert answered(counts) == {"/a": 108, "/b": 50}
    os.waitpid(forked(counts, "/b", 1), 0)  # it gathers what those before it counted
    assert len([path for path in counts._files() if path.name != str(os.getpid())]) == 1
    again = Counts(tmp_path, ["/b", "/a"])  # as after a new start
    assert answered(again) == {"/a": 108, "/b": 51}
    assert answered(Counts(tmp_path, ["/a"])) == {}  # other routes: another count, which begins anew


def test_two_processes_that_count_at_once_lose_nothing(tmp_path: Path) -> None:
    counts = Counts(tmp_path, ["/a"])
    children = [forked(counts, "/a", 20_000) for _ in range(3)]
    seen = []
    while children:
        seen.append(answered(counts).get("/a", 0))
        if os.waitpid(children[0], os.WNOHANG)[0]:
            children.pop(0)
        time.sleep(0.001)
    assert seen == sorted(seen)
    assert answered(counts) == {"/a": 60_000}


def test_classes_of_answers_and_of_latency(tmp_path: Path) -> None:
    counts = Counts(tmp_path, ["/a"])
    for status, seconds in ((200, 0.005), (204, 0.0051), (404, 0.3), (503, 99.0)):
        counts.count("/a", status, seconds)
    counts.count("/of-nobody", 404, 0.001)
    first, other = counts.read()
    assert (first.rule, first.answers) == ("/a", (0, 2, 0, 1, 1))
    assert (first.buckets[0], first.buckets[1], first.buckets[BOUNDS.index(0.3)], first.buckets[-1]) == (
        1,
        1,
        1,
        1,
    )
    assert first.seconds == pytest.approx(99.3101)
    assert (other.rule, sum(other.answers)) == (UNKNOWN, 1)


def test_a_folder_that_cannot_be_written_stops_nobody(tmp_path: Path) -> None:
    (tmp_path / "counts").write_text("in the way")
    counts = Counts(tmp_path, ["/a"])
    counts.count("/a", 200, 0.01)
    assert answered(counts) == {"/a": 1}


def read(client: FlaskClient) -> dict[str, Metric]:
    answer = client.get("/metrics", environ_base=HERE)
    assert (answer.status_code, answer.mimetype) == (200, "text/plain")
    return {family.name: family for family in text_string_to_metric_families(answer.text)}


@pytest.fixture
def busy(app: Flask) -> Flask:
    """A registry with persons, traces, a backup and a worker, which was asked for records by number."""
    parts = app.extensions["registry"]
    app.extensions["counts"] = Counts(
        parts.settings.instance, [rule.rule for rule in app.url_map.iter_rules()]
    )
    office: Office = parts.office
    with office.begin(EVERYTHING, Purpose.CRIMINAL_INVESTIGATION, "CASE-7") as work:
        make_party(work, PartyKind.PERSON, NAME, document_kind="CPF", document_number=NUMBER)
        question = Question(TraceKind.FIREARM, Purpose.CRIMINAL_INVESTIGATION, "CASE-7", MARK)
        tracing.keep(work, question, tracing.find(work, question))
    record.made(parts.settings.instance, f"/{NAME}", datetime.now(UTC).isoformat(), "00")
    record.proven(parts.settings.instance, datetime.now(UTC).isoformat())
    for worker in WORKERS:
        pulse.beat(parts.settings.instance, worker)
    visitor = app.test_client()
    for place in (
        f"/firearms/F-000000001-X?mark={MARK}",
        f"/api/v1/firearms/{NUMBER}",
        f"/{MARK}",
        "/healthz",
    ):
        visitor.get(place)
    return app


def test_it_tells_requests_by_rule_and_nothing_of_anybody(busy: Flask) -> None:
    found = read(busy.test_client())
    rules = {rule.rule for rule in busy.url_map.iter_rules()} | {UNKNOWN}
    closed = {
        "route": rules, "status": set(CLASSES), "le": {*map(str, BOUNDS), "+Inf"},
        "worker": set(WORKERS), "kind": set(TraceKind), "outcome": set(Outcome),
    }  # fmt: skip
    for family in found.values():
        for sample in family.samples:
            assert all(value in closed[name] for name, value in sample.labels.items()), sample
    asked = {s.labels["route"]: s.value for s in found["registry_requests"].samples if "route" in s.labels}
    assert (asked["/healthz"], asked[UNKNOWN], asked["/firearms/<number>"]) == (1, 1, 1)
    text = busy.test_client().get("/metrics", environ_base=HERE).text
    assert [word for word in (NAME, NUMBER, MARK, "CASE-7", "F-000000001") if word in text] == []
    assert {s.labels["outcome"]: s.value for s in found["registry_traces_newest"].samples} == {
        "not_in_records": 1
    }
    assert found["registry_ledger_unsigned"].samples[0].value > 0


def test_only_who_has_the_token_or_sits_at_the_machine_reads_it(busy: Flask) -> None:
    visitor = busy.test_client()
    settings = busy.extensions["registry"].settings

    def status(address: str = "127.0.0.1", **headers: str) -> int:
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        return visitor.get("/metrics", environ_base={"REMOTE_ADDR": address}, headers=given).status_code

    assert (status(), status("::1"), status("192.0.2.7")) == (200, 200, 403)
    assert status(X_Forwarded_For="192.0.2.7") == 403  # a proxy on this machine speaks for somebody else
    object.__setattr__(settings, "metrics_token", "t" * 20)
    assert (status(), status(Authorization="Bearer " + "x" * 20)) == (403, 403)
    assert status("192.0.2.7", Authorization="Bearer " + "t" * 20) == 200


def test_a_database_that_does_not_answer_is_told_and_the_rest_is_still_there(
    busy: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(_: Any) -> Iterator[Metric]:
        raise metrics.DBAPIError("SELECT 1", None, Exception("gone"))

    monkeypatch.setattr(metrics, "_records", gone)
    found = read(busy.test_client())
    assert found["registry_database_up"].samples[0].value == 0
    assert "registry_ledger_leaves" not in found
    assert found["registry_requests"].samples


def test_what_waits_for_other_states_is_told_by_state(engine: Any) -> None:
    with (
        engine.ready() as one,
        engine.ready() as other,
        states([one, other], Clock()) as (home, peer),
    ):
        home.post(peer.state)
        with home.office.look(EVERYTHING) as work:
            found = list(metrics._exchange(work))
    samples = {(s.name, s.labels["peer"]): s.value for one in found for s in one.samples if s.labels}
    assert samples["registry_exchange_messages", "PT"] == 1
    assert samples["registry_exchange_oldest_seconds", "PT"] == 0
    assert samples["registry_exchange_keys_seconds", "PT"] > 0


def test_every_metric_and_label_of_the_example_rules_exists(busy: Flask) -> None:
    names = set()
    for family in read(busy.test_client()).values():
        names |= {sample.name for sample in family.samples} | {family.name}
    rules = yaml.safe_load((ROOT / "docs" / "alerts.yml").read_text(encoding="utf-8"))["groups"][0]["rules"]
    told = [rule["expr"] for rule in rules]
    assert len({rule["alert"] for rule in rules}) == len(rules) > 10
    assert all(
        rule["annotations"]["do"] and rule["labels"]["severity"] in ("page", "ticket") for rule in rules
    )
    source = (ROOT / "registry" / "upkeep" / "metrics.py").read_text(encoding="utf-8")
    ends = ("certificate_seconds", "exchange_messages", "exchange_oldest_seconds", "exchange_keys_seconds")
    ends += ("replica_up", "replica_lag_seconds")
    optional = {f"registry_{name}" for name in ends if f'{name}"' in source}  # of what is not here
    assert {name for expr in told for name in IN_RULES.findall(expr)} - names - optional == set()
    chosen = {pair for expr in told for pair in CHOSEN.findall(expr)}
    assert chosen == {
        ("job", "registry"),
        ("status", "5xx"),
        ("state", "dead"),
        ("outcome", "not_in_records"),
    }
    documented = (ROOT / "docs" / "watching.md").read_text(encoding="utf-8")
    families = {name for name in names if not name.endswith(("_bucket", "_count", "_sum", "_created"))}
    assert {name.removesuffix("_total") for name in families} - set(IN_RULES.findall(documented)) == set()
