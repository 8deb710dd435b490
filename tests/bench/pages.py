"""Every page and list, for everybody who may open it, on a register of the contract's size.

Asked are: each page, what its filters, heads and "next page" offer, each list of the API with each filter,
each order from both ends and pages far down, and the pages of the first and of the last record of each kind.
Papers and files, which are made for download, are not.
"""

from __future__ import annotations

import re
import statistics
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text

from registry.access.tables import Account
from registry.core import policy
from registry.core.numbers import registry_number
from registry.core.web import guard
from registry.core.work import OPERATOR, Office
from registry.demo import loading
from tests.bench import databases, multiplied
from tests.bench.line import Line
from tests.engines import own_application
from tests.house import test_record_matrix as records
from tests.house import test_statements as statements
from tests.makers import enter_password, post

FULL, SMALL = 10_000_000, 20_000
BAR = 300  # ms
FEW, MANY = 2, 20
"""Rounds of every address, and of those that were the slowest of these."""
SLOWEST = 40
DEEP = 6  # pages of a list that are followed
TOLD = 15
_OFFERED = re.compile(r'href="(\?[^"#]+)"')
_CHOICES = re.compile(r'<select[^>]*name="(\w+)"[^>]*>(.*?)</select>', re.DOTALL)
_CHOICE = re.compile(r'<option[^>]*value="([^"]+)"')
_NEXT = re.compile(r'rel="next" href="([^"]+)"')
_TYPED = re.compile(r'<input[^>]*name="(\w+)"[^>]*>')
MORE_RECORDS: Mapping[str, tuple[str, str]] = {"parties": ("P", "SELECT id FROM party")}
_PAPER = re.compile(r"[./](pdf|zip|svg|png|csv|xlsx|json|txt|evidence|photographs|scans|attachments|files)\b")


@dataclass
class Asked:
    """What one person asks; milliseconds: how long each answer took, how long this process worked for it."""

    who: str
    path: str
    took: list[float] = field(default_factory=list)
    worked: list[float] = field(default_factory=list)

    @property
    def p95(self) -> float:
        """Of few rounds the slowest."""
        if len(self.took) < 5:
            return max(self.took)
        return statistics.quantiles(self.took, n=20, method="inclusive")[18]


class Walk:
    """The people of the demonstration, each at a browser and with a token."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.tokens = statements.people(app)
        self.browsers = {login: self._browser(login) for login, _, _ in loading.ACCOUNTS}
        self.roles = {login: role for login, _, role in loading.ACCOUNTS}
        self.asked: dict[tuple[str, str], Asked] = {}
        self.unanswered: list[tuple[str, str, int]] = []

    def _browser(self, login: str) -> FlaskClient:
        """Signed in with the demonstration's password, and a code of its app where one is asked for."""
        browser, office = self.app.test_client(), self.app.extensions["registry"].office
        answer = enter_password(browser, login, loading.PASSWORD)
        if answer.headers.get("Location") == "/sign-in/second-factor":
            with office.look(OPERATOR) as work:
                account = work.session.scalars(select(Account).where(Account.login == login)).one()
                code = loading.next_code(work, account)
            answer = post(browser, "/sign-in/second-factor", code=code)
        if answer.status_code != 303:
            raise AssertionError(f"{login} could not sign in")
        return browser

    def get(self, who: str, path: str) -> Any:
        """Ask, and keep how long it took; None for what was asked before."""
        if (who, path) in self.asked:
            return None
        one = Asked(who, path)
        answer = self._timed(one)
        if answer.status_code >= 500:
            self.unanswered.append((who, path, answer.status_code))
        if answer.status_code == 200:
            self.asked[who, path] = one
        return answer

    def _timed(self, one: Asked) -> Any:
        ask = self.tokens[one.who] if one.path.startswith("/api/") else self.browsers[one.who].get
        start, worked = time.perf_counter(), time.process_time()
        answer = ask(one.path)
        if not answer.is_streamed:
            answer.get_data()
        one.took.append(1e3 * (time.perf_counter() - start))
        one.worked.append(1e3 * (time.process_time() - worked))
        answer.close()
        return answer

    def pages(self) -> None:
        """Pages and what they offer, of every rule and record."""
        numbers = self._numbers()
        for rule in sorted(self.app.url_map.iter_rules(), key=lambda rule: rule.rule):
            declared = guard.guard_of(self.app, rule.endpoint)
            if (
                "GET" not in (rule.methods or ())
                or declared is None
                or rule.rule.startswith(("/static", "/sign"))
            ):
                continue
            for who in self.roles:
                if declared.may is not None and declared.may not in policy.POLICY[self.roles[who]]:
                    continue
                for path in _paths(rule, numbers):
                    self._page(who, path)

    def _page(self, who: str, path: str) -> None:
        answer = self.get(who, path)
        if answer is None or answer.status_code != 200 or answer.mimetype != "text/html":
            return
        for query in dict.fromkeys(_queries(answer.get_data(as_text=True))):
            found = self.get(who, path + query)
            if found is not None and ("sort=" in query or "cursor=" in query):
                self._follow(who, path, found)

    def _follow(self, who: str, path: str, answer: Any) -> None:
        for _ in range(DEEP):
            following = _NEXT.search(answer.get_data(as_text=True)) if answer.status_code == 200 else None
            if following is None:
                return
            answer = self.get(who, path.partition("?")[0] + unescape(following[1]))
            if answer is None:
                return

    def lists(self) -> None:
        """Lists of the API: each filter, each order from both ends, and pages far down."""
        for path, filters in statements.lists():
            for who in self.roles:
                if (first := self.get(who, path)) is None or first.status_code != 200:
                    continue
                for query in statements.queries(self.tokens[who], path, filters):
                    if "cursor=" not in query:
                        self.get(who, path + query)
                self._orders(who, path, filters)

    def _orders(self, who: str, path: str, filters: Mapping[str, Any]) -> None:
        for order in _orders(self.tokens[who], path) if "sort" in filters else ():
            query = f"?sort={order}&limit=50"
            for _ in range(DEEP):
                answer = self.get(who, path + query)
                cursor = (
                    answer.get_json().get("next") if answer is not None and answer.status_code == 200 else ""
                )
                if not cursor:
                    break
                query = f"?sort={order}&limit=50&cursor={cursor}"

    def again(self) -> None:
        """Everything a few times more, and the slowest of these many times."""
        for _ in range(FEW - 1):
            for one in self.asked.values():
                if max(one.took) < 10 * BAR:
                    self._timed(one)
        for one in self.slowest(SLOWEST):
            for _ in range(MANY - FEW):
                if statistics.median(one.took) < 10 * BAR:
                    self._timed(one)

    def slowest(self, many: int) -> list[Asked]:
        """The slowest, the worst first."""
        return sorted(self.asked.values(), key=lambda one: one.p95, reverse=True)[:many]

    def _numbers(self) -> dict[str, list[str]]:
        """The first and the last record, by the beginning of their address, and the people's companies."""
        found = {}
        office: Office = self.app.extensions["registry"].office
        with office.look(OPERATOR) as work:
            for start, (letters, sql) in {**records.KINDS, **MORE_RECORDS}.items():
                ends = work.session.execute(text(f"SELECT min(id), max(id) FROM ({_keyed(sql)}) k")).one()  # noqa: S608
                found[start] = [registry_number(letters, key) for key in dict.fromkeys(ends) if key]
            own = work.session.scalars(text("SELECT party_id FROM account WHERE party_id > 0")).all()
        found["parties"] += [registry_number("P", key) for key in own]
        return found


