"""`python -m registry`: set up, fill an empty registry with demonstration data, and serve it on this machine.

All in one process, whose worker is forked from it: what takes longest, loading the code, is done once.
"""

from __future__ import annotations

import argparse
import gc
import os
import signal
import sys

gc.disable()  # while all is loaded, which stays: as `wsgi` does

import click  # noqa: E402
from flask import Flask  # noqa: E402
from granian import Granian  # noqa: E402
from granian.constants import Interfaces  # noqa: E402
from granian.log import LogLevels  # noqa: E402

from registry.app import begin_to_keep, create_app, serve, settle  # noqa: E402
from registry.commands import set_up  # noqa: E402
from registry.core.web.context import Registry  # noqa: E402

HOST = "127.0.0.1"
THREADS = 8
LONGEST_END = 10  # seconds, for requests that are being answered
_ready: list[Flask] = []
"""The application that the worker finds where it was forked off."""


def main() -> None:
    """What `make run` runs."""
    words = argparse.ArgumentParser(prog="python -m registry", description=(__doc__ or "").split("\n")[0])
    words.add_argument("--port", type=int, default=8000)
    port = words.parse_args().port
    app = create_app()
    try:
        _set_up(app)
    except click.ClickException as error:
        sys.exit(error.message)
    settle()
    _ready.append(app)
    _say(f"The registry answers at http://{HOST}:{port} (Ctrl-C ends it)")
    server = Granian(
        "wsgi:app",
        HOST,
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


def _application(_target: str) -> Flask:
    if not _ready:  # where workers are not forked off
        return serve()
    os.setpgid(0, 0)  # out of reach of the terminal's Ctrl-C: a worker that is told to end twice never ends
    begin_to_keep(_ready[0].extensions["registry"])
    return _ready[0]


def _say(line: str) -> None:
    click.echo(line)
    sys.stdout.flush()


if __name__ == "__main__":
    main()
