"""Where the schema keeps the contract of a distributed engine, it goes on to; where not is written down."""

from __future__ import annotations

import re

from sqlalchemy import text

from registry.core.database import Database
from tests.engines import Postgresql
from tests.house.spreading import KNOWN, SPREAD, extensions, faults


def test_nothing_new_keeps_firearms_and_lots_from_being_spread(postgresql: Postgresql) -> None:
    with postgresql.ready() as url:
        database = Database(url)
        with database.reader.connect() as connection:
            found = list(faults(connection))
            assert extensions(connection) == []
        database.close()
    unknown = [fault for fault in found if not any(re.fullmatch(known, fault) for known in KNOWN)]
    assert unknown == []
    gone = [known for known in KNOWN if not any(re.fullmatch(known, fault) for fault in found)]
    assert gone == [], "an exception is none any more"


def test_a_key_a_pointer_or_a_trigger_that_spans_shards_would_be_noticed(postgresql: Postgresql) -> None:
    with postgresql.ready() as url:
        database = Database(url)
        with database.writer.connect() as connection:
            connection.execute(text("CREATE UNIQUE INDEX ux_bad ON mark (key)"))
            connection.execute(
                text("ALTER TABLE mark ADD CONSTRAINT fk_bad FOREIGN KEY (n) REFERENCES lot (id)")
            )
            connection.execute(
                text(
                    "CREATE TRIGGER bad BEFORE UPDATE ON mark FOR EACH ROW"
                    " EXECUTE FUNCTION suppress_redundant_updates_trigger()"
                )
            )
            found = set(faults(connection))
            connection.rollback()
        database.close()
    assert found >= {"mark: key ux_bad", "mark: pointer fk_bad", "mark: trigger bad"}
    assert len(SPREAD) > 10
