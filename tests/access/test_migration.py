"""Migration 0003 with accounts in the records: they stay, on the way up and down; every session ends."""

from __future__ import annotations

from sqlalchemy import text

from registry.core import migrate
from registry.core.database import Database

ACCOUNT = text(
    "INSERT INTO account (id, login, full_name, role, password_hash, language, active, failures, created_at,"
    " version) VALUES (7, 'known', 'Known', 'auditor', 'x', 'en', :yes, 3, '2026-11-24 12:00:00', 1)"
)
SESSION = text(
    "INSERT INTO sign_in (token_hash, account_id, started_at, seen_at, ends_at) VALUES"
    " (:token, 7, '2026-11-24 12:00:00', '2026-11-24 12:00:00', '2026-11-25 12:00:00')"
)


def test_accounts_stay_and_sessions_end(empty_database_url: str) -> None:
    migrate.upgrade(empty_database_url, "0002")
    database = Database(empty_database_url)
    with database.writer.begin() as connection:
        connection.execute(ACCOUNT, {"yes": True})
        connection.execute(SESSION, {"token": b"t" * 32})
    for revision, move in (("head", migrate.upgrade), ("0002", migrate.downgrade), ("head", migrate.upgrade)):
        move(empty_database_url, revision)
        with database.writer.begin() as connection:
            kept = connection.execute(text("SELECT login, role, password_hash FROM account")).all()
            sessions = connection.execute(text("SELECT count(*) FROM sign_in")).scalar_one()
        assert [tuple(row) for row in kept] == [("known", "auditor", "x")]
        assert sessions == 0
    database.close()
