"""Of which family a browser is, for people to tell their sessions apart."""

from __future__ import annotations

# In this order, since browsers claim to be each other: what is named first is the more particular claim.
_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


def family(stated: str) -> str:
    """Browser and system of a User-Agent, such as "Firefox, Windows"; "" for none that is known."""
    found = (_first(stated, _BROWSERS), _first(stated, _SYSTEMS))
    return ", ".join(name for name in found if name)


def _first(stated: str, known: tuple[tuple[str, str], ...]) -> str:
    return next((name for part, name in known if part in stated), "")
