"""The questions of the end-user and diversion assessment, each with its source. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from schemas.words import said


@dataclass(frozen=True)
class Question:
    """asks: what has to be found out; war_only: asked for war material alone."""

    key: str
    asks: str
    source: str
    war_only: bool = False


QUESTIONS: Mapping[str, Question] = {
    question.key: question
    for question in (
        Question(
            "end_user_known",
            said("Who finally receives the goods is known, exists at the address given and may have them."),
            "OSCE Document on SALW, III.A",
        ),
        Question(
            "end_use_plausible",
            said("Kind and quantity fit what the end user needs and says they are for."),
            "Wassenaar Arrangement, Best Practice Guidelines for SALW, I.1",
        ),
        Question(
            "intermediaries_known",
            said("Everybody between holder and end user is named, known and authorised."),
            "FP 15",
        ),
        Question(
            "route_plausible",
            said("Route and carriers make sense; no part of the way is left open."),
            "FP 11",
        ),
        Question(
            "diversion_risk",
            said("Nothing suggests that the goods reach somebody else, now or later."),
            "Wassenaar Arrangement, Best Practice Guidelines for SALW, I.1",
        ),
        Question(
            "earlier_deliveries",
            said("Earlier deliveries to this end user arrived and are where they should be."),
            "OSCE Document on SALW, III.A",
        ),
        Question(
            "human_rights",
            said("The goods do not serve to violate human rights or international humanitarian law."),
            "OSCE Document on SALW, III.A",
            war_only=True,
        ),
        Question(
            "conflict",
            said("The goods neither prolong an armed conflict nor endanger peace in the region."),
            "OSCE Document on SALW, III.A",
            war_only=True,
        ),
        Question(
            "stockpile",
            said("The end user keeps its stocks safely."),
            "OSCE Document on SALW, III.A and IV.B",
            war_only=True,
        ),
    )
}


def asked(war_material: bool) -> list[Question]:
    """The questions of a track."""
    return [question for question in QUESTIONS.values() if war_material or not question.war_only]
