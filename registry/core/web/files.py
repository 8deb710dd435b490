"""Files as answers of pages: shown in the browser, or saved."""

from __future__ import annotations

from collections.abc import Iterable

from flask import Response

PDF = "application/pdf"


def shown(content: bytes | str | Iterable[bytes], name: str, media: str = PDF) -> Response:
    """A file that opens in the browser, by this name where it is kept."""
    return _named("inline", content, name, media)


def saved(content: bytes | str | Iterable[bytes], name: str, media: str = PDF) -> Response:
    """A file to be saved: nothing of it is shown within our pages."""
    return _named("attachment", content, name, media)


def _named(how: str, content: bytes | str | Iterable[bytes], name: str, media: str) -> Response:
    return Response(content, mimetype=media, headers={"Content-Disposition": f'{how}; filename="{name}"'})
