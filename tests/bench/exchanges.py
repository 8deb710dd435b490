"""Between States: what a message costs beside its cryptography, a chain of five, and requests that come."""

from __future__ import annotations

import hashlib
import http.client
import statistics
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import date, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_network
from pathlib import Path
from queue import SimpleQueue
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from registry.core.database import Database
from registry.core.work import OPERATOR, Office
from registry.exchange import acts, courier, inbox, jose, outbox, rounds, sealing, strict_json
from registry.exchange.outbox import Outgoing
from registry.exchange.queries import trusted
from registry.exchange.transport import MEDIA_TYPE, Transport
from registry.exchange.transport import MESSAGES as PATH
from registry.requests import chain_links, queries
from registry.requests.doing import message_of
from registry.rooms import MESSAGES, OFFERS
from schemas.exchange import MessageSchema, ReceiptSchema
from schemas.firearms import CustodyNew
from schemas.vocabulary import CustodyKind, DocumentKind
from tests.bench.databases import both
from tests.bench.line import Line
from tests.bench.server import CONNECTIONS, SECRET, THREADS, CannotRunError, delivering, serving
from tests.engines import set_up
from tests.exchange.world import Node, introduce
from tests.firearms.world import made, make_world, register, sold
from tests.requests.world import OFFICER, allow, asked, send

FULL, SMALL, ROUNDS = 10_000, 1_000, 5
MANY, FEW = 10_000, 600  # requests that come
_MESSAGE, _RECEIPT = MessageSchema(), ReceiptSchema()  # as inbox and courier hold them
CHAIN = ("PT", "BR", "AR", "UY", "PY")
PATIENCE = 30.0  # seconds
MESSAGE = {
    "ver": "1.0", "type": "trace.request", "jti": "019a0000-0000-7000-8000-000000000000", "iss": "PT",
    "aud": "BR", "iat": 1_790_000_000, "exp": 1_790_600_000,
    "thread": "019a0000-0000-7000-8000-000000000001",
    "ch": {"seq": 7, "prev": jose.encoded(bytes(32))},
    "body": {"mark": "TAB12345", "circumstances": "x" * 400},
}  # fmt: skip


def hop(full: bool) -> Iterator[Line]:
    """A record signed, sealed, opened, verified, read and receipted; and the bare cryptography of that."""
    each = (FULL if full else SMALL) // ROUNDS
    ours, theirs = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
    reading = X25519PrivateKey.generate()
    whole, bare = [], []
    for _ in range(ROUNDS):
        whole.append(_took(each, lambda: _hop(ours, theirs, reading)))
        bare.append(_took(each, lambda: _bare(ours, theirs, reading)))
    value, floor = statistics.median(whole) * 1e6, statistics.median(bare) * 1e6
    yield Line("exchange_hop", None, each * ROUNDS, value, "µs", floor, 3.0, better="lower")


def _took(times: int, act: Any) -> float:
    started = time.perf_counter()
    for _ in range(times):
        act()
    return (time.perf_counter() - started) / times


def _hop(ours: Ed25519PrivateKey, theirs: Ed25519PrivateKey, reading: X25519PrivateKey) -> None:
    public = reading.public_key().public_bytes_raw()
    token = jose.sign(strict_json.dumps(MESSAGE), ours)
    sealed = sealing.seal(token.encode("ascii"), public)
    sealing.recipient(sealed)
    opened = sealing.unseal(sealed, reading).decode("ascii")
    parsed = jose.parse(opened)
    assert jose.verify(parsed, ours.public_key().public_bytes_raw())
    message = _MESSAGE.take(strict_json.loads(parsed.payload))
    receipt = {
        "ver": "1.0", "type": "receipt", "iss": message.aud, "aud": message.iss, "at": message.iat,
        "re": {"jti": message.jti, "sha256": jose.digest(opened)}, "status": "stored", "log": {"size": 1},
    }  # fmt: skip
    answer = jose.parse(jose.sign(strict_json.dumps(receipt), theirs))
    assert jose.verify(answer, theirs.public_key().public_bytes_raw())
    _RECEIPT.take(strict_json.loads(answer.payload))


