"""Which tests one process of a run has together, because they stand on something that takes long to make.

All others go wherever a process is free. (xdist's own groups are marks in the names of tests, which pytest
no longer lets it write.)
"""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from xdist.scheduler import LoadScopeScheduling

TOGETHER: Mapping[str, str] = {
    "tests/house/test_record_matrix.py": "records",
    "tests/house/test_statements.py": "records",
    "tests/house/test_upgrades.py": "records",
    "tests/house/test_every_upgrade.py": "upgrades",
    "tests/ledger/test_forks.py": "standing",
    "tests/ledger/test_tampering.py": "standing",
    "tests/ledger/test_triggers.py": "standing",
    "tests/marks/test_damage.py": "damage",
    "tests/marks/test_wear.py": "wear",
    "tests/demo/test_demonstration.py": "demonstration",
    "tests/verification/test_every_paper.py": "papers",
    "tests/house/test_asvs.py::test_no_request_is_hidden_in_another": "real server",
    "tests/house/test_asvs.py::test_negative_control_two_requests_in_a_row_are_two": "real server",
}
"""What tests stand on, by their file or by their own name; on each engine it is another."""


def together(name: str) -> str:
    """What all tests have in common that one process has to run; for most it is their name."""
    path, _, rest = name.partition("::")
    test, _, given = rest.partition("[")
    shared = TOGETHER.get(path) or TOGETHER.get(f"{path}::{test}")
    if shared is None:
        return name
    return f"{shared} on {'postgresql' if 'postgresql' in given else 'sqlite'}"


class Together(LoadScopeScheduling):
    """What many tests stand on comes first, then test after test."""

    def _split_scope(self, nodeid: str) -> str:
        return together(nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> Together:
    """Asked by xdist in the process that hands out the tests."""
    return Together(config, log)
