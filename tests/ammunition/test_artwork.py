"""What is printed on packages, read back from the print by an independent reader."""

from __future__ import annotations

import re
import subprocess
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest
import resvg_py
import zxingcpp
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image

from registry.ammunition import gs1
from registry.core.work import Office
from schemas.vocabulary import PartyKind, Role
from tests.ammunition.test_lots import lot_body
from tests.firearms.world import World, make_world
from tests.makers import EVERYTHING, bearer, make_party, sign_in

PART = re.compile(r"\(([0-9]+)\)([^()]+)")
SIZES = {"unit_box": 50, "carton": 500, "case": 1000, "pallet": 5000}


@pytest.fixture
def officer(app: Flask) -> dict[str, str]:
    return bearer(app)


@pytest.fixture
def world(office: Office) -> World:
    return make_world(office)


@pytest.fixture
def maker(office: Office) -> str:
    with office.begin(EVERYTHING) as work:
        return make_party(work, PartyKind.MAKER, "Companhia Brasileira de Cartuchos").number


@pytest.fixture
def lot(client: FlaskClient, officer: dict[str, str], maker: str) -> str:
    client.post("/api/v1/gs1-parties", json={"party": maker, "prefix": "789123450"}, headers=officer)
    number: str = client.post("/api/v1/lots", json=lot_body(maker), headers=officer).json["number"]
    for level, size in SIZES.items():
        packing = {"level": level, "size": size}
        answer = client.post(f"/api/v1/lots/{number}/packages", json=packing, headers=officer)
        assert answer.status_code == 200
    return number


def first_of(client: FlaskClient, officer: dict[str, str], lot: str, level: str) -> str:
    rows = client.get(f"/api/v1/lots/{lot}/packages?level={level}&limit=1", headers=officer).json["items"]
    return str(rows[0]["number"])


def read(png: bytes) -> list[tuple[str, str]]:
    """(symbology, element string with brackets) of every code in a picture."""
    picture = Image.open(BytesIO(png)).convert("L")
    return sorted((str(r.format), r.text) for r in zxingcpp.read_barcodes(picture))


def printed(pdf: bytes, dots: int) -> bytes:
    command = ["pdftoppm", "-r", str(dots), "-png", "-singlefile", "-"]
    return subprocess.run(command, input=pdf, capture_output=True, check=True).stdout


