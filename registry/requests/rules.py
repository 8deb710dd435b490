"""What a request and each step in it needs before it leaves. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from registry.core.errors import Unmet
from registry.requests import life
from registry.tracing.completeness import gaps
from schemas.completeness import Gap
from schemas.exchange import MOST_ATTACHMENTS
from schemas.requests import RequestNew, Step
from schemas.requests_vocabulary import (
    ConsentState,
    ForOthers,
    HolderState,
    Onward,
    RequestAct,
    RequestState,
    RestrictionGround,
    Side,
)
from schemas.vocabulary import Severity
from schemas.words import said

Act = RequestAct
_SPOKEN = frozenset(
    {
        Act.ASK_MORE, Act.GIVE_MORE, Act.CLARIFY, Act.WITHDRAW, Act.WITHDRAW_ONWARD, Act.DELAY, Act.REFUSE,
        Act.KEEP_HOLDER,
    }
)  # fmt: skip
_CARRIES_FILES = frozenset({Act.SEND, Act.GIVE_MORE, Act.ANSWER, Act.ANSWER_IN_PART})
_RESTRICTING = frozenset({Act.DELAY, Act.REFUSE, Act.ANSWER_IN_PART, Act.KEEP_HOLDER})


def lacking(asked: RequestNew) -> tuple[Gap, ...]:
    """What a request still lacks, by ITI 18; alarms keep it from leaving."""
    return gaps(asked)


def unmet_to_send(asked: RequestNew, home: str) -> list[Unmet]:
    """The gate of completeness: nothing leaves that the other State would have to send back (ITI 18, 21)."""
    unmet = [
        Unmet(gap.text, gap.field, gap.article) for gap in lacking(asked) if gap.severity is Severity.ALARM
    ]
    if asked.to == home:
        unmet.append(Unmet(said("That is our own State: trace it here."), "to", "ITI 17"))
    return unmet


def unmet_to_attach(state: RequestState, side: Side, waiting: int) -> list[Unmet]:
    """What keeps one more file from going with the next step of a side. waiting: files that go already."""
    if not _CARRIES_FILES & frozenset(life.possible(state, side)):
        words = said("Files go with a request, with more that was asked for, or with an answer.")
        return [Unmet(words, "file")]
    if waiting >= MOST_ATTACHMENTS:
        return [Unmet(said("At most %(most)s files go with one message.", most=MOST_ATTACHMENTS), "file")]
    return []


def unmet_for_step(step: Step, asked: RequestNew, today: date) -> list[Unmet]:
    """What a step has to say, beside being possible now."""
    unmet = []
    if step.act in _SPOKEN and not step.words:
        article = {Act.ASK_MORE: "ITI 21", Act.REFUSE: "ITI 23", Act.DELAY: "ITI 23"}.get(step.act, "")
        unmet.append(Unmet(said("Say it in words: the other State reads them."), "words", article))
    if step.act in _RESTRICTING and step.ground is None:
        words = said(
            "Name the ground: one of the four on which an answer may be delayed, restricted, refused."
        )
        unmet.append(Unmet(words, "ground", "ITI 22"))
    if step.ground is RestrictionGround.CONFIDENTIALITY_NOT_GUARANTEED and asked.confidentiality:
        words = said("The asking State has said that it can keep restrictions.")
        unmet.append(Unmet(words, "ground", "ITI 16, 22"))
    return [*unmet, *_unmet_for_answer(step), *_unmet_for_days(step, today)]


def _unmet_for_answer(step: Step) -> list[Unmet]:
    if step.act is Act.ANSWER_IN_PART and not step.withheld:
        words = said("Choose what is withheld; an answer without restriction is one in full.")
        return [Unmet(words, "withheld", "ITI 22")]
    if step.act is Act.ANSWER and step.withheld:
        words = said("Something is withheld: that is an answer in part, with its ground.")
        return [Unmet(words, "act", "ITI 22")]
    if step.act is Act.CLOSE and step.outcome is None:
        return [Unmet(said("Tell the other State what the answer was good for."), "outcome", "ITI 15")]
    return []


def _unmet_for_days(step: Step, today: date) -> list[Unmet]:
    if step.act is Act.DELAY and (step.until is None or step.until <= today):
        return [Unmet(said("Say until when: a day to come."), "until", "ITI 22")]
    return unmet_for_retention(step.retain_until, today)


def unmet_to_name(holder: HolderState) -> list[Unmet]:
    """What keeps the last holder from being named, or kept: nobody asked, or it was told."""
    if holder is HolderState.NOT_ASKED:
        words = said("Nobody asked who holds it last, or that is not on record.")
        return [Unmet(words, "act", "ITI 18")]
    if holder is HolderState.NAMED:
        return [Unmet(said("They were told who holds it last."), "act", "ITI 20")]
    return []


def unmet_for_retention(retain_until: date | None, today: date) -> list[Unmet]:
    """Until when what is told may be kept: a day to come, or no day."""
    if retain_until is not None and retain_until <= today:
        return [Unmet(said("A day to come, or none."), "retain_until", "ITI 15")]
    return []


def unmet_to_ask_onward(who: ForOthers) -> list[Unmet]:
    """What keeps an officer from asking another State on behalf of the one that asks us."""
    if who is ForOthers.NEVER:
        words = said("We ask nobody on behalf of that State: see what goes by itself with it.")
        return [Unmet(words, "next_state", "ITI 24")]
    return []


def unmet_by_more(before: RequestNew, told: RequestNew) -> list[Unmet]:
    """What more is told on behalf of another State asks for nothing else than that State has signed."""
    wider = set(told.fields_wanted) - set(before.fields_wanted)
    same = replace(told, fields_wanted=before.fields_wanted, urgency=before.urgency) == before
    if same and not wider:
        return []
    words = said("On behalf of another State nothing is asked but what that State asks: tell more in words.")
    return [Unmet(words, "request", "ITI 21, 24")]


def unmet_to_pass_on(onward: Sequence[str], answered: bool) -> list[Unmet]:
    """What keeps one from asking the source whether its answer may go on (ITI 15). onward: what each State
    whose word is in it allows.
    """
    if not answered:
        return [Unmet(said("There is no answer yet that could go on."), "recipient", "ITI 15")]
    if any(each != Onward.CONSENT for each in onward):
        return [Unmet(said("The source has excluded every onward use."), "recipient", "ITI 15")]
    return []


def unmet_to_tell_disclosure(received: bool, planned_on: date, today: date) -> list[Unmet]:
    """What keeps one from telling the source of a disclosure that the law compels (FP 12(5))."""
    if not received:
        return [Unmet(said("They have told us nothing yet."), "recipient", "FP 12(5)")]
    if planned_on < today:
        return [
            Unmet(said("The source learns of it before: today, or a day to come."), "planned_on", "FP 12(5)")
        ]
    return []


def unmet_to_disclose(known: bool, planned_on: date, day: date, today: date) -> list[Unmet]:
    """What keeps a disclosure from being done: the source has to know, and its day to have come."""
    if not known:
        words = said("The source has not receipted the notice yet: nothing is disclosed before it has it.")
        return [Unmet(words, "disclosed_on", "FP 12(5)")]
    if day < planned_on:
        words = said("The source was told that nothing is disclosed before %(day)s.", day=planned_on)
        return [Unmet(words, "disclosed_on", "FP 12(5)")]
    if day > today:
        return [Unmet(said("This day has not come yet."), "disclosed_on", "")]
    return []


def unmet_to_reply(state: str) -> list[Unmet]:
    """A consent is given or refused once."""
    if state == ConsentState.ASKED:
        return []
    return [Unmet(said("This was answered already."), "granted", "ITI 15")]
