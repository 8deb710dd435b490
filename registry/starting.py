"""Set up, fill an empty registry with demonstration data, and serve it on this machine, in one process.

The worker that serves is forked from it: what takes longest, loading the code, is done once.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time

import click
from flask import Flask
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from registry.app import begin_to_keep, create_app, serve, settle
from registry.commands import set_up
from registry.core.web.context import Registry

THREADS = 8
EVERY = 1.0  # seconds between two looks at the parent
LONGEST_END = 10  # seconds, for requests that are being answered
_ready: list[Flask] = []
"""The application that the worker finds where it was forked off."""


def run(host: str, port: int) -> None:
    """What `make run` runs; raises RegistryError and ClickException where it cannot start."""
    app = create_app()
    _set_up(app)
    settle()
    _ready.append(app)
    _say(f"The registry answers at http://{host}:{port} (Ctrl-C ends it)")
    server = Granian(
        "wsgi:app",
        host,
        port,
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=THREADS,
        websockets=False,
        workers_kill_timeout=LONGEST_END,
        log_level=LogLevels.error,
    )
    server.on_startup(_end_with_the_terminal)
    server.serve(target_loader=_application)


def _set_up(app: Flask) -> None:
    parts: Registry = app.extensions["registry"]
    with app.app_context():
        for line in set_up(parts, demo=True):
            _say(line)
    parts.database.close()  # a connection serves the process alone that made it


def _end_with_the_terminal() -> None:
    """Whose end would make the server load its worker anew, as nobody can ask for here."""
    signal.signal(signal.SIGHUP, signal.getsignal(signal.SIGINT))


def _end_with(parent: int) -> None:
    """A worker whose parent was killed would serve on, out of everybody's reach."""
    while os.getppid() == parent:
        time.sleep(EVERY)
    os.kill(os.getpid(), signal.SIGTERM)


def _application(_target: str) -> Flask:
    if not _ready:  # where workers are not forked off
        return serve()
    os.setpgid(0, 0)  # out of reach of the terminal's Ctrl-C: a worker that is told to end twice never ends
    threading.Thread(target=_end_with, args=(os.getppid(),), name="parent's end", daemon=True).start()
    begin_to_keep(_ready[0].extensions["registry"])
    return _ready[0]


def _say(line: str) -> None:
    click.echo(line)
    sys.stdout.flush()
