"""A registry as real processes that break: server and worker, people who ask on, and what became of it all.

People write down what was confirmed to them. What is not confirmed they ask again with the same key, as a
program at a counter does, until it is.
"""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import text

from registry.core.database import Database
from registry.core.settings import SOURCE_ROOT, without_settings
from registry.core.work import Office
from registry.rooms import OFFERS
from tests.exchange.processes import HOST, free_ports, until
from tests.exchange.world import SECRET

PATIENCE = 90.0  # seconds, on a machine that has much else to do
SERVE = ("granian", "--interface", "wsgi", "--workers", "1", "--blocking-threads", "8", "--no-ws")
WORK = ("flask", "--app", "wsgi", "intake", "work", "--forever")


@dataclass(frozen=True)
class Answer:
    """status: 0 where nothing came back."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: Any = None


@dataclass
class Service:
    """The processes of one registry. environment: what they are told beside what all are; log: where
    they say what they do, instead of in their own folder."""

    url: str
    folder: Path
    environment: dict[str, str] = field(default_factory=dict)
    port: int = 0
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    log: Path | None = None

    def office(self) -> Office:
        """The same registry in this process; whoever asks closes its database."""
        return Office(Database(self.url), "BR", secret=SECRET, offers=OFFERS, zone="UTC")

    def begin(self, role: str) -> None:
        """Start its server or its worker."""
        self.port = self.port or free_ports(1)[0]
        serve = (*SERVE, "--log-level", "error", "--host", HOST, "--port", str(self.port), "wsgi:app")
        with ((self.log or self.folder) / f"{role}.log").open("ab") as said:
            self.running[role] = subprocess.Popen(
                [sys.executable, "-m", *(serve if role == "serve" else WORK)],
                cwd=SOURCE_ROOT,
                env=self._told(),
                stdout=said,
                stderr=said,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )

    def _told(self) -> dict[str, str]:
        return without_settings() | {
            "REGISTRY_INSTANCE": str(self.folder),
            "REGISTRY_DATABASE_URL": self.url.replace("postgresql+psycopg", "postgresql"),
            "REGISTRY_SECRET_KEY": SECRET,
            "REGISTRY_ZONE": "UTC",
            "REGISTRY_PRODUCTION": "1",
            **self.environment,
        }

    def serves(self) -> bool:
        """Whether it is ready."""
        return self.ask("GET", "/readyz").status == 200

    def kill(self, role: str) -> None:
        """kill -9 of all of it."""
        process = self.running.pop(role)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(PATIENCE)

    def ask(
        self,
        method: str,
        place: str,
        token: str = "",
        body: object = None,
        key: str = "",
        accept: str = "*/*",
        match: int = 0,
    ) -> Answer:
        """One request; an answer that did not come is one of status 0. match: of a record's version."""
        headers = {"Content-Type": "application/json", "Accept": accept}
        headers |= {"Authorization": f"Bearer {token}"} if token else {}
        headers |= {"Idempotency-Key": key} if key else {}
        headers |= {"If-Match": f'"{match}"'} if match else {}
        connection = http.client.HTTPConnection(HOST, self.port, timeout=30)
        try:
            connection.request(method, place, json.dumps(body) if body is not None else None, headers)
            answer = connection.getresponse()
            content = answer.read()
            told = dict(answer.getheaders())
            is_json = "json" in told.get("Content-Type", told.get("content-type", ""))
            return Answer(
                answer.status,
                {k.lower(): v for k, v in told.items()},
                json.loads(content) if is_json else content,
            )
        except (OSError, http.client.HTTPException):
            return Answer(0)
        finally:
            connection.close()


@contextmanager
def service(url: str, folder: Path, **environment: str) -> Iterator[Service]:
    """A registry that serves, with its worker; all is killed in the end."""
    made = Service(url, folder, environment)
    try:
        made.begin("serve")
        made.begin("work")
        assert until(made.serves, PATIENCE), (folder / "serve.log").read_text()[-2000:]
        yield made
    finally:
        for role in list(made.running):
            made.kill(role)


