"""Checks of OWASP ASVS 5.0 that belong to no subject; docs/security.md says which test shows which item."""

from __future__ import annotations

import ast
import io
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import orjson
import pytest
from flask import Flask
from flask.testing import FlaskClient

from registry.app import create_app
from registry.core.settings import SOURCE_ROOT, Settings
from registry.core.web import guard, site
from schemas.vocabulary import Role
from tests.engines import Sqlite
from tests.house.test_routes import rules
from tests.makers import bearer, enter_password, make_account, sign_in

SECURITY = (SOURCE_ROOT / "docs" / "security.md").read_text()
ITEMS = 47


def test_every_item_stands_in_the_document_with_a_test_that_is_there() -> None:
    rows = re.findall(r"^\| (\d+) \| ([^|]+) \| (.*) \|$", SECURITY, re.MULTILINE)
    assert [int(number) for number, _, _ in rows] == list(range(1, ITEMS + 1))
    missing = []
    for number, _, shown in rows:
        named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", shown)
        assert named or "not there: " in shown or "not needed: " in shown, number
        missing += [f"{number}: {path}::{name}" for path, name in named if not _has(path, name)]
    assert missing == []


def _has(path: str, name: str) -> bool:
    file = SOURCE_ROOT / path
    return file.exists() and re.search(rf"^def {name}\(", file.read_text(), re.MULTILINE) is not None


def test_every_answer_has_the_headers_also_an_error(app: Flask, client: FlaskClient) -> None:
    """3.4.1, 3.4.3 to 3.4.6: of every route, and of what is no route."""
    paths = {path for _, method, path in rules(app) if method == "GET"} | {"/nowhere", "/api/v1/nowhere"}
    for path in paths:
        found = client.get(path).headers
        policy = found["Content-Security-Policy"]
        assert "unsafe-inline" not in policy, path
        assert "default-src 'none'" in policy or "default-src 'self'" in policy, path
        assert "frame-ancestors 'none'" in policy, path
        assert found["X-Content-Type-Options"] == "nosniff", path
        assert found["Referrer-Policy"], path
        assert found["Cache-Control"], path


def test_behind_tls_cookies_are_bound_to_the_host_and_tls_is_asked_for(
    sqlite: Sqlite, tmp_path: Path
) -> None:
    """3.3.1 to 3.3.4, 3.4.1."""
    with sqlite.ready() as url:
        app = create_app(Settings(tmp_path, url, "k" * 32, secure_cookies=True, testing=True))
        make_account(app.extensions["registry"].office, Role.POLICE, "paula")
        client = app.test_client()
        form = client.get("/sign-in", base_url="https://localhost")
        token = re.search(r'name="csrf_token" value="([^"]+)"', form.get_data(as_text=True))
        assert token is not None
        given = {"csrf_token": token[1], "login": "paula", "password": "a long walk by the river"}
        answer = client.post(
            "/sign-in", data=given, base_url="https://localhost", headers={"Referer": "https://localhost/"}
        )
        app.extensions["registry"].database.close()
    assert answer.status_code == 303
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=")
    cookies = [*form.headers.getlist("Set-Cookie"), *answer.headers.getlist("Set-Cookie")]
    for cookie in cookies:
        name, *flags = [part.strip() for part in cookie.split(";")]
        assert name.startswith("__Host-"), name
        assert {"Secure", "HttpOnly", "Path=/"} <= set(flags), cookie
        assert "SameSite=Lax" in flags or "SameSite=Strict" in flags, cookie
        assert not any(flag.startswith("Domain") for flag in flags), cookie
    assert cookies


def test_a_method_that_is_not_listed_is_refused(app: Flask, client: FlaskClient) -> None:
    """4.1.4, and no GET changes anything: none has a guard of its own for changes."""
    allowed: dict[str, set[str]] = {}
    for _, method, path in rules(app):
        allowed.setdefault(path, set()).add(method)
    for path, methods in allowed.items():
        for method in {"DELETE", "PUT", "PATCH", "TRACE"} - methods:
            answer = client.open(path, method=method)
            assert answer.status_code in (405, 400), (method, path, answer.status_code)


