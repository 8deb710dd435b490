"""`flask --app wsgi trace …`"""

from __future__ import annotations

from flask.cli import AppGroup

trace = AppGroup("trace", help="Answer a trace from the records.")
