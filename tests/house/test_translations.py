"""Catalogues say what the pages say: the same placeholders, and no word twice."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from registry.core.settings import Settings
from tests.house.catalogues import CATALOGUES, read

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
