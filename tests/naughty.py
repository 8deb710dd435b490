"""Texts that break careless programs. None may end in a fault of ours."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

NAUGHTY = (
    "\0",
    "a\0b",
    "\ufffd",
    "'; DROP TABLE party; --",
    '" OR 1=1 --',
    "%",
    "_%_",
    "\\",
    "<script>alert(1)</script>",
    "{{ 7 * 7 }}",
    "%(name)s %s {0}",
    "\u202eesrever",
    "a\u200bb",
    "\ufeff",
    "ﷺ" * 60,
    "ß" * 150,
    "👩‍👩‍👧‍👦",
    "نص عربي",
    "Ǆ ı İ ŉ",
    "a" * 100_000,
    "\r\nSet-Cookie: x=1",
    "../../etc/passwd",
    "F-000000001-X",
    "-1",
    "9" * 400,
    "NaN",
    "null",
    "[]",
    "１２３",
    " ",
)


def public_list() -> list[str]:
    """The big list of naughty strings from the shared vectors; skips the test by name without them."""
    path = Path(__file__).resolve().parents[1].parent / "shared/vectors/naughty/blns.json"
    if not path.exists():
        pytest.skip(f"{path.name} is not here: the shared vectors are missing")
    found: list[str] = json.loads(path.read_text(encoding="utf-8"))
    return found
