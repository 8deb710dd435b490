"""Scanning the code of a package or of a cartridge leads to its page."""

from __future__ import annotations

from datetime import date

import pytest
from biip import parse
from biip.gs1_messages import GS1Message
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from registry.ammunition import gs1
from registry.core.work import Office
from schemas.vocabulary import PartyKind
from tests.ammunition.test_lots import lot_body
from tests.makers import EVERYTHING, bearer, make_party, post, sign_in

CODE = "(01)17891234500011(11)191101(21)2(10)ABC12(30)50"
RAW = "]d201178912345000111119110121" + "2\x1d10ABC12\x1d3050"
TOLD = {"01": "17891234500011", "10": "ABC12", "21": "2", "11": "191101", "30": "50"}


@pytest.mark.parametrize(
    "text",
    [
        CODE,
        CODE.replace(")", ") ").replace("(", " ("),
        RAW,
        RAW.replace("]d2", "]C1"),
        RAW.removeprefix("]d2"),
        "\x1d" + RAW.removeprefix("]d2"),
        RAW.replace("\x1d", "<GS>"),
        RAW.replace("\x1d", "␝"),
    ],
)
def test_a_gs1_code_is_read_with_brackets_or_as_a_scanner_types_it(text: str) -> None:
    assert gs1.scanned(text)[0] == TOLD


def test_without_separators_every_way_to_read_it_is_kept_and_the_records_choose() -> None:
    readings = gs1.scanned(RAW.removeprefix("]d2").replace("\x1d", ""))
    assert TOLD in readings
    assert len(readings) > 1


@pytest.mark.parametrize("text", ["", "UZZ18", "(01", "0112", "99123", "01178912345000", "2112345", "(21)5"])
def test_anything_else_is_no_gs1_code(text: str) -> None:
    assert gs1.scanned(text) == []


def test_an_sscc_or_a_gtin_may_stand_alone() -> None:
    assert gs1.scanned("178912345000011") == []
    assert gs1.scanned("7891234500014") == [{"01": "07891234500014"}]
    sscc = gs1.sscc("789123450", 7)
    assert gs1.scanned(sscc) == [{"00": sscc}]


@pytest.mark.parametrize("at", range(2, 16))
def test_one_wrong_digit_of_a_gtin_is_noticed(at: int) -> None:
    raw = RAW.removeprefix("]d2")
    wrong = raw[:at] + str((int(raw[at]) + 1) % 10) + raw[at + 1 :]
    assert gs1.faults(gs1.scanned(wrong)[0])


LOTS = st.from_regex(r"[A-Z]{3}-?[0-9]{2}", fullmatch=True)


@given(
    lot=LOTS,
    serial=st.integers(1, 10**12),
    day=st.dates(date(2000, 1, 1), date(2049, 12, 31)),
    count=st.integers(1, 10**6),
    buyer=st.sampled_from([None, ("90", "P000000012K"), ("411", "7891234500007")]),
    gtin=st.integers(0, 10**13 - 1),
)
def test_another_decoder_reads_boxes_and_logistic_units_as_we_do(
    lot: str, serial: int, day: date, count: int, buyer: tuple[str, str] | None, gtin: int
) -> None:
    digits = f"{gtin:013d}"
    told = gs1.Printed(lot, day, count, buyer)
    whole = digits + gs1.check_digit(digits)
    for elements in (
        gs1.box(whole, serial, told),
        gs1.logistic_unit(gs1.sscc("789123450", serial % 10**8), (whole, count), told),
    ):
        read = parse(gs1.joined(elements)).gs1_message
        assert isinstance(read, GS1Message)
        assert [(e.ai.ai, e.value) for e in read.element_strings] == list(elements)
        assert dict(elements) == gs1.scanned(gs1.joined(elements))[0]
        assert dict(elements) in gs1.scanned(gs1.joined(elements, ""))


@pytest.fixture
def officer(app: Flask) -> dict[str, str]:
    return bearer(app)


@pytest.fixture
def maker(office: Office) -> str:
    with office.begin(EVERYTHING) as work:
        return make_party(work, PartyKind.MAKER).number


@pytest.fixture
def lot(client: FlaskClient, officer: dict[str, str], maker: str) -> str:
    client.post("/api/v1/gs1-parties", json={"party": maker, "prefix": "789123450"}, headers=officer)
    number: str = client.post("/api/v1/lots", json=lot_body(maker), headers=officer).json["number"]
    for level, size in (("unit_box", 50), ("case", 1000)):
        packing = {"level": level, "size": size}
        assert (
            client.post(f"/api/v1/lots/{number}/packages", json=packing, headers=officer).status_code == 200
        )
    return number


def test_package_and_cartridge_codes_lead_to_their_pages(
    app: Flask, client: FlaskClient, officer: dict[str, str], maker: str, lot: str
) -> None:
    browser = sign_in(app)
    lost = RAW.removeprefix("]d2").replace("\x1d", "")
    found = [browser.get("/find", query_string={"q": text}).headers["Location"] for text in (CODE, RAW, lost)]
    assert len(set(found)) == 1
    assert "/packages/B-" in found[0]
    assert browser.get("/find", query_string={"q": "abc-12"}).headers["Location"].endswith(f"/lots/{lot}")
    client.post("/api/v1/lots", json=lot_body(maker, calibre="40-sw", gtin=""), headers=officer)
    assert "/lots?q=" in browser.get("/find", query_string={"q": "ABC12"}).headers["Location"]


