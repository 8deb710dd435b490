"""Our own files, for the tests that read them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def python_files(*folders: str) -> list[Path]:
    """Every Python file in folders of ours."""
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


def files(*endings: str) -> Iterator[Path]:
    """Every file of `registry/` with one of the endings."""
    yield from sorted(path for path in (ROOT / "registry").rglob("*") if path.suffix in endings)


def tree(path: Path) -> ast.Module:
    """A Python file, parsed."""
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def place(path: Path, line: int) -> str:
    """A line as people write it."""
    return f"{path.relative_to(ROOT)}:{line}"
