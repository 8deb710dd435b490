"""The terms a new registry begins with; each State ends what does not bind it and adds its own."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from registry.core.work import Work
from registry.retention import acts, tables
from schemas.retention import TermNew
from schemas.retention_vocabulary import CountedFrom, RecordClass

_PROTOCOL, _INSTRUMENT, _DIRECTIVE = date(2005, 7, 3), date(2005, 12, 8), date(2021, 4, 26)
_LAST, _MADE, _DESTROYED = CountedFrom.LAST_EVENT, CountedFrom.MANUFACTURE, CountedFrom.DESTRUCTION
TERMS = (
    *(TermNew(one, _LAST, 10, "Firearms Protocol art. 7", _PROTOCOL) for one in RecordClass),
    TermNew(RecordClass.FIREARM, _MADE, 30, "International Tracing Instrument para. 12(a)", _INSTRUMENT),
    *(
        TermNew(one, _LAST, 20, "International Tracing Instrument para. 12(b)", _INSTRUMENT)
        for one in (RecordClass.FIREARM, RecordClass.LICENCE, RecordClass.RECOVERY, RecordClass.PERSON)
    ),
    TermNew(RecordClass.FIREARM, _DESTROYED, 30, "Directive (EU) 2021/555 art. 4(5)", _DIRECTIVE),
)


def load(work: Work) -> None:
    """Set the first terms, once: where there is any term, nothing is changed."""
    if work.session.scalar(select(tables.Term.id).limit(1)) is None:
        for new in TERMS:
            acts.set_term(work, new)
