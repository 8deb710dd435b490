"""docs/policy.md is what the service asks, and the service does not start where the policy says nothing."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from registry.core import policy, work
from registry.core.errors import Forbidden
from registry.core.web import guard
from registry.core.web.guard import UnguardedError
from schemas.vocabulary import May, Purpose, Role
from tests.engines import Sqlite, application
from tests.house.sources import ROOT
from tests.makers import make_actor


def test_the_kept_document_is_current(sqlite: Sqlite, tmp_path: Path) -> None:
    with sqlite.ready() as url, application(url, tmp_path) as app, app.app_context():
        printed = app.test_cli_runner().invoke(args=["access", "policy"])
    assert printed.exit_code == 0
    assert (ROOT / "docs/policy.md").read_text(encoding="utf-8") == printed.stdout, "run `make policy`"


def test_a_permission_without_a_cell_keeps_the_service_from_starting(
    sqlite: Sqlite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with sqlite.ready() as url, application(url, tmp_path) as app:
        without = {may: cells for may, cells in policy.TABLE.items() if may is not May.FIREARM_READ}
        monkeypatch.setattr(policy, "TABLE", without)
        with pytest.raises(UnguardedError, match=r"firearm\.read"):
            guard.refuse_unguarded(app)


def test_a_question_that_fails_is_a_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    officer = make_actor(Role.AUTHORITY_OFFICER)
    monkeypatch.setattr(policy, "grant", broken)
    monkeypatch.setattr(policy, "serves", broken)
    for question in (
        lambda: work.limited_to(officer, May.FIREARM_READ),
        lambda: work.is_own(officer, May.TRACE_READ),
        lambda: work.for_purpose(officer, May.TRACE_ASK, Purpose.REGISTRATION),
        lambda: work.allow(None, May.TRACE_ASK),  # type: ignore[arg-type]
    ):
        with pytest.raises(Forbidden):
            question()


@pytest.mark.parametrize("role", Role)
def test_what_has_no_cell_reaches_no_record(role: Role) -> None:
    for may in set(May) - policy.POLICY[role]:
        assert policy.grant(role, may) is None
        assert policy.purposes(role, may) == ()
        assert not any(policy.serves(role, may, purpose) for purpose in (None, *Purpose))
        assert work.limited_to(make_actor(role, party_id=None), may) == 0


def test_nothing_but_the_table_tells_roles_apart_when_it_comes_to_records() -> None:
    compared = re.compile(r"actor(\(\))?\.role (is|is not|==|!=|in|not in) (?!SECOND_FACTOR_ROLES)")
    found = [
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for path in (ROOT / "registry").rglob("*.py")
        for line in path.read_text(encoding="utf-8").splitlines()
        if compared.search(line)
    ]
    assert found == []
