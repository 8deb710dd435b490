"""Role × route × own or foreign record: the policy's table says what each answers.

Every address that names a record is called in every role, for records of a demonstration that are the
caller's own and for those that are somebody else's. The expectation comes from the policy's cell of the
route: nothing, every record, or one's own; a record out of reach answers like one that does not exist. And
whatever newcomers ask for, no answer tells them the number of a record out of reach.
"""

from __future__ import annotations

import re
import subprocess
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from registry.access import acts
from registry.core import policy
from registry.core.numbers import registry_number
from registry.core.policy import Scope
from registry.core.web import guard
from registry.core.work import OPERATOR, Office
from registry.demo import loading
from schemas.access import TokenNew
from schemas.vocabulary import May, Role
from tests.house.test_role_matrix import allowed
from tests.makers import enter, make_account, make_token, sign_in

MOST = 4  # records of a kind that are called for on each route
KINDS: Mapping[str, tuple[str, str]] = {
    "firearms": ("F", "SELECT id FROM firearm"),
    "lots": ("L", "SELECT id FROM lot"),
    "packages": ("B", "SELECT lot_id * 10000000 + n FROM packing"),
    "licences": ("LC", "SELECT id FROM licence"),
    "shipments": ("SH", "SELECT id FROM shipment"),
    "deactivations": ("D", "SELECT id FROM deactivation"),
    "deactivation-incidents": ("I", "SELECT id FROM deactivation_incident"),
    "traces": ("T", "SELECT id FROM trace"),
    "scenes": ("Z", "SELECT id FROM scene"),
    "requests": ("RQ", "SELECT id FROM trace_request"),
    "notices": ("NT", "SELECT id FROM state_notice"),
    "stock/counts": ("K", "SELECT id FROM stock_count"),
    "sales/reports": ("S", "SELECT id FROM sale_report"),
    "handovers": ("EH", "SELECT id FROM handover"),
    "recoveries": ("RV", "SELECT id FROM recovery"),
    "evidence": ("EV", "SELECT id FROM recovered_item"),
    "campaigns": ("RC", "SELECT id FROM campaign"),
    "disposals": ("DC", "SELECT id FROM disposal"),
    "break-glass": ("BG", "SELECT id FROM break_glass"),
}
"""The beginning of addresses that name a record, the letters of its number, all its keys."""
OWN: Mapping[tuple[str, str], str] = {
    ("maker", "F"): "SELECT id FROM firearm WHERE maker_id = :party"
    " UNION SELECT firearm_id FROM custody WHERE :party IN (from_id, to_id)",
    ("dealer", "F"): "SELECT firearm_id FROM custody WHERE :party IN (from_id, to_id)",
    ("dealer", "L"): "SELECT lot_id FROM movement WHERE :party IN (from_id, to_id)",
    ("maker", "LC"): "SELECT id FROM licence WHERE holder_id = :party",
    (
        "maker",
        "SH",
    ): "SELECT s.id FROM shipment s JOIN licence l ON l.id = s.licence_id WHERE holder_id = :party",
    ("customs", "SH"): "SELECT id FROM shipment WHERE office IN"
    " (SELECT office FROM customs_post WHERE account_id = :account)",
    ("police", "T"): "SELECT id FROM trace WHERE asked_by = :account",
    ("police", "BG"): "SELECT id FROM break_glass WHERE opened_by = :account",
    ("police", "EH"): "SELECT id FROM handover WHERE :account IN (giver_id, taker_id)",
}
"""Records in which an account of the demonstration takes part, in other words than the code's."""
LAW = {
    "verifying-bodies",
    "embargoes",
    "licensing-terms",
    "trade-authorisations",
    "ammunition-rules",
    "licensing-law",
}
"""Addresses of what the law says or who is authorized: the same for whoever may read that at all."""
OTHER = {
    "counter": "a code of a licence or label, looked up at one's own office (tests/shipments)",
    "label-jobs": "whoever made a job, and the authority (tests/labels)",
    "labels": "whoever made a job, and the authority (tests/labels)",
    "label-printers": "a setting that all who print may read",
    "label-setup/printers": "a setting that all who print may read",
}
NOTHING_SIGNED = (
    "SELECT id FROM trace_request WHERE thread IS NULL"
    " OR thread NOT IN (SELECT thread FROM exchange_out UNION SELECT thread FROM exchange_in)"
)
PARTS: Mapping[str, str] = {
    "/requests/<number>/scans/<int(max=99999):n>": (
        "SELECT n FROM trace_request_file WHERE request_id = :key"
    ),
    "/requests/<number>/attachments/<digest>": (
        "SELECT digest FROM trace_request_attachment WHERE request_id = :key"
    ),
    "/requests/<number>/files/<jti>": (
        "SELECT jti FROM trace_request_event WHERE request_id = :key AND jti <> ''"
    ),
}
"""The parts of a record that such an address can name."""
ABSENT: Mapping[str, str] = {
    "/requests/<number>/attachments/<digest>": (
        "SELECT id FROM trace_request WHERE id NOT IN (SELECT request_id FROM trace_request_attachment)"
    ),
    "/requests/<number>/evidence": NOTHING_SIGNED,
    "/requests/<number>/evidence.pdf": NOTHING_SIGNED,
    "/requests/<number>/evidence.zip": NOTHING_SIGNED,
    "/requests/<number>/files/<jti>": NOTHING_SIGNED,
    "/requests/<number>/scans/<int(max=99999):n>": (
        "SELECT id FROM trace_request WHERE id NOT IN (SELECT request_id FROM trace_request_file)"
    ),
}
"""Keys of records in reach that have no such part: without keys of ours a letter is paper alone, with nothing
signed. For these, and no others, the address answers that nothing is there.
"""
READING: Mapping[str, May] = {
    "F": May.FIREARM_READ, "L": May.LOT_READ, "B": May.LOT_READ, "LC": May.LICENCE_READ,
    "SH": May.SHIPMENT_READ, "D": May.DEACTIVATION_READ, "T": May.TRACE_READ, "Z": May.TRACE_READ,
    "RQ": May.REQUEST_READ, "NT": May.NOTICE_READ, "BG": May.GLASS_READ,
}  # fmt: skip
TOLD_BESIDE = {
    (Role.POLICE, "F"): "recoveries and deactivations name the firearm that they are about",
    (Role.CUSTOMS, "F"): "as above",
    (Role.POLICE, "T"): "an item of evidence names the trace that ran by itself when it was entered",
    (Role.CUSTOMS, "T"): "as above",
}
AS_WRITTEN = {may: dict(cells) for may, cells in policy.TABLE.items()}
_NUMBER = re.compile(r"\b([A-Z]{1,2})-[0-9]{9,18}-[0-9A-Z]\b")
OUT_OF_REACH, REFUSED = 404, 403


