"""Triggers generated from the catalogue: the database itself writes the journal, whoever changes it.

An ORM's hooks see nothing of bulk, Core and raw changes. A change outside an open entry (who, why,
which act) is refused; so is any change of the journal. The text of every trigger is compared at start.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from sqlalchemy import Column, Connection, LargeBinary, MetaData, Table, text

PREFIX = "journal_"
UNNAMED = "registry: a change without who, why and which act is refused"
KEPT = "registry: the journal is never changed"
FIXED_KEY = "registry: the key of a row never changes"
ERASE = "ledger.erase"
"""The last act of an entry that may take personal values out of the journal."""
EXCEPTIONS = ("alembic_version",)


def journaled(metadata: MetaData) -> list[Table]:
    """Every table but those that say of themselves why not (`info={"journal": False}`), by name."""
    return sorted(
        (table for table in metadata.tables.values() if table.info.get("journal", True)),
        key=lambda table: table.name,
    )


def is_personal(column: Column[object]) -> bool:
    """Whether a column is kept apart in the journal, so that it can be erased alone."""
    return bool(column.info.get("personal"))


def wanted(metadata: MetaData, engine: str) -> dict[str, str]:
    """Name to text of every trigger there should be, and on PostgreSQL of the functions they call."""
    pairs = list(_sqlite(metadata) if engine == "sqlite" else _postgresql(metadata))
    named = dict(pairs)
    if len(named) < len(pairs):
        raise ValueError("two triggers have one name")
    return named


def found(connection: Connection) -> dict[str, str]:
    """Name to text of every trigger of ours that is there; on PostgreSQL disabled ones are not."""
    if connection.dialect.name == "sqlite":
        rows = connection.execute(text(_SQLITE_FOUND))
        return {row.name: row.sql for row in rows}
    return {row.name: row.sql for row in connection.execute(text(_POSTGRESQL_FOUND))}


def apart(there: Mapping[str, str], table: str) -> set[str]:
    """Which columns of a table are kept apart, by the text of its triggers that were found."""
    of_table = there.get(f"{PREFIX}{table}_insert") or there.get(f"{PREFIX}{table}_row()")
    if of_table is not None:
        return set(re.findall(r"'after\.(\w+)'", of_table))
    # as one function for all tables was told it, until 0055
    named = re.search(r"journal_capture\('\{[^}]*\}', '\{([^}]*)\}'\)", there.get(f"{PREFIX}{table}", ""))
    return set(filter(None, named[1].split(","))) if named else set()


def differences(connection: Connection, metadata: MetaData) -> list[str]:
    """Names of triggers that are missing, changed or too many; empty when the journal can be relied on."""
    asked, there = wanted(metadata, connection.dialect.name), found(connection)
    if connection.dialect.name == "postgresql":
        asked = _as_postgresql_says(asked)
        there = {name: _plain(sql) for name, sql in there.items()}
    return sorted(name for name in asked.keys() | there.keys() if asked.get(name) != there.get(name))


def remove(connection: Connection) -> None:
    """Take all triggers of ours away, for the length of a migration."""
    if connection.dialect.name == "sqlite":
        for name in found(connection):
            connection.exec_driver_sql(f'DROP TRIGGER "{name}"')
        return
    for row in connection.execute(text(_POSTGRESQL_ALL)).all():
        connection.exec_driver_sql(f'DROP TRIGGER "{row.name}" ON "{row.subject}"')
    for row in connection.execute(text(_POSTGRESQL_FUNCTIONS)).all():
        connection.exec_driver_sql(f"DROP FUNCTION {row.name}()")


def install(connection: Connection, metadata: MetaData) -> None:
    """Put every trigger there, anew."""
    remove(connection)
    for sql in wanted(metadata, connection.dialect.name).values():
        connection.exec_driver_sql(sql)


def row_json(table: Table, engine: str, row: str, personal: bool = False) -> str:
    """SQL for the JSON of a row's ordinary columns, or of its personal ones, as the journal writes it.

    row: what the columns are named after, such as NEW or a table's alias.
    """
    columns = [column for column in table.columns if is_personal(column) is personal]
    if engine == "sqlite":
        inner = ", ".join(f"'{column.name}', {sqlite_value(column, row)}" for column in columns)
        return f"json_object({inner})"
    apart = ",".join(column.name for column in table.columns if is_personal(column) is not personal)
    return f"(to_jsonb({row}) - '{{{apart}}}'::text[])::text" if apart else f"to_jsonb({row})::text"


def key_json(table: Table, engine: str, row: str) -> str:
    """SQL for the JSON array of a row's key."""
    columns = list(table.primary_key.columns)
    if engine == "sqlite":
        return f"json_array({', '.join(sqlite_value(column, row) for column in columns)})"
    return f"jsonb_build_array({', '.join(f'{row}.{_quoted(column)}' for column in columns)})::text"


