"""Real processes under faults, on both engines: killed at any step, cut off, replayed, with wrong clocks.

Each test prints its figures. `EXCHANGE_FAULTS=sweep` takes every step there is, and `long` does that with the
very commands of production (docs/exchange.md); without it a few steps are taken. But for `long` processes are
forked.
"""

from __future__ import annotations

import http.client
import os
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Protocol

import pytest

from registry.core.work import OPERATOR
from registry.exchange import acts, jose, keysets, own_kinds, queries, strict_json, watch
from tests.engines import Engine
from tests.exchange import doomed
from tests.exchange.processes import (
    HOST,
    Proxy,
    Running,
    Starter,
    commands,
    forking,
    running,
    settled,
    until,
    waiting,
)
from tests.exchange.test_delivery import signed
from tests.exchange.world import channel_heads, introduce, sealed_for
from tests.requests.world import asked, send

COMMANDS = os.environ.get("EXCHANGE_FAULTS") == "long"
LONG = COMMANDS or os.environ.get("EXCHANGE_FAULTS") == "sweep"
STRIDE = int(os.environ.get("EXCHANGE_STRIDE", "1"))
"""In a sweep: each step, or each so many-th one."""
QUIET = 30 if COMMANDS else 12
"""How often nothing more is seen to happen before a step is one that there is not: commands are slow."""
STEPS = {"serve": (1, 6, 15, 24), "deliver": (2, 6, 9)}
pytestmark = pytest.mark.timeout(7200 if LONG else 400)


@pytest.fixture(scope="module")
def start() -> Iterator[Starter]:
    with commands() if COMMANDS else forking() as starter:
        yield starter


class States(Protocol):
    """States as processes. posted: how often one asked."""

    posted: int

    @property
    def both(self) -> tuple[Running, ...]:
        """All of them."""

    def ask(self) -> None:
        """One asks another, and what follows from it by itself."""

    def move(self, by: timedelta) -> None:
        """Let time pass in each."""


@dataclass
class Two:
    """BR asks PT; what goes to PT passes a proxy."""

    br: Running
    pt: Running
    proxy: Proxy
    posted: int = 0

    @property
    def both(self) -> tuple[Running, ...]:
        return self.br, self.pt

    def ask(self) -> None:
        self.posted += 1
        send(self.br.node, asked("PT", case_number=f"IP {self.posted}/2026"))

    def begin(self) -> None:
        for one in self.both:
            for role in ("serve", "deliver"):
                one.begin(role)

    def move(self, by: timedelta) -> None:
        for one in self.both:
            one.move(by)


@contextmanager
def two_states(engine: Engine, start: Starter, folder: Path) -> Iterator[Two]:
    """Two States that know each other; nothing runs yet."""
    with engine.ready() as one, engine.ready() as other:
        proxy = Proxy(0)
        found = Two(running("BR", one, folder, start), running("PT", other, folder, start, proxy.url), proxy)
        proxy.aim(found.pt.port)
        introduce([one.node for one in found.both])
        yield found
        proxy.close()
        for each in found.both:
            each.close()


@pytest.fixture
def two(engine: Engine, start: Starter, tmp_path: Path) -> Iterator[Two]:
    with two_states(engine, start, tmp_path) as found:
        yield found


@pytest.fixture
def two_on_sqlite(sqlite: Engine, start: Starter, tmp_path: Path) -> Iterator[Two]:
    """Where the engine has no part in what is tested."""
    with two_states(sqlite, start, tmp_path) as found:
        yield found


def say(figures: str) -> None:
    """For whoever reads the run, with `pytest -s`."""
    sys.stdout.write(f"{figures}\n")