Wanted = tuple[str, str, dict[str, Any]]
"""An address, a token, and what is sent there."""


@dataclass
class Crowd:
    """People at once, each with requests to make one after the other, each until it is confirmed.

    confirmed: what was sent with each request that was; unwell: answers that no fault excuses.
    """

    service: Service
    wants: list[Iterator[Wanted]]
    over: threading.Event = field(default_factory=threading.Event)
    confirmed: list[dict[str, Any]] = field(default_factory=list)
    unwell: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)
    threads: list[threading.Thread] = field(default_factory=list)

    def __enter__(self) -> Crowd:
        self.threads = [threading.Thread(target=self._one, args=(want,)) for want in self.wants]
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        for thread in self.threads:
            thread.join(PATIENCE)

    def _one(self, wants: Iterator[Wanted]) -> None:
        for place, token, body in wants:
            if self.over.is_set():
                return
            self._until_confirmed(place, token, body)

    def _until_confirmed(self, place: str, token: str, body: dict[str, Any]) -> None:
        key, end = uuid.uuid4().hex, time.monotonic() + PATIENCE
        while time.monotonic() < end:
            answer = self.service.ask("POST", place, token, body, key)
            with self.lock:
                if answer.status in (200, 201):
                    self.confirmed.append(body)
                    return
                if answer.status and (wrong := fault(answer)):
                    self.unwell[f"{place}: {answer.status} {wrong}"] += 1
                    return
                self.refused[str(answer.status)] += 1
            time.sleep(0.1)
        with self.lock:
            self.unwell[f"{place}: never answered"] += 1

    def go_on(self, more: int) -> None:
        """Until so many more were confirmed."""
        wanted = len(self.confirmed) + more
        until(lambda: len(self.confirmed) >= wanted or not any(t.is_alive() for t in self.threads), PATIENCE)


BORNE = {409, 503, 507}
"""Asked while the same request is still under way; the database is away; there is no room."""


def fault(answer: Answer) -> str:
    """What is wrong with a refusal while something is broken; "" where it is a clear one to be repeated."""
    if answer.status not in BORNE:
        return str(answer.body)[:300]
    if not isinstance(answer.body, dict) or not answer.body.get("detail"):
        return "no problem details"
    if answer.status != 409 and not answer.headers.get("retry-after", "").isdigit():
        return "no Retry-After"
    return ""


def counted(office: Office, question: str) -> int:
    """A number that the database tells."""
    with office.database.reader.connect() as connection:
        return int(connection.execute(text(question)).scalar() or 0)


HALF_DONE = (
    # a firearm without a mark, or with other counts of what it has
    "SELECT count(*) FROM firearm f WHERE f.marks <> (SELECT count(*) FROM mark m WHERE m.firearm_id = f.id)"
    " OR f.marks = 0 OR f.steps <> (SELECT count(*) FROM custody c WHERE c.firearm_id = f.id)",
    # approvals of licences, and licences that were issued: not as many of one as of the other
    "SELECT abs((SELECT count(*) FROM proposal WHERE state = 'approved' AND kind = 'issue_licence')"
    " - (SELECT count(*) FROM licence_event WHERE move = 'issue'))"
    " + abs((SELECT count(*) FROM licence WHERE issued_on IS NOT NULL)"
    " - (SELECT count(*) FROM licence_event WHERE move = 'issue'))",
    # a sale that was written down twice
    "SELECT count(*) FROM (SELECT 1 FROM sale GROUP BY invoice_number HAVING count(*) > 1) twice",
    # a change without the entry that says who and why
    "SELECT count(*) FROM ledger_change c"
    " WHERE NOT EXISTS (SELECT 1 FROM ledger_entry e WHERE e.id = c.entry_id)",
)


def half_done(office: Office) -> int:
    """How many acts are there in part."""
    return sum(counted(office, question) for question in HALF_DONE)


def again(true: Callable[[], bool]) -> None:
    """Wait until something holds, or fail."""
    assert until(true, PATIENCE)
