"""Three States in one process: virtual clock, hostile network, crashes between any two steps.

A schedule is a seed. Everything that happens is drawn from it, so that a failing seed happens again:
messages are posted, lost, doubled, delayed, damaged, cut short, answered with something else or to nobody;
a State dies before the k-th statement or commit of what it does, or right after a commit; an attacker
replays old traffic, sends one State's record to another, and signs with keys of nobody. At the end the
network heals. Then: nothing lost, nothing doubled, nothing forged, and channel heads equal on both sides.
"""

from __future__ import annotations

import random
import shutil
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import event

from registry.core.database import Statement, Turn
from registry.exchange import held, jose, strict_json
from registry.exchange.courier import Parcel, Reply, Unreachable
from tests.engines import set_up
from tests.exchange.trade import Trade
from tests.exchange.world import START, Clock, Node, channel_heads, sealed_for, states

STATES = ("BR", "PT", "AR")
STEPS = 10
TRADED = 0.7
MOST_ROUNDS = 400
MOST_STATEMENTS = 40
WAITING = (
    "SELECT 1 FROM exchange_out WHERE state = 'waiting'"
    " UNION SELECT 1 FROM exchange_in WHERE state = 'held' AND refused_at IS NULL"
)


class Played(Protocol):
    """What people and machines of the States do beside messages of the tests."""

    def step(self, node: Node, rng: random.Random) -> bool:
        """Something that they do in a State; whether it was possible."""

    def disagreements(self, nodes: Sequence[Node]) -> list[str]:
        """What the States say otherwise of the same at the end, in words."""


class Crash(BaseException):
    """The process is killed here."""


class Watched(Turn):
    """A transaction of prepared statements that a fuse sees too."""

    fuse: Fuse

    def run_all(self, statements: Sequence[Statement], commit: bool = False) -> list[list[tuple[Any, ...]]]:
        """Each of them is a step."""
        rows = []
        for one in statements:
            self.fuse.step()
            rows += super().run_all([one])
        return rows

    def commit(self) -> None:
        """A step too."""
        self.fuse.step()
        super().commit()


class Fuse:
    """Kills a State before its k-th statement or commit from now, or right after its next commit.

    The dead State's connections are closed, as those of a killed process are, and it starts anew.
    """

    def __init__(self, node: Node) -> None:
        self.node = node
        self.left, self.after_commit, self.burnt = 0, False, False
        self.open: list[Any] = []
        self._watch()

    def _watch(self) -> None:
        database = self.node.office.database
        for engine in (database.writer, database.reader):
            event.listen(engine, "connect", lambda connection, _record: self.open.append(connection))
            event.listen(engine, "before_cursor_execute", self.step)
        event.listen(database.writer, "commit", self.step)
        database.wrote = self._committed  # type: ignore[method-assign]
        turn = database.turn

        def watched() -> Turn:
            found = turn()
            found.__class__ = Watched
            found.fuse = self  # type: ignore[attr-defined]
            return found

        database.turn = watched  # type: ignore[method-assign]

    def arm(self, rng: random.Random) -> None:
        self.after_commit = rng.random() < 0.25
        self.left = 0 if self.after_commit else rng.randint(1, MOST_STATEMENTS)

    def disarm(self) -> None:
        self.left, self.after_commit = 0, False

    def start_anew(self) -> None:
        """A new process on the same files."""
        for connection in self.open:
            connection.close()
        self.open.clear()
        self.burnt = False
        self.node.office.database.close()

    def step(self, *_: Any) -> None:
        if self.left:
            self.left -= 1
            if not self.left:
                self._burn()

    def _committed(self) -> None:
        if self.after_commit:
            self._burn()

    def _burn(self) -> None:
        self.disarm()
        self.burnt = True
        raise Crash


@dataclass
class Tally:
    """What happened in a schedule. wrong: what must never happen, in words."""

    seed: int
    posted: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)


