"""No statement of the application reads the whole of a table that grows for ever.

The statements are those that it really asks: while the demonstration is made, while the matrix of records
opens every page, and while every list is asked for each of its filters, orders and second pages.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import create_engine, text
from werkzeug.test import TestResponse

from registry.access import acts
from registry.core import paging, policy
from registry.core.database import Database
from registry.core.numbers import registry_number
from registry.core.settings import SOURCE_ROOT
from registry.core.work import OPERATOR, Actor, Office
from registry.demo.loading import ACCOUNTS
from schemas.access import TokenNew
from schemas.retention_vocabulary import RecordClass
from schemas.vocabulary import Role
from tests.house import plans
from tests.house.plans import Asked, Statement
from tests.house.test_record_matrix import KINDS, all_records, caller, told_to, wrong_for

Ask = Callable[..., TestResponse]
READ_WHOLE: Mapping[tuple[str, str], str] = {
    ("auditing/queries.py: entries", ".role ="): "seldom asked; an index would cost every change",
    ("auditing/queries.py: entries", ".request_id ="): "the same; what a request did is asked by its act",
}
"""Who reads the whole of a large table in which statement, and why that is borne."""
GIVEN: Mapping[str, str] = {
    "account": "1", "act": "firearms.register", "actor": "1", "body": "P", "buyer": "P", "calibre": "9x19",
    "campaign": "RC", "case_number": "2026/1", "code": "DA2600001", "country": "BR", "firearm": "F",
    "holder": "P", "licence": "LC", "lot": "L", "maker": "P", "number": "F", "office": "BRSSZ", "party": "P",
    "peer": "AR", "q": "DA2600001", "record": "F", "request": "x", "seller": "P", "shipment": "SH",
    "text": "DA2600001", "year": "1990",
}  # fmt: skip
"""Something to look for, by the name of the filter; of a record the letters of its number."""
NUMBERED = {letters for letters, _ in KINDS.values()} | {"P"}
WALKED: Mapping[str, tuple[str, ...]] = {
    "/api/v1/firearms": ("sort=number&type=pistol", "sort=-model", "sort=status&type=revolver", "sort=-year"),
    "/api/v1/lots": ("sort=-number", "sort=code", "sort=-quantity&calibre=9x19"),
    "/api/v1/sales": ("sort=-sold_on", "sort=quantity", f"buyer={registry_number('P', 39)}"),
    "/api/v1/traces": ("kind=firearm&outcome=identified",),
    "/api/v1/shipments": ("sort=-number", "sort=expected_on", "sort=-state"),
    "/api/v1/stock": ("sort=code", "sort=-code"),
}
"""Lists that may be walked, in orders and by filters for which they are."""
FEW = 120
LISTS = {"limit", "cursor", "sort"}
PEOPLE = ("officer", "auditor", "supervisor", "police", "customs", "admin", "maker")


@pytest.mark.parametrize("login", ["maker", "dealer", "officer", "police"])
def test_lists_of_millions_have_the_same_rows(
    demonstration: Flask, login: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is too much to be sorted is walked in the order of an index: as if a few rows were too much."""
    ask = people(demonstration)[login]
    asked = [(path, order) for path in WALKED for order in WALKED[path] if ask(path).status_code == 200]
    expected = {one: all_rows(ask, *one) for one in asked}
    monkeypatch.setattr(paging, "MOST_SORTED", 0)
    monkeypatch.setattr(paging, "MOST_WALKED", FEW)
    assert {one: all_rows(ask, *one) for one in asked} == expected
    assert sum(map(len, expected.values())) > 0


def all_rows(ask: Ask, path: str, query: str) -> list[Any]:
    """The rows of all pages."""
    found, cursor = [], ""
    while True:
        page = ask(f"{path}?limit={FEW}&{query}&cursor={cursor}").get_json()
        found += page["items"]
        if not (cursor := page["next"]):
            return found


@pytest.mark.timeout(600)  # alone, it opens every page itself
def test_no_statement_reads_the_whole_of_a_large_table(
    demonstration: Flask, asked: Asked, request: pytest.FixtureRequest
) -> None:
    assert walk(demonstration) > 400
    look_back(demonstration)
    if not any(
        "test_record_matrix" in item.nodeid and asked.engine in item.nodeid for item in request.session.items
    ):
        look(demonstration)  # nobody opened the pages before
    found = planned(demonstration, asked)
    assert len(asked.statements) > 500
    borne = {(who, words): sql for who, words in READ_WHOLE for sql in found.get(who, ()) if words in sql}
    assert [f"{who}: {sql}" for who in found for sql in found[who] if sql not in borne.values()] == []
    assert set(READ_WHOLE) == set(borne), "an exception is none any more"


def test_a_missing_index_would_be_noticed(demonstration: Flask, asked: Asked) -> None:
    """The control: without one of its indexes, the list of firearms reads them all."""
    ask = people(demonstration)["auditor"]
    assert ask("/api/v1/firearms?status=manufactured").status_code == 200
    found = planned(demonstration, asked, before="DROP INDEX ix_firearm_status_id")
    assert any("firearm.status =" in sql for sql in found["firearms/list_queries.py: firearms"])


