"""Reading the ledger: the history of a record, the log, and proofs that anyone can check."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import takewhile
from typing import Any

import orjson
from sqlalchemy import or_, select

from registry.access.tables import Account
from registry.core.database import Base
from registry.core.errors import NotFound
from registry.core.journal.merkle import LARGEST, leaf_hash
from registry.core.journal.tables import (
    LedgerChange,
    LedgerCheckpoint,
    LedgerEntry,
    LedgerLeaf,
    LedgerPersonal,
)
from registry.core.journal.triggers import is_personal
from registry.core.numbers import key_of
from registry.core.paging import AnySelect, page
from registry.core.work import Work, allow, shows_persons
from registry.ledger.log import StoredTiles
from registry.ledger.tiles import Tree
from schemas.auditing import EntriesAsked
from schemas.paging import Page
from schemas.vocabulary import May
from schemas.words import said, word

# What belongs to a record: tables whose key is, or begins with, the record's own.
RECORDS: dict[str, tuple[str, ...]] = {
    "F": ("firearm", "mark", "component", "custody", "firearm_correction"),
    "L": ("lot", "package", "movement", "sale"),
    "P": ("party", "person", "party_change", "gs1_party"),
    "T": ("trace",),
    "RC": ("campaign", "campaign_post"),
    "RV": ("recovery",),
    "EV": ("recovered_item", "evidence_step", "item_origin"),
    "RX": ("received_records", "received_step"),
    "D": (
        "deactivation", "deactivation_measure", "deactivation_inspection", "deactivation_result",
        "deactivation_photograph",
    ),
    "I": ("deactivation_incident",),
    "IN": ("intake_run",),
    "K": ("stock_count", "stock_count_line"),
    "LC": (
        "licence", "licence_line", "licence_item", "licence_transit", "licence_participant", "licence_import",
        "licence_end_user", "licence_check", "licence_evidence", "licence_letter", "licence_event",
        "brokered_delivery", "brokered_line",
    ),
    "SH": ("shipment", "shipment_line", "shipment_item", "shipment_lot", "shipment_scan", "shipment_event"),
    "DC": ("disposal", "disposal_witness"),
    "BG": ("break_glass",),
    "RQ": (
        "trace_request", "trace_request_event", "trace_request_file", "trace_request_attachment",
        "onward_consent", "disclosure", "trace_behalf", "trace_onward", "trace_hop",
    ),
    "NT": ("state_notice", "state_notice_step"),
}  # fmt: skip
NEEDED = {
    "F": May.FIREARM_READ, "L": May.LOT_READ, "P": May.DIRECTORY_READ, "T": May.TRACE_READ,
    "RC": May.RECOVERY_READ, "RV": May.RECOVERY_READ, "EV": May.RECOVERY_READ, "DC": May.RECOVERY_READ,
    "RQ": May.REQUEST_READ, "NT": May.NOTICE_READ, "BG": May.GLASS_READ,
    "RX": May.RETENTION_READ, "D": May.DEACTIVATION_READ, "I": May.DEACTIVATION_READ,
    "IN": May.INTAKE_RUN, "K": May.LOT_READ, "LC": May.LICENCE_CASE, "SH": May.SHIPMENT_READ,
}  # fmt: skip
MOST = 400


@dataclass(frozen=True)
class Field:
    """One column as it was and as it became; None where there was none, WITHHELD where it is personal, ERASED
    where two people had it erased.
    """

    name: str
    before: Any
    after: Any


@dataclass(frozen=True)
class ChangeLine:
    """One row changed. op: I inserted, U updated, D deleted, S stated anew by a migration."""

    subject: str
    key: str
    op: str
    fields: tuple[Field, ...]


@dataclass(frozen=True)
class EntryLine:
    """One transaction: who, in which capacity, why, which act. leaf: its index, None for a second."""

    id: int
    leaf: int | None
    at: datetime
    actor: str
    role: str
    purpose: str
    case_number: str
    act: str
    changes: tuple[ChangeLine, ...] = ()


WITHHELD = "withheld"
ERASED = "erased by law"


def prefix_of(number: str) -> str:
    """The letters that a registry number begins with: the kind of record."""
    return "".join(takewhile(str.isalpha, number.strip().upper()[:2]))


def history(work: Work, number: str) -> list[EntryLine]:
    """Every change of a record and of what belongs to it, the latest first, at most 400 rows of it.

    Raises NotFound for a number of no record that has a history.
    """
    prefix = prefix_of(number)
    key = key_of(prefix, number) if prefix in RECORDS else None
    if key is None:
        raise NotFound(said("No record has the number %(number)s", number=f"{number[:40]!r}"))
    allow(work.actor, NEEDED[prefix])
    belongs = or_(LedgerChange.key == f"[{key}]", LedgerChange.key.startswith(f"[{key},"))
    found = work.session.scalars(
        select(LedgerChange)
        .where(LedgerChange.subject.in_(RECORDS[prefix]), belongs)
        .order_by(LedgerChange.id.desc())
        .limit(MOST)
    ).all()
    if not found:
        raise NotFound(said("No record has the number %(number)s", number=f"{number[:40]!r}"))
    return _entries(work, found)


def _entries(work: Work, changes: Sequence[LedgerChange]) -> list[EntryLine]:
    personal = _personal(work, [change.id for change in changes])
    lines: dict[int, list[ChangeLine]] = {}
    for change in changes:
        lines.setdefault(change.entry_id, []).append(_line(work, change, personal.get(change.id, {})))
    rows = work.session.scalars(
        select(LedgerEntry).where(LedgerEntry.id.in_(lines)).order_by(LedgerEntry.id.desc())
    )
    return _named(work, [(row, tuple(lines[row.id][::-1])) for row in rows])


def _personal(work: Work, changes: list[int]) -> dict[int, dict[str, str]]:
    found: dict[int, dict[str, str]] = {}
    rows = work.session.scalars(select(LedgerPersonal).where(LedgerPersonal.change_id.in_(changes)))
    for row in rows:
        found.setdefault(row.change_id, {})[row.name] = row.value
    return found


def _line(work: Work, change: LedgerChange, personal: dict[str, str]) -> ChangeLine:
    before, after = (orjson.loads(text) if text else {} for text in (change.before, change.after))
    fields = [
        Field(name, before.get(name), after.get(name))
        for name in {**before, **after}
        if before.get(name) != after.get(name)
    ]
    if personal and change.subject == "person" and shows_persons(work):
        work.saw("person", orjson.loads(change.key))
    names = dict.fromkeys(name.partition(".")[2] for name in personal)
    fields += _erased(change, personal)
    for name in names:
        sides = [personal.get(f"{side}.{name}") for side in ("before", "after")]
        if sides[0] != sides[1]:
            fields.append(Field(name, *(_shown(work, change, value) for value in sides)))
    return ChangeLine(change.subject, change.key, change.op, tuple(sorted(fields, key=lambda f: f.name)))


def _erased(change: LedgerChange, personal: dict[str, str]) -> Iterator[Field]:
    """Personal columns of a row whose values are gone from the journal."""
    if personal or change.subject not in Base.metadata.tables:
        return
    for column in Base.metadata.tables[change.subject].columns:
        if is_personal(column):
            yield Field(column.name, *(ERASED if there else None for there in (change.before, change.after)))


def _shown(work: Work, change: LedgerChange, value: str | None) -> Any:
    if value is None:
        return None
    readable = change.subject == "person" and shows_persons(work)
    return orjson.loads(value)[0] if readable else WITHHELD


def _named(work: Work, rows: Sequence[tuple[LedgerEntry, tuple[ChangeLine, ...]]]) -> list[EntryLine]:
    ids = {row.actor_id for row, _ in rows}
    accounts = work.session.execute(select(Account.id, Account.full_name).where(Account.id.in_(ids)))
    names = {row.id: row.full_name for row in accounts}
    return [
        EntryLine(
            row.id,
            row.leaf,
            row.at,
            names.get(row.actor_id, word("operator") if row.actor_id == 0 else str(row.actor_id)),
            row.role,
            row.purpose,
            row.case_number,
            row.act,
            changes,
        )
        for row, changes in rows
    ]


def entries(work: Work, asked: EntriesAsked) -> Page[EntryLine]:
    """The log, the latest first, without the values of its changes."""
    query: AnySelect = select(LedgerEntry)
    for column, wanted in (
        (LedgerEntry.act, asked.act),
        (LedgerEntry.actor_id, asked.actor),
        (LedgerEntry.role, asked.role and asked.role.value),
        (LedgerEntry.case_number, asked.case_number),
        (LedgerEntry.request_id, asked.request),
    ):
        if wanted not in ("", None):
            query = query.where(column == wanted)
    if not asked.sort:
        asked = replace(asked, sort="-number")
    found = page(work.session, query, asked, {"number": LedgerEntry.id}, LedgerEntry.id)
    return Page(tuple(_named(work, [(row.LedgerEntry, ()) for row in found.items])), found.next)


def checkpoints(work: Work, most: int = 10) -> list[LedgerCheckpoint]:
    """The newest checkpoints."""
    query = select(LedgerCheckpoint).order_by(LedgerCheckpoint.size.desc()).limit(most)
    return list(work.session.scalars(query))


def proof(work: Work, leaf: int) -> dict[str, Any]:
    """The leaf with what proves that it is in the log: for a verifier that knows RFC 6962 and C2SP notes.

    Raises NotFound while no checkpoint covers it.
    """
    known = leaf <= LARGEST
    body = work.session.scalar(select(LedgerLeaf.body).where(LedgerLeaf.id == leaf)) if known else None
    newest = checkpoints(work, 1)
    if body is None or not newest or newest[0].size <= leaf:
        raise NotFound(said("No signed checkpoint covers leaf %(leaf)s yet", leaf=leaf))
    hashes = Tree(StoredTiles(work.database.rows)).inclusion(leaf, newest[0].size)
    return {
        "leaf_index": leaf,
        "leaf": body,
        "leaf_hash": leaf_hash(body.encode()).hex(),
        "tree_size": newest[0].size,
        "inclusion": [b64encode(one).decode() for one in hashes],
        "checkpoint": newest[0].note,
    }
