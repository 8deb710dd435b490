"""The rules a new registry begins with: Brazil's, with their sources; a State sets its own instead."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from registry.ammunition import law_acts, tables
from registry.core.work import Work
from schemas.ammunition_rules import RuleNew
from schemas.vocabulary import MarkingScheme, PartyKind, RuleKind

_ORDINANCE, _CODE = date(2004, 12, 28), date(2003, 1, 11)
_MARKED = (
    "380-acp", "38-special", "357-mag", "9x19", "40-sw", "45-acp", "5.56x45", "30-carbine", "7.62x51",
    "50-bmg", "12-gauge",
)  # fmt: skip


def load(work: Work) -> None:
    """Set the first rules, once: where there is any rule, nothing is changed."""
    if work.session.scalar(select(tables.Rule.id).limit(1)) is not None:
        return
    law_acts.set_rule(work, RuleNew(RuleKind.LOT_LIMIT, _ORDINANCE, "16 D LOG art. 2", quantity=10_000))
    law_acts.set_rule(work, RuleNew(RuleKind.LEAST_AGE, _CODE, "Civil Code (BR) art. 5", quantity=18))
    for calibre in _MARKED:
        law_acts.set_rule(
            work,
            RuleNew(
                RuleKind.CARTRIDGE_MARKING,
                _ORDINANCE,
                "Law 10.826 art. 23 § 2",
                scheme=MarkingScheme.LOT_AND_BUYER_CODE,
                calibre=calibre,
                buyer_kind=PartyKind.PUBLIC_BODY,
            ),
        )