def wrong_between(states: Sequence[Running]) -> dict[str, list[Any]]:
    """What must never be: lost, doubled, half-done, other receipts, other heads; {} where all is well."""
    wrong: dict[str, list[Any]] = {"lost": [], "doubled": [], "half-done": [], "receipts": [], "heads": []}
    by_state = {one.node.state: one.node for one in states}
    for node in by_state.values():
        for jti, peer, state, receipt in node.rows("SELECT jti, peer, state, receipt FROM exchange_out"):
            kept = by_state[peer].rows("SELECT receipt FROM exchange_in WHERE jti = :jti", jti=jti)
            if len(kept) != 1 or state != "delivered":
                wrong["lost"].append((jti, state, len(kept)))
            elif kept[0][0] != receipt:
                wrong["receipts"].append(jti)
        done = Counter(row[0] for row in node.rows("SELECT jti FROM trace_request_event WHERE jti <> ''"))
        wrong["doubled"] += [jti for jti, times in done.items() if times > 1]
        named = {row[0] for row in node.rows("SELECT jti FROM exchange_in WHERE type LIKE 'trace.%'")}
        named |= {row[0] for row in node.rows("SELECT jti FROM exchange_out WHERE type LIKE 'trace.%'")}
        wrong["half-done"] += sorted(named ^ set(done))
    wrong["heads"] = [line for line in channel_heads(list(by_state.values())) if line[2] != line[3]]
    wrong["forks"] = [
        tuple(row)
        for node in by_state.values()
        for row in node.rows("SELECT code, detail FROM exchange_alert WHERE code IN ('fork', 'id-reuse')")
    ]
    return {name: found for name, found in wrong.items() if found}


def sent_by(states: Sequence[Running]) -> int:
    return sum(one.node.rows("SELECT count(*) FROM exchange_out")[0][0] for one in states)


def judged(what: str, two: States, faults: int) -> None:
    """Say the figures, and that nothing is wrong."""
    wrong = wrong_between(two.both)
    counted = {name: len(wrong.get(name, ())) for name in ("lost", "doubled", "half-done", "receipts")}
    heads = "equal" if "heads" not in wrong else "differ"
    engine = "SQLite" if two.both[0].node.office.database.is_sqlite else "PostgreSQL"
    figures = ", ".join(f"{count} {name}" for name, count in counted.items())
    say(f"{engine}: {what}: {faults} faults, {sent_by(two.both)} messages, {figures} wrong, heads {heads}")
    assert wrong == {}
    assert faults > 0, "no fault has fired"
    assert sent_by(two.both) >= 2 * two.posted


def killed(two: States, victim: Running, role: str, steps: Sequence[int] | None) -> list[str]:
    """Kill a process at each of these steps, or at the first, second … until none is left; what they were.

    Where each is taken nothing waits before the next one, so that what is killed is the work of one question.
    """
    burnt: list[str] = []
    for at in steps or range(1, 2000, STRIDE):
        if steps is None and burnt:
            victim.end(role)
            victim.begin(role)
            assert settled(two.both), [waiting(one) for one in two.both]
        victim.end(role)
        victim.begin(role, fuse=at)
        two.ask()
        if not died(two, victim, role):
            assert steps is None, f"step {at} was never reached"
            break
        burnt.append(victim.burnt.read_text())
    victim.end(role)
    victim.begin(role)
    return burnt


def died(two: States, victim: Running, role: str) -> bool:
    """Whether a process dies at its step; not where all is done and it lives."""
    quiet = 0
    while quiet < QUIET:
        if until(lambda: not victim.lives(role), 1.5 if victim.answers() or role == "deliver" else 5):
            break
        quiet = 0 if any(waiting(one) for one in two.both) else quiet + 1
        two.move(timedelta(seconds=70))  # what was interrupted before is due again
    return victim.burnt.exists()


@pytest.mark.parametrize(("who", "role"), [("pt", "serve"), ("br", "deliver")])
def test_a_process_that_is_killed_loses_and_doubles_nothing(two: Two, who: str, role: str) -> None:
    two.begin()
    burnt = killed(two, getattr(two, who), role, None if LONG else STEPS[role])
    assert settled(two.both), [waiting(one) for one in two.both]
    say(", ".join(f"{count} before {what}" for what, count in sorted(Counter(burnt).items())))
    judged(f"kill -9 of {who.upper()}'s {role}", two, len(burnt))


