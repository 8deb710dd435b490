"""What the registry imports is what requirements.in asks for, no less and no more."""

from __future__ import annotations

import ast
import re
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

from tests.house.sources import ROOT, python_files, tree

OURS = {"registry", "schemas", "migrations", "tests", "wsgi"}
NOT_IMPORTED = {
    "fontpkg-noto-sans",  # files, found through its metadata
    "fontpkg-noto-sans-arabic",
    "psycopg",  # loaded by SQLAlchemy, by the database's URL
}


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def required(path: Path) -> set[str]:
    lines = (line.split("#")[0].strip() for line in path.read_text(encoding="utf-8").splitlines())
    return {canonical(re.split(r"[\[<>=!~; ]", line)[0]) for line in lines if line and line[0] != "-"}


def imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.split(".")[0])
    return names - OURS - set(sys.stdlib_module_names)


def distributions(*folders: str) -> dict[str, set[str]]:
    """Each imported module of others, with the distributions it can come from."""
    known = packages_distributions()
    modules: set[str] = set().union(*(imported(path) for path in python_files(*folders)))
    return {name: {canonical(given) for given in known.get(name, [name])} for name in modules}


def test_everything_imported_is_required() -> None:
    asked = required(ROOT / "requirements.in")
    found = distributions("registry", "schemas", "migrations")
    assert "sqlalchemy" in found
    assert {name for name, given in found.items() if not given & asked} == set()


def test_everything_required_is_imported() -> None:
    used = set().union(*distributions("registry", "schemas", "migrations").values()) | NOT_IMPORTED
    assert required(ROOT / "requirements.in") - used == set()


def test_everything_the_tests_import_is_required() -> None:
    asked = required(ROOT / "requirements.in") | required(ROOT / "tests" / "requirements.in")
    found = distributions("tests")
    assert {name for name, given in found.items() if not given & asked} == set()


def test_every_requirement_is_pinned_with_its_hash_and_says_nothing_of_where_it_came_from() -> None:
    for folder in (ROOT, ROOT / "tests"):
        text = (folder / "requirements.txt").read_text(encoding="utf-8")
        pins = re.findall(r"^[a-z][^\n]*(?:\n[ ]+--hash[^\n]*)*", text, re.MULTILINE)
        assert {canonical(re.split(r"[\[=]", pin)[0]) for pin in pins} >= required(folder / "requirements.in")
        assert [pin for pin in pins if "==" not in pin or "--hash=sha256:" not in pin] == []
        assert re.findall(r"://|--index|--find|file:", text) == []