def _bare(ours: Ed25519PrivateKey, theirs: Ed25519PrivateKey, reading: X25519PrivateKey) -> None:
    content = b"x" * 1_200
    signed = ours.sign(content)
    fresh = X25519PrivateKey.generate()
    key = hashlib.sha256(fresh.exchange(reading.public_key())).digest()
    sealed = AESGCM(key).encrypt(b"n" * 12, content, b"h")
    again = hashlib.sha256(reading.exchange(fresh.public_key())).digest()
    AESGCM(again).decrypt(b"n" * 12, sealed, b"h")
    ours.public_key().verify(signed, content)
    theirs.public_key().verify(theirs.sign(content), content)


def chain(full: bool) -> Iterator[Line]:
    """From one press to the last of five States: each answers by itself, and the next is asked by itself."""
    with TemporaryDirectory() as folder, _five(Path(folder)) as nodes:
        value = statistics.median(_played(nodes, n) for n in range(3))
        many = len(CHAIN)
        yield Line("exchange_chain", "sqlite", many, value, "s", None, 2.0, better="lower", judged="value")


def _played(nodes: Sequence[Node], n: int) -> float:
    home = nodes[0]
    started = time.perf_counter()
    first = send(home, asked(CHAIN[1], case_number=f"IP {n}"))
    while time.perf_counter() - started < PATIENCE:
        with home.office.look(OFFICER) as work:
            rows = chain_links.whole_chain(work, queries.request_row(work, first.id))
            links = [chain_links.link(row) for row in rows]
        if len(links) == len(CHAIN) - 1 and links[-1].outcome:
            return time.perf_counter() - started
        time.sleep(0.01)
    raise RuntimeError(f"the chain stands at {[(one.state, one.outcome) for one in links]}")


@contextmanager
def _five(folder: Path) -> Iterator[list[Node]]:
    with ExitStack() as stack:
        nodes = [stack.enter_context(_serving(state, folder)) for state in CHAIN]
        introduce(nodes)
        for n, node in enumerate(nodes[1:], 1):
            _on_record(node, n)
            allow(node, CHAIN[0], release=True)
            allow(nodes[0], node.state, ask=True)
        network = (ip_network("127.0.0.0/8"),)
        for node in nodes:
            stack.callback(rounds.start(courier.Courier(node.office, Transport(network), MESSAGES)).set)
        yield nodes