@dataclass
class World:
    """One schedule as it runs."""

    nodes: Sequence[Node]
    clock: Clock
    rng: random.Random
    tally: Tally
    fuses: dict[str, Fuse]
    trade: Played
    traffic: list[tuple[str, bytes]] = field(default_factory=list)
    replies: list[Reply] = field(default_factory=list)
    delayed: list[tuple[str, bytes]] = field(default_factory=list)
    posted: dict[str, str] = field(default_factory=dict)
    healed: bool = False

    def node(self, state: str) -> Node:
        return next(each for each in self.nodes if each.state == state)

    def step(self) -> None:
        """One thing happens."""
        node = self.rng.choice(self.nodes)
        happens = self.rng.choices(
            (self.post, self.deliver, self.arrive_late, self.attack), weights=(3, 5, 1, 1)
        )[0]
        happens(node)
        self.clock.move(timedelta(seconds=self.rng.choice((0, 1, 25, 60, 600))))

    def post(self, node: Node) -> None:
        """An act that posts a message; it may die on the way, and then posted nothing."""
        if self.rng.random() < TRADED:
            trading = self.rng.choice((self.nodes[0], node, node))
            with self.mortal(trading):
                if self.trade.step(trading, self.rng):
                    return
        to = self.rng.choice([each.state for each in self.nodes if each is not node])
        kind = self.rng.choice(("test.note", "test.question"))
        with self.mortal(node):
            node.post(to, "words", kind)

    def deliver(self, node: Node) -> None:
        """The courier's round."""
        with self.mortal(node):
            node.courier(partial(self.send, node), self.rng.random).run_once()

    def arrive_late(self, _: Node) -> None:
        """What the network kept back arrives, in no order."""
        if self.delayed:
            state, sealed = self.delayed.pop(self.rng.randrange(len(self.delayed)))
            self.received(state, sealed)

    @contextmanager
    def mortal(self, node: Node, odds: float = 0.15) -> Iterator[None]:
        """A State that may die in the middle; what it remembered is gone, what it committed is not."""
        fuse = self.fuses[node.state]
        if not self.healed and self.rng.random() < odds:
            fuse.arm(self.rng)
        try:
            yield
        except BaseException:
            if not fuse.burnt:
                raise
            self.tally.faults["crash"] += 1
            fuse.start_anew()
        finally:
            fuse.disarm()

    def received(self, state: str, sealed: bytes) -> Reply | None:
        """What a State answers; None when it dies while answering."""
        with self.mortal(self.node(state)):
            answer = self.node(state).receive(sealed, f"192.0.2.{self.rng.randrange(200)}")
            return Reply(answer.status, answer.body.encode())
        return None

    def send(self, sender: Node, parcel: Parcel) -> Reply:
        """The network: there and back, with everything that may happen on the way."""
        self.traffic.append((parcel.peer, parcel.sealed))
        fuse = self.fuses[sender.state]
        armed, fuse.left = fuse.left, 0  # the sender only waits while the receiver works
        try:
            return self.there_and_back(parcel)
        finally:
            fuse.left = armed

    def there_and_back(self, parcel: Parcel) -> Reply:
        fault = "none" if self.healed else self.rng.choices(list(ODDS), weights=list(ODDS.values()))[0]
        if fault != "none":
            self.tally.faults[fault] += 1
        if fault == "drop":
            raise Unreachable("lost")
        if fault == "delay":
            self.delayed.append((parcel.peer, parcel.sealed))
            raise Unreachable("late")
        if fault == "double":
            self.received(parcel.peer, parcel.sealed)
        sealed = damaged(parcel.sealed, fault, self.rng)
        reply = self.received(parcel.peer, sealed)
        if reply is None or fault == "drop answer":
            raise Unreachable("no answer")
        if fault == "other answer" and self.replies:
            reply = self.rng.choice(self.replies)
        if fault == "damage answer":
            reply = replace(reply, body=damaged(reply.body, "flip", self.rng))
        self.replies.append(reply)
        return reply

    def attack(self, node: Node) -> None:
        """Traffic by somebody who hears and sends everything, and is a State too."""
        if not self.traffic:
            return
        state, sealed = self.rng.choice(self.traffic)
        way = self.rng.choice(("replay", "divert", "forge"))
        self.tally.faults[way] += 1
        if way == "replay":
            self.received(state, sealed)
        elif tokens := node.rows("SELECT jws FROM exchange_in ORDER BY jti"):
            token = self.rng.choice(tokens)[0]
            other = self.rng.choice([each for each in self.nodes if each is not node])
            to, text = (other, token) if way == "divert" else (node, forged(token))
            self.received(to.state, sealed_for(to, text))

    def settle(self) -> None:
        """The network heals; all that waits is tried until nothing does."""
        self.healed = True
        for state, sealed in self.delayed:
            self.received(state, sealed)
        for _ in range(MOST_ROUNDS):
            if not any(node.rows(WAITING) for node in self.nodes):
                return
            for node in self.nodes:  # as a round does: a process may have died before what was held
                held.release_due(node.office, node.kinds)
                node.courier(partial(self.send, node), self.rng.random).run_once()
            self.clock.move(timedelta(hours=7))
        self.tally.wrong.append("messages still wait although the network is well")

    def judge(self) -> None:
        """Hold what every State has against what was posted."""
        wrong = self.tally.wrong
        for node in self.nodes:
            posted = {(row[0], row[1]) for row in node.rows("SELECT jti, peer FROM exchange_out")}
            self.tally.posted += len(posted)
            self.posted |= {jti: node.state + peer for jti, peer in posted}
            dead = node.rows("SELECT jti, problem FROM exchange_out WHERE state <> 'delivered'")
            wrong += [f"{node.state}: {jti} was not delivered: {said}" for jti, said in dead]
        happened: Counter[str] = Counter()
        for node in self.nodes:
            for jti in node.effects():
                happened[jti] += 1
                if self.posted.get(jti, "")[2:] != node.state:
                    wrong.append(f"forged: {jti} had an effect in {node.state}")
        wrong += [f"doubled: {jti} had {n} effects" for jti, n in happened.items() if n > 1]
        wrong += [f"lost: {jti} had no effect" for jti in self.posted if jti not in happened]
        for here, there, sent, came in channel_heads(self.nodes):
            if sent != came:
                wrong.append(f"channel {here}-{there}: sent {sent}, came {came}")
        for node in self.nodes:
            if forks := node.rows("SELECT code, detail FROM exchange_alert WHERE code = 'fork'"):
                wrong.append(f"{node.state} sees forks: {forks}")
        wrong += self.trade.disagreements(self.nodes)


