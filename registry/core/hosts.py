"""PostgreSQL's URLs, also those that name several servers, one of which is the primary."""

from __future__ import annotations

import re

from sqlalchemy.engine import make_url

DRIVEN = "postgresql+psycopg://"
_OURS = re.compile(r"postgresql(?:\+psycopg)?://")
_SEVERAL = re.compile(r"(?P<who>[^@/?]*@)?(?P<hosts>[^@/?]*,[^@/?]*)(?P<name>/[^?]*)?(?:\?(?P<more>.*))?")
_ONE_OF_SEVERAL = {
    "target_session_attrs": "read-write",
    "connect_timeout": "5",
    "keepalives_idle": "10",
    "keepalives_interval": "5",
    "keepalives_count": "3",
    "tcp_user_timeout": "15000",
}
"""Where one of several servers may be gone: the one that can write is found, in seconds."""


def as_driven(url: str) -> str | None:
    """A URL as SQLAlchemy and libpq read it, None for one of another kind.

    One with several servers, `postgresql://registry@a:5432,b:5432/registry`, asks for the one that can write
    and does not wait long for one that is gone, unless it says otherwise.
    """
    found = _OURS.match(url)
    if found is None:
        return None
    return _with_several(url[found.end() :])


def _with_several(rest: str) -> str:
    if several := _SEVERAL.fullmatch(rest):
        pairs = [one.rpartition(":") if ":" in one else (one, "", "") for one in several["hosts"].split(",")]
        servers = f"host={','.join(host for host, _, _ in pairs)}"
        if any(port for _, _, port in pairs):
            servers += f"&port={','.join(port or '5432' for _, _, port in pairs)}"
        more = f"&{several['more']}" if several["more"] else ""
        rest = f"{several['who'] or ''}{several['name'] or '/'}?{servers}{more}"
    url = make_url(DRIVEN + rest)
    if has_several(DRIVEN + rest):
        url = url.set(query=_ONE_OF_SEVERAL | dict(url.query))
        return url.render_as_string(hide_password=False)
    return DRIVEN + rest


def has_several(url: str) -> bool:
    """Whether a URL names more than one server."""
    host = make_url(url).query.get("host", "")
    return not isinstance(host, str) or "," in host
