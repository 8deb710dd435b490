"""What a letter of another State has to say before it is entered by hand. Pure."""

from __future__ import annotations

from datetime import date

from registry.core.errors import Unmet
from registry.requests import life
from schemas.letters import Letter
from schemas.requests_vocabulary import RequestAct as Act
from schemas.requests_vocabulary import RequestState, Side
from schemas.vocabulary import CertaintyLevel, Outcome
from schemas.words import said, word


def unmet_to_enter(
    new: Letter, state: RequestState, side: Side, today: date, sent_on: date | None
) -> list[Unmet]:
    """What keeps a letter from being entered. side: of the State that wrote it."""
    move = life.MOVES[new.act]
    if move.side is not side:
        words = said("That is not for the other State to do: %(act)s.", act=word(new.act))
        return [Unmet(words, "act", move.article)]
    if state is RequestState.DRAFT or not life.is_heard(new.act, state):
        words = said(
            "A request that is %(state)s has no such step: %(act)s.", state=word(state), act=word(new.act)
        )
        return [Unmet(words, "act", move.article)]
    return [*_unmet_in(new), *unmet_for_day(new.received_on, today, sent_on)]


def _unmet_in(new: Letter) -> list[Unmet]:
    unmet = []
    answers = new.act in (Act.ANSWER, Act.ANSWER_IN_PART)
    if answers and new.outcome is None:
        unmet.append(Unmet(said("Say what their search found."), "outcome", "ITI 20"))
    if not answers and (new.outcome or new.next_state or new.last_holder):
        unmet.append(Unmet(said("Only an answer tells what was found."), "outcome", "ITI 20"))
    if new.next_state is None and (new.next_on or new.document_number):
        unmet.append(Unmet(said("Say to which State it went."), "next_state", "ITI 24"))
    if new.act in (Act.ASK_MORE, Act.GIVE_MORE, Act.CLARIFY, Act.REFUSE) and not new.words:
        unmet.append(Unmet(said("Say in words what the letter says."), "words", "ITI 21, 23"))
    if new.act is Act.CLOSE and new.useful is None:
        unmet.append(Unmet(said("Say what the answer was good for."), "useful", "ITI 15"))
    return unmet


def unmet_for_day(received_on: date, today: date, sent_on: date | None) -> list[Unmet]:
    """A letter came on a day that was, and not before what it answers was sent."""
    if received_on > today:
        return [Unmet(said("This day has not come yet."), "received_on")]
    if sent_on is not None and received_on < sent_on:
        return [Unmet(said("This is before the request was sent."), "received_on")]
    return []


def level(outcome: Outcome | None) -> str:
    """How certain an answer by letter is taken: as what its State says, and no more."""
    certain = outcome in (Outcome.IDENTIFIED, Outcome.LEFT_THE_COUNTRY, Outcome.LOT_IDENTIFIED)
    return (CertaintyLevel.PROBABLE if certain else CertaintyLevel.NONE).value