def _quoted(column: Column[object]) -> str:
    return f'"{column.name}"'


def sqlite_value(column: Column[object], row: str) -> str:
    """A column as JSON can hold it."""
    value = f"{row}.{_quoted(column)}"
    return f"hex({value})" if isinstance(column.type, LargeBinary) else value


_OPEN_ENTRY = (
    "(SELECT iif(EXISTS (SELECT 1 FROM ledger_leaf l WHERE l.id = e.leaf), NULL, e.id)"
    " FROM ledger_entry e ORDER BY e.id DESC LIMIT 1)"
)
_ENTRY_OR_NONE = f"coalesce({_OPEN_ENTRY}, RAISE(ABORT, '{UNNAMED}'))"
"""Refused where it is looked up: a trigger of the journal's own for that would run for every row."""


def _sqlite(metadata: MetaData) -> Iterator[tuple[str, str]]:
    for table in journaled(metadata):
        for op, before, after in (("insert", "", "NEW"), ("update", "OLD", "NEW"), ("delete", "OLD", "")):
            name = f"{PREFIX}{table.name}_{op}"
            yield name, _sqlite_capture(table, name, op, before, after)
        name = f"{PREFIX}{table.name}_key"
        keys = list(table.primary_key.columns)
        differ = " OR ".join(f"NEW.{_quoted(c)} IS NOT OLD.{_quoted(c)}" for c in keys)
        yield (
            name,
            (
                f"CREATE TRIGGER {name} BEFORE UPDATE ON {table.name} WHEN {differ} BEGIN"
                f" SELECT RAISE(ABORT, '{FIXED_KEY}'); END"
            ),
        )
    yield from _sqlite_guards()


def _sqlite_capture(table: Table, name: str, op: str, before: str, after: str) -> str:
    ordinary = [row_json(table, "sqlite", row) if row else "NULL" for row in (before, after)]
    key = key_json(table, "sqlite", after or before)
    lines = [
        f"CREATE TRIGGER {name} AFTER {op.upper()} ON {table.name} BEGIN",
        "INSERT INTO ledger_change (entry_id, subject, op, key, before, after, salt)"
        f" VALUES ({_ENTRY_OR_NONE}, '{table.name}', '{op[0].upper()}', {key},"
        f" {ordinary[0]}, {ordinary[1]}, randomblob(16));",
    ]
    personal = [column for column in table.columns if is_personal(column)]
    for side, row in (("before", before), ("after", after)):
        lines += [
            "INSERT INTO ledger_personal (change_id, name, value, salt)"
            f" VALUES ((SELECT max(id) FROM ledger_change), '{side}.{column.name}',"
            f" json_array({sqlite_value(column, row)}), randomblob(16));"
            for column in personal
            if row
        ]
    return "\n".join([*lines, "END"])


