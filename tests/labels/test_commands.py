"""Labels at the command line: printed from a file, gone on with, printed once more, looked up."""

from __future__ import annotations

import subprocess
import zipfile
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
import resvg_py
from click.testing import Result
from flask import Flask
from PIL import Image

from registry.core.work import Office
from registry.labels import acts
from schemas.label_vocabulary import PrinterLanguage
from schemas.labels import PrinterNew
from tests.core.seeing import other_make, rastered, read
from tests.firearms.world import make_world, register, serial
from tests.makers import EVERYTHING

FIVE = 5


@pytest.fixture
def guns(office: Office) -> list[str]:
    world = make_world(office)
    return [register(office, world, marks=(serial(f"TAB20{n}"),)).number for n in range(FIVE)]


def labels(app: Flask, *given: str, typed: str = "") -> Result:
    return app.test_cli_runner().invoke(args=["labels", *given], input=typed)


def test_an_operator_prints_a_list_goes_on_after_a_jam_and_prints_one_again(
    app: Flask, guns: list[str], tmp_path: Path
) -> None:
    file, column = tmp_path / "labels.pdf", tmp_path / "guns.csv"
    column.write_text("\n".join(f'"{number}";seen' for number in guns))
    told = ("--design", "firearm", "--medium", "roll-100x50", "--resolution", "203")
    printed = labels(app, "print", str(file), "--numbers", str(column), *told)
    assert printed.exit_code == 0, printed.output
    assert "5 labels, 5 of 5 of LJ-000000001-" in printed.output
    pages = rastered(file.read_bytes(), 203)
    assert [{text for _, text in read(page)} for page in pages] == [{number} for number in guns]
    number = printed.output.split()[-1]
    jam = labels(app, "resume", number, str(file), "--from", "4")
    assert "2 labels" in jam.output, jam.output
    text = subprocess.run(["pdftotext", file, "-"], capture_output=True, check=True).stdout.decode()
    assert text.count("Issue 2") == 2
    for given, field in (
        (("--first", "1", "--reason", " "), "reason"),
        (("--first", "9", "--reason", "torn"), "first"),
    ):
        refused = labels(app, "reprint", number, str(file), *given)
        assert refused.exit_code == 2
        assert f"{field}:" in refused.output
    assert subprocess.run(["pdftotext", file, "-"], capture_output=True).stdout.decode() == text, "kept"
    again = labels(app, "reprint", number, str(file), "--first", "1", "--reason", "torn")
    assert again.exit_code == 0, again.output
    found = labels(app, "lookup", guns[0].lower())
    assert [line.split("  ")[1:3] for line in found.output.splitlines()] == [
        ["issue 2", "in force"], ["issue 1", "replaced"],
    ]  # fmt: skip
    assert labels(app, "lookup", "F-1").exit_code == 1
    shown = labels(app, "show", number).output
    assert [line.split()[4].rstrip(":") for line in shown.splitlines()[1:]] == ["first", "resume", "reprint"]
    assert f"{number}  " in labels(app, "list", "--state", "done").output
    assert labels(app, "list", "--state", "open").output == ""
    assert "a4-2x7" in labels(app, "media").output


def test_what_cannot_be_printed_leaves_no_file_and_nothing_to_print(
    app: Flask, guns: list[str], tmp_path: Path
) -> None:
    file = tmp_path / "labels.pdf"
    told = ("--design", "firearm", "--medium")
    for given, field in (
        ((guns[0], *told, "a4-2x7", "--start", "99"), "start"),
        ((guns[0], *told, "a4-2x7", "--used", "x"), "used"),
        ((guns[0], *told, "no-such"), "medium"),
        ((guns[0], *told, "a4-2x7", "--output", "zpl"), "medium"),
        (("F-000000999-9", *told, "a4-2x7"), "F-000000999-9"),
        ((*told, "a4-2x7"), "numbers"),
    ):
        refused = labels(app, "print", str(file), *given)
        assert (refused.exit_code, field in refused.output) == (2, True), (given, refused.output)
        assert list(tmp_path.glob("labels*")) == []
    assert labels(app, "print", str(tmp_path / "labels.doc"), guns[0], *told, "a4-2x7").exit_code == 2
    assert labels(app, "print", str(tmp_path / "no/such.pdf"), guns[0], *told, "a4-2x7").exit_code == 2
    assert labels(app, "list", "--state", "open").output == ""
    assert labels(app, "lookup", guns[0]).exit_code == 1


def test_labels_go_to_a_thermal_printer_and_to_a_press(
    app: Flask, office: Office, guns: list[str], tmp_path: Path
) -> None:
    with office.begin(EVERYTHING) as work:
        acts.add_printer(work, PrinterNew("Zebra", PrinterLanguage.ZPL, 203))
    told = ("--design", "firearm", "--medium", "roll-50x25")
    piped = labels(app, "print", "-", "--numbers", "-", "--printer", "Zebra", *told, typed="\n".join(guns))
    assert piped.exit_code == 0, piped.output
    first = piped.stdout_bytes.split(b"^XZ")[0] + b"^XZ"
    (picture,) = other_make([(first, 50, 25, 8)])
    assert {text for _, text in read(picture)} == {guns[0]}
    file = tmp_path / "labels.zip"
    assert labels(app, "print", str(file), *guns[:2], "--language", "ar", *told).exit_code == 0
    with zipfile.ZipFile(file) as archive:
        drawn = [archive.read(name).decode() for name in archive.namelist()]
    for number, drawing in zip(guns, drawn, strict=False):
        png = bytes(resvg_py.svg_to_bytes(svg_string=drawing, dpi=300))
        assert {text for _, text in read(np.asarray(Image.open(BytesIO(png)).convert("L")))} == {number}
    assert len(drawn) == 2
    assert all('aria-label="نسخة 2"' in one for one in drawn)
