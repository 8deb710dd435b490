"""Writing everything out: a folder of tables as JSON Lines and CSV, with a manifest of digests and counts."""

from __future__ import annotations

import csv
import hashlib
import io
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import orjson
from sqlalchemy import Connection, Table, select, text

from registry.core.errors import Invalid
from registry.core.work import OPERATOR, Office
from registry.ledger import exports
from registry.ledger.notes import Signer
from registry.transfer import formats, numbers
from registry.transfer.catalogue import LEFT_OUT, SECRET, described, exported

AT_ONCE = 1000


@dataclass(frozen=True)
class Written:
    """What an export became. digest: SHA-256 of the manifest, which names those of all files."""

    tables: int
    rows: int
    digest: str


def write(office: Office, key: Signer, folder: Path, wrote: Callable[[str, int], None]) -> Written:
    """Everything of one signed moment into an empty or new folder; the ledger says that it was done.

    wrote: told each table and its rows. Raises Invalid where something is in the folder, Conflict where the
    registry is too busy for a signed moment.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise Invalid.at("folder", "There is something in this folder: name an empty or a new one.")
    with exports.signed(office, key) as connection:
        manifest = _manifest(office, connection)
        for table in exported():
            told = _table(connection, table, folder)
            manifest["tables"].append({"name": table.name, **told, **described(table)})
            wrote(table.name, told["rows"])
    content = orjson.dumps(manifest, option=orjson.OPT_INDENT_2)
    with _new(folder / formats.MANIFEST) as file:
        file.write(content)
    rows = sum(one["rows"] for one in manifest["tables"])
    done = Written(len(manifest["tables"]), rows, hashlib.sha256(content).hexdigest())
    with office.begin(OPERATOR, doing="registry.export") as work:
        work.note["export"] = {"manifest": done.digest, "rows": rows}
        work.run()  # opens the entry: there is nothing else to write
    return done


def _manifest(office: Office, connection: Connection) -> dict[str, Any]:
    asked = "SELECT note FROM ledger_checkpoint ORDER BY size DESC LIMIT 1"
    return {
        "format": formats.FORMAT,
        "version": formats.VERSION,
        "state": office.home,
        "made_at": office.clock().isoformat(timespec="seconds"),
        "revision": connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one(),
        "engine": connection.dialect.name,
        "checkpoint": connection.execute(text(asked)).scalar(),
        "left_out": LEFT_OUT,
        "tables": [],
    }


def _new(path: Path) -> BinaryIO:
    """A new file that nobody else on the machine can read, whatever folder was named."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


class _File:
    """A file that knows its digest and length."""

    def __init__(self, file: BinaryIO) -> None:
        self._file, self._digest, self.bytes = file, hashlib.sha256(), 0

    def write(self, content: bytes) -> None:
        self._file.write(content)
        self._digest.update(content)
        self.bytes += len(content)

    def told(self) -> dict[str, Any]:
        return {"sha256": self._digest.hexdigest(), "bytes": self.bytes}


def _table(connection: Connection, table: Table, folder: Path) -> dict[str, Any]:
    """One table as JSON Lines and as CSV; what the manifest says of them."""
    names = [f"{table.name}.jsonl", f"{table.name}.csv"]
    secret = SECRET.get(table.name, ())
    open_ = [column.name for column in table.columns if column.name not in secret]
    count = 0
    with _new(folder / names[0]) as lines, _new(folder / names[1]) as sheet:
        exact, shown = _File(lines), _File(sheet)
        shown.write("\ufeff".encode() + _csv(open_))
        for rows in _rows(connection, table):
            exact.write(b"".join(map(formats.line, rows)))
            shown.write(b"".join(_csv([formats.cell(row[name]) for name in open_]) for row in rows))
            count += len(rows)
    files = {name: {"name": name, **file.told()} for name, file in zip(names, (exact, shown), strict=True)}
    given = {} if (last := numbers.last(connection, table)) is None else {"last": last}
    return {"rows": count, **given, "file": files[names[0]], "csv": files[names[1]]}


def _rows(connection: Connection, table: Table) -> Iterator[list[Any]]:
    query = select(table).order_by(*table.primary_key.columns).execution_options(yield_per=AT_ONCE)
    yield from connection.execute(query).mappings().partitions()  # type: ignore[misc]


def _csv(cells: list[str]) -> bytes:
    made = io.StringIO()
    csv.writer(made).writerow(cells)
    return made.getvalue().encode()
