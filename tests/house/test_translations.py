"""Catalogues say what the pages say: the same placeholders, and no word twice."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import registry.app  # noqa: F401 - titles of refusals are said by all subjects
from registry.core.settings import Settings
from tests.house.catalogues import CATALOGUES, Id, read, wanted
from tests.house.sources import python_files, tree

PLACE = re.compile(r"%\(\w+\)[sdg]")


def test_every_language_offered_has_a_catalogue() -> None:
    assert {path.parts[-3] for path in CATALOGUES} == set(Settings.languages) - {"en"}


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.parts[-3])
def test_translations_keep_the_placeholders(path: Path) -> None:
    translated = [message for message in read(path) if message.id and message.string]
    assert len(translated) > 200
    for message in translated:
        one = message.id if isinstance(message.id, str) else message.id[0]
        for said in [message.string] if isinstance(message.string, str) else message.string or ():
            assert sorted(PLACE.findall(said)) == sorted(PLACE.findall(one)), message.id


@pytest.fixture(scope="module")
def everything() -> set[Id]:
    return wanted()


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.parts[-3])
def test_everything_the_registry_says_is_translated(path: Path, everything: set[Id]) -> None:
    told = {message.id for message in read(path) if message.id and all(message.string or ("",))}
    assert everything - told == set()


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.parts[-3])
def test_nothing_is_translated_twice(path: Path) -> None:
    said = re.findall(r"^msgid (\".+\")$", path.read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(said) == sorted(set(said))


REFUSALS = {"Conflict", "Forbidden", "Invalid", "NotFound", "Refused", "Unmet", "at"}
FOR_PROGRAMS = re.compile(r"registry/(demo|ledger|intake|exchange)/|/commands\.py$")
"""Where who is refused works at a terminal or is a program."""


def spliced(code: ast.AST) -> Iterator[str]:
    """Sentences of refusals that are f-strings: whoever shows them cannot say them in another language."""
    for node in ast.walk(code):
        called = node.func if isinstance(node, ast.Call) else None
        if getattr(called, "id", getattr(called, "attr", "")) in REFUSALS:
            for given in node.args:  # type: ignore[attr-defined]
                text = ast.unparse(given) if isinstance(given, ast.JoinedStr) else ""
                if " " in re.sub(r"{[^}]*}", "", text):
                    yield text


def test_refusals_can_be_said_in_every_language() -> None:
    files = [path for path in python_files("registry", "schemas") if not FOR_PROGRAMS.search(str(path))]
    assert {str(path): found for path in files if (found := list(spliced(tree(path))))} == {}


def test_negative_control_a_spliced_refusal_is_found() -> None:
    assert list(spliced(ast.parse('raise Refused(f"No lot {number}")'))) == ["f'No lot {number}'"]
    assert list(spliced(ast.parse('raise Invalid.at(f"lines.{n}", "Say more.")'))) == []
