"""The floor: a Flask application with one small JSON route."""

from __future__ import annotations

from flask import Flask, Response, jsonify

app = Flask("plain")


@app.get("/plain")
def plain() -> Response:
    """What Flask needs for a small JSON answer."""
    return jsonify(status="ok", number=1)