def _keyed(sql: str) -> str:
    """The key under the name id; of a package the whole table need not be read."""
    return "SELECT lot_id * 10000000 + n AS id FROM packing WHERE lot_id = 1" if "packing" in sql else sql


def _paths(rule: Any, numbers: Mapping[str, list[str]]) -> Iterator[str]:
    if _PAPER.search(rule.rule):
        return
    if not rule.arguments:
        yield rule.rule
        return
    start = rule.rule.removeprefix("/api/v1").split("/<")[0].strip("/")
    for number in numbers.get(start, ()):
        path = rule.rule.replace("<number>", number).replace("<step>", "goods")
        yield re.sub(r"<[^>]+>", "1", path)


def _queries(page: str) -> Iterator[str]:
    """What a page offers: the addresses of its heads and pager, its choices, something in each field."""
    yield from map(unescape, _OFFERED.findall(page))
    forms = re.findall(r'<form class="filters".*?</form>', page, re.DOTALL)
    for form in forms:
        for name, choices in _CHOICES.findall(form):
            yield from (f"?{name}={unescape(value)}" for value in _CHOICE.findall(choices)[:3])
        for name in _TYPED.findall(form):
            given = statements.GIVEN.get(name)
            if given is not None:
                yield f"?{name}={registry_number(given, 1) if given in statements.NUMBERED else given}"


def _orders(ask: statements.Ask, path: str) -> Iterator[str]:
    told = str(ask(f"{path}?sort=none").get_json())
    for name in re.findall(r"\w+", found[1]) if (found := re.search(r"One of ([\w, ]+)\.", told)) else ():
        yield from (name, f"-{name}")


def walked(url: str, folder: Path) -> Walk:
    """Everything asked of a database that was grown."""
    with own_application(url, folder) as app:
        walk = Walk(app)
        walk.pages()
        walk.lists()
        walk.again()
    return walk


def opened(full: bool) -> Iterator[Line]:
    """The worst 95th percentile of all pages and lists."""
    size = FULL if full else SMALL
    with databases.both() as engines:
        for name, url, folder in engines:
            firearms = multiplied.Register(url, folder).grow(size)
            walk = walked(url, folder)
            told(name, walk)
            if walk.unanswered:
                raise AssertionError(f"not answered: {walk.unanswered}")
            worst = walk.slowest(1)[0]
            yield Line("pages", name, firearms, worst.p95, "ms", None, BAR, "lower", judged="value")


def told(engine: str, walk: Walk) -> None:
    """The slowest, on standard error."""
    say(f"{engine}: {len(walk.asked)} addresses")
    for one in walk.slowest(TOLD):
        say(f"  {one.p95:8.1f} ms, {statistics.median(one.worked):.1f} of work: {one.who} {one.path}")


def say(*lines: str) -> None:
    print(*lines, sep="\n", file=sys.stderr, flush=True)
