"""Recovery at the command line."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask

from registry.core.work import Office
from tests.recovery.world import Scene, campaign, make_scene


@pytest.fixture
def scene(office: Office) -> Scene:
    return make_scene(office)


def test_a_day_from_a_file_is_recorded_and_counted(
    app: Flask, office: Office, scene: Scene, tmp_path: Path
) -> None:
    drive = campaign(office, scene, target=500)
    file = tmp_path / "day.csv"
    file.write_text("person,mark,kind,quantity\nAna Reis,QQ123,,\n,,ammunition,40\n-,QQ124,,\n", "utf-8")
    given = ["--kind", "collected", "--on", "2020-03-02", "--place", "Recife", "--campaign", drive.number]
    command = ["recovery", "day", str(file), *given, "--agency", scene.world.police.number, "--post", "1"]
    done = app.test_cli_runner().invoke(args=command)
    assert done.exit_code == 0, done.output
    assert done.output.startswith("3 items in 2 recoveries.")
    told = app.test_cli_runner().invoke(args=["recovery", "campaigns"]).output
    assert "2 of 500 firearms, 40 rounds" in told
    assert "North, Recife: 2 firearms" in told


@pytest.mark.parametrize(
    ("text", "why"),
    [("person,colour\nx,red\n", "colour"), ("person,mark\nx,AB[1\n", "rows.0.mark"), ("", "Columns")],
)
def test_a_file_that_cannot_be_read_records_nothing(
    app: Flask, office: Office, scene: Scene, tmp_path: Path, text: str, why: str
) -> None:
    file = tmp_path / "day.csv"
    file.write_text(text, "utf-8")
    command = ["recovery", "day", str(file), "--kind", "found", "--on", "2020-03-02", "--place", "Recife"]
    command += ["--agency", scene.world.police.number, "--circumstances", "In the river"]
    refused = app.test_cli_runner().invoke(args=command)
    assert refused.exit_code == 1
    assert why in refused.output
    assert "items in" not in refused.output
