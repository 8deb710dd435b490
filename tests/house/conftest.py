"""A demonstration with its people that tests of the house share, and what is asked of its database."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from registry.core.work import OPERATOR, Office
from registry.demo import loading
from tests.engines import application
from tests.house.plans import Asked, recording

Played = tuple[Flask, Asked]


@pytest.fixture(scope="package", params=["sqlite", "postgresql"])
def played(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    """A small demonstration; what is called here changes nothing. Statements are kept from its beginning."""
    engine = request.getfixturevalue(request.param)
    with (
        engine.ready() as url,
        application(url, tmp_path_factory.mktemp("matrix")) as app,
        recording(request.param) as asked,
    ):
        office: Office = app.extensions["registry"].office
        list(loading.fill_if_empty(office, OPERATOR, 300, 14))
        yield app, asked


@pytest.fixture(scope="package")
def demonstration(played: Played) -> Flask:
    """The application on it."""
    return played[0]


@pytest.fixture(scope="package")
def asked(played: Played) -> Asked:
    """What the application has asked of it until now."""
    return played[1]
