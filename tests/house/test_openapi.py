"""docs/openapi.json is what the API publishes."""

from __future__ import annotations

from pathlib import Path

from registry.core.settings import Settings
from tests.engines import Sqlite, application
from tests.house.sources import ROOT


def test_the_kept_document_is_current(sqlite: Sqlite, tmp_path: Path) -> None:
    with sqlite.ready() as url, application(url, tmp_path) as app:
        assert app.extensions["registry"].settings.authority == Settings.authority
        with app.app_context():
            printed = app.test_cli_runner().invoke(args=["openapi"])
    assert printed.exit_code == 0
    kept = (ROOT / "docs/openapi.json").read_text(encoding="utf-8")
    assert kept == printed.stdout, "run `make openapi`"