@pytest.mark.skipif(not LONG, reason="the other side's processes are killed in the long variant")
@pytest.mark.parametrize(("who", "role"), [("br", "serve"), ("pt", "deliver")])
def test_the_side_that_hears_the_answer_is_killed(two: Two, who: str, role: str) -> None:
    two.begin()
    burnt = killed(two, getattr(two, who), role, None)
    assert settled(two.both), [waiting(one) for one in two.both]
    judged(f"kill -9 of {who.upper()}'s {role}", two, len(burnt))


def test_connections_are_cut_and_traffic_comes_again(two: Two) -> None:
    """In the middle of request and answer; then all that was recorded comes again, and otherwise spelt."""
    two.begin()
    for way in ("request", "answer"):
        for after in range(0, 2000, 50) if LONG else (0, 200, 10**9):  # the last cuts off one byte
            before, two.proxy.cut = two.proxy.cuts, (way, after)
            two.ask()
            assert until(lambda before=before: two.proxy.cuts > before)  # type: ignore[misc]
            two.proxy.cut = None
            two.move(timedelta(seconds=70))
    assert settled(two.both)
    judged("connections cut", two, two.proxy.cuts)
    for one in two.both:
        one.end("deliver")  # so that time brings nothing but the repetitions
    before = effects(two)
    replays = replayed(two) + respelt(two)
    assert effects(two) == before
    say(f"{replays} repetitions, 0 effects")


def effects(two: Two) -> list[list[Any]]:
    """Everything that a message may do."""
    tables = ("exchange_in", "exchange_out", "trace_request", "trace_request_event", "trace")
    return [one.node.rows(f"SELECT count(*) FROM {name}") for one in two.both for name in tables]  # noqa: S608


def replayed(two: Two) -> int:
    """At +1 s, +1 year, and when the keys of then are gone; the same receipts byte for byte."""
    done, traffic = 0, list(two.proxy.recorded)
    for later in (timedelta(seconds=1), timedelta(days=365)):
        two.move(later)
        for body, receipt in traffic:
            assert sent_to(two.pt, body) == (202, receipt)
            done += 1
    rotate(two.pt, told=False)
    assert watch.destroy_old_keys(two.pt.node.office) == 1
    for body, _ in traffic:
        assert answered(two.pt, body) == "unsealable"
        done += 1
    for token, receipt in two.br.node.rows("SELECT jws, receipt FROM exchange_out WHERE peer = 'PT'"):
        assert sent_to(two.pt, sealed_for(two.pt.node, token)) == (202, receipt.encode())
        done += 1
    return done


def respelt(two: Two) -> int:
    """To another State, by another State, and in other words for the same bytes: refused."""
    two.move(timedelta(minutes=2))
    rotate(two.br, told=False)  # a year has gone by
    tokens = [row[0] for row in two.br.node.rows("SELECT jws FROM exchange_out WHERE peer = 'PT'")][:3]
    done = 0
    for token in tokens:
        assert answered(two.br, sealed_for(two.pt.node, token)) == "unsealable"
        assert answered(two.br, sealed_for(two.br.node, token)) == "wrong-audience"
        as_another = signed(two.pt.node, strict_json.loads(jose.parse(token).payload))
        assert answered(two.pt, sealed_for(two.pt.node, as_another)) == "wrong-audience"
        for spelling in otherwise(token):
            assert answered(two.pt, sealed_for(two.pt.node, spelling)) == "bad-signature"
            done += 1
        for spelling in otherwise(sealed_for(two.pt.node, token).decode()):
            assert answered(two.pt, spelling.encode()) == "unsealable"
            done += 1
        two.move(timedelta(minutes=2))
        done += 3
    return done