def test_no_unknown_member_of_a_body_is_taken(app: Flask, client: FlaskClient) -> None:
    """15.3.3: mass assignment. Every operation that takes JSON names the member it does not know."""
    description = client.get("/api/v1/openapi.json").get_json()
    headers, asked, silent = bearer(app, Role.AUTHORITY_SUPERVISOR), 0, []
    for path, operations in description["paths"].items():
        where = re.sub(r"\{[^}]+\}", "1", path)
        for method, operation in operations.items():
            if (
                "requestBody" not in operation
                or "application/json" not in operation["requestBody"]["content"]
            ):
                continue
            body = {"id": 1, "role": "administrator", "version": 7, "zz_unknown": True}
            answer = client.open(
                where, method=method.upper(), json=body, headers={**headers, "If-Match": '"1"'}
            )
            asked += 1
            assert 400 <= answer.status_code < 500, (method, path, answer.status_code)
            if answer.status_code == 422 and "zz_unknown" not in answer.get_data(as_text=True):
                silent.append(f"{method} {path}")
    assert silent == []
    assert asked > 100


@pytest.mark.parametrize(
    "path",
    [
        "../../../wsgi.py",
        "..%2f..%2f..%2fwsgi.py",
        "....//....//wsgi.py",
        "%2e%2e/%2e%2e/wsgi.py",
        "..\\..\\wsgi.py",
        "/etc/passwd",
        "%00registry.css",
        "registry.css%00.png",
    ],
)
def test_no_path_leads_out_of_the_folder_of_assets(app: Flask, client: FlaskClient, path: str) -> None:
    """5.3.2, 5.3.3."""
    for start in ("/static/registry/", "/static/swagger-ui/"):
        answer = client.get(start + path, follow_redirects=True)
        assert answer.status_code in (400, 404), start
        assert "create_app" not in answer.get_data(as_text=True)
        assert "root:" not in answer.get_data(as_text=True)


def test_names_of_files_are_ours_and_break_no_header(app: Flask) -> None:
    """5.4.1, 5.4.2, 16.4.1: nothing a visitor sends stands in a header or begins a line of the log."""
    browser = sign_in(app, Role.AUTHORITY_OFFICER)
    for bad in ("F-1%0d%0aX-Evil:1", "F-1%22;x=%22", "%0aSet-Cookie:a=b"):
        for path in (f"/firearms/{bad}/record.pdf", f"/firearms/{bad}", f"/find?q={bad}"):
            answer = browser.get(path)
            assert "X-Evil" not in answer.headers, path
            assert not any("\n" in value or "\r" in value for _, value in answer.headers), path
            assert "a=b" not in str(answer.headers.getlist("Set-Cookie")), path


def _imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        if isinstance(node, ast.ImportFrom):
            yield node.module or ""


def test_what_is_random_comes_from_the_system(tmp_path: Path) -> None:
    """11.5.1; and 1.5.1, 1.5.3: XML is read of workbooks alone, JSON and CSV by one parser each."""
    found: dict[str, set[str]] = {}
    for path in (SOURCE_ROOT / "registry").rglob("*.py"):
        for name in _imports(path):
            found.setdefault(name.split(".")[0], set()).add(str(path.relative_to(SOURCE_ROOT)))
    assert {p for p in found.get("random", set()) if not p.startswith("registry/demo/")} == set()
    for parser in ("xml", "openpyxl"):
        assert found[parser] == {"registry/intake/workbooks.py"}
    for parser in (
        "lxml",
        "defusedxml",
        "pickle",
        "marshal",
        "shelve",
        "yaml",
        "simplejson",
        "ujson",
    ):
        assert parser not in found, found.get(parser)


class Log:
    """Where the service's log goes, in a test."""

    def __init__(self) -> None:
        self.buffer = io.BytesIO()

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [orjson.loads(line) for line in self.buffer.getvalue().splitlines()]