ODDS = {
    "none": 30,
    "drop": 10,
    "delay": 10,
    "double": 10,
    "flip": 10,
    "truncate": 5,
    "drop answer": 10,
    "other answer": 8,
    "damage answer": 7,
}


def damaged(content: bytes, fault: str, rng: random.Random) -> bytes:
    """One bit turned over, or the end cut off."""
    if fault == "flip" and content:
        at = rng.randrange(len(content))
        return content[:at] + bytes([content[at] ^ 1 << rng.randrange(8)]) + content[at + 1 :]
    return content[: rng.randrange(len(content) + 1)] if fault == "truncate" else content


STRANGER = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))


def forged(token: str) -> str:
    """The record as a stranger would like it, signed by the stranger."""
    payload = strict_json.loads(jose.parse(token).payload)
    payload["jti"] = payload["jti"][:-12] + "00000000dead"
    return jose.sign(strict_json.dumps(payload), STRANGER)


class Simulator:
    """Runs schedules, each on the same three databases as they were before the first one."""

    def __init__(self, folder: Path, prepare: Callable[[Sequence[Node]], Played] = Trade.prepared) -> None:
        self.paths = [folder / f"{state}.db" for state in STATES]
        _set_up(self.paths)
        self.clock = Clock()
        self.states = states([f"sqlite:///{path}" for path in self.paths], self.clock)
        self.nodes = self.states.__enter__()
        self.trade = prepare(self.nodes)
        self.fuses = {node.state: Fuse(node) for node in self.nodes}
        self.before = [_copy_of(path) for path in self.paths]

    def close(self) -> None:
        """Give back what it holds."""
        self.states.__exit__(None, None, None)
        for kept in self.before:
            kept.close()

    def run(self, seed: int, steps: int = STEPS) -> Tally:
        """One schedule, from its seed."""
        rng = random.Random(seed)
        self.clock.now = START + timedelta(days=1)
        for node, path, before in zip(self.nodes, self.paths, self.before, strict=True):
            node.office.clock = self.clock.of(timedelta(seconds=rng.randint(-100, 100)))
            _restore(path, before)
        world = World(self.nodes, self.clock, rng, Tally(seed), self.fuses, self.trade)
        for _ in range(steps):
            world.step()
        world.settle()
        world.judge()
        return world.tally


def _set_up(paths: Sequence[Path]) -> None:
    """Databases as `flask setup` leaves them."""
    url = f"sqlite:///{paths[0]}"
    set_up(url)
    for path in paths[1:]:
        shutil.copy(paths[0], path)


def _copy_of(path: Path) -> sqlite3.Connection:
    kept = sqlite3.connect(":memory:")
    with closing(sqlite3.connect(path)) as source:
        source.backup(kept)
    return kept


def _restore(path: Path, before: sqlite3.Connection) -> None:
    """The content of before, under the schema's number of now: connections need not read it anew."""
    with closing(sqlite3.connect(path)) as target:
        number = target.execute("PRAGMA schema_version").fetchone()[0]
        before.backup(target)
        target.execute(f"PRAGMA schema_version = {number}")


def run_all(
    simulator: Simulator, seeds: Sequence[int], say: Callable[[str], None], steps: int = STEPS
) -> list[Tally]:
    """Schedules one after the other; says the figures, and of each that failed what went wrong."""
    tallies = [simulator.run(seed, steps) for seed in seeds]
    faults: Counter[str] = Counter()
    for tally in tallies:
        faults += tally.faults
        for what in tally.wrong:
            say(f"seed {tally.seed}: {what}")
    posted, wrong = sum(tally.posted for tally in tallies), sum(bool(tally.wrong) for tally in tallies)
    say(f"{len(tallies)} schedules, {posted} messages, {faults.total()} faults, {wrong} schedules wrong")
    say(", ".join(f"{name} {count}" for name, count in sorted(faults.items())))
    return tallies
