"""The transaction belongs to the unit of work: nothing else commits, rolls back or opens a session."""

from __future__ import annotations

import ast
from pathlib import Path

from tests.house.sources import ROOT, place, python_files, tree

KEEPERS = {ROOT / f"registry/core/{name}.py" for name in ("work", "parts", "database")}
FORBIDDEN = {"commit", "rollback", "begin_nested", "sessionmaker"}


def transaction_calls(path: Path) -> list[str]:
    return [
        place(path, node.lineno)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and called(node) in FORBIDDEN | {"Session"}
    ]


def called(node: ast.Call) -> str:
    if isinstance(node.func, ast.Attribute):
        return node.func.attr
    return node.func.id if isinstance(node.func, ast.Name) else ""


def test_only_the_unit_of_work_ends_a_transaction() -> None:
    found = [
        line
        for path in python_files("registry", "schemas")
        if path not in KEEPERS
        for line in transaction_calls(path)
    ]
    assert found == []


def test_the_search_finds_what_it_looks_for() -> None:
    assert transaction_calls(ROOT / "registry/core/work.py")
