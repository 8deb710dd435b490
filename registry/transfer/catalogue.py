"""Which tables are exported, what their columns are, and what is left out and why."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Boolean, Column, Date, Integer, LargeBinary, Table

from registry.core.database import Base, Instant
from registry.core.journal.triggers import is_personal

LEFT_OUT = {
    "sign_in": "sessions of people who are signed in",
    "wrong_tries": "counted, then forgotten",
    "last_written": "places in the log of this very database",
    "kept_answer": "answers kept for a day for requests that are repeated",
    "exchange_rate": "counted, then forgotten",
    "mark_block": "made of marks",
    "mark_change": "made of marks",
    "mark_index": "made of marks",
    "stated_table": "how the journal of this very database was written",
}
"""Tables that are no record: they pass, or are made of others."""
SECRET = {
    "account": ("password_hash",),
    "api_token": ("token_hash",),
    "document_key": ("sealed",),
    "exchange_own_key": ("sealed",),
    "ledger_change": ("before", "after"),
    "ledger_personal": ("value",),
    "paper_key": ("sealed",),
    "passkey": ("credential_id", "public_key"),
    "recovery_code": ("code_hash",),
    "totp": ("sealed",),
}
"""Columns that are not written as CSV: sealed or hashed, they are of use to the registry alone; and those in
which the journal keeps what any of them was.
"""


def exported() -> list[Table]:
    """Every table of record, those first on which others rest."""
    return [table for table in Base.metadata.sorted_tables if table.name not in LEFT_OUT]


def kinds(table: Table) -> dict[str, str]:
    """Column to kind."""
    return {column.name: kind(column) for column in table.columns}


def kind(column: Column[Any]) -> str:
    """What a column holds, as the export says it."""
    known = (
        (Instant, "instant"),
        (Date, "date"),
        (Boolean, "boolean"),
        (LargeBinary, "bytes"),
        (Integer, "integer"),
    )
    return next((name for type_, name in known if isinstance(column.type, type_)), "text")


def described(table: Table) -> dict[str, Any]:
    """A table for whoever reads the export: columns, keys, what is personal, what a row is."""
    return {
        "key": [column.name for column in table.primary_key],
        "columns": [
            {
                "name": column.name,
                "kind": kind(column),
                "null": bool(column.nullable),
                **({"personal": True} if is_personal(column) else {}),
                **({"secret": True} if column.name in SECRET.get(table.name, ()) else {}),
                **({"refers_to": referred[0]} if (referred := _referred(column)) else {}),
            }
            for column in table.columns
        ],
        "about": _about(table),
    }


def _referred(column: Column[Any]) -> list[str]:
    return sorted(key.target_fullname for key in column.foreign_keys)


def _about(table: Table) -> str:
    for mapper in Base.registry.mappers:
        if mapper.local_table is table:
            return " ".join((mapper.class_.__doc__ or "").split())
    return ""
