"""Reference data: States and calibres, from their catalogues into their tables."""

from __future__ import annotations

from sqlalchemy import select

from registry.core.work import Work
from registry.directory import calibres, countries
from registry.directory.tables import Calibre, State


def load(work: Work) -> None:
    """Add what is missing; what an authority has changed stays as it is."""
    present = set(work.session.scalars(select(State.code)))
    listed = [(code, name, False) for code, name in countries.COUNTRIES.items()]
    listed += [(code, name, True) for code, name in countries.HISTORIC.items()]
    work.session.add_all(
        State(code=code, name=name, historic=historic)
        for code, name, historic in listed
        if code not in present
    )
    known = set(work.session.scalars(select(Calibre.code)))
    work.session.add_all(
        Calibre(code=calibre.code, name=calibre.name)
        for calibre in calibres.BY_CODE.values()
        if calibre.code not in known
    )
    work.session.flush()
