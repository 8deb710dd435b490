"""Statements written by hand for hot paths, in the SQL of both engines."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, ClassVar

_NAME = re.compile(r"(?<!:):([a-z_][a-z0-9_]*)")  # a double colon is a cast and no parameter


class _Fresh:
    """The SQL that gives a key for a row to come, by table."""

    def __init__(self, sql: str) -> None:
        self._sql = sql

    def __getitem__(self, table: str) -> str:
        return self._sql.format(table=table)


class Prepared:
    """One statement written by hand for a hot path, run on the driver itself.

    `sql` names its parameters `:name` and may use {rows} and {row}: the engine's functions that gather
    rows into a JSON array and a row into one; {text} casts that array to text; {keys}: the numbers of the
    JSON array `:keys` as a table's column `id`; {tx} is the number of the transaction, {next} the index of
    its leaf and {peaks} the tree's roots before it, where the engine knows them (PostgreSQL does not yet, and
    waits there while the log is brought to a signed moment); {among}: is one of the numbers of the JSON array
    `:keys`, {texts}: of the texts of `:texts`; {triples}: the JSON array `:given` of arrays as a table of
    texts a, b, c; {lock} takes the row `l` for this transaction, {hold} the lock called `:name`, which
    SQLite's one writer needs not, {share} with others who share it; {fresh[trace]} is a key for a row to
    come of that table, which nobody else is given. Everything else is the SQL both engines share.

    names, numbered: its parameters, and PostgreSQL's own text of it, which counts them.
    """

    _WORDS: ClassVar[dict[str, dict[str, Any]]] = {
        "sqlite": {
            "rows": "json_group_array",
            "row": "json_array",
            "text": "",
            "tx": "NULL",
            "next": "(SELECT size FROM ledger_state WHERE id = 1)",
            "peaks": "(SELECT peaks FROM ledger_state WHERE id = 1)",
            "keys": "(SELECT value AS id FROM json_each(:keys))",
            "among": "IN (SELECT value FROM json_each(:keys))",
            "triples": "(SELECT value ->> 0 AS a, value ->> 1 AS b, value ->> 2 AS c FROM json_each(:given))",
            "texts": "IN (SELECT value FROM json_each(:texts))",
            "lock": "",
            "hold": ":name",
            "share": ":name",
            "fresh": _Fresh(
                "(SELECT coalesce(max(id), 0) + 1 FROM (SELECT seq AS id FROM sqlite_sequence"
                " WHERE name = '{table}' UNION ALL SELECT max(id) FROM {table}))"
            ),
        },
        "postgresql": {
            "rows": "json_agg",
            "row": "json_build_array",
            "text": "::text",
            "tx": "pg_current_xact_id()::text::bigint",
            "next": "(SELECT NULL::bigint FROM"
            " pg_advisory_xact_lock_shared(hashtextextended('ledger.moment', 0)))",
            "peaks": "NULL::bytea",
            "keys": "(SELECT value::bigint AS id FROM json_array_elements_text(:keys::json))",
            "among": "= ANY (ARRAY(SELECT value::bigint FROM json_array_elements_text(:keys::json)))",
            "triples": "(SELECT value ->> 0 AS a, value ->> 1 AS b, value ->> 2 AS c"
            " FROM jsonb_array_elements(:given::jsonb))",
            "texts": "= ANY (ARRAY(SELECT json_array_elements_text(:texts::json)))",
            "lock": "FOR UPDATE OF l",
            "hold": "pg_advisory_xact_lock(hashtextextended(:name, 0))",
            "share": "pg_advisory_xact_lock_shared(hashtextextended(:name, 0))",
            "fresh": _Fresh("nextval('{table}_id_seq')"),
        },
    }

    def __init__(self, sql: str) -> None:
        self.sqlite = sql.format(**self._WORDS["sqlite"])
        named = sql.format(**self._WORDS["postgresql"])
        self.postgresql = _percent(named)
        self.names = tuple(dict.fromkeys(_NAME.findall(named)))
        self.numbered = _NAME.sub(lambda found: f"${self.names.index(found[1]) + 1}", named).encode()


Statement = tuple[Prepared, dict[str, Any]]
"""A prepared statement with its values."""


def inserting(table: str, columns: Sequence[str], returning: str = "", unless: str = "") -> Prepared:
    """The statement that inserts a row of these columns; returning: the column of it that is told.

    unless: columns that are unique; a row that has them already is left as it is, and nothing is told.
    """
    named = ", ".join(f'"{column}"' for column in columns)
    places = ", ".join(f":{column}" for column in columns)
    once = f" ON CONFLICT ({unless}) DO NOTHING" if unless else ""
    told = f" RETURNING {returning}" if returning else ""
    sql = f"INSERT INTO {table} ({named}) VALUES ({places}){once}{told}"  # noqa: S608 - names of our own
    return Prepared(sql)


def _percent(sql: str) -> str:
    """psycopg names parameters %(name)s."""
    return _NAME.sub(r"%(\1)s", sql.replace("%", "%%"))
