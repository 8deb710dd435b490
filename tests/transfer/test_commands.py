"""Export and rebuilding at the command line."""

from __future__ import annotations

import json
from pathlib import Path

from flask import Flask

from registry.core.work import Office
from tests.firearms.world import make_world


def test_both_commands_say_what_they_did_and_refuse_in_words(
    app: Flask, office: Office, tmp_path: Path
) -> None:
    make_world(office)
    runner, folder = app.test_cli_runner(), str(tmp_path / "out")
    made = runner.invoke(args=["export", folder])
    assert made.exit_code == 0
    assert "party" in made.output
    assert "manifest" in made.output
    asked = "SELECT note FROM ledger_entry WHERE act = 'registry.export'"
    with office.database.reader.connect() as connection:
        notes = connection.exec_driver_sql(asked).scalars().all()
    assert [json.loads(note)["export"]["manifest"] in made.output for note in notes] == [True]
    again = runner.invoke(args=["export", folder])
    assert (again.exit_code, "There is something in this folder" in again.output) == (1, True)
    full = runner.invoke(args=["rebuild", folder])
    assert (full.exit_code, "This registry has records" in full.output) == (1, True)
