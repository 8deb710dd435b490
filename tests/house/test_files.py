"""What a reader or a browser should never meet in our files."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.house.sources import ROOT, files, place, python_files

UNNUMBERED = re.compile(r"\b(?:TODO|FIXME|XXX|HACK)\b(?!\s*\(?#\d+)")
NOT_AN_ADDRESS_TO_ASK = re.compile(r"https?://(?:www\.w3\.org/(?:2000/svg|1999/xhtml|1999/xlink))")
IN_TEMPLATES = {
    "a script in the page": re.compile(r"<script(?![^>]*\bsrc=)", re.IGNORECASE),
    "a style in the page": re.compile(r"<style\b|\sstyle\s*=", re.IGNORECASE),
    "an event handler in the page": re.compile(r"\son[a-z]+\s*=\s*[\"']", re.IGNORECASE),
    "text that is not escaped": re.compile(r"\|\s*safe\b|autoescape\s+false"),
}
ELSEWHERE = {
    "an address elsewhere": re.compile(r"https?://|[\"'(]//[a-z]", re.IGNORECASE),
}


def findings(path: Path, patterns: dict[str, re.Pattern[str]]) -> list[str]:
    lines = path.read_text(encoding="utf-8").splitlines()
    return [
        f"{place(path, number)}: {what}"
        for number, line in enumerate(lines, 1)
        for what, pattern in patterns.items()
        if pattern.search(NOT_AN_ADDRESS_TO_ASK.sub("", line))
    ]


def all_findings(paths: list[Path], patterns: dict[str, re.Pattern[str]]) -> list[str]:
    return [finding for path in paths for finding in findings(path, patterns)]


def test_what_is_left_to_do_has_an_issue() -> None:
    paths = [
        path for path in python_files("registry", "schemas", "migrations", "tests") if path != Path(__file__)
    ]
    assert all_findings(paths, {"work left without its issue's number": UNNUMBERED}) == []


def test_pages_hold_no_script_and_no_style() -> None:
    assert all_findings(list(files(".html", ".jinja", ".j2")), IN_TEMPLATES) == []


def test_pages_ask_nothing_of_other_machines() -> None:
    assert all_findings(list(files(".html", ".jinja", ".j2", ".css", ".js", ".svg")), ELSEWHERE) == []


def test_no_file_is_too_long_to_hold_in_mind() -> None:
    lengths = {
        path.relative_to(ROOT): written_lines(path)
        for path in python_files("registry", "schemas")
        if path.name != "verifier.py"  # one file by design, at most 500 lines
    }
    assert {path: length for path, length in lengths.items() if length > 350} == {}


def written_lines(path: Path) -> int:
    return sum(bool(line.strip()) for line in path.read_text(encoding="utf-8").splitlines())


@pytest.mark.parametrize(
    ("line", "patterns"),
    [
        ("<script>alert(1)</script>", IN_TEMPLATES),
        ('<p style="color: red">', IN_TEMPLATES),
        ('<body onload="go()">', IN_TEMPLATES),
        ("{{ name|safe }}", IN_TEMPLATES),
        ('<img src="//cdn.example/x.png">', ELSEWHERE),
        ("@import url(https://fonts.example/x.css)", ELSEWHERE),
        ("# TODO later", {"todo": UNNUMBERED}),
    ],
)
def test_the_search_finds_what_it_looks_for(line: str, patterns: dict[str, re.Pattern[str]]) -> None:
    assert any(pattern.search(line) for pattern in patterns.values())
    good = '<script src="/static/a.js"></script> # TODO(#12) https://www.w3.org/2000/svg'
    assert not any(pattern.search(NOT_AN_ADDRESS_TO_ASK.sub("", good)) for pattern in patterns.values())