@contextmanager
def _serving(state: str, folder: Path) -> Iterator[Node]:
    """A State that is reached over HTTP on this machine."""
    url = f"sqlite:///{folder}/{state}.db"
    set_up(url)
    office = Office(Database(url), state, secret="k" * 32, offers=OFFERS)

    class Receiving(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            arrived = self.rfile.read(int(self.headers["Content-Length"]))
            answer = inbox.receive(office, MESSAGES, arrived, "127.0.0.1")
            body = answer.body.encode()
            self.send_response(answer.status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Receiving)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with office.begin(OPERATOR) as work:
        keys, _, _ = acts.make_root(work)
        acts.make_keys(work)
        acts.publish(work, keys, [f"http://127.0.0.1:{server.server_port}"])
    yield Node(state, office, keys, MESSAGES)
    server.shutdown()
    server.server_close()
    office.database.close()


def _on_record(node: Node, n: int) -> None:
    """The pistol as it came to this State and left it again; the last State's person has it."""
    world = make_world(node.office)
    day = date(2001, 2, 3) + timedelta(days=100 * n)
    steps = [
        made(world)
        if n == 1
        else CustodyNew(CustodyKind.IMPORTED, day, to_party=world.maker.number, country=CHAIN[n - 1]),
        sold(world.maker, world.dealer, day + timedelta(days=9)),
    ]
    if n < len(CHAIN) - 1:
        steps.append(
            CustodyNew(
                CustodyKind.EXPORTED,
                day + timedelta(days=60),
                from_party=world.dealer.number,
                country=CHAIN[n + 1],
                document_kind=DocumentKind.EXPORT_LICENCE,
                document_number=f"EX {n}",
            )
        )
    register(node.office, world, *steps)


def incoming(full: bool) -> Iterator[Line]:
    """Complete requests a second that are taken, acknowledged, traced and answered by themselves, with the
    ledger on; to as many small answers of plain Flask, over the same connections.
    """
    many = MANY if full else FEW
    with both() as engines:
        for name, url, folder in engines:
            sealed = _prepared(url, f"sqlite:///{folder}/asking-{name}.db", many)
            with (
                serving(url, folder, threads=THREADS) as ours,
                serving(url, folder, plain=True) as plain,
                delivering(url, folder),
            ):
                _posted(ours + PATH, sealed[: many // 10])
                value = _posted(ours + PATH, sealed[many // 10 :])
                floor = _posted(plain + "/plain", sealed[many // 10 :])
            yield Line("exchange_incoming", name, many, value, "requests/s", floor, 200, judged="value")


def _prepared(url: str, theirs: str, many: int) -> list[bytes]:
    """What Portugal sends: so many requests, sealed for us, who know it and let exact matches go."""
    nodes = []
    for state, where in (("BR", url), ("PT", theirs)):
        set_up(where)
        office = Office(Database(where), state, secret=SECRET, offers=OFFERS)
        with office.begin(OPERATOR) as work:
            keys, _, _ = acts.make_root(work)
            acts.make_keys(work)
            acts.publish(work, keys, ["http://127.0.0.1:9"])
        nodes.append(Node(state, office, keys, MESSAGES))
    introduce(nodes)
    ours, asking = nodes
    _on_record(ours, 1)
    allow(ours, "PT", release=True)
    body, use = message_of(asked("BR"))
    with asking.office.begin(OPERATOR) as work:
        for _ in range(many):
            outbox.post(work, Outgoing("BR", "trace.request", body, purpose=use))
    with ours.office.look(OPERATOR) as work:
        known = trusted(work, "BR")
    if known is None or known.keys is None:
        raise CannotRunError("we have no keys")
    public = jose.decoded(known.keys.encryption[0].x)
    sealed = [
        sealing.seal(jws.encode("ascii"), public).encode("ascii")
        for (jws,) in asking.rows("SELECT jws FROM exchange_out WHERE type = 'trace.request' ORDER BY seq")
    ]
    for node in nodes:
        node.office.database.close()
    return sealed


def _posted(url: str, bodies: Sequence[bytes]) -> float:
    """Requests a second over so many connections; a body is sent once, and every answer must be good."""
    parts = urlsplit(url)
    waiting: SimpleQueue[bytes | None] = SimpleQueue()
    for body in [*bodies, *[None] * CONNECTIONS]:
        waiting.put(body)
    refused: list[str] = []

    def client() -> None:
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port)
        while (body := waiting.get()) is not None:
            if parts.path == PATH:
                connection.request("POST", parts.path, body, {"Content-Type": MEDIA_TYPE})
            else:
                connection.request("GET", parts.path)
            answer = connection.getresponse()
            said = answer.read()
            if answer.status not in (200, 202):
                refused.append(f"{answer.status} {said[:200]!r}")
        connection.close()

    clients = [threading.Thread(target=client) for _ in range(CONNECTIONS)]
    started = time.perf_counter()
    for one in clients:
        one.start()
    for one in clients:
        one.join()
    if refused:
        raise CannotRunError(f"{len(refused)} were refused: {refused[0]}")
    return len(bodies) / (time.perf_counter() - started)