def otherwise(text: str) -> list[str]:
    """Padding, other unused bits, blanks, the other alphabet."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    last = alphabet[alphabet.index(text[-1]) ^ 1]
    parts = text.split(".")
    return [f"{text}==", text[:-1] + last, f"{text}\n", f" {text}", f"{parts[0]}=.{'.'.join(parts[1:])}"]


def sent_to(one: Running, body: bytes) -> tuple[int, bytes]:
    """What a server answers to these bytes."""
    connection = http.client.HTTPConnection(HOST, one.port, timeout=30)
    connection.request("POST", "/exchange/v1/messages", body, {"Content-Type": "application/jose"})
    answer = connection.getresponse()
    found = answer.status, answer.read()
    connection.close()
    return found


def answered(one: Running, body: bytes) -> str:
    """The code of the problem that comes back."""
    said = sent_to(one, body)[1].decode()
    return str(strict_json.loads(jose.parse(said).payload).get("code", "taken"))


def dead(one: Running) -> list[tuple[str, str]]:
    """Names of dead letters, and what was said of them."""
    return [tuple(row) for row in one.node.rows("SELECT jti, problem FROM exchange_out WHERE state = 'dead'")]


def sent_again(two: Two, one: Running) -> int:
    """Send dead letters again until there are none, also those that died meanwhile; how many they were."""
    count = 0
    while letters := dead(one):
        for jti, _ in letters:
            with one.node.office.begin(OPERATOR) as work:
                acts.resend(work, jti)
            count += 1
        assert settled(two.both)
    return count


@pytest.mark.sqlite
def test_a_clock_that_is_wrong_by_hours(two_on_sqlite: Two) -> None:
    """The sender's clock: what is behind passes; what is ahead is refused in words, and passes in time."""
    two, hours = two_on_sqlite, (-48, -24, -1, 1, 24, 48) if LONG else (-48, 1, 48)
    two.begin()
    refused = 0
    for wrong in hours:
        two.br.set_clock(doomed.offset(two.pt.clock) + timedelta(hours=wrong))
        two.ask()
        asks = "SELECT state FROM exchange_out WHERE type = 'trace.request' ORDER BY seq DESC LIMIT 1"
        ahead, behind = (two.br, two.pt) if wrong > 0 else (two.pt, two.br)
        ends = "dead" if wrong > 0 else "delivered"
        assert until(lambda: two.br.node.rows(asks)[0][0] == ends), f"{wrong} h: not {ends}"  # noqa: B023
        assert until(lambda: dead(ahead)), f"what {wrong} h make be ahead is refused"  # noqa: B023
        assert all("future-dated: made at" in said and "ahead of" in said for _, said in dead(ahead))
        assert dead(behind) == []
        for one in two.both:  # the clock is put right: both are where the one ahead was
            one.set_clock(doomed.offset(ahead.clock) + timedelta(minutes=1))
        refused += sent_again(two, ahead)
    say(f"{refused} messages refused that came from the future")
    judged(f"clocks wrong by {hours} h", two, len(hours))


@pytest.mark.sqlite
def test_keys_that_are_replaced_while_messages_are_on_their_way_and_keys_that_are_over(
    two_on_sqlite: Two,
) -> None:
    two = two_on_sqlite
    two.begin()
    two.ask()
    assert settled(two.both)
    two.move(timedelta(days=80))
    two.proxy.cut = ("request", 0)
    for _ in range(2):
        two.ask()
    for one in two.both:
        rotate(one)
    two.ask()
    two.proxy.cut = None
    assert settled(two.both)
    two.move(timedelta(days=121))  # the second keys for encryption are over too
    sent = two.proxy.connections
    two.ask()
    over = "SELECT count(*) FROM exchange_out WHERE problem = 'its key set has expired'"
    assert until(lambda: two.br.node.rows(over)[0][0])
    assert two.proxy.connections == sent, "nothing is sent to a State whose keys are over"
    for one, other in (two.both, two.both[::-1]):
        rotate(one)
        with one.node.office.look(OPERATOR) as work:
            bundle = acts.own_bundle(work)
        with other.node.office.begin(OPERATOR) as work:
            if queries.key_set_payload(work, one.node.state) != keysets.payload_of(bundle.key_set):
                acts.take_key_set(work, one.node.state, bundle.key_set)  # unless it came by message first
    two.move(timedelta(hours=1))
    assert settled(two.both)
    judged("keys replaced and over", two, two.proxy.cuts + 1)


def rotate(one: Running, told: bool = True) -> None:
    """New keys, published and told."""
    with one.node.office.begin(OPERATOR) as work:
        known = queries.trusted(work, one.node.state)
        assert known is not None
        assert known.keys is not None
        acts.make_keys(work)
        acts.publish(work, one.node.root_keys[:2], known.keys.endpoints)
        if told:
            own_kinds.post_keys(work)
