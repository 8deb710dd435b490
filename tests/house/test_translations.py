"""Catalogues say what the pages say: the same placeholders, and no word twice."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import registry.app  # noqa: F401 - titles of refusals are said by all subjects
from registry.core.settings import Settings
from tests.house.catalogues import CATALOGUES, Id, read, wanted

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
