"""What officers do with an application: take it up, ask, verify with other States, assess."""

from __future__ import annotations

from registry.core.days import day_in
from registry.core.errors import Conflict, Invalid, NotFound
from registry.core.work import Work, act
from registry.directory import queries as directory
from registry.licensing import facts_queries, queries, steps, tables
from registry.licensing.assessment import QUESTIONS
from registry.licensing.tables import Licence
from registry.licensing.views import LicenceView
from schemas import licensing as told
from schemas import licensing_review as review
from schemas.licensing_vocabulary import LetterKind, LicenceMove, TermKind, TransitAnswer
from schemas.vocabulary import May
from schemas.words import said

M = LicenceMove


@act(May.LICENCE_REVIEW)
def take_up(work: Work, licence_id: int, version: int) -> LicenceView:
    """Take an application up; it then stands in one's own queue. Raises NotFound, Stale, Conflict."""
    row = steps.locked(work, licence_id, version, M.TAKE_UP)
    row.officer_id = work.actor.user_id
    steps.moved(work, row, M.TAKE_UP)
    return queries.licence(work, row.id)


@act(May.LICENCE_REVIEW)
def ask_information(work: Work, licence_id: int, asked: told.Said, version: int) -> LicenceView:
    """Ask the applicant: until the answer no time to decide runs. Raises NotFound, Stale, Conflict."""
    row = steps.locked(work, licence_id, version, M.ASK_INFORMATION)
    due_on = steps.due(work, TermKind.INFORMATION, day_in(row.zone, work.now))
    steps.write(work, row, LetterKind.INFORMATION_REQUEST, asked.text, shown=True, due_on=due_on)
    steps.stop_clock(row)
    steps.moved(work, row, M.ASK_INFORMATION)
    return queries.licence(work, row.id)


@act(May.LICENCE_REVIEW)
def verify_import(work: Work, licence_id: int, new: review.ImportVerified, version: int) -> LicenceView:
    """That the importing State confirms its licence, and how much of each line it allows (FP 10(2)(a)).

    Where the State confirmed it by signed message that stays the evidence, and quantities are compared alone.
    Raises NotFound, Stale, Invalid, Conflict also where its signed word is that it is not in force.
    """
    row = _recording(work, licence_id, version)
    kept = work.session.get(tables.ImportLicence, row.id)
    if kept is None:
        raise Invalid.at("how", "No import licence is shown yet.", "FP 10(2)(a)")
    if kept.denied:
        raise Conflict(said("Its State has denied it by signed message: ask it again."))
    lines = facts_queries.lines_of(work, row.id)
    if len(new.authorised) != len(lines):
        raise Invalid.at("authorised", said("A number for each of the %(lines)s lines.", lines=len(lines)))
    for line, most in zip(lines, new.authorised, strict=True):
        line.authorised = most
    if not kept.message:
        _verified(work, row, kept, new.how)
    return _recorded(work, row, "import_licence.verified_on")


@act(May.LICENCE_REVIEW)
def verify_end_user(work: Work, licence_id: int, new: review.Confirmed, version: int) -> LicenceView:
    """That the end-user certificate is genuine. Raises as verify_import."""
    row = _recording(work, licence_id, version)
    kept = work.session.get(tables.EndUserCertificate, row.id)
    if kept is None:
        raise Invalid.at("how", "No end-user certificate is shown yet.", "FP 10(3)")
    _verified(work, row, kept, new.how)
    return _recorded(work, row, "end_user.verified_on")


def _verified(
    work: Work, row: Licence, kept: tables.ImportLicence | tables.EndUserCertificate, how: str
) -> None:
    kept.verified_on, kept.verified_how = day_in(row.zone, work.now), how
    kept.verified_by = work.actor.user_id


@act(May.LICENCE_REVIEW)
def record_transit(
    work: Work, licence_id: int, country: str, change: review.TransitChange, version: int
) -> LicenceView:
    """What a State on the way was asked, said, or was told. Raises as verify_import."""
    row = _recording(work, licence_id, version)
    kept = next((one for one in facts_queries.transits_of(work, row.id) if one.country == country), None)
    if kept is None:
        raise NotFound(
            said(
                "%(country)s is not on the way of %(number)s",
                country=country[:2],
                number=queries.licence_number(row.id),
            )
        )
    _refuse_days_to_come(work, row, change)
    if kept.message and change.answer in _OWN_WORD and change.answer != kept.answer:
        raise Conflict(said("That State has answered by signed message: ask it again."))
    if change.answer is TransitAnswer.ASKED and change.asked_on is None:
        kept.asked_on = day_in(row.zone, work.now)
    for name, value in vars(change).items():
        if value is not None:
            setattr(kept, name, str(value) if name == "answer" else value)
    return _recorded(work, row, f"transits.{country}")


_OWN_WORD = frozenset({TransitAnswer.NO_OBJECTION, TransitAnswer.TACIT})
"""What only the State itself can say, or leave unsaid."""


def _refuse_days_to_come(work: Work, row: Licence, change: review.TransitChange) -> None:
    today = day_in(row.zone, work.now)
    for name in ("asked_on", "answered_on", "informed_on"):
        day = getattr(change, name)
        if day is not None and day > today:
            raise Invalid.at(name, "This day has not come yet.")


@act(May.LICENCE_REVIEW)
def assess(work: Work, licence_id: int, new: review.CheckNew, version: int) -> LicenceView:
    """Answer a question of the assessment. Raises as verify_import."""
    row = _recording(work, licence_id, version)
    if new.question not in QUESTIONS:
        raise Invalid.at("question", "No question of the assessment.")
    key = (row.id, new.question)
    kept = work.session.get(tables.Check, key) or tables.Check(licence_id=key[0], question=key[1])
    kept.answer, kept.note, kept.source = new.answer.value, new.note, new.source
    kept.answered_by, kept.answered_at = work.actor.user_id, work.now
    work.session.add(kept)
    return _recorded(work, row, f"checks.{new.question}")


@act(May.LICENCE_REVIEW)
def write_letter(work: Work, licence_id: int, new: review.LetterNew, version: int) -> LicenceView:
    """Keep a letter to or from another State, or a note. Raises as verify_import."""
    row = _recording(work, licence_id, version)
    directory.check_country(work, new.country, "country")
    steps.write(work, row, new.kind, new.text, shown=new.shown, country=new.country)
    return _recorded(work, row, "letters")


def _recording(work: Work, licence_id: int, version: int) -> Licence:
    return steps.locked(work, licence_id, version, M.RECORD)


def _recorded(work: Work, row: Licence, what: str) -> LicenceView:
    steps.moved(work, row, M.RECORD, changed=[(what, "", "")])
    return queries.licence(work, row.id)
