# ruff: noqa: S608 - every name in these statements is one of the tables of the code
"""A register of any size: a small demonstration, each of its rows many times over.

Every copy of a firearm has its own number, serial, marks, custody, cases and papers; the companies and
public bodies of the demonstration stay the same, so that one maker has more than a quarter of all firearms.
Rows are written below the journal, triggers and foreign keys off: in the benchmark's own database only.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import BigInteger, Column, Date, Integer, LargeBinary, Table, create_engine, text

from registry.core.database import Base, Database, Instant
from registry.core.journal.merkle import Frontier, leaf_hash
from registry.core.work import OPERATOR, Office
from registry.demo import loading
from registry.ledger import log
from registry.ledger.tiles import WIDTH, Tile, integrate
from registry.marks import index
from registry.tracing import filling as traces
from tests.bench import bulk
from tests.bench.demonstrated import add_rare, add_scene
from tests.bench.population import below_the_journal
from tests.engines import own_application, set_up

FIREARMS, LOTS = 300, 14
"""Of the demonstration; it makes some more for its cases."""
SHARES: Mapping[str, float] = {
    "firearm": 1, "mark": 1, "custody": 1, "component": 0.1, "firearm_correction": 1,
    "identity_conflict": 0.1, "lot": 1.75, "lot_marking": 1.75, "packing": 1.75, "sale": 1.75,
    "movement": 1.75, "sale_correction": 1.75, "stock_count": 0.5, "stock_count_line": 0.5,
    "sale_report": 0.5, "sale_report_line": 0.5, "scene": 2, "scene_cartridge": 2,
    "party": 0.1, "person": 0.1, "party_change": 0.1, "trade_authorisation": 0.1,
    "trace": 1, "trace_request": 2, "trace_request_event": 2, "exchange_in": 2, "exchange_out": 2,
    "state_notice": 1, "state_notice_step": 1, "access_event": 10, "sign_in": 10, "kept_answer": 10,
    "licence": 1, "licence_check": 1, "licence_end_user": 1, "licence_event": 1, "licence_evidence": 1,
    "licence_import": 1, "licence_line": 1, "licence_participant": 1, "licence_transit": 1,
    "licence_item": 1, "licence_draw": 1, "brokered_delivery": 1, "brokered_line": 1,
    "shipment": 1, "shipment_event": 1, "shipment_line": 1, "shipment_item": 1, "shipment_lot": 1,
    "shipment_scan": 1, "deactivation": 1, "deactivation_inspection": 1, "deactivation_measure": 1,
    "deactivation_result": 1, "deactivation_incident": 1,
    "recovery": 0.3, "recovered_item": 0.3, "evidence_step": 0.3, "handover": 0.3, "handover_item": 0.3,
    "item_origin": 0.3, "campaign": 0.3, "campaign_post": 0.3,
    "disposal": 0.3, "disposal_item": 0.3, "disposal_witness": 0.3,
    "break_glass": 0.25, "label_job": 1, "label_run": 1, "label_item": 1, "label_printing": 1,
    "intake_run": 0.1, "intake_chunk": 0.1, "intake_row": 0.1, "intake_digest": 0.1, "intake_fault": 0.1,
    "intake_record": 0.1, "received_records": 0.1, "received_step": 0.1,
    "proposal": 0.1, "proposal_approval": 0.1, "issued_document": 1, "document_print": 1,
    "ledger_entry": 0.25, "ledger_leaf": 0.25, "ledger_change": 0.025, "ledger_personal": 0.025,
}  # fmt: skip
"""How often the rows of a table are there for each time that firearms are; of other tables once."""
OWN_WORDS: Mapping[str, str] = {
    "mark.text": "kind = 'manufacture'", "mark.key": "kind = 'manufacture'",
    "mark.folded": "kind = 'manufacture'", "party.name": "", "party.name_key": "", "party.identifier": "",
    "person.document_number": "", "lot.code": "", "lot.code_key": "", "lot.code_folded": "",
    "trace_request.thread": "", "recovered_item.bag": "", "recovered_item.key": "",
    "label_printing.number": "",
    "intake_record.digest": "", "intake_row.digest": "", "intake_digest.digest": "",
    "issued_document.seal": "", "issued_document.subject": "", "sign_in.token_hash": "",
    "kept_answer.key": "", "exchange_in.jti": "", "exchange_out.jti": "", "state_notice.thread": "",
    "proposal.subject": "", "campaign.name": "", "break_glass.case_number": "",
    "trace.case_number": "", "scene.case_number": "", "recovery.case_number": "",
    "ledger_entry.case_number": "",
}  # fmt: skip
"""Words that are each copy's own, and of which rows."""
POINTING: Mapping[str, str] = {
    "ledger_change.entry_id": "ledger_entry", "shipment_item.licence_id": "licence",
    "firearm.deactivation_id": "deactivation",
}  # fmt: skip
"""Columns that hold a number of another table without a foreign key."""
DAYS = 30 * 365
"""Over which the copies are spread."""
AT_ONCE = 2_000
LEAF = "copy {r} of a leaf: as long as that of a small transaction, with who, when, why and which act " * 4


