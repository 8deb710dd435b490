"""A holder's stock, and counts held against the book."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from registry.ammunition import acts, mismatch_queries, stock, stock_queries
from registry.ammunition.packaging import Run, opened
from registry.ammunition.spans import Span
from registry.core import paging
from registry.core.errors import Conflict
from registry.core.numbers import registry_number
from registry.core.work import Office
from schemas.ammunition import LotNewSchema, MovementNew, PackNew, SaleNew
from schemas.vocabulary import MovementKind, PackageLevel, Role
from tests.ammunition.test_lots import lot_body, sale_body
from tests.core.test_sheets import formulas
from tests.firearms.world import World, make_world
from tests.makers import EVERYTHING, bearer, csrf_token, key_of_party, sign_in

DAY = date(2020, 2, 1)


@pytest.fixture
def world(office: Office) -> World:
    return make_world(office)


@pytest.fixture
def supervisor(app: Flask) -> dict[str, str]:
    return bearer(app, Role.AUTHORITY_SUPERVISOR)


@pytest.fixture
def lot(office: Office, client: FlaskClient, supervisor: dict[str, str], world: World) -> str:
    """A lot in boxes of 50 of which the dealer bought 1,000 cartridges and lost 10."""
    made = client.post("/api/v1/lots", json=lot_body(world.maker.number), headers=supervisor)
    number: str = made.json["number"]
    path = f"/api/v1/lots/{number}"
    client.post(f"{path}/packages", json={"level": "unit_box", "size": 50}, headers=supervisor)
    client.post(f"{path}/packages", json={"level": "carton", "size": 1_000}, headers=supervisor)
    sale = sale_body(world.maker.number, world.dealer.number, quantity=1_000)
    assert client.post(f"{path}/sales", json=sale, headers=supervisor).status_code == 201
    lost = {"kind": "lost", "happened_on": "2020-01-20", "from_party": world.dealer.number, "quantity": 10}
    assert client.post(f"{path}/movements", json=lost, headers=supervisor).status_code in (200, 201)
    return number


def counted(world: World, lot: str, number: int, **more: Any) -> dict[str, Any]:
    return {
        "party": world.dealer.number,
        "counted_on": "2020-02-01",
        "lines": [{"lot": lot, "counted": number}],
        **more,
    }


def test_a_stock_tells_lots_packages_and_what_there_was_on_a_day(
    client: FlaskClient, supervisor: dict[str, str], world: World, lot: str
) -> None:
    path = f"/api/v1/stock?party={world.dealer.number}"
    (row,) = client.get(path, headers=supervisor).json["items"]
    assert (row["lot"], row["quantity"]) == (lot, 990)
    assert dict(row["packages"]) == {"unit_box": 19}  # the first was opened by the loss, and so the carton
    (then,) = client.get(f"{path}&on=2020-01-19", headers=supervisor).json["items"]
    assert (then["quantity"], dict(then["packages"])) == (1_000, {"unit_box": 20, "carton": 1})
    assert client.get(f"{path}&on=2020-01-01", headers=supervisor).json["items"] == []
    assert client.get(f"{path}&calibre=.40 S%26W", headers=supervisor).json["items"] == []


def test_a_count_that_does_not_add_up_is_kept_and_found(
    client: FlaskClient, supervisor: dict[str, str], world: World, lot: str
) -> None:
    made = client.post("/api/v1/stock/counts", json=counted(world, lot, 950), headers=supervisor)
    assert made.status_code == 201
    assert made.json["differing"] == 1
    assert made.json["lines"][0]["booked"] == 990
    assert "40 cartridges are missing" in made.json["lines"][0]["difference"]
    again = client.get(f"/api/v1/stock/counts/{made.json['number']}", headers=supervisor)
    assert again.json == made.json
    (row,) = client.get(f"/api/v1/stock?party={world.dealer.number}", headers=supervisor).json["items"]
    assert row["quantity"] == 990  # a count moves nothing
    assert "40 cartridges are missing" in row["difference"]
    good = client.post("/api/v1/stock/counts", json=counted(world, lot, 990), headers=supervisor)
    assert (good.json["differing"], good.json["lines"][0]["difference"]) == (0, "")
    differing = client.get("/api/v1/stock/counts?differing=true", headers=supervisor).json["items"]
    assert [count["number"] for count in differing] == [made.json["number"]]


def test_a_count_of_the_whole_stock_finds_the_lot_that_nobody_named(
    client: FlaskClient, supervisor: dict[str, str], world: World, lot: str
) -> None:
    nothing = {**counted(world, lot, 0), "lines": []}
    assert client.post("/api/v1/stock/counts", json=nothing, headers=supervisor).status_code == 422
    made = client.post("/api/v1/stock/counts", json={**nothing, "whole": True}, headers=supervisor)
    assert [(line["booked"], line["counted"]) for line in made.json["lines"]] == [(990, 0)]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"counted_on": "2999-01-01"}, "counted_on"),
        ({"lines": [{"lot": registry_number("L", 99), "counted": 1}]}, "lines.0.lot"),
        ({"party": registry_number("P", 99)}, "party"),
    ],
)
def test_a_count_that_cannot_be_is_refused(
    client: FlaskClient,
    supervisor: dict[str, str],
    world: World,
    lot: str,
    change: dict[str, Any],
    field: str,
) -> None:
    answer = client.post(
        "/api/v1/stock/counts", json={**counted(world, lot, 1), **change}, headers=supervisor
    )
    assert answer.status_code == 422
    assert answer.json["errors"][0]["field"] == field


def test_a_lot_is_named_once(client: FlaskClient, supervisor: dict[str, str], world: World, lot: str) -> None:
    twice = counted(world, lot, 1, lines=[{"lot": lot, "counted": 1}, {"lot": lot, "counted": 2}])
    assert client.post("/api/v1/stock/counts", json=twice, headers=supervisor).status_code == 422


def test_a_trader_counts_and_sees_their_own_stock_only(
    app: Flask, client: FlaskClient, supervisor: dict[str, str], world: World, lot: str
) -> None:
    dealer = bearer(app, Role.TRADER, party=world.dealer.number)
    stranger = bearer(app, Role.TRADER)
    made = client.post("/api/v1/stock/counts", json=counted(world, lot, 950), headers=dealer)
    assert made.status_code == 201
    assert (
        client.post("/api/v1/stock/counts", json=counted(world, lot, 9), headers=stranger).status_code == 403
    )
    assert client.get(f"/api/v1/stock?party={world.dealer.number}", headers=stranger).status_code == 403
    number = made.json["number"]
    assert client.get(f"/api/v1/stock/counts/{number}", headers=stranger).status_code == 404
    assert client.get("/api/v1/stock/counts", headers=stranger).json["items"] == []
    assert [row["lot"] for row in client.get("/api/v1/stock", headers=dealer).json["items"]] == [lot]


def test_a_count_cannot_be_changed_behind_the_registry(
    office: Office, client: FlaskClient, supervisor: dict[str, str], world: World, lot: str
) -> None:
    client.post("/api/v1/stock/counts", json=counted(world, lot, 950), headers=supervisor)
    for change in ("UPDATE stock_count_line SET counted = 990", "DELETE FROM stock_count_line"):
        with pytest.raises((Conflict, DBAPIError), match="never changed"), office.begin(EVERYTHING) as work:
            work.session.execute(text(change))


def test_units_of_a_body_are_counted_apart(
    office: Office, client: FlaskClient, supervisor: dict[str, str], world: World, lot: str
) -> None:
    issued = {
        "kind": "issued", "happened_on": "2020-01-21", "from_party": world.dealer.number,
        "to_party": world.dealer.number, "to_unit": "Store 2", "quantity": 200,
    }  # fmt: skip
    answer = client.post(f"/api/v1/lots/{lot}/movements", json=issued, headers=supervisor)
    assert answer.status_code in (200, 201)
    one = client.post(
        "/api/v1/stock/counts", json=counted(world, lot, 150, unit="Store 2"), headers=supervisor
    )
    assert one.json["lines"][0]["booked"] == 200
    rows = client.get(f"/api/v1/stock?party={world.dealer.number}", headers=supervisor).json["items"]
    assert {row["unit"]: row["quantity"] for row in rows} == {"": 790, "Store 2": 200}
    with office.look(EVERYTHING) as work:
        (found,) = mismatch_queries.mismatches(work, [int(lot[2:11])])
    assert (found.unit, found.booked - found.counted) == ("Store 2", 50)


def test_a_stock_too_large_to_be_added_up_comes_lot_by_lot(
    app: Flask,
    client: FlaskClient,
    supervisor: dict[str, str],
    world: World,
    lot: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for code in ("ZZZ1", "AAA1"):
        made = client.post(
            "/api/v1/lots", json=lot_body(world.maker.number, code=code), headers=supervisor
        ).json["number"]
        sale = sale_body(world.maker.number, world.dealer.number, quantity=500)
        assert client.post(f"/api/v1/lots/{made}/sales", json=sale, headers=supervisor).status_code == 201
    used = {"kind": "lost", "happened_on": "2020-01-22", "from_party": world.dealer.number, "quantity": 500}
    assert client.post(f"/api/v1/lots/{made}/movements", json=used, headers=supervisor).status_code < 300

    def rows(query: str) -> list[dict[str, Any]]:
        found, cursor = [], ""
        while True:
            page = client.get(f"{path}{query}&cursor={cursor}", headers=supervisor).json
            found += page["items"]
            if not (cursor := page["next"]):
                return found

    path = f"/api/v1/stock?party={world.dealer.number}"
    asked = ("&sort=code", "&sort=-code", "&calibre=9x19", "&on=2020-01-21")
    small = {query: rows(query) for query in asked}
    assert [row["code"] for row in small["&sort=code"]] == [small["&sort=-code"][1]["code"], "ZZZ1"]
    assert len(small["&on=2020-01-21"]) == 3
    monkeypatch.setattr(paging, "MOST_SORTED", 0)
    monkeypatch.setattr(paging, "MOST_WALKED", 1)
    assert {query: rows(f"{query}&limit=1") for query in asked} == small
    refused = client.get(f"{path}&sort=quantity", headers=supervisor)
    assert refused.status_code == 422
    shown = sign_in(app, Role.AUTHORITY_OFFICER).get(f"/stock?party={world.dealer.number}")
    assert "too large to be added up" in shown.get_data(as_text=True)


def test_the_file_to_count_by_holds_no_formula(
    app: Flask, office: Office, client: FlaskClient, supervisor: dict[str, str], world: World
) -> None:
    named = lot_body(world.maker.number, code='=HYPERLINK("http://evil.example")', product='+1;=2"')
    assert client.post("/api/v1/lots", json=named, headers=supervisor).status_code == 201
    path = f"/stock/form.csv?party={world.maker.number}"
    answer = sign_in(app, Role.AUTHORITY_OFFICER).get(path)
    assert answer.headers["Content-Disposition"].startswith("attachment")
    text = answer.get_data(as_text=True)
    assert "HYPERLINK" in text
    assert formulas(text) == []


def test_pages_show_the_stock_and_take_counts_by_fields_file_and_paste(
    app: Flask, world: World, lot: str
) -> None:
    officer = sign_in(app, Role.AUTHORITY_OFFICER)
    assert "Whose stock?" in officer.get("/stock").get_data(as_text=True)
    path = f"/stock?party={world.dealer.number}"
    assert "19 × Unit box" in officer.get(path).get_data(as_text=True)
    assert officer.get(f"/stock/form.csv?party={world.dealer.number}").get_data(as_text=True).count("\n") == 2
    told = {"csrf_token": csrf_token(officer, path), "party": world.dealer.number, "counted_on": "2020-02-01"}
    by_field = officer.post("/stock", data={**told, f"counted-{lot}": "980"}, follow_redirects=True)
    assert "10 cartridges are missing" in by_field.get_data(as_text=True)
    file = (io.BytesIO(f"lot;counted;code\n{lot};991;X\n".encode()), "count.csv")
    by_file = officer.post("/stock", data={**told, "file": file}, follow_redirects=True)
    assert "1 cartridges more than in the book" in by_file.get_data(as_text=True)
    pasted = officer.post("/stock", data={**told, "text": f"{lot}\t990"}, follow_redirects=True)
    assert "adds up" in pasted.get_data(as_text=True)
    wrong = officer.post("/stock", data={**told, f"counted-{lot}": "many"})
    assert wrong.status_code == 422
    assert "A whole number." in wrong.get_data(as_text=True)
    assert "1 do not add up" in officer.get("/stock/counts?differing=1").get_data(as_text=True)


def test_a_count_comes_from_a_file_at_the_command_line(
    app: Flask, world: World, lot: str, tmp_path: Path
) -> None:
    runner, file = app.test_cli_runner(), tmp_path / "count.csv"
    file.write_text(f"lot,counted\n{lot},980\n")
    done = runner.invoke(
        args=["ammunition", "count", str(file), "--party", world.dealer.number, "--on", "2020-02-01"]
    )
    assert (done.exit_code, "10 cartridges are missing" in done.output) == (1, True)
    told = runner.invoke(args=["ammunition", "stock", world.dealer.number])
    assert "990" in told.output
    assert "19 unit box" in told.output


RUNS = st.lists(
    st.tuples(st.integers(0, 60), st.integers(1, 40), st.integers(1, 12), st.integers(0, 2)), max_size=4
)


@given(runs=RUNS, spans=st.lists(st.tuples(st.integers(0, 99), st.integers(0, 20)), max_size=3))
def test_whole_packages_are_those_whose_every_cartridge_is_held(
    runs: list[tuple[int, int, int, int]], spans: list[tuple[int, int]]
) -> None:
    made = [
        Run("unit_box", round_, first, first + length - 1, size, 1 + 100 * n)
        for n, (first, length, size, round_) in enumerate(runs)
    ]
    positions = sorted({at for first, more in spans for at in range(first, first + more + 1)})
    held = [Span(at, at) for at in positions]
    expected = sum(
        set(range(tile.first, tile.last + 1)) <= set(positions)
        and not opened(made, "unit_box", run.round, tile)
        for run in made
        for _, tile in run.touching(Span(run.first, run.last))
    )
    assert stock.whole_packages(made, held).get("unit_box", 0) == expected


def test_stock_is_what_the_lots_say(office: Office, world: World) -> None:
    """Whatever was sold, issued, returned and lost, the stock of all holders is what the lots tell."""
    lots = []
    with office.begin(EVERYTHING) as work:
        for code in ("AAA11", "BBB22"):
            body = {**lot_body(world.maker.number), "code": code}
            lots.append(_registered(work, body))
        maker, dealer = world.maker.number, world.dealer.number
        for n, lot_id in enumerate(lots):
            acts.pack(work, lot_id, PackNew(PackageLevel.UNIT_BOX, 20))
            paper = ("EB", "1", "1", DAY, "GT", DAY)
            acts.sell(work, lot_id, SaleNew(maker, dealer, DAY, *paper, quantity=100 + n))
            back = MovementNew(MovementKind.RETURNED, DAY, dealer, maker, quantity=30)
            acts.move(work, lot_id, back)
    with office.look(EVERYTHING) as work:
        book = stock_queries.booked(work.session, key_of_party(world.dealer), "", DAY)
    assert [book[lot_id] for lot_id in lots] == [70, 71]


def _registered(work: Any, body: dict[str, Any]) -> int:
    return int(acts.register_lot(work, LotNewSchema().load(body)).number[2:11])