def _sqlite_guards() -> Iterator[tuple[str, str]]:
    def guard(name: str, when: str, condition: str = "") -> tuple[str, str]:
        full = f"{PREFIX}{name}"
        given = f" WHEN {condition}" if condition else ""
        return full, f"CREATE TRIGGER {full} {when}{given} BEGIN SELECT RAISE(ABORT, '{KEPT}'); END"

    for table in ("ledger_change", "ledger_leaf", "ledger_tile"):
        yield guard(f"{table}_update", f"BEFORE UPDATE ON {table}")
        yield guard(f"{table}_delete", f"BEFORE DELETE ON {table}")
    yield guard("ledger_personal_update", "BEFORE UPDATE ON ledger_personal")
    last = f"(SELECT substr(act, -{len(ERASE)}) FROM ledger_entry WHERE id = {_OPEN_ENTRY})"
    erasing = f"{last} IS NOT '{ERASE}'"
    yield guard("ledger_personal_delete", "BEFORE DELETE ON ledger_personal", erasing)
    sealed = "EXISTS (SELECT 1 FROM ledger_leaf WHERE id = OLD.leaf)"
    yield guard("ledger_entry_update", "BEFORE UPDATE ON ledger_entry", sealed)
    used = f"{sealed} OR EXISTS (SELECT 1 FROM ledger_change WHERE entry_id = OLD.id)"
    yield guard("ledger_entry_delete", "BEFORE DELETE ON ledger_entry", used)
    same = "NEW.size <> OLD.size OR NEW.root <> OLD.root OR NEW.signed_at <> OLD.signed_at"
    yield guard("ledger_checkpoint_update", "BEFORE UPDATE ON ledger_checkpoint", same)
    yield guard("ledger_checkpoint_delete", "BEFORE DELETE ON ledger_checkpoint")
    yield guard("ledger_state_update", "BEFORE UPDATE ON ledger_state", "NEW.size < OLD.size")
    yield guard("ledger_state_delete", "BEFORE DELETE ON ledger_state")


_POSTGRESQL_ENTRY = """SELECT max(id) INTO entry FROM
    (SELECT id FROM ledger_entry WHERE tx = pg_current_xact_id()::text::bigint OFFSET 0) AS own"""

_FUNCTIONS = {
    "journal_kept()": f"""CREATE OR REPLACE FUNCTION journal_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '{KEPT}' USING ERRCODE = '23514'; END $$""",
    "journal_erased()": f"""CREATE OR REPLACE FUNCTION journal_erased() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (SELECT right(act, {len(ERASE)}) FROM ledger_entry WHERE tx = pg_current_xact_id()::text::bigint
    ORDER BY id DESC LIMIT 1) IS DISTINCT FROM '{ERASE}'
  THEN RAISE EXCEPTION '{KEPT}' USING ERRCODE = '23514'; END IF;
  RETURN OLD;
END $$""",
    "journal_entry()": f"""CREATE OR REPLACE FUNCTION journal_entry() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.leaf IS NOT NULL OR (TG_OP = 'DELETE' AND EXISTS
    (SELECT 1 FROM ledger_change WHERE entry_id = OLD.id))
  THEN RAISE EXCEPTION '{KEPT}' USING ERRCODE = '23514'; END IF;
  RETURN coalesce(NEW, OLD);
END $$""",
    "journal_checkpoint()": f"""CREATE OR REPLACE FUNCTION journal_checkpoint() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.size, NEW.root, NEW.signed_at) <> (OLD.size, OLD.root, OLD.signed_at)
  THEN RAISE EXCEPTION '{KEPT}' USING ERRCODE = '23514'; END IF;
  RETURN NEW;
END $$""",
    "journal_state()": f"""CREATE OR REPLACE FUNCTION journal_state() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.size < OLD.size THEN RAISE EXCEPTION '{KEPT}' USING ERRCODE = '23514'; END IF;
  RETURN NEW;
END $$""",
}