@dataclass(frozen=True)
class Route:
    """An address that names one record. start: what it begins with, after the API's prefix."""

    endpoint: str
    rule: str
    start: str
    may: May

    @property
    def named(self) -> str:
        """Its rule, the same for page and API."""
        return self.rule.removeprefix("/api/v1")


@dataclass(frozen=True)
class Caller:
    role: Role
    page: FlaskClient
    headers: dict[str, str]

    def get(self, path: str) -> Any:
        if path.startswith("/api/"):
            return self.page.application.test_client().get(path, headers=self.headers)
        return self.page.get(path, buffered=True)


@pytest.fixture(scope="module")
def newcomers(demonstration: Flask) -> dict[Role, Caller]:
    """Somebody new in each role: no record is theirs."""
    return {role: caller(demonstration, role) for role in Role}


def caller(app: Flask, role: Role) -> Caller:
    office: Office = app.extensions["registry"].office
    account = make_account(office, role)
    headers = {"Authorization": f"Bearer {make_token(office, account)}"}
    return Caller(role, sign_in(app, role), headers)


def routes(app: Flask) -> list[Route]:
    """Every GET of a record; raises for one that nothing here says how to call."""
    found = []
    for rule in app.url_map.iter_rules():
        declared = guard.guard_of(app, rule.endpoint)
        if (
            "GET" not in (rule.methods or ())
            or declared is None
            or declared.may is None
            or not rule.arguments
        ):
            continue
        start = rule.rule.removeprefix("/api/v1").split("/<")[0].strip("/")
        scopes = {cell.scope for cell in policy.TABLE[declared.may].values()}
        if start in LAW | OTHER.keys():
            continue
        if "number" in rule.arguments and start in KINDS:
            found.append(Route(rule.endpoint, rule.rule, start, declared.may))
        elif scopes != {Scope.EVERY} and declared.may is not May.ACCESS_OWN:
            raise AssertionError(f"{rule.rule}: say in KINDS which records it names")
    return found


