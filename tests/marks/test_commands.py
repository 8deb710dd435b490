"""Commands of marks: the same words as the pages."""

from __future__ import annotations

import pytest
from flask import Flask

BOITO = ("Boito", "BR", "'BM'99999")


def run(app: Flask, *words: str) -> str:
    result = app.test_cli_runner().invoke(args=["marks", *words])
    return f"{result.exit_code} {result.output}"


def test_a_pattern_is_added_read_by_and_withdrawn(app: Flask) -> None:
    added = run(app, "add-rule", *BOITO, "--source", "Letter of the maker", "--tells", "Miura")
    assert added == "0 Pattern 1 is added.\n"
    assert "Boito BR. Miura (Letter of the maker)" in run(app, "read", "BM12345")
    assert "Boito (BR)" in run(app, "rules")
    assert run(app, "withdraw-rule", "1", "--reason", "wrong") == "0 Pattern 1 is withdrawn.\n"
    assert "withdrawn" in run(app, "rules")
    assert "Miura" not in run(app, "read", "BM12345")
    assert "withdrawn already" in run(app, "withdraw-rule", "1", "--reason", "wrong")


def test_warnings_are_said(app: Flask) -> None:
    assert "stands for a missing serial" in run(app, "read", "NONE")
    assert "mark of import" in run(app, "read", "BR 05")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("add-rule", "Boito", "BR", "(((", "--source", "x"), "no pattern of serials"),
        (("add-rule", "Boito", "XQ", "999", "--source", "x"), "country"),
        (("add-rule", *BOITO, "--source", "x", "--first-year", "1990", "--last-year", "1980"), "last_year"),
        (("read", "?"), "legible"),
        (("withdraw-rule", "7", "--reason", "x"), "No pattern has the number 7"),
    ],
)
def test_what_cannot_be_done_is_said_and_ends_with_1(app: Flask, words: tuple[str, ...], said: str) -> None:
    result = run(app, *words)
    assert result.startswith("1 ")
    assert said.lower() in result.lower()