class Register:
    """A database that grows: first the demonstration, then its copies."""

    def __init__(self, url: str, folder: Path) -> None:
        self.url, self.is_sqlite = url, url.startswith("sqlite")
        set_up(url)
        with own_application(url, folder) as app:
            office: Office = app.extensions["registry"].office
            list(loading.fill_if_empty(office, OPERATOR, FIREARMS, LOTS))
            add_scene(office)
            while not self.is_sqlite and log._sequenced(office):
                pass
        with below_the_journal(url):
            add_rare(url)
        self._base()

    def _base(self) -> None:
        """What the copies are made of: how many of each number there are, who stays the same."""
        engine = create_engine(self.url)
        with engine.connect() as connection:
            self.spans = {
                table.name: int(connection.scalar(text(f'SELECT max(id) FROM "{table.name}"')) or 0) + 1
                for table in Base.metadata.sorted_tables
                if _numbered(table)
            }
            self.firearms = int(connection.scalar(text("SELECT count(*) FROM firearm")) or 0)
            kept = "SELECT id FROM party WHERE kind = 'public_body' UNION SELECT party_id FROM account"
            self.staying = sorted(row[0] for row in connection.execute(text(kept)) if row[0])
        engine.dispose()

    def grow(self, firearms: int) -> int:
        """Copies until there are so many firearms; answers how many there are."""
        times = max(round(firearms / self.firearms), 1)
        tables = [table for table in Base.metadata.sorted_tables if table.name in SHARES]
        with below_the_journal(self.url), bulk.opened(self.url, [table.name for table in tables]) as run:
            for table in tables:
                start = time.perf_counter()
                self._copy(run, table, times)
                _say(f"{table.name}: {time.perf_counter() - start:.0f} s")
            _say("indexes")
        start = time.perf_counter()
        self._settle()
        _say(f"ledger and marks: {time.perf_counter() - start:.0f} s")
        return times * self.firearms

    def _copy(self, run: bulk.Run, table: Table, times: int) -> None:
        total = self._times(table.name, times)
        named = ", ".join(f'"{column.name}"' for column in table.columns)
        shown = ", ".join(self._value(column, times, total) for column in table.columns)
        run(f'CREATE TEMP TABLE base_rows AS SELECT * FROM "{table.name}"')
        for first in range(1, total, AT_ONCE):
            last = min(first + AT_ONCE, total) - 1
            run(
                f'INSERT INTO "{table.name}" ({named}) WITH RECURSIVE copy(r) AS'
                f" (SELECT CAST({first} AS BIGINT) UNION ALL SELECT r + 1 FROM copy WHERE r < {last})"
                f" SELECT {shown} FROM copy CROSS JOIN base_rows b"
            )
        run("DROP TABLE base_rows")

    def _times(self, table: str, times: int) -> int:
        return max(round(times * SHARES[table]), 1)

    def _value(self, column: Column[Any], times: int, total: int) -> str:
        name, table = f'b."{column.name}"', column.table.name
        said = f"{table}.{column.name}"
        if said == "ledger_leaf.body":
            return "'" + LEAF.replace("{r}", "' || CAST(r AS TEXT) || '") + "'"
        if said == "ledger_entry.tx":
            return "NULL"
        if said in ("ledger_entry.leaf", "ledger_leaf.id"):
            return f"{name} + r * {self.spans['ledger_leaf']}"
        if said in OWN_WORDS:
            only = OWN_WORDS[said]
            own = self._own(column, name)
            return f"CASE WHEN {only} THEN {own} ELSE {name} END" if only else own
        if said == "exchange_out.seq":
            return f"{name} + r * 1000"
        if isinstance(column.type, Date | Instant):
            return self._earlier(column, name, f"CAST(({total} - r) * {DAYS} / {total} AS INTEGER)")
        return self._moved(column, name, times)

    def _earlier(self, column: Column[Any], name: str, days: str) -> str:
        """The first copies are the oldest."""
        if self.is_sqlite:
            return f"date({name}, -({days}) || ' days') || substr({name}, 11)"
        if isinstance(column.type, Date):
            return f"{name} - ({days})"
        return f"{name} - make_interval(days => ({days}))"

    def _own(self, column: Column[Any], name: str) -> str:
        if isinstance(column.type, LargeBinary):
            if self.is_sqlite:
                return f"CAST(substr({name}, 1, 24) || CAST(printf('%08d', r) AS BLOB) AS BLOB)"
            return f"substr({name}, 1, 24) || decode(lpad(to_hex(r), 16, '0'), 'hex')"
        most = (getattr(column.type, "length", None) or 1_000) - len(str(10**8))
        return f"CASE WHEN {name} = '' THEN '' ELSE substr({name}, 1, {most}) || CAST(r AS TEXT) END"

    def _moved(self, column: Column[Any], name: str, times: int) -> str:
        """A number of a record: of the copy that belongs to this one."""
        root = _root(column)
        if root is None or root not in SHARES:
            return name
        moved = f"{name} + (r % {self._times(root, times)}) * {self.spans[root]}"
        if root == "party" and column.table.name != "party" and not column.primary_key:
            return f"CASE WHEN {name} IN ({', '.join(map(str, self.staying))}) THEN {name} ELSE {moved} END"
        return moved

    def _settle(self) -> None:
        """Trees, sequences, and the index of damaged marks as if the rows had come one by one."""
        with below_the_journal(self.url):
            _grow_tree(self.url)
            if not self.is_sqlite:
                _move_sequences(self.url)
        database = Database(self.url)
        index.rebuild(Office(database))
        _name_firearms(Office(database))
        database.checkpoint()
        database.close()
        bulk.settled(self.url)


