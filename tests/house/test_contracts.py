"""The floors and rooms of the house are kept."""

from __future__ import annotations

from importlinter import cli


def test_no_import_breaks_a_contract(capsys) -> None:
    assert cli.lint_imports(cache_dir=None) == 0, capsys.readouterr().out
