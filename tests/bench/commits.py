"""Bare one-row durable commits: the floor of whatever must be durable before its answer.

`python -m tests.bench.commits URL SECONDS` writes as fast as the driver can and prints how many. The
floor runs one such process for each worker of the server, since that is how the server writes.
"""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable

import psycopg
from sqlalchemy.engine import make_url

from tests.bench import server

_TABLE = "CREATE TABLE IF NOT EXISTS bench_commit (body TEXT)"
_INSERT = "INSERT INTO bench_commit (body) VALUES ('a row of about the size of an access record')"


def rate(url: str, seconds: float = 2.0) -> float:
    """Commits a second by as many processes as the server has workers."""
    if url.startswith("sqlite"):
        _sqlite(url)()  # the table, before anybody waits for it
    else:
        _postgresql(url)()
    command = [sys.executable, "-m", "tests.bench.commits", url, str(seconds)]
    writers = [
        subprocess.Popen(command, cwd=server.ROOT, stdout=subprocess.PIPE, text=True)
        for _ in range(server.WORKERS)
    ]
    return sum(float(writer.communicate()[0]) for writer in writers) / seconds


def _sqlite(url: str) -> Callable[[], object]:
    connection = sqlite3.connect(make_url(url).database or "", timeout=30, isolation_level=None)
    for setting in ("journal_mode=WAL", "synchronous=FULL", "wal_autocheckpoint=0"):
        connection.execute(f"PRAGMA {setting}")
    connection.execute(_TABLE)
    return lambda: connection.execute(_INSERT)


def _postgresql(url: str) -> Callable[[], object]:
    connection = psycopg.connect(url.replace("+psycopg", ""), autocommit=True)
    connection.execute(_TABLE)
    return lambda: connection.execute(_INSERT)


def main(url: str, seconds: float) -> int:
    """Write for some seconds; how often it was done."""
    write = _sqlite(url) if url.startswith("sqlite") else _postgresql(url)
    end, count = time.perf_counter() + seconds, 0
    while time.perf_counter() < end:
        write()
        count += 1
    return count


if __name__ == "__main__":
    print(main(sys.argv[1], float(sys.argv[2])))
