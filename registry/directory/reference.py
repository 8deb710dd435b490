"""Reference data: States and calibres, from their catalogues into their tables."""

from __future__ import annotations

from registry.core.work import Work


def load(work: Work) -> None:
    """Add what is missing; what an authority has changed stays as it is."""
