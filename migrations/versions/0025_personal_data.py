"""A natural person's data go at the end of their own term; answers of scenes are kept as personal ones.

Revision ID: 0025
Revises: 0024
"""

from __future__ import annotations

from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

STAYS = "registry: a record goes only when two have disposed of it at the end of its term"


def upgrade() -> None:
    bind = op.get_bind()
    if bind.dialect.name == "sqlite":
        bind.exec_driver_sql(
            "CREATE TRIGGER person_stays BEFORE DELETE ON person WHEN NOT EXISTS (SELECT 1 FROM"
            " disposed_record WHERE record_class = 'person' AND record_id = OLD.party_id)"
            f" BEGIN SELECT RAISE(ABORT, '{STAYS}'); END"
        )
        return
    bind.exec_driver_sql(
        "CREATE FUNCTION person_stays() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " IF NOT EXISTS (SELECT 1 FROM disposed_record WHERE record_class = 'person'"
        f" AND record_id = OLD.party_id) THEN RAISE EXCEPTION '{STAYS}' USING ERRCODE = '23514'; END IF;"
        " RETURN OLD; END $$"
    )
    bind.exec_driver_sql(
        "CREATE TRIGGER person_stays BEFORE DELETE ON person FOR EACH ROW EXECUTE FUNCTION person_stays()"
    )


def downgrade() -> None:
    bind = op.get_bind()
    if bind.dialect.name == "sqlite":
        bind.exec_driver_sql("DROP TRIGGER person_stays")
        return
    bind.exec_driver_sql("DROP TRIGGER person_stays ON person")
    bind.exec_driver_sql("DROP FUNCTION person_stays()")
