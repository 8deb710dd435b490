"""The route, the command line, the pages, and the one room with network."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from flask import Flask

from registry.core.errors import Conflict
from registry.core.work import OPERATOR, Office
from registry.exchange import acts, jose, keysets, strict_json, transport
from registry.exchange.courier import Parcel, Reply, Unreachable
from registry.exchange.rules import LARGEST_BODY
from schemas.vocabulary import Role
from tests.engines import Sqlite
from tests.exchange.world import SECOND, Clock, Node, direct, node, root_payload, sealed_for
from tests.makers import csrf_token, make_person, post, sign_in

LOOPBACK = transport.networks(["127.0.0.0/8"])


def run(app: Flask, *words: str) -> str:
    result = app.test_cli_runner().invoke(args=["exchange", *words])
    assert result.exit_code == 0, result.output
    return str(result.output)


@pytest.fixture
def ready(app: Flask, tmp_path: Path) -> Flask:
    """An application with a root, keys and a key set."""
    run(app, "keygen", "--root", str(tmp_path / "root"))
    run(app, "keygen")
    run(app, "keyset", "--root", str(tmp_path / "root"), "--endpoint", "https://br.example",
        "--out", str(tmp_path / "br.json"))  # fmt: skip
    return app


def test_the_command_line_makes_keys_and_a_file_that_another_state_pins(ready: Flask, tmp_path: Path) -> None:
    files = sorted((tmp_path / "root/v1").iterdir())
    assert [file.name for file in files] == ["root-1.pem", "root-2.pem", "root-3.pem"]
    assert all(file.stat().st_mode & 0o777 == 0o600 for file in files)
    bundle = acts.bundle_of((tmp_path / "br.json").read_text())
    assert keysets.root(bundle.root, None).state == "BR"
    assert "BR  trusted  root 1  keys 1" in run(ready, "peers")
    run(ready, "keygen", "--root", str(tmp_path / "root"))
    assert "root 2" in run(ready, "peers")
    for command in ("outbox", "inbox", "status"):
        run(ready, command)
    assert run(ready, "deliver") == "0 tried\n"


def test_pinning_takes_two_people(ready: Flask, tmp_path: Path) -> None:
    keys = [Ed25519PrivateKey.generate() for _ in range(3)]
    document = keysets.signed_by(root_payload("PT", keys), keys)
    fingerprint = keysets.fingerprint(document)
    file = tmp_path / "pt.json"
    file.write_text(json.dumps({"root": document}))
    assert "waits for a second person" in run(ready, "pin", str(file), "--fingerprint", fingerprint)
    browser = sign_in(ready, Role.AUTHORITY_SUPERVISOR)
    page = browser.get("/exchange").get_data(as_text=True)
    assert "Waits for a second person" in page
    token = csrf_token(browser, "/exchange")
    sent = {"csrf_token": token, "fingerprint": "0000 1111"}
    assert browser.post("/exchange/peers/PT/confirm", data=sent).status_code == 422
    sent["fingerprint"] = fingerprint.lower()
    assert browser.post("/exchange/peers/PT/confirm", data=sent).status_code == 302
    assert "PT  trusted" in run(ready, "peers")


def test_a_supervisor_records_a_root_but_does_not_confirm_it_alone(ready: Flask) -> None:
    keys = [Ed25519PrivateKey.generate() for _ in range(3)]
    document = keysets.signed_by(root_payload("PT", keys), keys)
    browser = sign_in(ready, Role.AUTHORITY_SUPERVISOR)
    token = csrf_token(browser, "/exchange/pin")
    wrong = {"csrf_token": token, "fingerprint": "x", "file": (BytesIO(b"{}"), "pt.json")}
    assert browser.post("/exchange/pin", data=wrong).status_code == 422
    sent = {
        "csrf_token": token,
        "fingerprint": keysets.fingerprint(document),
        "file": (BytesIO(json.dumps({"root": document}).encode()), "pt.json"),
    }
    assert browser.post("/exchange/pin", data=sent).status_code == 302
    answer = browser.post(
        "/exchange/peers/PT/confirm",
        data={"csrf_token": token, "fingerprint": keysets.fingerprint(document)},
    )
    assert answer.status_code == 409


def test_two_accounts_of_one_name_do_not_pin_a_root(ready: Flask) -> None:
    keys = [Ed25519PrivateKey.generate() for _ in range(3)]
    document = keysets.signed_by(root_payload("PT", keys), keys)
    fingerprint = keysets.fingerprint(document)
    office = ready.extensions["registry"].office
    one, namesake = (make_person(office, full_name=name) for name in ("Maria Lima", "maria  LIMA"))
    with office.begin(one) as work:
        acts.pin(work, acts.Bundle(document), fingerprint)
    for person in (namesake, OPERATOR):
        with pytest.raises(Conflict), office.begin(person) as work:
            acts.confirm(work, "PT", fingerprint)
    with office.begin(make_person(office)) as work:
        acts.confirm(work, "PT", fingerprint)


def test_auditors_see_the_exchange_and_traders_do_not(ready: Flask) -> None:
    assert sign_in(ready, Role.AUDITOR).get("/exchange").status_code == 200
    assert sign_in(ready, Role.TRADER).get("/exchange").status_code == 403


def test_nothing_is_called_by_a_name_with_a_zero_byte(app: Flask) -> None:
    browser = sign_in(app, Role.AUTHORITY_SUPERVISOR)
    for step in ("keys/a%00b/revoke", "outbox/a%00b/resend", "peers/B%00/confirm"):
        assert post(browser, f"/exchange/{step}", form_at="/exchange").status_code == 404
    wrong = app.test_client().get("/api/v1/traces/a%00b")
    assert (wrong.status_code, wrong.mimetype) == (404, "application/problem+json")


def test_the_route_answers_with_signed_problems(ready: Flask) -> None:
    client = ready.test_client()
    for body, status, code in (
        (b"nonsense", 422, "unsealable"),
        (b"x" * (LARGEST_BODY + 1), 413, "too-large"),
    ):
        answer = client.post("/exchange/v1/messages", data=body, content_type="application/jose")
        said = strict_json.loads(jose.parse(answer.get_data(as_text=True)).payload)
        assert (answer.status_code, said["code"], answer.mimetype) == (status, code, "application/jose")


def test_too_much_nonsense_from_one_address_is_not_read_any_more(ready: Flask) -> None:
    client = ready.test_client()
    statuses = [client.post("/exchange/v1/messages", data=b"nonsense").status_code for _ in range(62)]
    assert statuses[:60] == [422] * 60
    assert 429 in statuses[60:] or time.time() % 60 < 30  # the minute may turn meanwhile


def test_a_registry_without_keys_answers_that_it_is_not_ready(app: Flask) -> None:
    assert app.test_client().post("/exchange/v1/messages", data=b"nonsense").status_code == 503


def test_a_message_arrives_at_the_route_of_another_registry(
    ready: Flask, tmp_path: Path, sqlite: Sqlite
) -> None:
    office = ready.extensions["registry"].office
    clock = Clock(office.clock())
    with sqlite.ready() as url:
        pt = node("PT", url, clock)
        with office.look(OPERATOR) as work:
            ours = acts.own_bundle(work)
        with pt.office.look(OPERATOR) as work:
            theirs = acts.own_bundle(work)
        for there, bundle in ((office, theirs), (pt.office, ours)):
            trust(there, bundle)
        ready.extensions["exchange_kinds"] = pt.kinds
        with office.database.writer.begin() as connection:
            connection.exec_driver_sql("CREATE TABLE effect (id bigint, jti text, words text)")
        pt.post("BR")
        client = ready.test_client()

        def send(parcel: Parcel) -> Reply:
            answer = client.post("/exchange/v1/messages", data=parcel.sealed)
            return Reply(answer.status_code, answer.get_data())

        assert pt.courier(send).run_once() == 1
        assert pt.rows("SELECT state FROM exchange_out")[0][0] == "delivered"
        assert "test.note" in run(ready, "inbox")
        pt.office.database.close()


def trust(office: Office, bundle: acts.Bundle) -> None:
    fingerprint = keysets.fingerprint(bundle.root)
    with office.begin(OPERATOR) as work:
        state = acts.pin(work, bundle, fingerprint)
    with office.begin(SECOND) as work:
        acts.confirm(work, state, fingerprint)


@contextmanager
def peer(answer: bytes, forever: bool = False, silent: bool = False) -> Iterator[tuple[str, list[bytes]]]:
    """A machine that says this to whoever connects; then again and again (forever), or nothing (silent)."""
    asked: list[bytes] = []
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(20)

        def serve() -> None:
            try:
                connection, _ = server.accept()
                with connection:
                    asked.append(connection.recv(65536))
                    connection.sendall(answer)
                    over.wait(10 if silent else 0)
                    while forever:
                        connection.sendall(b"x" * 65536)
            except OSError:
                return

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}", asked
        over.set()
        with suppress(OSError):
            server.shutdown(socket.SHUT_RDWR)  # who still waits for a caller waits no longer
    thread.join(5)


def parcel(*endpoints: str) -> Parcel:
    return Parcel("jti", "PT", "sha", b"sealed", endpoints, ())


def test_one_post_and_its_answer() -> None:
    with peer(b"HTTP/1.1 202 Accepted\r\nContent-Length: 2\r\n\r\nok") as (address, asked):
        reply = transport.Transport(LOOPBACK)(parcel("http://127.0.0.1:1", address))
    assert (reply.status, reply.body) == (202, b"ok")
    assert asked[0].startswith(b"POST /exchange/v1/messages HTTP/1.1")


def test_a_redirect_is_not_followed() -> None:
    with (
        peer(b"HTTP/1.1 202 Accepted\r\nContent-Length: 2\r\n\r\nok") as (other, asked),
        peer(b"HTTP/1.1 302 Found\r\nLocation: " + other.encode() + b"\r\nContent-Length: 0\r\n\r\n") as (
            address,
            _,
        ),
    ):
        assert transport.Transport(LOOPBACK)(parcel(address)).status == 302
        assert asked == []


def test_an_endless_answer_is_cut_off() -> None:
    with (
        peer(b"HTTP/1.1 200 OK\r\nContent-Length: 10000000000\r\n\r\n", forever=True) as (address, _),
        pytest.raises(Unreachable, match="too large"),
    ):
        transport.Transport(LOOPBACK)(parcel(address))


def test_half_an_answer_is_none() -> None:
    half = b"HTTP/1.1 202 Accepted\r\nContent-Length: 10\r\n\r\nhalf"
    with peer(half) as (address, _), pytest.raises(Unreachable, match=r"cut off|reset by peer"):
        transport.Transport(LOOPBACK)(parcel(address))


def test_an_answer_that_never_comes_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "PATIENCE", 0.3)
    began = time.monotonic()
    quiet = peer(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n", silent=True)
    with quiet as (address, _), pytest.raises(Unreachable):
        transport.Transport(LOOPBACK)(parcel(address))
    assert time.monotonic() - began < 5


def test_all_endpoints_of_a_state_together_have_one_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "DEADLINE", 0.4)
    began = time.monotonic()
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n"
    with ExitStack() as stack:
        found = [stack.enter_context(peer(head, silent=True))[0] for _ in range(3)]
        with pytest.raises(Unreachable):
            transport.Transport(LOOPBACK)(parcel(*found))
        assert time.monotonic() - began < 5


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://127.0.0.1:9",
        "https://127.0.0.1:9",
        "https://[::1]:9",
        "https://[::ffff:127.0.0.1]:9",
        "https://10.0.0.1",
        "https://192.168.1.1",
        "https://169.254.169.254",
        "https://100.64.0.1",
        "https://0.0.0.0",
        "https://[fe80::1]",
        "https://[fd00::1]",
        "https://localhost",
        "https://2130706433",
        "https://0x7f000001",
        "https://127.1",
        "https://224.0.0.1",
        "https://[64:ff9b::a00:1]",
        "https://[2002:a00:1::1]",
        "https://[2001:0:4136:e378:8000:63bf:f5ff:fffe]",
        "https://[::ffff:10.0.0.1]",
        "https://[::]",
    ],
)
def test_a_private_address_is_never_connected_to(monkeypatch: pytest.MonkeyPatch, endpoint: str) -> None:
    connected: list[object] = []
    monkeypatch.setattr(socket, "create_connection", lambda *call, **_: connected.append(call))
    with pytest.raises(Unreachable):
        transport.Transport()(parcel(endpoint))
    assert connected == []


def test_a_name_is_resolved_once_and_the_connection_goes_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """A second answer of the name service (DNS rebinding) has no say."""
    asked: list[str] = []
    connected: list[object] = []

    def resolve(host: str, port: int, **_: object) -> list[object]:
        asked.append(host)
        return [(2, 1, 6, "", ("8.8.8.8" if len(asked) == 1 else "127.0.0.1", port))]

    def connect(address: tuple[str, int], *_: object) -> None:
        connected.append(address)
        raise OSError("not here")

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    monkeypatch.setattr(socket, "create_connection", connect)
    with pytest.raises(Unreachable):
        transport.Transport()(parcel("https://pt.example"))
    assert (asked, connected) == (["pt.example"], [("8.8.8.8", 443)])


def test_without_tls_only_named_networks_are_reached(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [(2, 1, 6, "", ("8.8.8.8", 80))])
    with pytest.raises(Unreachable, match="TLS"):
        transport.Transport()(parcel("http://pt.example"))


def test_replayed_traffic_has_no_effect(two: list[Node], clock: Clock) -> None:
    br, pt = two
    network, seen = direct(two), list[Parcel]()

    def listening(parcel: Parcel) -> Reply:
        seen.append(parcel)
        return network(parcel)

    for _ in range(5):
        br.post("PT", type_="test.question")
    br.courier(listening).run_once()
    before = pt.effects()
    replays = 0
    for later in (timedelta(seconds=1), timedelta(days=365)):
        clock.move(later)
        for each in seen:
            assert pt.receive(each.sealed).status == 202
            br.receive(each.sealed)  # another audience
            token = br.rows("SELECT jws FROM exchange_out WHERE jti = :jti", jti=each.jti)[0][0]
            br.receive(sealed_for(br, token))
            pt.receive(each.sealed + b"=")  # written otherwise
            replays += 4
    assert replays == 40
    assert pt.effects() == before
    assert br.effects() == []
