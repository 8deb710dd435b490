"""What was tampered with and what was found, added up over the run and printed at its end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection

import pytest


class Tally:
    """Counts of one test, kept with its report, so that they reach the end of a run in several processes."""

    def __init__(self, node: pytest.Item) -> None:
        self._node = node

    def _count(self, what: str, number: int) -> None:
        engine = "PostgreSQL" if self._node.get_closest_marker("postgresql") else "SQLite"
        self._node.user_properties.append((f"tally {what}", (engine, number)))

    def tried(self, tried: Collection[object], found: Collection[object]) -> None:
        """Tamperings, and those of them that were found."""
        self._count("tamperings", len(tried))
        self._count("found", len(found))

    def untouched(self, exports: int, alarms: int) -> None:
        """Exports that nobody touched, and alarms about them."""
        self._count("untouched exports", exports)
        self._count("false alarms", alarms)


@pytest.fixture
def tally(request: pytest.FixtureRequest) -> Tally:
    """Where a test says how often it tampered."""
    return Tally(request.node)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """One line for each engine that was tampered with."""
    counted: dict[str, Counter[str]] = {}
    for reports in terminalreporter.stats.values():
        for report in reports:
            if getattr(report, "when", "") == "call":
                for name, value in report.user_properties:
                    if name.startswith("tally "):
                        engine, number = value
                        counted.setdefault(engine, Counter())[name[6:]] += number
    for engine, count in sorted(counted.items()):
        terminalreporter.write_line(
            f"{engine}: {count['tamperings']:,} tamperings, {count['found']:,} found; "
            f"{count['untouched exports']:,} untouched exports, {count['false alarms']:,} false alarms"
        )
