"""What is wrong with a database or a disk that refuses, in words for whoever asked."""

from __future__ import annotations

import errno
import sqlite3

from sqlalchemy.exc import DBAPIError, OperationalError

from registry.core.errors import MaybeKept, NoRoom, ReadOnly, Unavailable
from registry.core.turns import OutcomeUnknown

_FULL = (sqlite3.SQLITE_FULL, "53100", errno.ENOSPC, errno.EDQUOT)
_READ_ONLY = (sqlite3.SQLITE_READONLY, "25006", errno.EROFS)
"""SQLite's result, PostgreSQL's SQLSTATE, the system's number."""


def outage(error: Exception) -> Unavailable | None:
    """The refusal that says so; None for an error that is a fault of ours."""
    if isinstance(error, OutcomeUnknown):
        return MaybeKept()
    code = _code(error.orig if isinstance(error, DBAPIError) else error)
    if code in _FULL:
        return NoRoom()
    if code in _READ_ONLY:
        return ReadOnly()
    return Unavailable() if isinstance(error, OperationalError) else None


def _code(error: BaseException | None) -> int | str | None:
    if isinstance(error, OSError):
        return error.errno
    if isinstance(error, sqlite3.Error):
        return getattr(error, "sqlite_errorcode", 0) & 0xFF
    return getattr(error, "sqlstate", None)