def packages(client: FlaskClient, officer: dict[str, str], lot: str) -> list[dict[str, str]]:
    """Every package of a lot, page by page."""
    found, cursor = [], ""
    while True:
        page = client.get(f"/api/v1/lots/{lot}/packages?limit=100&cursor={cursor}", headers=officer).json
        found += page["items"]
        if not (cursor := page["next"]):
            return found


def scanned(client: FlaskClient, officer: dict[str, str], code: str) -> object:
    answer = client.get("/api/v1/scan", query_string={"code": code}, headers=officer)
    return (
        (answer.json["package"], answer.json["lots"]) if answer.status_code == 200 else answer.json["errors"]
    )


def test_every_code_of_a_lot_leads_to_its_own_package(
    client: FlaskClient, officer: dict[str, str], lot: str
) -> None:
    rows = packages(client, officer, lot)
    assert len(rows) == 210
    for row in (*rows[:3], *rows[198:203], rows[-1]):
        package = client.get(f"/api/v1/packages/{row['number']}", headers=officer).json
        assert scanned(client, officer, package["gs1"]) == (row["number"], [lot])
        assert bool(package["sscc"]) is (row["level"] == "case")
        if package["sscc"]:
            assert package["gs1"].startswith(f"(00){package['sscc']}(02)17891234500011(11)191101(37)20")
            assert scanned(client, officer, package["sscc"]) == (row["number"], [lot])


def test_a_misread_code_is_refused_and_a_foreign_one_leads_nowhere(
    app: Flask, client: FlaskClient, officer: dict[str, str], lot: str
) -> None:
    assert scanned(client, officer, CODE.replace("0011(", "0012(")) == [
        {"field": "code", "message": "The check digit of (01)17891234500012 is wrong.", "article": "GS1"}
    ]
    assert scanned(client, officer, CODE.replace("(21)2", "(21)99999")) == (None, [lot])
    assert scanned(client, officer, gs1.sscc("789123450", 9_999_999)) == (None, [])
    assert scanned(client, officer, CODE.replace("ABC12", "ABC13")) == (None, [])
    browser = sign_in(app)
    assert browser.get("/find", query_string={"q": CODE.replace("0011(", "0012(")}).status_code == 422
    page = browser.get("/scan", query_string={"code": CODE.replace("ABC12", "ABC13")}).get_data(as_text=True)
    assert "Not in the records" in page


def test_no_two_lots_share_a_code(client: FlaskClient, officer: dict[str, str], maker: str, lot: str) -> None:
    other = client.post("/api/v1/lots", json=lot_body(maker, code="ABC13"), headers=officer).json["number"]
    for level, size in (("unit_box", 50), ("case", 1000)):
        client.post(f"/api/v1/lots/{other}/packages", json={"level": level, "size": size}, headers=officer)
    codes = set()
    for number in (lot, other):
        for row in packages(client, officer, number):
            told = gs1.scanned(client.get(f"/api/v1/packages/{row['number']}", headers=officer).json["gs1"])
            codes.add(told[0].get("00") or (told[0]["01"], told[0]["21"]))
    assert len(codes) == 420


def test_a_gtin_is_of_one_product_and_of_its_makers_prefix(
    client: FlaskClient, officer: dict[str, str], office: Office, lot: str, maker: str
) -> None:
    other = client.post("/api/v1/lots", json=lot_body(maker, product_code="OTHER"), headers=officer)
    assert [e["field"] for e in other.json["errors"]] == ["gtin"]
    with office.begin(EVERYTHING) as work:
        second = make_party(work, PartyKind.MAKER).number
    foreign = client.post("/api/v1/lots", json=lot_body(second, gtin="27891234500018"), headers=officer)
    assert "company prefix" in foreign.json["errors"][0]["message"]
    for prefix in ("789123450", "7891", "7891234501", "789123451"):
        answer = client.post("/api/v1/gs1-parties", json={"party": second, "prefix": prefix}, headers=officer)
        assert (prefix, answer.status_code) == (prefix, 200 if prefix == "789123451" else 409)
    bad = client.post("/api/v1/gs1-parties", json={"party": second, "gln": "7891234500001"}, headers=officer)
    assert [e["field"] for e in bad.json["errors"]] == ["gln"]


def test_the_database_gives_no_number_twice_and_takes_none_back(office: Office, lot: str) -> None:
    taken = (
        "INSERT INTO gs1_block (issuer, first, last, lot_id, n) VALUES ('17891234500011', 150, 151, 1, 999)"
    )
    for statement in (taken, "UPDATE gs1_block SET first = 0", "DELETE FROM gs1_block"):
        with pytest.raises(Exception, match="registry: "), office.database.writer.begin() as connection:
            connection.exec_driver_sql(statement)


def test_codes_are_given_later_to_what_was_packed_before(
    app: Flask, client: FlaskClient, officer: dict[str, str], maker: str
) -> None:
    lot = client.post("/api/v1/lots", json=lot_body(maker), headers=officer).json["number"]
    client.post(f"/api/v1/lots/{lot}/packages", json={"level": "case", "size": 1000}, headers=officer)
    (case, *_) = client.get(f"/api/v1/lots/{lot}/packages", headers=officer).json["items"]
    assert client.get(f"/api/v1/packages/{case['number']}", headers=officer).json["gs1"] == ""
    browser = sign_in(app)
    answer = post(browser, "/gs1", party=maker, prefix="789123450")
    assert answer.status_code == 303, answer.get_data(as_text=True)
    assert client.post(f"/api/v1/lots/{lot}/codes", json={}, headers=officer).status_code == 200
    assert client.get(f"/api/v1/packages/{case['number']}", headers=officer).json["sscc"]
