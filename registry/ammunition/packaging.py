"""Numbers and codes of packages."""

from __future__ import annotations

from datetime import date

from registry.core.numbers import key_of, registry_number

ROOM = 10**7
"""A lot has fewer packages than this; the number of one is made of lot · ROOM + n."""


def package_number(lot_id: int, n: int) -> str:
    """The number of the n-th package of a lot: B-…, with a check character."""
    return registry_number("B", lot_id * ROOM + n)


def package_key(text: str) -> tuple[int, int] | None:
    """(lot, n) behind a package's number, or None."""
    key = key_of("B", text)
    return divmod(key, ROOM) if key is not None and key % ROOM else None


def gs1_element_string(gtin: str, lot_code: str, n: int, produced_on: date, quantity: int) -> str:
    """(01) GTIN (10) lot (21) serial (11) production date (37) count, as GS1 writes it with brackets."""
    return f"(01){gtin.zfill(14)}(10){lot_code}(21){n}(11){produced_on:%y%m%d}(37){quantity}"