@pytest.mark.parametrize(
    ("sql", "tables"),
    [
        ("SELECT * FROM calibre JOIN firearm ON firearm.model = calibre.code", "firearm"),
        (
            "SELECT * FROM calibre c JOIN firearm AS f ON f.model = c.code WHERE f.status = ? LIMIT 9",
            "firearm",
        ),
        ("SELECT * FROM calibre c JOIN calibre d ON d.code = c.code", ""),
    ],
)
def test_an_index_made_for_one_question_reads_the_whole_table(sql: str, tables: str) -> None:
    """The control: SQLite says SEARCH, and reads every row to make what it searches."""
    engine = create_engine("sqlite://")
    with engine.connect() as connection:
        for table in ("firearm (id INTEGER PRIMARY KEY, model, status)", "calibre (id INTEGER, code)"):
            connection.exec_driver_sql(f"CREATE TABLE {table}")
        values = ("manufactured",) * sql.count("?")
        lines = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", values).all()
        assert any("USING AUTOMATIC" in line[3] for line in lines)
        found = plans.whole_reads(connection, Asked("sqlite", {sql: Statement(sql, values, "who")}))
    assert [one.partition(":")[0] for one in found.get("who", ())] == [tables] * bool(tables)
    engine.dispose()


def look_back(app: Flask) -> None:
    """Ask which terms are over on a day on which all are: of each kind of record there are some."""
    ask = people(app)["officer"]
    for kind in RecordClass:
        page = ask(f"/api/v1/retention/preview?record_class={kind.value}&on=2200-01-01")
        assert page.get_json()["items"], kind


def look(app: Flask) -> None:
    """Open every page in every role, as the matrix of records does."""
    records = all_records(app)
    for role in Role:
        who = caller(app, role)
        told_to(app, who)
        wrong_for(app, who, False, {prefix: found[:1] for prefix, found in records.items()})


def planned(app: Flask, asked: Asked, before: str = "") -> dict[str, list[str]]:
    """before: what is done first, and undone afterwards."""
    database: Database = app.extensions["registry"].database
    with database.writer.connect() as connection:
        if before:
            connection.exec_driver_sql(before)
        if not database.is_sqlite:
            plans.as_if_large(connection)
        found = plans.whole_reads(connection, asked)
        connection.rollback()
    return found


def walk(app: Flask) -> int:
    """Ask every list for whatever it can be asked, as somebody who may see all, and as a company."""
    asking = people(app)
    answered = 0
    for path, filters in lists():
        may = [one for one in PEOPLE if asking[one](path).status_code < 400]
        for one in dict.fromkeys((*may[:1], *may[-1:])):
            asked = [asking[one](path + query).status_code for query in queries(asking[one], path, filters)]
            answered += asked.count(200)
    return answered


def people(app: Flask) -> dict[str, Ask]:
    """Who of the demonstration asks, each with a token."""
    office: Office = app.extensions["registry"].office
    with office.look(OPERATOR) as work:
        keys = {one.login: one.id for one in work.session.execute(text("SELECT login, id FROM account"))}
    found = {}
    for login, name, role in ACCOUNTS:
        actor = Actor(keys[login], name, role, policy.permissions(role), proof=OPERATOR.proof)
        with office.begin(actor) as work:
            token = acts.make_token(work, TokenNew("lists")).token
        found[login] = partial(app.test_client().get, headers={"Authorization": f"Bearer {token}"})
    return found


def lists() -> Iterator[tuple[str, dict[str, Any]]]:
    """Addresses of the API that name no record, with the shapes of what they can be asked by."""
    described = json.loads((SOURCE_ROOT / "docs/openapi.json").read_text(encoding="utf-8"))
    for path, operations in described["paths"].items():
        parameters = operations.get("get", {}).get("parameters", ())
        filters = {one["name"]: one["schema"] for one in parameters if one["in"] == "query"}
        if "{" not in path and filters:
            yield path, filters


def queries(ask: Ask, path: str, filters: Mapping[str, Any]) -> Iterator[str]:
    """Each filter alone; each order, from both ends; and what follows the first page of it."""
    for name in filters.keys() - LISTS:
        yield f"?{name}={value(name, filters[name])}"
    if "sort" not in filters:
        return
    told = str(ask(f"{path}?sort=none").get_json())
    for name in re.findall(r"\w+", found[1]) if (found := re.search(r"One of ([\w, ]+)\.", told)) else ():
        for order in (name, f"-{name}"):
            first = ask(f"{path}?sort={order}&limit=1")
            yield f"?sort={order}&limit=1&cursor={first.get_json().get('next', '')}"


def value(name: str, shape: Mapping[str, Any]) -> str:
    if "enum" in shape:
        return str(shape["enum"][0])
    if "boolean" in shape.get("type", ""):
        return "true"
    if shape.get("format") == "date":
        return "2026-01-01"
    found = GIVEN[name]
    return registry_number(found, 1) if found in NUMBERED else found
