"""A registry that several files of tests look at and leave as it was."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from registry.core.database import Base
from registry.core.journal import triggers
from tests.ledger import rows
from tests.ledger.worlds import READINGS, World, populated, read_often


@pytest.fixture(
    scope="session",
    params=[
        pytest.param("sqlite", marks=pytest.mark.sqlite),
        pytest.param("postgresql", marks=pytest.mark.postgresql),
    ],
)
def standing(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A registry with a row in every table and a full tile, for tests that leave it as it was."""
    engine = request.getfixturevalue(request.param)
    with engine.ready() as url, populated(url, tmp_path_factory.mktemp("standing")) as made:
        rows.senseless(made.office.database)
        rows.fill(made.office)
        read_often(made, READINGS)
        made.sign()
        with made.below() as connection:
            assert triggers.differences(connection, Base.metadata) == []
        yield made
