"""What an engine that spreads PostgreSQL's tables over machines asks of the schema, and what keeps it not.

The contract is Citus's: the distribution column is in every primary key, unique index and exclusion; foreign
keys join rows of one distribution column, or point to a small table that is copied everywhere; no trigger of
ours has to look at another shard.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sqlalchemy import Connection, text

from tests.house.growing import LARGE

SPREAD: Mapping[str, str] = {
    "firearm": "id", "component": "firearm_id", "mark": "firearm_id", "custody": "firearm_id",
    "firearm_correction": "firearm_id", "lot": "id", "lot_marking": "lot_id", "packing": "lot_id",
    "movement": "lot_id", "sale": "lot_id", "sale_correction": "lot_id",
}  # fmt: skip
"""Tables that would be spread, by which column: all that belongs to a firearm or a lot is on one machine."""
_KEYS = text(
    "SELECT t.relname, i.relname, array(SELECT a.attname::text FROM unnest(x.indkey::int2[]) k"
    " JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k)"
    " FROM pg_index x JOIN pg_class t ON t.oid = x.indrelid JOIN pg_class i ON i.oid = x.indexrelid"
    " WHERE x.indisunique AND t.relname = ANY (:names) ORDER BY 1, 2"
)
_POINTERS = text(
    "SELECT t.relname, c.conname, r.relname,"
    " array(SELECT a.attname::text FROM unnest(c.conkey) WITH ORDINALITY k(n, o)"
    " JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.n ORDER BY o),"
    " array(SELECT a.attname::text FROM unnest(c.confkey) WITH ORDINALITY k(n, o)"
    " JOIN pg_attribute a ON a.attrelid = r.oid AND a.attnum = k.n ORDER BY o)"
    " FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid JOIN pg_class r ON r.oid = c.confrelid"
    " WHERE c.contype = 'f' AND (t.relname = ANY (:names) OR r.relname = ANY (:names)) ORDER BY 1, 2"
)
_TRIGGERS = text(
    "SELECT t.relname, g.tgname FROM pg_trigger g JOIN pg_class t ON t.oid = g.tgrelid"
    " WHERE NOT g.tgisinternal AND t.relname = ANY (:names) ORDER BY 1, 2"
)


def faults(connection: Connection) -> Iterator[str]:
    """What keeps the contract not, by table and the name of the key, the pointer or the trigger."""
    names = {"names": sorted(SPREAD)}
    for table, key, columns in connection.execute(_KEYS, names):
        if SPREAD[table] not in columns:
            yield f"{table}: key {key}"
    for table, key, other, columns, there in connection.execute(_POINTERS, names):
        pairs = set(zip(columns, there, strict=True))
        if (other in SPREAD and (table not in SPREAD or (SPREAD[table], SPREAD[other]) not in pairs)) or (
            table in SPREAD and other not in SPREAD and other in LARGE
        ):
            yield f"{table}: pointer {key}"
    for table, trigger in connection.execute(_TRIGGERS, names):
        yield f"{table}: trigger {trigger}"


def extensions(connection: Connection) -> list[str]:
    """What is installed beside PostgreSQL itself."""
    found = text("SELECT extname FROM pg_extension WHERE extname <> 'plpgsql'")
    return list(connection.execute(found).scalars())


KNOWN: Mapping[str, str] = {
    r"lot: key ux_lot_identity": "a lot is one by maker, code and product: spread, two shards could record it"
    " at once, and it would become a conflict to resolve, as serials of firearms are already",
    r"\w+: pointer fk_\w+_party": "parties are as many as holders of firearms: spread by their own number,"
    " who made, holds or bought would be looked up when a record is written and not by the engine",
    r"(ammunition_exception|gs1_block|stock_count_line|scene_cartridge): pointer \w+": "could be spread with"
    " the lot; its key would begin with it",
    r"(deactivation|identity_conflict|recovered_item|intake_\w+|licence_item|shipment_item): pointer \w+": "a"
    " case, or a line of one, names firearms and lots of any shard: the pointer becomes a look-up",
    r"\w+: trigger journal_\w+": "the journal writes to one ledger, whose rows are on no firearm's shard: it"
    " would be written by the unit of work, or each shard have a journal that the sequencer joins",
    r"\w+: trigger (firearm_stays|mark_noted\w*|sale_kept|sale_stays|sale_correction_kept|lot_quantity_fixed"
    r"|movement_\w+|packing_\w+|conserved_movement)": "looks at rows of its own firearm or lot, but for what"
    " disposal and intake say; Citus runs such triggers only with citus.enable_unsafe_triggers",
}
"""Faults of today's schema, and what would become of each: nothing may join them unseen."""
