"""Requests of one State that come at once share a transaction: each as if it had come alone."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from registry.core import joint
from registry.core.database import Database
from registry.core.turns import OutcomeUnknown, Turn
from registry.core.work import OPERATOR, Office
from registry.exchange import inbox, jose, outbox, strict_json
from registry.exchange.outbox import Outgoing
from registry.ledger import exports, log, verifier
from registry.requests.doing import message_of
from registry.rooms import MESSAGES, OFFERS
from tests.exchange.test_delivery import signed
from tests.exchange.world import SECRET, Node, channel_heads, sealed_for
from tests.requests.world import allow, asked, made_and_exported

MANY = 8
ENTRIES = (
    "SELECT e.note, e.actor_id, e.act, c.subject FROM ledger_entry e"
    " JOIN ledger_change c ON c.entry_id = e.id WHERE e.act LIKE 'exchange.%' OR e.act LIKE 'trace.%'"
)
WRITTEN = sorted(
    ["exchange_in", "trace", "trace_request"] + ["trace_request_event"] * 4 + ["exchange_out"] * 2
)
"""By each message, beside the ends of channels that it moves."""


def questions(two: Sequence[Node], many: int = MANY) -> list[str]:
    """Signed requests of the first State to the second, which answers them by itself."""
    asking, answering = two
    made_and_exported(answering, "AR")
    allow(answering, asking.state, release=True)
    body, use = message_of(asked(answering.state))
    with asking.office.begin(OPERATOR) as work:
        for _ in range(many):
            outbox.post(work, Outgoing(answering.state, "trace.request", body, purpose=use))
    return [row.jws for row in asking.rows("SELECT jws FROM exchange_out ORDER BY seq")]


@pytest.fixture
def together(monkeypatch: pytest.MonkeyPatch) -> Callable[[Node, Sequence[str]], list[Any]]:
    """Lets records come to a State all at once, and answers what it says to each."""

    def come(node: Node, records: Sequence[str]) -> list[Any]:
        sizes: list[int] = []
        write = joint._Jointly._write

        def gathered(queue: Any, batch: list[Any]) -> None:
            end = time.monotonic() + 30
            while not sizes and len(batch) + len(queue._waiting) < len(records) and time.monotonic() < end:
                time.sleep(0.001)
            if not sizes:
                batch += queue._waiting
                queue._waiting.clear()
            sizes.append(len(batch))
            write(queue, batch)

        monkeypatch.setattr(joint._Jointly, "_write", gathered)
        sealed = [sealed_for(node, record) for record in records]
        with ThreadPoolExecutor(len(records)) as pool:
            answers = list(pool.map(node.receive, sealed))
        monkeypatch.undo()
        assert sizes[0] == len(records)
        return answers

    return come


def said(answer: Any) -> dict[str, Any]:
    return strict_json.loads(jose.parse(answer.body).payload)


def jti_of(record: str) -> str:
    return str(strict_json.loads(jose.parse(record).payload)["jti"])


def taken(node: Node) -> list[str]:
    return [row.jti for row in node.rows("SELECT jti FROM exchange_in ORDER BY seq, jti")]


def entries_of(node: Node) -> dict[str, list[str]]:
    """Which tables the entry of each message changed; each has one of its own."""
    found: dict[str, list[str]] = {}
    for note, actor, act, subject in node.rows(ENTRIES):
        noted = json.loads(note or "{}").get("message")
        if noted:
            assert (actor < 0, act) == (True, "trace.ask")
            found.setdefault(noted["jti"], []).append(subject)
    return {jti: sorted(subjects) for jti, subjects in found.items()}


def ledger_problems(node: Node, folder: Path) -> list[object]:
    key = log.signer(folder, "test.example/ledger")
    log.keep(node.office, key, now=True)
    with exports.snapshot(node.office.database) as reading:
        return list(verifier.verify(exports.collected(reading), str(key.key), ()).problems)


def require_whole(two: Sequence[Node], jtis: Sequence[str]) -> None:
    """Each was taken, acknowledged, traced and answered once."""
    _, answering = two
    assert taken(answering) == list(jtis)
    rows = answering.rows("SELECT jti, state FROM trace_request ORDER BY id")
    assert sorted(map(tuple, rows)) == sorted((jti, "answered") for jti in jtis)
    told = answering.rows("SELECT type, seq FROM exchange_out ORDER BY seq")
    assert sorted(row.type for row in told) == ["trace.ack"] * len(jtis) + ["trace.response"] * len(jtis)
    assert [row.seq for row in told] == list(range(1, 2 * len(jtis) + 1))
    assert [row[2] == row[3] for row in channel_heads(two)][:1] == [True]


def test_each_has_its_receipt_effect_and_entry(two: list[Node], together: Any, tmp_path: Path) -> None:
    records = questions(two)
    answers = together(two[1], records)
    assert [said(one)["re"]["jti"] for one in answers] == list(map(jti_of, records))
    require_whole(two, list(map(jti_of, records)))
    entries = entries_of(two[1])
    assert sorted(entries) == sorted(map(jti_of, records))
    for subjects in entries.values():
        assert [one for one in subjects if one != "exchange_channel"] == WRITTEN
    assert ledger_problems(two[1], tmp_path) == []


def test_one_that_is_refused_or_a_fork_or_comes_twice_harms_no_other(
    two: list[Node], together: Any, tmp_path: Path
) -> None:
    first, second, *others = records = questions(two, 4)
    two[1].receive(sealed_for(two[1], second))
    payload = strict_json.loads(jose.parse(second).payload)
    here, there = (outbox.new_identifier(two[0].office.clock()) for _ in range(2))
    same_thread = signed(two[0], payload | {"jti": here})
    fork = signed(two[0], payload | {"jti": there, "thread": there})
    answers = together(two[1], [first, *others, first, same_thread, fork])
    kinds = [said(one)["type"] for one in answers]
    assert kinds == ["receipt"] * 4 + ["problem", "receipt"]
    assert answers[0].body == answers[3].body
    assert said(answers[4])["code"] == "refused"
    assert sorted(taken(two[1])) == sorted([*map(jti_of, records), there])
    assert two[1].rows("SELECT count(*) FROM trace_request")[0][0] == 5
    codes = {row.code for row in two[1].rows("SELECT code FROM exchange_alert")}
    assert codes == {"fork", "refused"}
    # two messages of theirs stand at one place: the verifier may tell of that, and of nothing else
    assert {(one.level, one.message) for one in ledger_problems(two[1], tmp_path)} <= {
        (4, "follows another message than the one at 2")
    }


def test_what_nobody_knows_of_is_not_done_again(
    two: list[Node], together: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    records = questions(two, 3)
    begun: list[int] = []
    write_all = joint._Jointly.write_all

    def broken(queue: Any, turn: Turn, batch: Sequence[Any]) -> None:
        begun.append(len(batch))
        write_all(queue, turn, batch[:-1])
        raise OutcomeUnknown(None, None, Exception("the connection is lost"))

    with monkeypatch.context() as patch, pytest.raises(OutcomeUnknown):
        patch.setattr(joint._Jointly, "write_all", broken)
        patch.setattr(Turn, "is_undone", property(lambda _: False, lambda *_: None), raising=False)
        together(two[1], records)
    assert begun == [3]
    for record in records:
        assert two[1].receive(sealed_for(two[1], record)).status == 202
    require_whole(two, list(map(jti_of, records)))


TAKER = """
import sys
from concurrent.futures import ThreadPoolExecutor
from tests.requests.test_at_once import take_all