def words(pdf: bytes) -> str:
    found = subprocess.run(["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True)
    return found.stdout.decode()


@pytest.mark.parametrize("small", [False, True])
@pytest.mark.parametrize("level", SIZES)
def test_every_symbol_of_a_package_is_read_back_from_pdf_and_svg(
    client: FlaskClient, officer: dict[str, str], world: World, lot: str, level: str, small: bool
) -> None:
    number = first_of(client, officer, lot, level)
    asked = {"buyer": world.dealer.number, "small": str(small).lower()}
    path = f"/api/v1/packages/{number}/artwork"
    pdf = client.get(f"{path}.pdf", query_string=asked, headers=officer)
    svg = client.get(f"{path}.svg", query_string=asked, headers=officer)
    assert (pdf.status_code, svg.status_code) == (200, 200), pdf.get_data(as_text=True)
    at_press = read(printed(pdf.data, 300))
    drawn = resvg_py.svg_to_bytes(svg_string=svg.get_data(as_text=True), dpi=300)
    assert read(bytes(drawn)) == at_press
    square = [text for form, text in at_press if form == "Data Matrix"]
    linear = [text for form, text in at_press if form != "Data Matrix"]
    told = client.get(f"/api/v1/packages/{number}", headers=officer).json["gs1"]
    buyer = "(90)" + world.dealer.number.replace("-", "")
    assert square == [told + buyer]
    assert sorted(PART.findall("".join(linear))) == sorted(gs1.scanned(square[0])[0].items())
    for fact in ("ABC12", "Companhia Brasileira", "9 mm Luger 124 gr", world.dealer.name):
        assert fact in " ".join(words(pdf.data).split()), fact


def test_a_low_resolution_printer_is_enough(
    client: FlaskClient, officer: dict[str, str], world: World, lot: str
) -> None:
    number = first_of(client, officer, lot, "unit_box")
    pdf = client.get(
        f"/api/v1/packages/{number}/artwork.pdf?buyer={world.dealer.number}", headers=officer
    ).data
    assert len(read(printed(pdf, 203))) >= 3


def test_a_run_has_a_page_for_each_package_and_no_two_codes_alike(
    client: FlaskClient, officer: dict[str, str], world: World, lot: str
) -> None:
    asked = {"level": "unit_box", "first": 3, "last": 8, "buyer": world.dealer.number}
    archive = client.get(f"/api/v1/lots/{lot}/artwork.zip", query_string=asked, headers=officer)
    assert archive.status_code == 200, archive.data
    with ZipFile(BytesIO(archive.data)) as files:
        pictures = [
            bytes(resvg_py.svg_to_bytes(svg_string=files.read(name).decode(), dpi=300))
            for name in files.namelist()
        ]
    squares = {text for picture in pictures for form, text in read(picture) if form == "Data Matrix"}
    assert len(squares) == 6
    whole = client.get(f"/api/v1/lots/{lot}/artwork.pdf", query_string=asked, headers=officer).data
    assert words(whole).count("\f") == 6


def test_the_code_names_who_bought_by_the_register_and_nobody_else(
    client: FlaskClient, officer: dict[str, str], world: World, lot: str
) -> None:
    number = first_of(client, officer, lot, "carton")
    path = f"/api/v1/packages/{number}/artwork.pdf"
    asked = {"level": "unit_box", "first": 1, "last": 99_999}
    assert client.get(path, query_string={"buyer": "P-000000001-0"}, headers=officer).status_code == 422
    assert client.get("/api/v1/packages/B-1-1/artwork.pdf", headers=officer).status_code == 404
    asked |= {"first": 300, "last": 400, "buyer": world.dealer.number}
    none = client.get(f"/api/v1/lots/{lot}/artwork.pdf", query_string=asked, headers=officer)
    assert none.json["errors"][0]["field"] == "first"


def test_a_dealer_prints_no_artwork_of_another_makers_lot(
    app: Flask, client: FlaskClient, world: World, lot: str
) -> None:
    dealer = bearer(app, Role.TRADER, party=world.dealer.number)
    assert client.get(f"/api/v1/lots/{lot}/artwork.pdf", headers=dealer).status_code in (403, 404)


def test_artwork_at_the_command_line(app: Flask, lot: str, world: World, tmp_path: Path) -> None:
    runner = app.test_cli_runner()
    out = tmp_path / "boxes.zip"
    asked = ["ammunition", "artwork", lot, str(out), "--last", "2", "--buyer", world.dealer.number]
    ran = runner.invoke(args=asked)
    assert (ran.exit_code, "2 packages" in ran.output) == (0, True), ran.output
    with ZipFile(out) as files:
        drawn = resvg_py.svg_to_bytes(svg_string=files.read(files.namelist()[0]).decode(), dpi=300)
    code = next(text for form, text in read(bytes(drawn)) if form == "Data Matrix")
    found = runner.invoke(args=["ammunition", "scan", code])
    assert (found.exit_code, lot in found.output) == (0, True), found.output
    assert runner.invoke(args=["ammunition", "scan", "(01)17891234500012"]).exit_code == 2
    assert runner.invoke(args=["ammunition", "scan", "nothing"]).exit_code == 1


def test_the_pages_show_and_print_it(app: Flask, lot: str, world: World) -> None:
    browser = sign_in(app)
    page = browser.get(f"/lots/{lot}/print").get_data(as_text=True)
    assert "Print packages of lot ABC12" in page
    asked = {"level": "unit_box", "last": "2", "buyer": world.dealer.number}
    for kind, begin in (("pdf", b"%PDF"), ("zip", b"PK")):
        answer = browser.get(f"/lots/{lot}/print", query_string={**asked, "format": kind})
        assert answer.data.startswith(begin)
    wrong = browser.get(f"/lots/{lot}/print", query_string={**asked, "last": "none", "format": "pdf"})
    assert wrong.status_code == 422