def test_each_request_is_one_line_without_anything_a_visitor_sent(
    sqlite: Sqlite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """16.2.1, 16.3.2, 16.4.1: denied access is logged; line feeds and names of people are not."""
    with sqlite.ready() as url:
        app = create_app(Settings(tmp_path, url, "k" * 32))
        make_account(app.extensions["registry"].office, Role.POLICE, "maria.da.silva")
        client = app.test_client()
        enter_password(client, "maria.da.silva")
        log = Log()
        monkeypatch.setattr(site.sys, "stderr", log)
        client.get("/firearms/F-000000001-U?name=João%0d%0aforged", headers={"User-Agent": "evil\tforged"})
        client.get("/api/v1/firearms", headers={"Authorization": "Bearer forged-token-of-joao"})
        client.get("/nowhere/João%0aforged")
        app.extensions["registry"].database.close()
    requests = [line for line in log.lines if line["event"] == "request"]
    assert [line["status"] for line in requests] == [403, 401, 404]
    for line in requests:
        assert set(line) == {"request_id", "method", "route", "status", "ms", "event", "level", "timestamp"}
    told = log.buffer.getvalue().decode()
    assert not any(text in told for text in ("João", "forged", "maria", "evil"))


def test_a_fault_of_ours_shows_nothing_of_the_inside(own_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """13.4.2, 16.5.1: no debugger, no stack."""
    assert own_app.debug is False

    def broken() -> str:
        raise RuntimeError("secret of the inside")

    own_app.config["PROPAGATE_EXCEPTIONS"] = False
    own_app.add_url_rule("/api/v1/broken", "broken", guard.public("a test")(broken))
    answer = own_app.test_client().get("/api/v1/broken")
    assert answer.status_code == 500
    assert "secret" not in answer.get_data(as_text=True)
    assert "Traceback" not in answer.get_data(as_text=True)


@pytest.fixture(scope="module")
def real_server(sqlite: Sqlite, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, int]]:
    """The production server."""
    folder = tmp_path_factory.mktemp("real")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with sqlite.ready() as url:
        given = {"REGISTRY_DATABASE_URL": url, "REGISTRY_INSTANCE": str(folder), "PATH": "/usr/bin:/bin"}
        command = [
            sys.executable, "-m", "granian", "--interface", "wsgi", "--workers", "1", "--no-ws",
            "--log-level", "error", "--host", "127.0.0.1", "--port", str(port), "wsgi:app",
        ]  # fmt: skip
        process = subprocess.Popen(command, cwd=SOURCE_ROOT, env=given, stderr=subprocess.DEVNULL)
        try:
            for _ in range(600):
                try:
                    socket.create_connection(("127.0.0.1", port), 1).close()
                    break
                except OSError:
                    time.sleep(0.1)
            yield "127.0.0.1", port
        finally:
            process.terminate()
            process.wait(60)


HIDDEN = b"GET /nowhere HTTP/1.1\r\nHost: x\r\n\r\n"
SMUGGLED = {
    "two lengths": b"POST /sign-in HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nContent-Length: %d\r\n\r\n",
    "length and chunks": b"POST /sign-in HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "chunks spelled oddly": b"POST /sign-in HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n"
    b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    "a sign before the length": b"POST /sign-in HTTP/1.1\r\nHost: x\r\nContent-Length: +%d\r\n\r\n",
    "a space before the colon": b"POST /sign-in HTTP/1.1\r\nHost: x\r\nContent-Length : %d\r\n\r\n",
}


@pytest.mark.parametrize("how", SMUGGLED)
def test_no_request_is_hidden_in_another(real_server: tuple[str, int], how: str) -> None:
    """4.2.1: the server and the application agree where a request ends, or the connection does."""
    answers = _sent(real_server, (SMUGGLED[how] % len(HIDDEN)) + HIDDEN)
    assert len(answers) <= 1, answers
    assert b"404" not in b"".join(answers)


def test_negative_control_two_requests_in_a_row_are_two(real_server: tuple[str, int]) -> None:
    whole = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
    assert len(_sent(real_server, whole + HIDDEN, wanted=2)) == 2


def _sent(server: tuple[str, int], request: bytes, wanted: int | None = None) -> list[bytes]:
    """First lines of the answers that come until the server is silent, or until so many came."""
    found: list[bytes] = []
    with socket.create_connection(server, 5) as connection:
        connection.sendall(request)
        connection.settimeout(20.0 if wanted else 1.0)
        got = b""
        with suppress(TimeoutError):
            while len(found) != wanted and (chunk := connection.recv(65536)):
                got += chunk
                found = re.findall(rb"HTTP/1\.1 \d{3}", got)
    return found