def path(route: Route, number: str, part: object = 1) -> str:
    """The address with a record, and something that is there in the other places. part: of PARTS."""
    filled = route.rule.replace("<number>", number).replace("<step>", "goods")
    return re.sub(r"<[^>]+>", str(part), filled)


def keys(app: Flask, sql: str, **values: Any) -> list[Any]:
    with app.extensions["registry"].office.look(OPERATOR) as work:
        return sorted({row[0] for row in work.session.execute(text(sql), values)})


def some(found: list[int]) -> list[int]:
    """The first, the last and some between."""
    step = max(len(found) // MOST, 1)
    return list(dict.fromkeys([*found[::step][: MOST - 1], *found[-1:]]))


def wrong_for(app: Flask, who: Caller, own: bool, records: Mapping[str, list[int]]) -> tuple[list[str], int]:
    """(addresses that answer otherwise than the policy says, how many were called)."""
    wrong, called = [], 0
    for route in routes(app):
        prefix, _ = KINDS[route.start]
        cell = AS_WRITTEN[route.may].get(who.role)
        reading = AS_WRITTEN[READING.get(prefix, route.may)].get(who.role)  # who prints must also see
        shown = all(each is not None and (each.scope is Scope.EVERY or own) for each in (cell, reading))
        found = records.get(prefix, ())
        there = set(found) - set(keys(app, ABSENT[route.named])) if route.named in ABSENT else set(found)
        for key in found[:1] if cell is None else found:  # a role is refused before any record is read
            where = path(route, registry_number(prefix, key), part_of(app, route, key))
            status = who.get(where).status_code
            called += 1
            if not (status == REFUSED if cell is None else reached(shown and key in there, status)):
                wrong.append(f"{who.role} {where}: {status}")
    return wrong, called


def part_of(app: Flask, route: Route, key: int) -> object:
    """Which part of a record its address names: one that it has, if it has any."""
    found = keys(app, PARTS[route.named], key=key) if route.named in PARTS else []
    return found[0].hex() if found and isinstance(found[0], bytes) else found[0] if found else 1


def reached(shown: bool, status: int) -> bool:
    """Whether a status is that of a record in reach, or out of it; what else it wants is not asked here."""
    return status not in (REFUSED, OUT_OF_REACH) if shown else status == OUT_OF_REACH


def all_records(app: Flask) -> dict[str, list[int]]:
    return {prefix: some(keys(app, sql)) for prefix, sql in KINDS.values()}


@pytest.mark.timeout(400)  # opens every address as everybody: longer with each of them
def test_newcomers_reach_no_record_but_where_their_role_reaches_every_one(
    demonstration: Flask, newcomers: dict[Role, Caller]
) -> None:
    records, total = all_records(demonstration), 0
    assert {prefix for prefix, found in records.items() if found} >= {
        "F",
        "L",
        "B",
        "LC",
        "SH",
        "T",
        "RV",
        "BG",
    }
    for who in newcomers.values():
        wrong, called = wrong_for(demonstration, who, own=False, records=records)
        assert [line for line in wrong if not partly(line)] == []
        total += called
    assert total > 1000


@pytest.mark.parametrize("login", sorted({login for login, _ in OWN}))
def test_people_reach_what_is_theirs_and_nothing_beside_it(demonstration: Flask, login: str) -> None:
    office: Office = demonstration.extensions["registry"].office
    with office.look(OPERATOR) as work:
        row = work.session.execute(
            text("SELECT id, role, party_id FROM account WHERE login = :login"), {"login": login}
        ).one()
    who = signed_in(demonstration, login, row.id, Role(row.role))
    known = {"party": row.party_id, "account": row.id}
    mine = {
        prefix: set(keys(demonstration, sql, **{n: v for n, v in known.items() if f":{n}" in sql}))
        for (name, prefix), sql in OWN.items()
        if name == login
    }
    assert all(mine.values()), mine
    wrong, _ = wrong_for(
        demonstration, who, True, {prefix: some(sorted(own)) for prefix, own in mine.items()}
    )
    assert [line for line in wrong if not partly(line)] == []
    foreign = {
        prefix: some([key for key in keys(demonstration, sql) if key not in mine[prefix]])
        for prefix, sql in KINDS.values()
        if prefix in mine
    }
    wrong, _ = wrong_for(demonstration, who, False, foreign)
    assert wrong == []


def partly(line: str) -> bool:
    """Parts of a record in reach that need not be there: a first photograph, a paper, a step to follow."""
    return (
        re.search(
            r"/(marks|sales|lines|photographs|certificate|answer|withdrawal|transit|follow|assess|cartridges)\b|\.(pdf|svg|zip)",
            line,
        )
        is not None
    )


def signed_in(app: Flask, login: str, account_id: int, role: Role) -> Caller:
    browser = app.test_client()
    assert enter(browser, login, loading.PASSWORD).status_code == 303
    actor = replace(OPERATOR, user_id=account_id, role=role, may=policy.permissions(role))
    office: Office = app.extensions["registry"].office
    with office.begin(actor) as work:
        token = acts.make_token(work, TokenNew("matrix")).token
    return Caller(role, browser, {"Authorization": f"Bearer {token}"})


def test_newcomers_change_no_record_out_of_reach(demonstration: Flask, newcomers: dict[Role, Caller]) -> None:
    records = all_records(demonstration)
    client, called, wrong = demonstration.test_client(), Counter[int](), []
    for rule in demonstration.url_map.iter_rules():
        declared = guard.guard_of(demonstration, rule.endpoint)
        start = rule.rule.removeprefix("/api/v1/").split("/<")[0]
        changes = (rule.methods or set()) & {"POST", "PUT", "PATCH", "DELETE"}
        if not rule.rule.startswith("/api/") or start not in KINDS or not changes or declared is None:
            continue
        for role in (Role.TRADER, Role.POLICE, Role.CUSTOMS):
            cell = AS_WRITTEN[declared.may].get(role) if declared.may else None
            for key in records[KINDS[start][0]][:1] if cell and cell.scope is not Scope.EVERY else ():
                where = path(
                    Route("", rule.rule, start, May.ACCESS_OWN), registry_number(KINDS[start][0], key)
                )
                headers = {**newcomers[role].headers, "If-Match": '"1"'}
                status = client.open(where, method=min(changes), json={}, headers=headers).status_code
                called[status] += 1
                if status < 400 or status >= 500:
                    wrong.append(f"{role} {min(changes)} {where}: {status}")
    assert wrong == []
    assert called[OUT_OF_REACH] > 5
    assert called.total() > 25


def words_of(answer: Any) -> str:
    """What an answer says, a paper too."""
    if answer.mimetype != "application/pdf":
        return str(answer.get_data(as_text=True))
    read = subprocess.run(["pdftotext", "-", "-"], input=answer.data, capture_output=True, check=True)
    return read.stdout.decode()


def told_to(app: Flask, who: Caller) -> Counter[str]:
    """Numbers of records out of a newcomer's reach that any address without a record tells them."""
    closed = {
        prefix
        for prefix, may in READING.items()
        if ((cell := AS_WRITTEN[may].get(who.role)) is None or cell.scope is not Scope.EVERY)
        and (who.role, prefix) not in TOLD_BESIDE
    }
    told: Counter[str] = Counter()
    for rule in app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or rule.arguments or rule.rule.startswith(("/static", "/sign")):
            continue
        for query in ("", "?limit=200", "?q=1"):
            answer = who.get(rule.rule + query)
            if answer.status_code == REFUSED and not allowed(app, rule.endpoint, who.role):
                break  # for their role, before the query is read
            if answer.status_code == 200:
                for found in _NUMBER.finditer(words_of(answer)):
                    if found[1] in closed:
                        told[f"{rule.rule}{query}: {found[1]}"] += 1
    return told


@pytest.mark.timeout(400)  # opens every address as everybody: longer with each of them
def test_no_list_search_or_file_tells_newcomers_of_records_out_of_reach(
    demonstration: Flask, newcomers: dict[Role, Caller]
) -> None:
    assert {role: found for role, who in newcomers.items() if (found := told_to(demonstration, who))} == {}


def test_a_policy_without_scopes_would_be_noticed(
    demonstration: Flask, newcomers: dict[Role, Caller], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: traders whose scope is taken away reach records, and are told of them; both are found."""
    trader = newcomers[Role.TRADER]
    for cells in policy.TABLE.values():
        if Role.TRADER in cells and cells[Role.TRADER].scope is Scope.PARTY:
            monkeypatch.setitem(cells, Role.TRADER, replace(cells[Role.TRADER], scope=Scope.EVERY))
    wrong, called = wrong_for(demonstration, trader, own=False, records=all_records(demonstration))
    assert called // 4 < len(wrong)
    assert told_to(demonstration, trader).total() > 10