def _postgresql(metadata: MetaData) -> Iterator[tuple[str, str]]:
    yield from _FUNCTIONS.items()
    for table in journaled(metadata):
        yield from _postgresql_capture(table)
        yield _postgresql_guard(
            f"{table.name}_truncate", f"TRUNCATE ON {table.name}", "journal_kept", "STATEMENT"
        )
    for name in ("ledger_change", "ledger_leaf", "ledger_tile"):
        yield _postgresql_guard(f"{name}_kept", f"DELETE OR UPDATE ON {name}", "journal_kept")
    yield _postgresql_guard("ledger_personal_update", "UPDATE ON ledger_personal", "journal_kept")
    yield _postgresql_guard("ledger_personal_delete", "DELETE ON ledger_personal", "journal_erased")
    yield _postgresql_guard("ledger_entry_kept", "DELETE OR UPDATE ON ledger_entry", "journal_entry")
    yield _postgresql_guard("ledger_checkpoint_update", "UPDATE ON ledger_checkpoint", "journal_checkpoint")
    yield _postgresql_guard("ledger_checkpoint_delete", "DELETE ON ledger_checkpoint", "journal_kept")
    yield _postgresql_guard("ledger_state_update", "UPDATE ON ledger_state", "journal_state")
    yield _postgresql_guard("ledger_state_delete", "DELETE ON ledger_state", "journal_kept")
    for name in _LEDGER:
        yield _emptied(name)


def _postgresql_capture(table: Table) -> Iterator[tuple[str, str]]:
    """Row by row; but what a statement put in goes in by one statement, where nothing of it is kept apart."""
    apart = any(is_personal(column) for column in table.columns)
    events = "INSERT OR DELETE OR UPDATE" if apart else "DELETE OR UPDATE"
    name = f"{PREFIX}{table.name}"
    yield f"{name}_row()", _postgresql_row(table, f"{name}_row")
    yield (
        name,
        f"CREATE TRIGGER {name} AFTER {events} ON {table.name} FOR EACH ROW EXECUTE FUNCTION {name}_row()",
    )
    if not apart:
        yield f"{name}_inserted()", _postgresql_inserted(table, f"{name}_inserted")
        yield (
            f"{name}_inserted",
            f"CREATE TRIGGER {name}_inserted AFTER INSERT ON {table.name} REFERENCING NEW TABLE AS fresh"
            f" FOR EACH STATEMENT EXECUTE FUNCTION {name}_inserted()",
        )


_AS_WRITTEN = (
    "SET timezone = 'UTC' SET bytea_output = 'hex' SET extra_float_digits = 1 SET enable_seqscan = 'off'"
)
"""However a session shows its values, the journal writes them one way, and finds its entry by index."""
_SALT = "uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())"


def _postgresql_row(table: Table, name: str) -> str:
    """A function of the table's own: one that finds the columns out for each row takes twice as long."""
    personal = [column for column in table.columns if is_personal(column)]
    same = " AND ".join(f"NEW.{c} = OLD.{c}" for c in map(_quoted, table.primary_key.columns))
    sides = {"INSERT": ("NEW",), "UPDATE": ("OLD", "NEW"), "DELETE": ("OLD",)}
    lines = [
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql",
        f"{_AS_WRITTEN} AS $$",
        "DECLARE entry bigint; change bigint;",
        "BEGIN",
        f"  {_POSTGRESQL_ENTRY};",
        f"  IF entry IS NULL THEN RAISE EXCEPTION '{UNNAMED}' USING ERRCODE = '23514'; END IF;",
        f"  IF TG_OP = 'UPDATE' AND NOT ({same})",
        f"  THEN RAISE EXCEPTION '{FIXED_KEY}' USING ERRCODE = '23514'; END IF;",
    ]
    for op, rows in sides.items():
        before = _row_text(table, "OLD") if "OLD" in rows else "NULL"
        after = _row_text(table, "NEW") if "NEW" in rows else "NULL"
        lines += [
            f"  IF TG_OP = '{op}' THEN",
            "    INSERT INTO ledger_change (entry_id, subject, op, key, before, after, salt)",
            f"    VALUES (entry, '{table.name}', '{op[0]}', {key_json(table, 'postgresql', rows[-1])},",
            f"      {before}, {after}, {_SALT}) RETURNING id INTO change;",
        ]
        values = [
            f"(change, '{side}.{column.name}', json_build_array({row}.{_quoted(column)})::text, {_SALT})"
            for column in personal
            for side, row in (("before", "OLD"), ("after", "NEW"))
            if row in rows
        ]
        if values:
            lines.append(f"    INSERT INTO ledger_personal VALUES {', '.join(values)};")
        lines.append("  END IF;")
    return "\n".join([*lines, "  RETURN NULL;", "END $$"])


