"""Bare one-row durable commits: the floor of whatever must be durable before its answer.

`python -m tests.bench.commits URL SECONDS THREADS` writes as fast as the driver can and prints how many.
The floor runs one such process for each worker of the server, with one writer and with as many as the
worker has threads, and takes the better: PostgreSQL gains by many writers, SQLite loses.
"""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import psycopg
from sqlalchemy.engine import make_url

from tests.bench import server

_TABLE = "CREATE TABLE IF NOT EXISTS bench_commit (body TEXT)"
_INSERT = "INSERT INTO bench_commit (body) VALUES ('a row of about the size of an access record')"


def rate(url: str, threads: int, seconds: float = 1.5) -> float:
    """Commits a second by as many processes as the server has workers, of one writer or so many threads."""
    _writer(url)()  # the table, before anybody waits for it
    return max(_rate(url, each, seconds) for each in {1, threads})


def _rate(url: str, threads: int, seconds: float) -> float:
    command = [sys.executable, "-m", "tests.bench.commits", url, str(seconds), str(threads)]
    writers = [
        subprocess.Popen(command, cwd=server.ROOT, stdout=subprocess.PIPE, text=True)
        for _ in range(server.WORKERS)
    ]
    return sum(float(writer.communicate()[0]) for writer in writers) / seconds


def _writer(url: str) -> Callable[[], object]:
    return _sqlite(url) if url.startswith("sqlite") else _postgresql(url)


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


def main(url: str, seconds: float, threads: int) -> int:
    """Write for some seconds in so many threads; how often it was done."""
    with ThreadPoolExecutor(threads) as pool:
        return sum(pool.map(lambda _: _written(url, seconds), range(threads)))


def _written(url: str, seconds: float) -> int:
    write = _writer(url)
    end, count = time.perf_counter() + seconds, 0
    while time.perf_counter() < end:
        write()
        count += 1
    return count


if __name__ == "__main__":
    print(main(sys.argv[1], float(sys.argv[2]), int(sys.argv[3])))