take_all(*sys.argv[1:])
"""


def take_all(url: str, state: str, path: str) -> None:
    """Take every sealed record of a file, several at once, and say which ones have a receipt."""
    node = Office(Database(url), state, secret=SECRET, offers=OFFERS)

    def take(sealed: str) -> None:
        answer = inbox.receive(node, MESSAGES, sealed.encode(), "192.0.2.1")
        if answer.status == 202:
            sys.stdout.write(f"{said(answer)['re']['jti']}\n")
            sys.stdout.flush()

    with ThreadPoolExecutor(MANY) as pool:
        list(pool.map(take, Path(path).read_text().split()))


def test_what_has_a_receipt_outlives_a_kill(two: list[Node], tmp_path: Path, clock: Any) -> None:
    clock.now = datetime.now(UTC)  # the process that is killed has the machine's clock
    records = questions(two, 60)
    sealed = tmp_path / "sealed"
    sealed.write_text("\n".join(sealed_for(two[1], record).decode() for record in records))
    command = [sys.executable, "-c", TAKER, two[1].office.database.url, two[1].state, str(sealed)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as taker:
        assert taker.stdout is not None
        told = [taker.stdout.readline() for _ in range(12)]
        taker.send_signal(signal.SIGKILL)
        told += taker.stdout.readlines()
    receipted = {line.strip() for line in told if line.endswith("\n")}
    assert 12 <= len(receipted) < 60
    assert receipted <= set(taken(two[1])) == entries_of(two[1]).keys()
    for record in records:
        assert two[1].receive(sealed_for(two[1], record)).status == 202
    require_whole(two, list(map(jti_of, records)))
    assert ledger_problems(two[1], tmp_path) == []