def _numbered(table: Table) -> bool:
    keys = list(table.primary_key.columns)
    whole = isinstance(keys[0].type, Integer | BigInteger)
    return len(keys) == 1 and keys[0].name == "id" and whole and not keys[0].foreign_keys


def _root(column: Column[Any]) -> str | None:
    """The table whose number a column holds, through however many keys."""
    if _numbered(column.table) and column.primary_key:
        return str(column.table.name)
    if (said := f"{column.table.name}.{column.name}") in POINTING:
        return POINTING[said]
    pointed = [key.column for key in column.foreign_keys if key.column is not column]
    return next((root for other in pointed if (root := _root(other))), None)


def _grow_tree(url: str) -> None:
    """The ledger's tree over the leaves that there are, as if they had been appended."""
    engine, grown, size, kept = create_engine(url), Frontier(), 0, _Edge()
    asked = text("SELECT body FROM ledger_leaf WHERE id >= :first AND id < :beyond ORDER BY id")
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM ledger_tile"))
        while bodies := connection.scalars(asked, {"first": size, "beyond": size + 100 * WIDTH}).all():
            hashes = [leaf_hash(body.encode()) for body in bodies]
            full = [tile for tile in integrate(kept, size, hashes) if kept.keep(tile)]
            for tile in full:
                given = {"level": tile.level, "n": tile.index, "hashes": tile.hashes}
                connection.execute(text("INSERT INTO ledger_tile VALUES (:level, :n, :hashes)"), given)
            grown, size = grown.append(hashes), size + len(hashes)
        state = {"size": size, "peaks": b"".join(grown.peaks)}
        connection.execute(text("UPDATE ledger_state SET size = :size, peaks = :peaks"), state)
    engine.dispose()


class _Edge:
    """The last tile of each level, which is all that growing reads."""

    def __init__(self) -> None:
        self._last: dict[int, bytes] = {}

    def tile(self, level: int, _index: int, width: int) -> bytes:
        return self._last[level][: 32 * width]

    def keep(self, tile: Tile) -> bool:
        """Whether it is full."""
        self._last[tile.level] = tile.hashes
        return tile.width == WIDTH


def _name_firearms(office: Office) -> None:
    """What the triggers of traces would have written."""
    last: int | None = 0
    while last is not None:
        with office.begin(OPERATOR) as work:
            last = traces.firearms_named(work, last)


def _move_sequences(url: str) -> None:
    engine = create_engine(url)
    with engine.begin() as connection:
        for table in filter(_numbered, Base.metadata.sorted_tables):
            sequence = connection.scalar(text(f"SELECT pg_get_serial_sequence('{table.name}', 'id')"))
            if sequence:
                connection.execute(
                    text(f"SELECT setval('{sequence}', (SELECT max(id) + 1 FROM {table.name}))")
                )
    engine.dispose()


def _say(words: str) -> None:
    print(f"  {words}", file=sys.stderr, flush=True)