def _row_text(table: Table, row: str) -> str:
    """`row_to_json` of the columns that are not kept apart: half the cost of jsonb's text."""
    columns = [column for column in table.columns if not is_personal(column)]
    if len(columns) == len(table.columns):
        return f"row_to_json({row})::text"
    listed = ", ".join(f"{row}.{_quoted(column)}" for column in columns)
    return f"(SELECT row_to_json(r)::text FROM (SELECT {listed}) r)"


def _postgresql_inserted(table: Table, name: str) -> str:
    """Salts are made of one random secret for the statement, which nobody keeps, and the numbers of its rows.

    The text of a row is `row_to_json`'s: half the cost of jsonb's, and the same to whoever reads it.
    """
    return f"""CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql
{_AS_WRITTEN} AS $$
DECLARE entry bigint; secret bytea := {_SALT};
BEGIN
  IF NOT EXISTS (SELECT FROM fresh) THEN RETURN NULL; END IF;
  {_POSTGRESQL_ENTRY};
  IF entry IS NULL THEN RAISE EXCEPTION '{UNNAMED}' USING ERRCODE = '23514'; END IF;
  INSERT INTO ledger_change (entry_id, subject, op, key, after, salt)
    SELECT entry, '{table.name}', 'I', {key_json(table, "postgresql", "f")},
      row_to_json(f)::text, sha256(secret || int8send(row_number() OVER ()))
    FROM fresh f;
  RETURN NULL;
END $$"""


_LEDGER = (
    "ledger_entry", "ledger_change", "ledger_personal", "ledger_leaf", "ledger_tile", "ledger_state",
    "ledger_checkpoint",
)  # fmt: skip


def _emptied(table: str) -> tuple[str, str]:
    return _postgresql_guard(f"{table}_truncate", f"TRUNCATE ON {table}", "journal_kept", "STATEMENT")


def _postgresql_guard(name: str, when: str, function: str, each: str = "ROW") -> tuple[str, str]:
    full = f"{PREFIX}{name}"
    return full, f"CREATE TRIGGER {full} BEFORE {when} FOR EACH {each} EXECUTE FUNCTION {function}()"


_SQLITE_FOUND = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND name GLOB 'journal_*'"
_POSTGRESQL_ALL = """
SELECT t.tgname AS name, c.relname AS subject FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
WHERE t.tgname LIKE 'journal\\_%' AND NOT t.tgisinternal AND c.relnamespace = current_schema()::regnamespace
"""
_POSTGRESQL_FUNCTIONS = """
SELECT proname AS name FROM pg_proc
WHERE proname LIKE 'journal\\_%' AND pronamespace = current_schema()::regnamespace
"""
_POSTGRESQL_FOUND = """
SELECT t.tgname::text AS name, pg_get_triggerdef(t.oid) AS sql FROM pg_trigger t
JOIN pg_class c ON c.oid = t.tgrelid
WHERE t.tgname LIKE 'journal\\_%' AND NOT t.tgisinternal AND t.tgenabled IN ('O', 'A')
  AND c.relnamespace = current_schema()::regnamespace
UNION ALL
SELECT p.proname || '()', pg_get_functiondef(p.oid) FROM pg_proc p
WHERE p.proname LIKE 'journal\\_%' AND p.pronamespace = current_schema()::regnamespace
"""


def _as_postgresql_says(asked: Mapping[str, str]) -> dict[str, str]:
    """Our texts in the spelling in which PostgreSQL gives them back."""
    return {name: _plain(sql) for name, sql in asked.items()}


def _plain(sql: str) -> str:
    """Without what PostgreSQL adds or writes otherwise: schema, spaces, kinds of quoting, case."""
    plain = sql.casefold()
    for said, plainly in (("$function$", "$$"), ("public.", ""), (" to ", " = "), ("'", ""), ('"', "")):
        plain = plain.replace(said, plainly)
    return "".join(plain.split())
