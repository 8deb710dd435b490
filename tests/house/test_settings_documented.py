"""Every setting is explained in README.md, and README.md explains none that is not there."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest

from registry.core.settings import MisconfiguredError, Settings
from tests.house.sources import ROOT, python_files

NAME = re.compile(r"\bREGISTRY_[A-Z_]+[A-Z]\b")
NOT_FROM_OUTSIDE = {"testing"}


def test_the_table_of_settings_is_complete() -> None:
    read = set(NAME.findall((ROOT / "registry/core/settings.py").read_text(encoding="utf-8")))
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `(REGISTRY_[A-Z_]+)`", readme, re.MULTILINE)) == read
    assert read == {f"REGISTRY_{field.name.upper()}" for field in fields(Settings)} - {
        f"REGISTRY_{name.upper()}" for name in NOT_FROM_OUTSIDE
    }


def test_the_environment_is_read_in_one_place() -> None:
    readers = {
        path.name
        for path in python_files("registry", "schemas", "migrations")
        if re.search(r"os\.environ|os\.getenv|getenv\(", path.read_text(encoding="utf-8"))
    }
    assert readers == {"settings.py"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("REGISTRY_PRODUCTION", "yes"),
        ("REGISTRY_MAX_BODY", "0"),
        ("REGISTRY_SESSION_MINUTES", "ten"),
        ("REGISTRY_DATABASE_URL", "mysql://localhost/registry"),
        ("REGISTRY_SECRET_KEY", "short"),
    ],
)
def test_a_setting_that_makes_no_sense_is_refused_by_name(name: str, value: str, tmp_path: Path) -> None:
    with pytest.raises(MisconfiguredError, match=name):
        Settings.from_environment({"REGISTRY_INSTANCE": str(tmp_path), name: value})


def test_production_starts_only_with_a_key_of_its_own(tmp_path: Path) -> None:
    given = {"REGISTRY_INSTANCE": str(tmp_path), "REGISTRY_PRODUCTION": "1"}
    with pytest.raises(MisconfiguredError, match="REGISTRY_SECRET_KEY"):
        Settings.from_environment(given)
    assert Settings.from_environment({**given, "REGISTRY_SECRET_KEY": "k" * 32}).secure_cookies
